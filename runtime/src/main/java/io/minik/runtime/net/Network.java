package io.minik.runtime.net;

import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The node's pod network: one bridge, one address range, a veth pair per pod. Futures complete on the caller's context
 * and fail with {@link io.minik.runtime.RuntimeFault}.
 */
public interface Network {
    /**
     * One range of each for IPv4, for IPv6, or for both.
     *
     * @param pods this node's, e.g. {@code 10.42.0.0/24}; its first address is the bridge's
     * @param cluster of all pods: what is not masqueraded, e.g. {@code 10.42.0.0/16}
     * @param services addresses that the proxy translates, e.g. {@code 10.43.0.0/16}; the host needs a route for them,
     *     because its kernel looks for one before it translates
     */
    record Ranges(List<Cidr> pods, List<Cidr> cluster, List<Cidr> services) {
        public Ranges {
            pods = List.copyOf(pods);
            cluster = List.copyOf(cluster);
            services = List.copyOf(services);
            List<Boolean> families = families(pods);
            if (pods.isEmpty() || !families.equals(families(cluster)) || !families.equals(families(services))) {
                throw new IllegalArgumentException(
                        "ranges of pods " + pods + ", of the cluster " + cluster + " and of Services " + services
                                + " are not of the same families, one of each, in the same order");
            }
        }

        private static List<Boolean> families(List<Cidr> ranges) {
            return ranges.stream().map(Cidr::isV4).distinct().toList();
        }
    }

    /**
     * Makes the bridge and what goes with it; idempotent; a running node may be configured again with the same range.
     * Before it, pods with a network of their own can't be made.
     *
     * @param mtu of the pods' links
     */
    Future<Void> configure(Ranges ranges, int mtu);

    /**
     * Host-gateway routes to the other nodes' ranges: exactly these stay. Each is set by itself.
     *
     * @param nodeByPods nodes on our link
     * @return why not, by range, for those that could not be set
     */
    Future<Map<Cidr, String>> routes(Map<Cidr, Address> nodeByPods);

    /**
     * Gives a pod its link and an address of each family, or finds those that it has. Blocking.
     *
     * @param netlinkFd a rtnetlink socket of the pod's network namespace
     * @param namespaceFd that namespace
     * @return in the order of the node's ranges
     */
    List<Address> attach(String sandboxId, int netlinkFd, int namespaceFd);

    /** Brings the loopback device up. Blocking. */
    void loopback(int netlinkFd);

    /** What a pod has sent and received over its link; empty if it has none. Blocking. */
    Optional<LinkUsage> usage(String sandboxId);

    /** Takes link and addresses back. Idempotent. Blocking. */
    void detach(String sandboxId);

    /** Takes back what belongs to no sandbox of these. Blocking. */
    void reclaim(Set<String> sandboxIds);
}
