package io.minik.agent.node;

import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/** What the node room tells the pod network. Idempotent. */
public interface NodeNetwork {
    /** @param podCidrs this node's ranges, as the API gave them */
    Future<Void> configure(List<String> podCidrs);

    /** Looks whether the machine's own firewall drops pods' packets, and opens it. @return what there is to say */
    Future<List<String>> openFirewall();

    /** Exactly these ranges are reached by way of these nodes. @return why not, by range, for those that are not */
    Future<Map<Cidr, String>> routes(Map<Cidr, Address> nodeByPods);
}
