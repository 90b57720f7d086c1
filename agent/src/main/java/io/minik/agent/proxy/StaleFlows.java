package io.minik.agent.proxy;

import io.minik.runtime.nft.Element;
import io.minik.runtime.nft.Family;
import io.minik.runtime.nft.RuleTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * UDP flows that the kernel would go on sending to where they went, although the rules changed: a UDP flow has no end, so
 * as long as a client goes on, conntrack keeps its translation. Pure: which ones, as arguments of conntrack.
 */
final class StaleFlows {
    /** The endpoints: of an address and port, of a node port; of host ports, whose elements have no number. */
    private static final Set<String> ENDPOINTS = named("udp_ep", "udp_nep", "udp_host", "udp_hostip");

    /** Whose keys end with an endpoint's number. */
    private static final Set<String> NUMBERED = named("udp_ep", "udp_nep");

    /** A port that appears here just got its first endpoints. */
    private static final Set<String> OPENINGS = named("udp_vip", "udp_node", "udp_host", "udp_hostip");

    private StaleFlows() {}

    private static Set<String> named(String... maps) {
        return Arrays.stream(maps)
                .flatMap(map -> Arrays.stream(Family.values()).map(family -> family.named(map)))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** After a change of some elements. */
    static List<List<String>> of(RuleTable.Changes changes) {
        Set<String> kept = new HashSet<>();
        changes.put().forEach((element, target) -> {
            if (ENDPOINTS.contains(element.map())) {
                kept.add(place(element) + " to " + target);
            }
        });
        Set<List<String>> commands = new LinkedHashSet<>();
        changes.removed().forEach((element, target) -> {
            if (ENDPOINTS.contains(element.map()) && !kept.contains(place(element) + " to " + target)) {
                commands.add(command(family(element), place(element), ip(target)));
            }
        });
        // Flows that found nobody must try again.
        changes.put().forEach((element, verdict) -> {
            if (OPENINGS.contains(element.map()) && !changes.removed().containsKey(element)) {
                commands.add(command(family(element), place(element), ""));
            }
        });
        return List.copyOf(commands);
    }

    /**
     * After all rules were replaced: of the flows to places that we translate, those that go to somebody else than the
     * rules say.
     *
     * @param family of the flows
     * @param elements all that are in place
     * @param redirected places that lead to this node itself, in no element
     * @param dump what conntrack lists
     */
    static List<List<String>> ofAll(Family family, Map<Element, String> elements, Set<String> redirected, String dump) {
        Map<String, Set<String>> targets = new HashMap<>();
        elements.forEach((element, target) -> {
            if (ENDPOINTS.contains(element.map()) && family(element) == family) {
                targets.computeIfAbsent(place(element), ignored -> new HashSet<>())
                        .add(ip(target));
            }
        });
        Set<List<String>> commands = new LinkedHashSet<>();
        dump.lines().flatMap(line -> Flow.parse(line).stream()).forEach(flow -> {
            String place = flow.destination() + " . " + flow.port();
            boolean ours = targets.containsKey(place)
                    || elements.containsKey(new Element(family.named("cluster_ips"), flow.destination()))
                    // A port alone means this node's addresses; another machine's with that port is not translated.
                    || (flow.isTranslated() && targets.containsKey(flow.port()));
            Set<String> right = targets.getOrDefault(place, targets.getOrDefault(flow.port(), Set.of()));
            if (ours && !redirected.contains(place) && !right.contains(flow.answeredBy())) {
                commands.add(command(family, place, flow.answeredBy()));
            }
        });
        return List.copyOf(commands);
    }

    /** Address and port, or a port alone: the element's key without an endpoint's number. */
    private static String place(Element element) {
        boolean numbered = NUMBERED.contains(element.map());
        String key = element.key();
        return numbered ? key.substring(0, key.lastIndexOf(" . ")) : key;
    }

    private static Family family(Element element) {
        return element.map().endsWith("6") ? Family.IPV6 : Family.IPV4;
    }

    /** What conntrack is asked for: it speaks of IPv4 unless it is told otherwise. */
    static List<String> selection(Family family) {
        return family == Family.IPV4 ? List.of("-p", "udp") : List.of("-f", "ipv6", "-p", "udp");
    }

    private static String ip(String target) {
        return target.substring(0, target.indexOf(' '));
    }

    /** @param answeredBy empty: whoever it is */
    private static List<String> command(Family family, String place, String answeredBy) {
        List<String> words = new ArrayList<>(List.of("-D"));
        words.addAll(selection(family));
        String[] parts = place.split(" \\. ");
        if (parts.length > 1) {
            words.addAll(List.of("--orig-dst", parts[0]));
        }
        words.addAll(List.of("--orig-port-dst", parts[parts.length - 1]));
        if (!answeredBy.isEmpty()) {
            words.addAll(List.of("--reply-src", answeredBy));
        }
        return words;
    }
}
