package io.minik.api.join;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;

/** What a node needs to be one of us; all certificates in PEM. */
public record JoinAnswer(
        String clientCa,
        String serverCa,
        String kubeletClientCertificate,
        String kubeletServingCertificate,
        ClusterConfig cluster) {

    public ObjectNode tree() {
        ObjectNode tree = Json.object()
                .put("clientCa", clientCa)
                .put("serverCa", serverCa)
                .put("kubeletClientCert", kubeletClientCertificate)
                .put("kubeletServingCert", kubeletServingCertificate);
        tree.set("cluster", cluster.tree());
        return tree;
    }

    public static JoinAnswer of(JsonNode tree) {
        return new JoinAnswer(
                Json.text(tree, "clientCa"),
                Json.text(tree, "serverCa"),
                Json.text(tree, "kubeletClientCert"),
                Json.text(tree, "kubeletServingCert"),
                ClusterConfig.of(tree.path("cluster")));
    }
}
