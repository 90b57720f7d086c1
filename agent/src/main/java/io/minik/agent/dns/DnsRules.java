package io.minik.agent.dns;

import io.minik.agent.dns.Corefile.Plugin;
import io.minik.agent.dns.StubZone.Forwarding;
import io.minik.ground.net.Address;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the ConfigMap {@code kube-system/coredns-custom} says, as k3s' users write it: keys {@code *.server} hold blocks of zones,
 * keys {@code *.override} plugins for all other names. What can't be done is told and left out; the rest holds. Pure.
 *
 * @param stubs the most particular first
 * @param problems by key, in plain words
 */
record DnsRules(StubZone root, List<StubZone> stubs, List<String> problems) {
    static final DnsRules NONE = new DnsRules(StubZone.ROOT, List.of(), List.of());

    /** Of all keys together; what people write has some hundred bytes. */
    private static final int MOST_CHARS = 256 * 1024;

    private static final int MOST_ZONES = 256;
    private static final int MOST_PROBLEMS = 20;
    private static final int MOST_CACHE_SECONDS = 3600;
    private static final String NODES_SERVERS = "/etc/resolv.conf";

    /** Plugins whose work is done here anyway, or that concern only CoreDNS' own process. */
    private static final Set<String> IMPLIED =
            Set.of("errors", "health", "ready", "loadbalance", "loop", "reload", "prometheus", "bufsize", "minimal");

    static DnsRules of(Map<String, String> data) {
        List<String> problems = new ArrayList<>();
        StubZone root = StubZone.ROOT;
        Map<String, StubZone> stubs = new LinkedHashMap<>();
        if (data.values().stream().mapToLong(String::length).sum() > MOST_CHARS) {
            return new DnsRules(
                    root, List.of(), List.of("more than " + MOST_CHARS + " characters: nothing of it holds"));
        }
        for (Map.Entry<String, String> entry : new TreeMap<>(data).entrySet()) {
            Reading reading = new Reading(entry.getKey(), problems);
            try {
                if (entry.getKey().endsWith(".server")) {
                    for (Corefile.Block block :
                            Corefile.ofServers(entry.getValue()).blocks()) {
                        servers(reading, block, stubs);
                    }
                } else if (entry.getKey().endsWith(".override")) {
                    root = reading.zone(root, Corefile.ofPlugins(entry.getValue()));
                }
            } catch (Corefile.Malformed wrong) {
                reading.problem(String.valueOf(wrong.getMessage()));
            }
        }
        List<StubZone> sorted = stubs.values().stream()
                .sorted(Comparator.comparingInt((StubZone zone) -> -zone.name().length()))
                .toList();
        return new DnsRules(root, sorted, List.copyOf(problems));
    }

    /** The zone that a name belongs to: the longest. */
    StubZone zoneOf(String name) {
        for (StubZone stub : stubs) {
            if (stub.holds(name)) {
                return stub;
            }
        }
        return root;
    }

    private static void servers(Reading reading, Corefile.Block block, Map<String, StubZone> stubs) {
        for (String written : block.zones()) {
            String zone = written.startsWith("dns://") ? written.substring("dns://".length()) : written;
            int colon = zone.lastIndexOf(':');
            // The port is CoreDNS' own: ours is the one that pods are told.
            String name = Record.plain(colon < 0 ? zone : zone.substring(0, colon));
            if (name.contains("/") || name.contains("://")) {
                reading.problem("zone " + written
                        + ": write a name; ranges of addresses and other protocols are not supported");
            } else if (name.isEmpty()) {
                reading.problem(
                        "zone " + written + ": plugins for all names belong into a key that ends with .override");
            } else if (stubs.containsKey(name)) {
                reading.problem("zone " + written + " is there twice: the first one holds");
            } else if (stubs.size() >= MOST_ZONES) {
                reading.problem("more than " + MOST_ZONES + " zones: " + written + " is left out");
            } else {
                StubZone empty = new StubZone(name, false, HostTable.NONE, List.of(), Optional.empty(), 0, false);
                stubs.put(name, reading.zone(empty, block.plugins()));
            }
        }
    }

    /** One key, plugin by plugin. */
    private record Reading(String key, List<String> problems) {
        void problem(String text) {
            if (problems.size() < MOST_PROBLEMS && !problems.contains(key + ": " + text)) {
                problems.add(key + ": " + text);
            }
        }

        StubZone zone(StubZone from, List<Plugin> plugins) {
            boolean cluster = from.cluster();
            HostTable hosts = from.hosts();
            List<NameRewrite> rewrites = new ArrayList<>(from.rewrites());
            Optional<Forwarding> forwarding = from.forwarding();
            int cacheSeconds = from.cacheSeconds();
            boolean logs = from.logs();
            for (Plugin plugin : plugins) {
                switch (plugin.name()) {
                    case "kubernetes" -> cluster = true;
                    case "hosts" -> hosts = hosts(plugin);
                    case "rewrite" -> rewrite(plugin).ifPresent(rewrites::add);
                    case "forward" -> forwarding = forward(plugin).or(() -> from.forwarding());
                    case "cache" -> cacheSeconds = cache(plugin);
                    case "log" -> logs = true;
                    default -> {
                        if (!IMPLIED.contains(plugin.name())) {
                            problem("plugin " + plugin.name() + " is not supported and left out");
                        }
                    }
                }
            }
            return new StubZone(from.name(), cluster, hosts, List.copyOf(rewrites), forwarding, cacheSeconds, logs);
        }

