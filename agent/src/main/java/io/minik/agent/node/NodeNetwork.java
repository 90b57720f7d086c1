package io.minik.agent.node;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/** What the node room tells the pod network. Idempotent. */
public interface NodeNetwork {
    /** @param podCidr this node's range, as the API gave it */
    Future<Void> configure(String podCidr);

    /** Looks whether the machine's own firewall drops pods' packets, and opens it. @return what there is to say */
    Future<List<String>> openFirewall();

    /** Exactly these ranges are reached by way of these nodes. @return why not, by range, for those that are not */
    Future<Map<String, String>> routes(Map<String, String> nodeIpByPodCidr);
}
