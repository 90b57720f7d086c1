package io.minik.runtime.seccomp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.minik.runtime.RuntimeFault;
import io.minik.runtime.seccomp.SeccompPolicy.Comparison;
import io.minik.runtime.seccomp.SeccompPolicy.Condition;
import io.minik.runtime.seccomp.SeccompPolicy.Rule;
import io.minik.runtime.seccomp.SeccompPolicy.Verdict;
import io.minik.runtime.sys.Arch;
import io.minik.runtime.sys.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The profiles that a container can name: {@code runtime/default}, {@code unconfined}, {@code localhost/<path>}. The
 * default is compiled once per set of capabilities, of which a node sees a handful.
 */
public final class SeccompProfiles {
    private static final String LOCALHOST = "localhost/";
    /** Distinct capability sets kept compiled; beyond it a filter is compiled each time (1 ms). */
    private static final int MAX_KEPT = 64;
    /** CLONE_NEW… of mnt, cgroup, uts, ipc, user, pid, net: making namespaces needs CAP_SYS_ADMIN. */
    private static final long NAMESPACE_FLAGS = 0x7e020000L;

    private static final int AF_VSOCK = 40;
    private static final List<Long> PERSONALITIES = List.of(0x0L, 0x8L, 0x20000L, 0x20008L, 0xffffffffL);

    private static final Map<String, Verdict> ACTIONS = Map.of(
            "SCMP_ACT_ALLOW", SeccompPolicy.ALLOW,
            "SCMP_ACT_LOG", new Verdict(0x7ffc0000),
            "SCMP_ACT_KILL", new Verdict(0),
            "SCMP_ACT_KILL_THREAD", new Verdict(0),
            "SCMP_ACT_KILL_PROCESS", SeccompPolicy.KILL,
            "SCMP_ACT_TRAP", new Verdict(0x00030000));

    private static final int TRACE = 0x7ff00000;
    /** How an OCI config names the tables; the machine's own is always there. */
    private static final Map<String, SyscallNumbers.Table> ARCHITECTURES = Map.of(
            "SCMP_ARCH_X86_64", SyscallNumbers.Table.X86_64,
            "SCMP_ARCH_X86", SyscallNumbers.Table.I386,
            "SCMP_ARCH_X32", SyscallNumbers.Table.X32,
            "SCMP_ARCH_AARCH64", SyscallNumbers.Table.AARCH64);

    private static final Map<String, Comparison> COMPARISONS = Map.of(
            "SCMP_CMP_NE", Comparison.NOT_EQUAL,
            "SCMP_CMP_LT", Comparison.LESS,
            "SCMP_CMP_LE", Comparison.LESS_OR_EQUAL,
            "SCMP_CMP_EQ", Comparison.EQUAL,
            "SCMP_CMP_GE", Comparison.GREATER_OR_EQUAL,
            "SCMP_CMP_GT", Comparison.GREATER,
            "SCMP_CMP_MASKED_EQ", Comparison.MASKED_EQUAL);

    private final Arch arch;
    private final Map<Set<String>, byte[]> defaults = new ConcurrentHashMap<>();

    public SeccompProfiles(Arch arch) {
        this.arch = arch;
    }

    /**
     * @param capabilities names with CAP_
     * @return a BPF program, empty = unconfined
     */
    public byte[] filter(String profile, Set<String> capabilities) {
        if (profile.equals("unconfined")) {
            return new byte[0];
        }
        if (profile.equals("runtime/default")) {
            byte[] kept = defaults.get(capabilities);
            if (kept == null) {
                kept = SeccompCompiler.compile(standard(capabilities), arch);
                if (defaults.size() < MAX_KEPT) {
                    defaults.put(Set.copyOf(capabilities), kept);
                }
            }
            return kept;
        }
        if (profile.startsWith(LOCALHOST)) {
            Path file = Path.of(profile.substring(LOCALHOST.length()));
            return SeccompCompiler.compile(read(file, capabilities), arch);
        }
        throw invalid("unknown seccomp profile \"" + profile + "\"");
    }

    private static RuntimeFault invalid(String message) {
        return new RuntimeFault(RuntimeFault.Kind.INVALID_CONFIG, "seccomp", message, 0);
    }

    /** The program for {@code linux.seccomp} of an OCI config: calls of an architecture that it does not name kill. */
    public static byte[] ofConfig(JsonNode seccomp, Arch arch) {
        Set<SyscallNumbers.Table> tables = new HashSet<>();
        for (JsonNode name : seccomp.path("architectures")) {
            SyscallNumbers.Table table = ARCHITECTURES.get(name.asText());
            if (table != null) {
                tables.add(table);
            }
        }
        List<Rule> rules = new ArrayList<>();
        for (JsonNode group : seccomp.path("syscalls")) {
            Verdict verdict = verdict(group.path("action").asText(), group.path("errnoRet"));
            List<Condition> conditions = conditions(group.path("args"));
            boolean twice =
                    conditions.stream().map(Condition::argument).distinct().count() < conditions.size();
            for (String name : names(group)) {
                if (twice) {
                    // Two conditions on one argument are alternatives, as libseccomp's callers make of them.
                    conditions.forEach(each -> rules.add(new Rule(name, verdict, List.of(each))));
                } else {
                    rules.add(new Rule(name, verdict, conditions));
                }
            }
        }
        rules.sort(Comparator.comparing(r -> !r.conditions().isEmpty()));
        Verdict otherwise = verdict(seccomp.path("defaultAction").asText(), seccomp.path("defaultErrnoRet"));
        return SeccompCompiler.compile(new SeccompPolicy(otherwise, rules), arch, tables);
    }

