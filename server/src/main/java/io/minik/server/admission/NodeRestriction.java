package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.core.NodeLabels;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.admission.Review.Operation;
import io.minik.server.authn.User;
import io.minik.server.authz.NodeUser;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** A kubelet writes its own node, its own lease and the pods that are bound to it, nothing else's. */
public final class NodeRestriction implements Admission {
    private static final String MIRROR = "kubernetes.io/config.mirror";

    @Override
    public String name() {
        return "NodeRestriction";
    }

    @Override
    public Future<Void> validate(Review review) {
        Optional<String> node = NodeUser.of(review.user());
        if (node.isEmpty()) {
            return DONE;
        }
        switch (review.resource().groupResource()) {
            case "pods" -> pod(review, node.get());
            case "nodes" -> node(review, node.get());
            case "leases.coordination.k8s.io" -> lease(review, node.get());
            case "csinodes.storage.k8s.io" -> own(review, node.get(), "CSINode");
            default -> {}
        }
        return DONE;
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
                mirror(review, node);
            }
            case UPDATE -> {
                if (!review.subresource().equals("status")) {
                    throw refuse(
                            review,
                            "unexpected operation \"UPDATE\", node \"" + node
                                    + "\" can only create and delete mirror pods");
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
            case CONNECT -> {}
            case DELETE -> {
                if (!boundTo(review, node)) {
                    throw refuse(review, "node \"" + node + "\" can only delete pods with spec.nodeName set to itself");
                }
            }
        }
    }

    /** A mirror pod belongs to its node, and to read nothing in its name it refers to nothing. */
    private static void mirror(Review review, String node) {
        List<JsonNode> owners = Json.items(review.object(), "metadata", "ownerReferences");
        String itself = "node \"" + node + "\" can only create pods with ";
        if (owners.size() != 1) {
            throw refuse(review, itself + (owners.isEmpty() ? "an" : "a single") + " owner reference set to itself");
        }
        JsonNode owner = owners.get(0);
        if (!Json.text(owner, "apiVersion").equals("v1")
                || !Json.text(owner, "kind").equals("Node")
                || !Json.text(owner, "name").equals(node)) {
            throw refuse(review, itself + "an owner reference set to itself");
        }
        if (!owner.path("controller").asBoolean()) {
            throw refuse(review, itself + "a controller owner reference set to itself");
        }
        if (owner.path("blockOwnerDeletion").asBoolean()) {
            throw refuse(review, "node \"" + node + "\" must not set blockOwnerDeletion on an owner reference");
        }
        String uid = review.lookup()
                .find(Resources.NODES, ObjectKey.cluster(node))
                .orElseThrow(() -> ApiException.notFound(Resources.NODES, node))
                .uid();
        if (!Json.text(owner, "uid").equals(uid)) {
            throw refuse(review, "node " + node + " UID mismatch: expected " + Json.text(owner, "uid") + " got " + uid);
        }
        NodeUser.referred(KubeObject.of(review.object())).ifPresent(reference -> {
            throw refuse(review, "node \"" + node + "\" can not create pods that reference " + reference);
        });
    }

    /** @throws ApiException if a node would evict another node's pod */
    public static void evict(User user, KubeObject pod) {
        NodeUser.of(user)
                .filter(node -> !pod.text("spec", "nodeName").equals(node))
                .ifPresent(node -> {
                    throw ApiException.forbidden(
                            Resources.PODS,
                            pod.name(),
                            "node " + node + " can only evict pods with spec.nodeName set to itself");
                });
    }

    private static void node(Review review, String node) {
        own(review, node, "node");
        if (review.operation() == Operation.DELETE) {
            throw refuse(review, "node \"" + node + "\" is not allowed to delete its own Node object");
        }
        Map<String, String> before = review.old().map(old -> labels(old.tree())).orElse(Map.of());
        Map<String, String> after = labels(review.object());
        var forbidden = new TreeSet<String>();
        for (Map<String, String> side : List.of(before, after)) {
            for (String label : side.keySet()) {
                boolean same = Objects.equals(before.get(label), after.get(label));
                if (!same && !NodeLabels.mayBeSetByNode(label)) {
                    forbidden.add(label);
                }
            }
        }
        if (!forbidden.isEmpty()) {
            String labels = String.join(", ", forbidden);
            throw refuse(
                    review,
                    review.operation() == Operation.CREATE
                            ? "node \"" + node + "\" is not allowed to set the following labels: " + labels
                            : "is not allowed to modify labels: " + labels);
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
