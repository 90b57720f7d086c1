package io.minik.agent.node;

import java.util.List;
import java.util.Map;

/**
 * @param addresses of the node, the main one first
 * @param externalAddresses may be empty
 * @param labels, taints given at registration only; later the API's users own them
 * @param taints as {@code key=value:Effect}
 * @param kubeletVersion as {@code v1.36.4+minik}
 * @param runtimeVersion as {@code minik://0.1.0}
 */
public record NodeConfig(
        String nodeName,
        List<String> addresses,
        List<String> externalAddresses,
        String hostname,
        Map<String, String> labels,
        List<String> taints,
        int maxPods,
        int kubeletPort,
        String kubeletVersion,
        String runtimeVersion) {
    /** Upstream's default of --max-pods. */
    public static final int DEFAULT_MAX_PODS = 110;
}