    /** For those who tell what is served. */
    public static List<String> actions() {
        List<String> names = new ArrayList<>(ACTIONS.keySet());
        names.addAll(List.of("SCMP_ACT_ERRNO", "SCMP_ACT_TRACE"));
        return names.stream().sorted().toList();
    }

    public static List<String> operators() {
        return COMPARISONS.keySet().stream().sorted().toList();
    }

    /** @param capabilities names with CAP_ */
    static SeccompPolicy standard(Set<String> capabilities) {
        List<Rule> rules = new ArrayList<>();
        for (String line : SyscallNumbers.resource("seccomp-default.txt").split("\n")) {
            String[] words = line.trim().split(" +");
            boolean all = words[0].equals("allow");
            if (all || (words[0].equals("with") && capabilities.contains(words[1]))) {
                for (int i = all ? 1 : 2; i < words.length; i++) {
                    rules.add(new Rule(words[i], SeccompPolicy.ALLOW, List.of()));
                }
            }
        }
        if (!capabilities.contains("CAP_SYS_ADMIN")) {
            rules.add(allowIf("clone", new Condition(0, Comparison.MASKED_EQUAL, 0, NAMESPACE_FLAGS)));
            // Its flags are in memory, out of a filter's sight; ENOSYS makes C libraries use clone.
            rules.add(new Rule("clone3", Verdict.errno(Errno.ENOSYS), List.of()));
        }
        rules.add(allowIf("socket", new Condition(0, Comparison.NOT_EQUAL, AF_VSOCK, 0)));
        for (long personality : PERSONALITIES) {
            rules.add(allowIf("personality", new Condition(0, Comparison.EQUAL, personality, 0)));
        }
        return new SeccompPolicy(Verdict.errno(Errno.EPERM), rules);
    }

    private static Rule allowIf(String name, Condition condition) {
        return new Rule(name, SeccompPolicy.ALLOW, List.of(condition));
    }

    /** A profile in docker's JSON. */
    static SeccompPolicy read(Path file, Set<String> capabilities) {
        try {
            JsonNode root = new ObjectMapper().readTree(Files.readAllBytes(file));
            Verdict otherwise = verdict(root.path("defaultAction").asText(), root.path("defaultErrnoRet"));
            List<Rule> rules = new ArrayList<>();
            for (JsonNode group : root.path("syscalls")) {
                if (!applies(group, capabilities)) {
                    continue;
                }
                List<Condition> conditions = conditions(group.path("args"));
                Verdict verdict = verdict(group.path("action").asText(), group.path("errnoRet"));
                for (String name : names(group)) {
                    rules.add(new Rule(name, verdict, conditions));
                }
            }
            // A rule without conditions decides whatever the others say.
            rules.sort(Comparator.comparing(r -> !r.conditions().isEmpty()));
            return new SeccompPolicy(otherwise, rules);
        } catch (IOException e) {
            throw new RuntimeFault(
                    RuntimeFault.Kind.INVALID_CONFIG, "seccomp", "can't read the seccomp profile " + file, e);
        }
    }

    private static Set<String> names(JsonNode group) {
        Set<String> names = new HashSet<>();
        group.path("names").forEach(n -> names.add(n.asText()));
        if (group.hasNonNull("name")) {
            names.add(group.get("name").asText());
        }
        return names;
    }

    private static boolean applies(JsonNode group, Set<String> capabilities) {
        for (JsonNode wanted : group.path("includes").path("caps")) {
            if (!capabilities.contains(wanted.asText())) {
                return false;
            }
        }
        for (JsonNode unwanted : group.path("excludes").path("caps")) {
            if (capabilities.contains(unwanted.asText())) {
                return false;
            }
        }
        return true;
    }

    private static List<Condition> conditions(JsonNode args) {
        List<Condition> conditions = new ArrayList<>();
        for (JsonNode arg : args) {
            Comparison comparison = COMPARISONS.get(arg.path("op").asText());
            if (comparison == null) {
                throw invalid("unknown comparison \"" + arg.path("op").asText() + "\" in seccomp profile");
            }
            long value = arg.path("value").asLong();
            long second = arg.path("valueTwo").asLong();
            // With a mask, docker's "value" is the mask and "valueTwo" what is compared.
            conditions.add(
                    comparison == Comparison.MASKED_EQUAL
                            ? new Condition(arg.path("index").asInt(), comparison, second, value)
                            : new Condition(arg.path("index").asInt(), comparison, value, 0));
        }
        return conditions;
    }

    private static Verdict verdict(String action, JsonNode errno) {
        if (action.equals("SCMP_ACT_ERRNO")) {
            return Verdict.errno(errno.isInt() ? errno.asInt() : Errno.EPERM);
        }
        if (action.equals("SCMP_ACT_TRACE")) {
            return new Verdict(TRACE | (errno.isInt() ? errno.asInt() : Errno.EPERM));
        }
        if (action.equals("SCMP_ACT_NOTIFY")) {
            throw invalid("SCMP_ACT_NOTIFY is not supported: nobody here answers for a container's system calls");
        }
        Verdict verdict = ACTIONS.get(action);
        if (verdict == null) {
            throw invalid("unsupported action \"" + action + "\" in seccomp profile");
        }
        return verdict;
    }
}
