package io.minik.server.controllers.balancing;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.net.Address;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Which Service has which nodes. A port of a node is one Service's: of two that want it, the one that has it already, else
 * the older. Pure.
 */
final class NodeShares {
    /** What else may hold a port, and the nodes where a Service has ready endpoints. */
    interface Facts {
        /** @return who holds that port of the node, as words; empty: nobody but perhaps a Service of type LoadBalancer */
        String holder(BalancingNode node, KubeObject service, String protocol, int port);

        Set<String> nodesWithEndpoints(KubeObject service);

        /** It had nodes before. */
        boolean holds(KubeObject service);
    }

    /**
     * @param addresses sorted, of the Service's families
     * @param nodes how many nodes the Service has: with addresses to be told or, for want of endpoints, without
     * @param taken who has what it wanted, by sentence
     */
    record Share(List<String> addresses, int nodes, Set<String> taken) {}

    private record Port(String node, String protocol, int number) {}

    private final List<BalancingNode> nodes;
    private final Facts facts;
    private final Map<Port, ObjectKey> taken = new HashMap<>();

    private NodeShares(List<BalancingNode> nodes, Facts facts) {
        this.nodes = nodes;
        this.facts = facts;
    }

    /** @param services those that are to be balanced here, and no others */
    static Map<ObjectKey, Share> of(Collection<KubeObject> services, List<BalancingNode> all, Facts facts) {
        boolean chosen = all.stream().anyMatch(BalancingNode::enabled);
        List<BalancingNode> nodes = all.stream()
                .filter(node -> !chosen || node.enabled())
                .sorted(Comparator.comparing(BalancingNode::name))
                .toList();
        NodeShares shares = new NodeShares(nodes, facts);
        Map<ObjectKey, Share> result = new HashMap<>();
        services.stream()
                .sorted(Comparator.comparing((KubeObject service) -> !facts.holds(service))
                        .thenComparing(service -> service.meta().creationTimestamp())
                        .thenComparing(KubeObject::key))
                .forEach(service -> result.put(service.key(), shares.share(service)));
        return result;
    }

    private Share share(KubeObject service) {
        String pool = service.meta().labels().getOrDefault(BalancingNode.POOL, "");
        Set<String> conflicts = new TreeSet<>();
        List<BalancingNode> own = new ArrayList<>();
        for (BalancingNode node : nodes) {
            if ((pool.isEmpty() || pool.equals(node.pool())) && take(service, node, conflicts)) {
                own.add(node);
            }
        }
        // A node that is away keeps its ports, and is not named.
        Predicate<BalancingNode> named = BalancingNode::usable;
        if (service.text("spec", "externalTrafficPolicy").equals("Local")) {
            Set<String> serving = facts.nodesWithEndpoints(service);
            named = named.and(node -> serving.contains(node.name()));
        }
        return new Share(addresses(service, own.stream().filter(named).toList()), own.size(), conflicts);
    }

    /** All ports of the Service at this node, or none. */
    private boolean take(KubeObject service, BalancingNode node, Set<String> conflicts) {
        List<Port> wanted = new ArrayList<>();
        boolean free = true;
        for (JsonNode port : Json.items(service.tree(), "spec", "ports")) {
            Port place = new Port(node.name(), Json.textOr("TCP", port, "protocol"), Json.intOr(0, port, "port"));
            wanted.add(place);
            ObjectKey other = taken.get(place);
            String holder =
                    other != null ? "Service " + other : facts.holder(node, service, place.protocol(), place.number());
            if (!holder.isEmpty()) {
                conflicts.add("port " + place.number() + "/" + place.protocol() + " of node " + node.name()
                        + " is taken by " + holder);
                free = false;
            }
        }
        if (free) {
            wanted.forEach(place -> taken.put(place, service.key()));
        }
        return free;
    }

    /** As k3s: where one node has an external address, only those are told. */
    private static List<String> addresses(KubeObject service, List<BalancingNode> nodes) {
        return addresses(Json.stringList(service.tree(), "spec", "ipFamilies"), nodes);
    }

    /** Of both families. */
    static List<String> addresses(List<BalancingNode> nodes) {
        return addresses(List.of("IPv4", "IPv6"), nodes);
    }

    private static List<String> addresses(List<String> families, List<BalancingNode> nodes) {
        boolean external = nodes.stream().anyMatch(node -> !node.external().isEmpty());
        Set<String> all = new LinkedHashSet<>();
        for (String family : families) {
            Set<Address> sorted = new TreeSet<>();
            for (BalancingNode node : nodes) {
                for (Address address : external ? node.external() : node.internal()) {
                    if (address.isV4() == family.equals("IPv4")) {
                        sorted.add(address);
                    }
                }
            }
            sorted.forEach(address -> all.add(address.toString()));
        }
        return List.copyOf(all);
    }
}
