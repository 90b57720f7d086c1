package io.minik.runtime.net;

import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import io.minik.runtime.RuntimeFault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How packets find the pods of other nodes on the same link: a route by each node's own address, what flannel calls host-gw.
 * The kernel's table is the state; one call at a time.
 */
final class HostGateway {
    /** Marks our routes (RTA protocol); not one that the kernel or a routing daemon uses. */
    static final int ROUTE_PROTOCOL = 109;

    private HostGateway() {}

    /** Adds what is missing and removes what nobody wants. @return by range why it has no route; that costs only its own */
    static Map<Cidr, String> put(Rtnetlink host, Map<Cidr, Address> nodeByPods) {
        Map<Cidr, String> failed = new HashMap<>();
        Set<Cidr> right = keep(host, nodeByPods);
        nodeByPods.forEach((pods, node) -> {
            if (!right.contains(pods)) {
                try {
                    put(host, pods, node);
                } catch (RuntimeFault | IllegalArgumentException fault) {
                    failed.put(pods, String.valueOf(fault.getMessage()));
                }
            }
        });
        return failed;
    }

    private static void put(Rtnetlink host, Cidr pods, Address node) {
        if (node.isV4() != pods.isV4()) {
            throw new IllegalArgumentException(pods + " can't be reached by " + node + ", of the other family");
        }
        host.putRoute(pods, Optional.of(node), 0, ROUTE_PROTOCOL);
    }

    /** Removes our routes that nobody wants. @return those that are right already */
    private static Set<Cidr> keep(Rtnetlink host, Map<Cidr, Address> wanted) {
        Set<Cidr> right = new HashSet<>();
        for (Rtnetlink.Route route : all(host)) {
            if (route.protocol() != ROUTE_PROTOCOL || route.gateway().isEmpty()) {
                // Not ours, or the one of the services.
                continue;
            }
            Address gateway = wanted.get(route.destination());
            if (gateway == null) {
                host.removeRoute(route.destination(), ROUTE_PROTOCOL);
            } else if (gateway.equals(route.gateway().get())) {
                right.add(route.destination());
            }
        }
        return right;
    }

    /** All routes of ours, also that of the services. */
    static void removeAll(Rtnetlink host) {
        all(host).stream()
                .filter(route -> route.protocol() == ROUTE_PROTOCOL)
                .forEach(route -> host.removeRoute(route.destination(), ROUTE_PROTOCOL));
    }

    private static List<Rtnetlink.Route> all(Rtnetlink host) {
        List<Rtnetlink.Route> routes = new ArrayList<>(host.routes(true));
        routes.addAll(host.routes(false));
        return routes;
    }
}
