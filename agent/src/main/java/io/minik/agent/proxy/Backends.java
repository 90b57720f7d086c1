package io.minik.agent.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.ground.net.Address;
import io.minik.runtime.nft.Family;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The endpoints of one service port, seen from one node: those that take everybody's traffic, and those here for
 * the policies that say Local; each in the order of their addresses. Pure.
 */
record Backends(List<Endpoint> all, List<Endpoint> local) {
    /** Numbers below the offset of local endpoints. */
    private static final int MAX_ENDPOINTS = Treatment.LOCAL_OFFSET - 1;

    /** An endpoint of a slice that has the port, with what the choice looks at. */
    private record Candidate(Endpoint endpoint, JsonNode entry) {
        boolean ready() {
            // An absent "ready" means ready.
            JsonNode ready = Json.at(entry, "conditions", "ready");
            return !ready.isBoolean() || ready.booleanValue();
        }

        /** It ends, and still serves: better than nobody. */
        boolean ending() {
            return !ready()
                    && Json.bool(entry, "conditions", "serving")
                    && Json.bool(entry, "conditions", "terminating");
        }

        boolean hinted(String field) {
            return !Json.at(entry, "hints", field).isEmpty();
        }

        boolean hintedFor(String field, String name) {
            return Json.items(entry, "hints", field).stream()
                    .anyMatch(hint -> Json.text(hint, "name").equals(name));
        }
    }

    static Backends of(Place here, Collection<KubeObject> slices, Family family, String portName, String protocol) {
        Set<Candidate> candidates = new LinkedHashSet<>();
        for (KubeObject slice : slices) {
            if (familyOf(slice).filter(family::equals).isEmpty()) {
                continue;
            }
            for (JsonNode port : Json.items(slice.tree(), "ports")) {
                boolean same = Json.text(port, "name").equals(portName)
                        && Json.textOr("TCP", port, "protocol").equalsIgnoreCase(protocol);
                int number = Json.intOr(0, port, "port");
                if (same && number > 0) {
                    collect(here, slice, number, candidates);
                }
            }
        }
        List<Candidate> ready = candidates.stream().filter(Candidate::ready).toList();
        // Endpoints that end stand in for all and for this node apart, as upstream does.
        List<Endpoint> all = sorted(ready.isEmpty() ? chosen(candidates, Candidate::ending) : near(here, ready));
        List<Endpoint> local =
                sorted(chosen(ready, candidate -> candidate.endpoint().local()));
        if (local.isEmpty()) {
            local = sorted(chosen(
                    candidates,
                    candidate -> candidate.ending() && candidate.endpoint().local()));
        }
        return new Backends(all, local);
    }

    /** Empty for slices of names, which nobody can translate to. */
    private static Optional<Family> familyOf(KubeObject slice) {
        return switch (slice.text("addressType")) {
            case "IPv4" -> Optional.of(Family.IPV4);
            case "IPv6" -> Optional.of(Family.IPV6);
            default -> Optional.empty();
        };
    }

    /** How many pods here are ready, whichever ports they have: by the family that has more of them. */
    static int readyHere(Place here, Collection<KubeObject> slices) {
        Map<Family, Set<String>> addresses = new EnumMap<>(Family.class);
        for (KubeObject slice : slices) {
            familyOf(slice).ifPresent(family -> {
                Set<Candidate> candidates = new LinkedHashSet<>();
                collect(here, slice, 0, candidates);
                candidates.stream()
                        .filter(candidate ->
                                candidate.ready() && candidate.endpoint().local())
                        .forEach(candidate -> addresses
                                .computeIfAbsent(family, none -> new HashSet<>())
                                .add(candidate.endpoint().ip()));
            });
        }
        return addresses.values().stream().mapToInt(Set::size).max().orElse(0);
    }

    private static void collect(Place here, KubeObject slice, int port, Set<Candidate> candidates) {
        for (JsonNode entry : Json.items(slice.tree(), "endpoints")) {
            List<String> addresses = Json.stringList(entry, "addresses");
            Optional<Address> address = addresses.stream().findFirst().flatMap(Address::find);
            if (address.isPresent() && familyOf(slice).equals(Optional.of(Family.of(address.get())))) {
                boolean local = Json.text(entry, "nodeName").equals(here.node());
                candidates.add(new Candidate(new Endpoint(address.get().toString(), port, local), entry));
            }
        }
    }

    /**
     * Follows the slices' hints: those for this node, else those for its zone. A hint counts only if every endpoint has
     * one and one of them means us: otherwise somebody would get no traffic, or we would have nobody to send it to.
     */
    private static List<Candidate> near(Place here, List<Candidate> ready) {
        for (String field : List.of("forNodes", "forZones")) {
            String name = field.equals("forNodes") ? here.node() : here.zone();
            boolean all = !name.isEmpty() && ready.stream().allMatch(candidate -> candidate.hinted(field));
            List<Candidate> ours = all ? chosen(ready, candidate -> candidate.hintedFor(field, name)) : List.of();
            if (!ours.isEmpty()) {
                return ours;
            }
        }
        return ready;
    }

    private static List<Candidate> chosen(Collection<Candidate> candidates, Predicate<Candidate> those) {
        return candidates.stream().filter(those).toList();
    }

    private static List<Endpoint> sorted(List<Candidate> candidates) {
        return candidates.stream()
                .map(Candidate::endpoint)
                .distinct()
                .sorted(Comparator.comparing(Endpoint::target))
                .limit(MAX_ENDPOINTS)
                .toList();
    }
}
