package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.ApiException;
import io.minik.api.object.Json;
import io.minik.api.object.KubeObject;
import io.minik.server.admission.Review.Operation;
import io.minik.server.authz.NodeIdentity;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** A kubelet writes its own node, its own lease and the pods that are bound to it, nothing else's. */
public final class NodeRestriction implements Admission {
    private static final String MIRROR = "kubernetes.io/config.mirror";
    private static final String RESERVED_PREFIX = "node-restriction.kubernetes.io/";

    @Override
    public String name() {
        return "NodeRestriction";
    }

    @Override
    public void validate(Review review) {
        Optional<String> node = NodeIdentity.of(review.user());
        if (node.isEmpty()) {
            return;
        }
        switch (review.resource().groupResource()) {
            case "pods" -> pod(review, node.get());
            case "nodes" -> node(review, node.get());
            case "leases.coordination.k8s.io" -> lease(review, node.get());
            case "csinodes.storage.k8s.io" -> own(review, node.get(), "CSINode");
            default -> {}
        }
    }

    private static void pod(Review review, String node) {
        switch (review.operation()) {
            case CREATE -> {
                if (!Json.at(review.object(), "metadata", "annotations").has(MIRROR)) {
                    throw refuse(
                            review,
                            "pod does not have \"" + MIRROR + "\" annotation, node \"" + node
                                    + "\" can only create mirror pods");
                }
                if (!Json.text(review.object(), "spec", "nodeName").equals(node)) {
                    throw refuse(review, "node \"" + node + "\" can only create pods with spec.nodeName set to itself");
                }
            }
            case UPDATE -> {
                if (!review.subresource().equals("status")) {
                    throw refuse(review, "unexpected update of pods by node \"" + node + "\"");
                }
                if (!boundTo(review, node)) {
                    throw refuse(
                            review,
                            "node \"" + node
                                    + "\" can only update pod status for pods with spec.nodeName set to itself");
                }
                if (!labels(review.old().orElseThrow().tree()).equals(labels(review.object()))) {
                    throw refuse(review, "node \"" + node + "\" cannot update labels through pod status");
                }
            }
            case DELETE -> {
                if (!boundTo(review, node)) {
                    throw refuse(review, "node \"" + node + "\" can only delete pods with spec.nodeName set to itself");
                }
            }
        }
    }

    private static void node(Review review, String node) {
        own(review, node, "node");
        if (review.operation() == Operation.DELETE) {
            throw refuse(review, "node \"" + node + "\" is not allowed to delete its own Node object");
        }
        Map<String, String> before = review.old().map(old -> labels(old.tree())).orElse(Map.of());
        Map<String, String> after = labels(review.object());
        var changed = new TreeSet<String>();
        for (String label : after.keySet()) {
            boolean same = after.get(label).equals(before.get(label));
            if (!same && label.startsWith(RESERVED_PREFIX)) {
                changed.add(label);
            }
        }
        for (String label : before.keySet()) {
            if (!after.containsKey(label) && label.startsWith(RESERVED_PREFIX)) {
                changed.add(label);
            }
        }
        if (!changed.isEmpty()) {
            throw refuse(review, "is not allowed to modify labels: " + String.join(", ", changed));
        }
        JsonNode taints = Json.at(review.object(), "spec", "taints");
        boolean taintsChanged = review.operation() == Operation.UPDATE
                && !taints.equals(
                        review.old().map(old -> old.at("spec", "taints")).orElse(taints));
        if (taintsChanged) {
            throw refuse(review, "node \"" + node + "\" is not allowed to modify taints");
        }
    }

    private static void lease(Review review, String node) {
        if (!review.key().namespace().equals("kube-node-lease")
                || !review.key().name().equals(node)) {
            throw refuse(review, "can only access node lease with the same name as the requesting node");
        }
    }

    private static void own(Review review, String node, String kind) {
        if (!review.key().name().equals(node)) {
            throw refuse(
                    review,
                    "node \"" + node + "\" is not allowed to modify " + kind + " \""
                            + review.key().name() + "\"");
        }
    }

    private static boolean boundTo(Review review, String node) {
        return review.old()
                .map(KubeObject::compact)
                .map(old -> old.text("spec", "nodeName").equals(node))
                .orElse(false);
    }

    private static Map<String, String> labels(JsonNode tree) {
        return new TreeMap<>(Json.strings(tree, "metadata", "labels"));
    }

    private static ApiException refuse(Review review, String why) {
        return ApiException.forbidden(review.resource(), review.key().name(), why);
    }
}
