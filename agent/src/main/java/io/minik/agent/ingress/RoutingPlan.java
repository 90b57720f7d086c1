package io.minik.agent.ingress;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.re2j.PatternSyntaxException;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All Ingresses of ours as one table. Of two that want the same the older has it, and the other one is told. Pure.
 *
 * @param certificates which Secret's certificate is shown, by host name or wildcard
 */
record RoutingPlan(RoutingTable table, Map<String, Claim> certificates, List<Complaint> complaints) {
    static final String BROKEN = "BackendUnavailable";
    static final String TAKEN = "PathTaken";
    static final String SHARED = "HostShared";
    static final String NOT_HONOURED = "AnnotationNotHonoured";
    static final String INVALID = "InvalidAnnotation";
    static final String CLOSED = "Closed";
    static final String TOO_MANY = "TooManyPaths";

    /** @param ingress that names the Secret */
    record Claim(ObjectKey ingress, ObjectKey secret) {}

    static RoutingPlan of(Collection<KubeObject> ingresses, ClusterView view) {
        Planner planner = new Planner(view);
        ingresses.stream()
                .sorted(Comparator.comparing(
                                (KubeObject ingress) -> ingress.meta().creationTimestamp())
                        .thenComparing(KubeObject::key))
                .forEach(planner::add);
        return planner.plan();
    }

    /** One Ingress while it is read. */
    private record Reading(
            ObjectKey key, IngressAnnotations.Read annotations, Set<String> tls, Map<String, RouteOptions> services) {}

    private static final class Planner {
        /** About one Ingress: who has more to mend sees the rest when he has. */
        private static final int MOST_COMPLAINTS = 32;

        /** What an event holds. */
        private static final int MOST_MESSAGE = 1000;

        private final ClusterView view;
        private final BackendFinder backends;
        private final RoutingTable.Builder table = new RoutingTable.Builder();
        private final Map<String, Claim> certificates = new LinkedHashMap<>();
        private final Map<ObjectKey, Set<Complaint>> complaints = new LinkedHashMap<>();
        private final PlanRoom room = new PlanRoom();
        private final Map<String, ObjectKey> owners = new HashMap<>();
        private final Map<String, Route> moved = new LinkedHashMap<>();

        Planner(ClusterView view) {
            this.view = view;
            this.backends = new BackendFinder(view);
        }

        RoutingPlan plan() {
            moved.forEach((host, route) -> {
                if (!owners.containsKey(host)) {
                    table.hostFallback(host, route);
                }
            });
            return new RoutingPlan(
                    table.build(),
                    Map.copyOf(certificates),
                    complaints.values().stream().flatMap(Set::stream).toList());
        }

        private void complain(ObjectKey ingress, String reason, String message) {
            Set<Complaint> own = complaints.computeIfAbsent(ingress, none -> new LinkedHashSet<>());
            if (own.size() < MOST_COMPLAINTS || reason.equals(TOO_MANY)) {
                own.add(new Complaint(ingress, reason, shortened(message)));
            }
        }

        private static String shortened(String message) {
            return message.length() <= MOST_MESSAGE ? message : message.substring(0, MOST_MESSAGE) + "...";
        }

        void add(KubeObject ingress) {
            if (!room.takesObject(ingress.namespace(), ingress.length())) {
                full(ingress.key());
                return;
            }
            IngressAnnotations.Read read = IngressAnnotations.of(ingress.annotations());
            if (!read.unknown().isEmpty()) {
                complain(ingress.key(), NOT_HONOURED, String.join(", ", read.unknown()) + ": not honoured here");
            }
            read.invalid().forEach((name, why) -> complain(ingress.key(), INVALID, name + ": " + why));
            read.options().closed().ifPresent(why -> complain(ingress.key(), CLOSED, "answered with 503, as " + why));
            Reading reading = new Reading(ingress.key(), read, certificates(ingress), new HashMap<>());
            List<JsonNode> rules = Json.items(ingress.tree(), "spec", "rules");
            for (JsonNode rule : rules) {
                if (!rule(reading, rule)) {
                    return;
                }
            }
            JsonNode fallback = Json.at(ingress.tree(), "spec", "defaultBackend");
            if (fallback.isObject()) {
                Route route = route(reading, fallback, "", "/");
                if (rules.isEmpty()) {
                    table.fallback(route).ifPresent(other -> taken(reading, other, "the default backend"));
                } else {
                    rules.forEach(rule -> table.hostFallback(host(rule), route));
                }
            }
        }

        private static String host(JsonNode rule) {
            return Json.text(rule, "host").toLowerCase(Locale.ROOT);
        }

        /** @return the hosts of an Ingress that it has a certificate for */
        private Set<String> certificates(KubeObject ingress) {
            Set<String> covered = new HashSet<>();
            for (JsonNode entry : Json.items(ingress.tree(), "spec", "tls")) {
                List<String> hosts = new ArrayList<>(Json.stringList(entry, "hosts"));
                if (hosts.isEmpty()) {
                    Json.items(ingress.tree(), "spec", "rules").forEach(rule -> hosts.add(host(rule)));
                }
                String secret = Json.text(entry, "secretName");
                for (String written : hosts) {
                    if (!room.takes(ingress.namespace(), 0)) {
                        return covered;
                    }
                    String host = written.toLowerCase(Locale.ROOT);
                    covered.add(host);
                    if (!secret.isEmpty() && !host.isEmpty()) {
                        claim(host, new Claim(ingress.key(), ObjectKey.of(ingress.namespace(), secret)));
                    }
                }
            }
            return covered;
        }

