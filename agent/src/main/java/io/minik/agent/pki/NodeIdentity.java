package io.minik.agent.pki;

import io.minik.api.join.ClusterConfig;
import java.time.Instant;

/**
 * All that a node needs to be part of a cluster, in PEM (keys PKCS#8).
 *
 * @param clientCertificate and key: shown to the API server, as system:node:&lt;name&gt;
 * @param servingCertificate and key: of the kubelet's own HTTPS face
 * @param serverCa verifies the API server
 * @param clientCa verifies who calls the kubelet (the API server)
 * @param notAfter when the first of the two certificates ends
 */
public record NodeIdentity(
        String nodeName,
        String clientCertificate,
        String clientKey,
        String servingCertificate,
        String servingKey,
        String serverCa,
        String clientCa,
        ClusterConfig cluster,
        Instant notAfter) {

    /** The same node, with what all nodes agree on now. */
    public NodeIdentity within(ClusterConfig current) {
        return new NodeIdentity(
                nodeName,
                clientCertificate,
                clientKey,
                servingCertificate,
                servingKey,
                serverCa,
                clientCa,
                current,
                notAfter);
    }

    /** Never the keys. */
    @Override
    public String toString() {
        return "NodeIdentity[" + nodeName + ", until " + notAfter + "]";
    }
}
