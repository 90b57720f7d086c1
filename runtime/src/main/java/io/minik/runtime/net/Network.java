package io.minik.runtime.net;

import io.vertx.core.Future;
import java.util.Map;
import java.util.Set;

/**
 * The node's pod network: one bridge, one address range, a veth pair per pod. Futures complete on the caller's context
 * and fail with {@link io.minik.runtime.RuntimeFault}.
 */
public interface Network {
    /**
     * @param pods this node's, e.g. {@code 10.42.0.0/24}; its first address is the bridge's
     * @param cluster of all pods: what is not masqueraded, e.g. {@code 10.42.0.0/16}
     * @param services addresses that the proxy translates, e.g. {@code 10.43.0.0/16}; the host needs a route for them,
     *     because its kernel looks for one before it translates
     */
    record Ranges(String pods, String cluster, String services) {}

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
     * @param nodeIpByPodCidr nodes on our link
     * @return why not, by range, for those that could not be set
     */
    Future<Map<String, String>> routes(Map<String, String> nodeIpByPodCidr);

    /**
     * Gives a pod its link and address, or finds the address that it has. Blocking.
     *
     * @param netlinkFd a rtnetlink socket of the pod's network namespace
     * @param namespaceFd that namespace
     * @return its IPv4 address
     */
    String attach(String sandboxId, int netlinkFd, int namespaceFd);

    /** Brings the loopback device up. Blocking. */
    void loopback(int netlinkFd);

    /** Takes link and address back. Idempotent. Blocking. */
    void detach(String sandboxId);

    /** Takes back what belongs to no sandbox of these. Blocking. */
    void reclaim(Set<String> sandboxIds);
}
