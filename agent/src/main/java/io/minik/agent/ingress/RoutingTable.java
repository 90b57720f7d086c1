package io.minik.agent.ingress;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which route a host and a path have: the host as it is goes before a wildcard (of one label) and that before none; within the host
 * an exact path before all others, and the longer before the shorter. A host that is found is not left again. Immutable.
 */
final class RoutingTable {
    static final RoutingTable EMPTY = new Builder().build();
    private static final String ANY = "";
    private static final String WILDCARD = "*.";

    private final Map<String, Host> hosts;
    private final Optional<Route> fallback;

    private RoutingTable(Map<String, Host> hosts, Optional<Route> fallback) {
        this.hosts = hosts;
        this.fallback = fallback;
    }

    /** @param groups what a regular expression caught; empty for others */
    record Match(Route route, String[] groups) {}

    private static final String[] NO_GROUPS = {};

    /** @param path as {@link RequestTarget#matched} */
    Optional<Match> find(String host, String path) {
        Host found = host(host);
        if (found != null) {
            Optional<Match> match = found.find(path);
            if (match.isPresent()) {
                return match;
            }
        }
        return fallback.map(route -> new Match(route, NO_GROUPS));
    }

    /** Whether rules name this host, which is none's name alone. */
    boolean knows(String host) {
        return hosts.containsKey(host);
    }

    private @Nullable Host host(String name) {
        Host exact = hosts.get(name);
        if (exact != null) {
            return exact;
        }
        int dot = name.indexOf('.');
        Host wild = dot < 0 ? null : hosts.get("*" + name.substring(dot));
        return wild == null ? hosts.get(ANY) : wild;
    }

    /** Of one host; prefixes by their text without the last slash. */
    private static final class Host {
        final Map<String, Route> exact = new HashMap<>();
        final Map<String, Route> prefixes = new HashMap<>();
        final List<Route> patterns = new ArrayList<>();
        final Map<String, Route> patternTexts = new HashMap<>();
        /** Letters: a path of thousands of segments is not looked up a thousand times. */
        int longestPrefix;

        Optional<Route> fallback = Optional.empty();

        Optional<Match> find(String path) {
            Route route = exact.get(path);
            if (route == null) {
                PathPattern.Work work = new PathPattern.Work();
                route = prefix(path);
                for (Route each : patterns) {
                    if (route != null && each.path().length() < route.path().length()) {
                        break;
                    }
                    Optional<String[]> groups = each.pattern().flatMap(pattern -> pattern.match(path, work));
                    if (groups.isPresent()) {
                        return Optional.of(new Match(each, groups.get()));
                    }
                }
            }
            return route == null
                    ? fallback.map(each -> new Match(each, NO_GROUPS))
                    : Optional.of(new Match(route, NO_GROUPS));
        }

        /** Element by element: {@code /foo} is no prefix of {@code /foobar}. */
        private @Nullable Route prefix(String path) {
            String rest = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
            while (true) {
                Route found = rest.length() > longestPrefix ? null : prefixes.get(rest);
                if (found != null || rest.isEmpty()) {
                    return found;
                }
                int end = rest.lastIndexOf('/');
                while (end > longestPrefix) {
                    end = rest.lastIndexOf('/', end - 1);
                }
                rest = rest.substring(0, end);
            }
        }
    }

    /** Whoever claims something first has it. */
    static final class Builder {
        private final Map<String, Host> hosts = new HashMap<>();
        private Optional<Route> fallback = Optional.empty();

        /** @return who has it already */
        Optional<Route> exact(String host, Route route) {
            return Optional.ofNullable(of(host).exact.putIfAbsent(route.path(), route));
        }

        Optional<Route> prefix(String host, Route route) {
            String path = route.path();
            String key = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
            Host of = of(host);
            of.longestPrefix = Math.max(of.longestPrefix, key.length());
            return Optional.ofNullable(of.prefixes.putIfAbsent(key, route));
        }

        Optional<Route> pattern(String host, Route route) {
            Host of = of(host);
            Route other = of.patternTexts.putIfAbsent(route.path(), route);
            if (other == null) {
                of.patterns.add(route);
            }
            return Optional.ofNullable(other);
        }

        /** For what no path of the host takes; of several the first is kept. */
        void hostFallback(String host, Route route) {
            Host of = of(host);
            if (of.fallback.isEmpty()) {
                of.fallback = Optional.of(route);
            }
        }

        Optional<Route> fallback(Route route) {
            Optional<Route> other = fallback;
            if (other.isEmpty()) {
                fallback = Optional.of(route);
            }
            return other;
        }

        private Host of(String name) {
            return hosts.computeIfAbsent(name, none -> new Host());
        }

        RoutingTable build() {
            hosts.values()
                    .forEach(host -> host.patterns.sort(
                            Comparator.comparing((Route route) -> route.path().length(), Comparator.reverseOrder())));
            return new RoutingTable(Map.copyOf(hosts), fallback);
        }
    }

    static boolean isWildcard(String host) {
        return host.startsWith(WILDCARD);
    }
}
