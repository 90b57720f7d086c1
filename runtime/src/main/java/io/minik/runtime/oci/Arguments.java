package io.minik.runtime.oci;

import io.minik.runtime.RuntimeFault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * runc's command line: {@code [global options] command [options] arguments}. Options end at the first argument.
 *
 * @param command empty if there is none
 * @param options by long name, without dashes; a switch has the value true
 */
record Arguments(String command, Map<String, List<String>> options, List<String> positional) {
    private static final Set<String> GLOBAL_SWITCHES = Set.of("debug", "systemd-cgroup", "help", "version");
    private static final Set<String> GLOBAL_VALUES = Set.of("log", "log-format", "root", "criu", "rootless");
    private static final Map<String, String> GLOBAL_SHORT = Map.of("v", "version", "h", "help");

    /** Of each command: switches, options with a value, short names. */
    private record Grammar(Set<String> switches, Set<String> values, Map<String, String> shorts) {}

    private static final Set<String> CREATE_VALUES =
            Set.of("bundle", "console-socket", "pidfd-socket", "pid-file", "preserve-fds");
    private static final Map<String, Grammar> COMMANDS = commands();

    private static Map<String, Grammar> commands() {
        Grammar plain = new Grammar(Set.of("help"), Set.of(), Map.of("h", "help"));
        Map<String, Grammar> all = new HashMap<>();
        all.put("create", grammar("no-pivot no-new-keyring", CREATE_VALUES, Map.of("b", "bundle")));
        all.put(
                "run",
                grammar(
                        "no-pivot no-new-keyring detach keep no-subreaper",
                        CREATE_VALUES,
                        Map.of("b", "bundle", "d", "detach")));
        all.put("start", plain);
        all.put("state", plain);
        all.put("pause", plain);
        all.put("resume", plain);
        all.put("spec", grammar("rootless", Set.of("bundle"), Map.of("b", "bundle")));
        all.put("features", plain);
        all.put("kill", grammar("all", Set.of(), Map.of("a", "all")));
        all.put("delete", grammar("force", Set.of(), Map.of("f", "force")));
        all.put("list", grammar("quiet", Set.of("format"), Map.of("q", "quiet", "f", "format")));
        all.put("ps", grammar("", Set.of("format"), Map.of("f", "format")));
        all.put("events", grammar("stats", Set.of("interval"), Map.of()));
        all.put("exec", exec());
        all.put("update", update());
        return Map.copyOf(all);
    }

    private static Grammar exec() {
        return grammar(
                "tty detach no-new-privs ignore-paused",
                Set.of(
                        "console-socket",
                        "pidfd-socket",
                        "cwd",
                        "env",
                        "user",
                        "additional-gids",
                        "process",
                        "pid-file",
                        "process-label",
                        "apparmor",
                        "cap",
                        "preserve-fds",
                        "cgroup"),
                Map.of(
                        "t",
                        "tty",
                        "d",
                        "detach",
                        "e",
                        "env",
                        "u",
                        "user",
                        "g",
                        "additional-gids",
                        "p",
                        "process",
                        "c",
                        "cap"));
    }

    private static Grammar update() {
        return grammar(
                "",
                Set.of(
                        "resources",
                        "blkio-weight",
                        "cpu-period",
                        "cpu-quota",
                        "cpu-burst",
                        "cpu-share",
                        "cpu-rt-period",
                        "cpu-rt-runtime",
                        "cpuset-cpus",
                        "cpuset-mems",
                        "cpu-idle",
                        "kernel-memory",
                        "kernel-memory-tcp",
                        "memory",
                        "memory-reservation",
                        "memory-swap",
                        "pids-limit"),
                Map.of("r", "resources"));
    }

    private static Grammar grammar(String switches, Set<String> values, Map<String, String> shorts) {
        Set<String> all = new HashSet<>(List.of(switches.split(" ")));
        all.add("help");
        Map<String, String> names = new HashMap<>(shorts);
        names.put("h", "help");
        return new Grammar(all, values, names);
    }

    static Arguments parse(List<String> words) {
        Map<String, List<String>> options = new HashMap<>();
        Grammar global = new Grammar(GLOBAL_SWITCHES, GLOBAL_VALUES, GLOBAL_SHORT);
        int at = options(global, words, 0, options);
        if (at >= words.size()) {
            return new Arguments("", options, List.of());
        }
        String command = words.get(at);
        Grammar grammar = COMMANDS.get(command);
        if (grammar == null) {
            throw wrong("No help topic for '" + command + "'");
        }
        at = options(grammar, words, at + 1, options);
        return new Arguments(command, options, List.copyOf(words.subList(at, words.size())));
    }

    /** @return where the first word that is no option stands */
    private static int options(Grammar grammar, List<String> words, int from, Map<String, List<String>> into) {
        int at = from;
        while (at < words.size()
                && words.get(at).startsWith("-")
                && words.get(at).length() > 1) {
            String word = words.get(at++);
            if (word.equals("--")) {
                return at;
            }
            String name = word.startsWith("--") ? word.substring(2) : word.substring(1);
            int equals = name.indexOf('=');
            String given = equals < 0 ? "" : name.substring(equals + 1);
            name = equals < 0 ? name : name.substring(0, equals);
            name = grammar.shorts().getOrDefault(name, name);
            if (grammar.switches().contains(name)) {
                put(into, name, equals < 0 ? "true" : given);
            } else if (grammar.values().contains(name)) {
                if (equals < 0 && at >= words.size()) {
                    throw wrong("flag needs an argument: -" + name);
                }
                put(into, name, equals < 0 ? words.get(at++) : given);
            } else {
                throw wrong("flag provided but not defined: -" + name);
            }
        }
        return at;
    }

    private static void put(Map<String, List<String>> into, String name, String value) {
        into.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
    }

    static RuntimeFault wrong(String message) {
        return new RuntimeFault(RuntimeFault.Kind.INVALID_CONFIG, "arguments", message, 0);
    }

    boolean on(String name) {
        return find(name).filter(value -> !value.equals("false")).isPresent();
    }

    /** The last one given. */
    Optional<String> find(String name) {
        List<String> all = all(name);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    List<String> all(String name) {
        return options.getOrDefault(name, List.of());
    }

    int number(String name) {
        return find(name).map(text -> number(name, text)).orElse(0);
    }

    private static int number(String name, String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw wrong("invalid value \"" + text + "\" for flag -" + name + ": parse error");
        }
    }

    /** The container's id: the first argument. */
    String id() {
        if (positional.isEmpty()) {
            throw wrong("runc: \"" + command + "\" requires a minimum of 1 argument");
        }
        return positional.get(0);
    }
}