        private HostTable hosts(Plugin plugin) {
            if (plugin.args().stream().anyMatch(arg -> arg.startsWith("/"))) {
                problem("hosts: a file is not read; write its lines between the braces");
            }
            Map<Address, List<String>> entries = new LinkedHashMap<>();
            int ttl = HostTable.DEFAULT_TTL_SECONDS;
            boolean fallsThrough = false;
            for (List<String> line : plugin.lines()) {
                Optional<Address> address = Address.find(line.get(0));
                if (address.isPresent()) {
                    entries.computeIfAbsent(address.get(), ip -> new ArrayList<>())
                            .addAll(line.subList(1, line.size()).stream()
                                    .map(Record::plain)
                                    .toList());
                } else if (line.get(0).equals("fallthrough")) {
                    fallsThrough = true;
                } else if (line.get(0).equals("ttl") && line.size() == 2) {
                    ttl = seconds("hosts ttl", line.get(1), ttl);
                } else if (!Set.of("reload", "no_reverse").contains(line.get(0))) {
                    problem("hosts: " + line.get(0) + " is neither an address nor an option that is supported");
                }
            }
            return HostTable.of(entries, ttl, fallsThrough);
        }

        private Optional<NameRewrite> rewrite(Plugin plugin) {
            List<String> words = new ArrayList<>(plugin.args());
            boolean stops = true;
            if (!words.isEmpty() && Set.of("stop", "continue").contains(words.get(0))) {
                stops = words.remove(0).equals("stop");
            }
            if (words.size() < 3 || !words.get(0).equals("name")) {
                problem("rewrite " + String.join(" ", plugin.args())
                        + ": only names are rewritten: rewrite name [exact|prefix|suffix|substring] FROM TO");
                return Optional.empty();
            }
            int at = words.size() > 3 && !words.get(3).equals("answer") ? 2 : 1;
            Optional<NameRewrite.Kind> kind = at == 1 ? Optional.of(NameRewrite.Kind.EXACT) : kind(words.get(1));
            if (kind.isEmpty()) {
                problem("rewrite name " + words.get(1) + " is not supported and left out");
                return Optional.empty();
            }
            boolean whole = kind.get() == NameRewrite.Kind.EXACT || kind.get() == NameRewrite.Kind.SUFFIX;
            String from = whole ? Record.plain(words.get(at)) : lower(words.get(at));
            String to = whole ? Record.plain(words.get(at + 1)) : lower(words.get(at + 1));
            if (from.isEmpty() || to.length() > NameRewrite.MOST_LETTERS) {
                problem("rewrite name: FROM is empty, or TO is longer than a name may be");
                return Optional.empty();
            }
            return Optional.of(new NameRewrite(kind.get(), from, to, stops));
        }

        private static String lower(String text) {
            return text.toLowerCase(Locale.ROOT);
        }

        private static Optional<NameRewrite.Kind> kind(String word) {
            return Arrays.stream(NameRewrite.Kind.values())
                    .filter(kind -> kind.name().equalsIgnoreCase(word))
                    .findFirst();
        }

        private Optional<Forwarding> forward(Plugin plugin) {
            List<NameServer> servers = new ArrayList<>();
            boolean nodes = false;
            List<String> targets = plugin.args().isEmpty()
                    ? List.of()
                    : plugin.args().subList(1, plugin.args().size());
            for (String target : targets) {
                Optional<NameServer> server = NameServer.parse(target);
                server.ifPresent(servers::add);
                if (target.equals(NODES_SERVERS)) {
                    nodes = true;
                } else if (server.isEmpty()) {
                    problem("forward to " + target + ": an address with or without a port, or " + NODES_SERVERS
                            + ", is expected; TLS is not supported");
                }
            }
            if (servers.isEmpty() && !nodes) {
                problem("forward " + String.join(" ", plugin.args()) + ": nobody is left to ask");
                return Optional.empty();
            }
            List<String> except = new ArrayList<>();
            boolean tcp = false;
            boolean shuffled = true;
            for (List<String> line : plugin.lines()) {
                switch (line.get(0)) {
                    case "except" -> line.subList(1, line.size()).forEach(name -> except.add(Record.plain(name)));
                    case "force_tcp" -> tcp = true;
                    case "policy" -> shuffled = !line.contains("sequential");
                    case "prefer_udp", "expire", "max_fails", "max_concurrent", "health_check", "max_idle_conns" -> {
                        // Servers that do not answer are asked last for a while, whatever these say.
                    }
                    default -> problem("forward: " + line.get(0) + " is not supported and left out");
                }
            }
            return Optional.of(new Forwarding(List.copyOf(servers), nodes, List.copyOf(except), tcp, shuffled));
        }

        private int cache(Plugin plugin) {
            return plugin.args().isEmpty() || !plugin.args().get(0).matches("[0-9]+")
                    ? MOST_CACHE_SECONDS
                    : seconds("cache", plugin.args().get(0), MOST_CACHE_SECONDS);
        }

        private int seconds(String what, String text, int otherwise) {
            if (!text.matches("[0-9]{1,9}")) {
                problem(what + " " + text + ": a number of seconds is expected");
                return otherwise;
            }
            return Math.min(Integer.parseInt(text), MOST_CACHE_SECONDS);
        }
    }
}
