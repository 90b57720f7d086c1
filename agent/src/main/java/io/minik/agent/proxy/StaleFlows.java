package io.minik.agent.proxy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * UDP flows that the kernel would go on sending to where they went, although the rules changed: a UDP flow has no end, so
 * as long as a client goes on, conntrack keeps its translation. Pure: which ones, as arguments of conntrack.
 */
final class StaleFlows {
    private StaleFlows() {}

    static List<List<String>> of(RuleTable.Changes changes) {
        Set<String> kept = new HashSet<>();
        changes.put().forEach((element, target) -> {
            if (isEndpoint(element)) {
                kept.add(flow(element, target));
            }
        });
        List<List<String>> commands = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        changes.removed().forEach((element, target) -> {
            if (isEndpoint(element) && !kept.contains(flow(element, target)) && seen.add(flow(element, target))) {
                commands.add(toEndpoint(element, target));
            }
        });
        // A port that just got its first endpoints: flows that found nobody must try again.
        changes.put().forEach((element, verdict) -> {
            if (element.map().equals("udp_vip") && !changes.removed().containsKey(element)) {
                String[] key = element.key().split(" \\. ");
                commands.add(List.of("-D", "-p", "udp", "--orig-dst", key[0], "--orig-port-dst", key[1]));
            }
        });
        return commands;
    }

    private static boolean isEndpoint(Element element) {
        return element.map().equals("udp_ep") || element.map().equals("udp_nep");
    }

    /** Without the number: an endpoint that only moved to another one is still there. */
    private static String flow(Element element, String target) {
        return element.map() + " " + element.key().substring(0, element.key().lastIndexOf(" . ")) + " " + target;
    }

    private static List<String> toEndpoint(Element element, String target) {
        String[] key = element.key().split(" \\. ");
        String ip = target.substring(0, target.indexOf(' '));
        return element.map().equals("udp_ep")
                ? List.of("-D", "-p", "udp", "--orig-dst", key[0], "--orig-port-dst", key[1], "--dst-nat", ip)
                : List.of("-D", "-p", "udp", "--orig-port-dst", key[0], "--dst-nat", ip);
    }
}