        private void claim(String host, Claim claim) {
            Claim other = certificates.putIfAbsent(host, claim);
            if (other != null && !other.secret().equals(claim.secret())) {
                complain(
                        claim.ingress(),
                        TAKEN,
                        "the certificate of " + host + " is Secret " + other.secret() + ", which the older Ingress "
                                + other.ingress() + " names");
            }
        }

        /** @return false: there is no room for more of it */
        private boolean rule(Reading reading, JsonNode rule) {
            String host = host(rule);
            if (!room.takes(reading.key().namespace(), 0)) {
                full(reading.key());
                return false;
            }
            ObjectKey owner = owners.putIfAbsent(host, reading.key());
            if (owner != null && !owner.namespace().equals(reading.key().namespace())) {
                complain(
                        owner, SHARED, "paths of host " + shown(host) + " are also served by Ingress " + reading.key());
            }
            for (JsonNode path : Json.items(rule, "http", "paths")) {
                if (!room.takes(reading.key().namespace(), 0)) {
                    full(reading.key());
                    return false;
                }
                path(reading, host, path);
            }
            return true;
        }

        private void full(ObjectKey ingress) {
            complain(ingress, TOO_MANY, "not all of it is served: " + PlanRoom.WORDS);
        }

        private void path(Reading reading, String host, JsonNode path) {
            String type = Json.textOr("ImplementationSpecific", path, "pathType");
            String text = Json.textOr("/", path, "path");
            Route route = route(reading, Json.at(path, "backend"), host, text);
            boolean exact = type.equals("Exact");
            Optional<Route> other;
            if (!exact && route.options().rewrite().patterns()) {
                other = pattern(reading, host, route);
            } else {
                Optional<String> normal = normal(reading, text);
                if (normal.isEmpty()) {
                    return;
                }
                Route normalised = route.at(normal.get());
                other = exact ? table.exact(host, normalised) : table.prefix(host, normalised);
            }
            other.filter(holder -> !holder.ingress().equals(reading.key()))
                    .ifPresent(holder -> taken(reading, holder, "path " + text + " of host " + shown(host)));
            if (route.options().redirects().www() && !host.isEmpty() && !RoutingTable.isWildcard(host)) {
                String twin = host.startsWith("www.") ? host.substring(4) : "www." + host;
                moved.putIfAbsent(twin, route.movedTo(host));
            }
        }

        private Optional<Route> pattern(Reading reading, String host, Route route) {
            try {
                PathPattern pattern = new PathPattern(route.path());
                if (!room.takes(reading.key().namespace(), pattern.steps())) {
                    full(reading.key());
                    return Optional.empty();
                }
                return table.pattern(host, route.matching(pattern));
            } catch (PatternSyntaxException e) {
                complain(
                        reading.key(),
                        INVALID,
                        "path " + route.path() + " is no regular expression: " + e.getDescription());
                return Optional.empty();
            }
        }

        /** As requests are, so that they can meet. */
        private Optional<String> normal(Reading reading, String path) {
            try {
                StringBuilder escaped = new StringBuilder();
                for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
                    if (b <= ' ' || b == 0x7f || b == '#' || b == '?' || b == '\\') {
                        escaped.append('%')
                                .append(HexFormat.of().withUpperCase().toHexDigits(b));
                    } else {
                        escaped.append((char) b);
                    }
                }
                return Optional.of(RequestTarget.normalise(escaped.toString()));
            } catch (Refusal refusal) {
                complain(reading.key(), INVALID, "path " + path + " can't be asked for: " + refusal.getMessage());
                return Optional.empty();
            }
        }

        private Route route(Reading reading, JsonNode backend, String host, String path) {
            RouteOptions options = reading.services()
                    .computeIfAbsent(Json.text(backend, "service", "name"), service -> view.service(
                                    ObjectKey.of(reading.key().namespace(), service))
                            .map(found -> reading.annotations().with(found.annotations()))
                            .orElse(reading.annotations().options()));
            ServiceBackend found = backends.find(reading.key().namespace(), backend, options.protocol());
            if (found.isBroken()) {
                complain(reading.key(), BROKEN, found.problem() + "; answered with 503");
            }
            return new Route(
                    reading.key(),
                    path,
                    covered(reading.tls(), host),
                    Optional.empty(),
                    Optional.empty(),
                    options,
                    found);
        }

        private static boolean covered(Set<String> tls, String host) {
            int dot = host.indexOf('.');
            return tls.contains(host) || (dot >= 0 && tls.contains("*" + host.substring(dot)));
        }

        private void taken(Reading reading, Route holder, String what) {
            complain(reading.key(), TAKEN, what + " is served by the older Ingress " + holder.ingress());
        }

        private static String shown(String host) {
            return host.isEmpty() ? "*" : host;
        }
    }
}
