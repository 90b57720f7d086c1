package io.minik.server.controllers.endpoints;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.DeleteOptions;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.OwnerReference;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Outcomes;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * From the endpoints that a service should have to changes of its slices: at most 100 endpoints each, and as few slices
 * written as possible. {@link #plan} is pure.
 */
final class EndpointSlices {
    static final String SERVICE_NAME = "kubernetes.io/service-name";
    static final String MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
    /** As upstream: a change of one endpoint sends a slice of this many to every node. */
    private static final int MOST_PER_SLICE = 100;

    private EndpointSlices() {}

    /** Endpoints that share address type and ports, by address. */
    record Group(String addressType, ArrayNode ports, Map<String, ObjectNode> endpoints) {}

    record Plan(List<KubeObject> create, List<KubeObject> update, List<KubeObject> delete) {
        boolean isEmpty() {
            return create.isEmpty() && update.isEmpty() && delete.isEmpty();
        }
    }

    /** @param labels that each slice is to have */
    static Plan plan(KubeObject service, Map<String, String> labels, List<Group> wanted, List<KubeObject> existing) {
        Plan plan = new Plan(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        List<KubeObject> unused = new ArrayList<>(existing);
        for (Group group : wanted) {
            List<KubeObject> same = unused.stream()
                    .filter(slice -> slice.text("addressType").equals(group.addressType())
                            && ports(slice).equals(group.ports()))
                    .toList();
            unused.removeAll(same);
            planGroup(service, labels, group, same, plan);
        }
        plan.delete().addAll(unused);
        return plan;
    }

    private static ArrayNode ports(KubeObject slice) {
        return slice.at("ports") instanceof ArrayNode array ? array : Json.array();
    }

    private static void planGroup(
            KubeObject service, Map<String, String> labels, Group group, List<KubeObject> slices, Plan plan) {
        Map<String, ObjectNode> missing = new LinkedHashMap<>(group.endpoints());
        Map<KubeObject, List<ObjectNode>> contents = new LinkedHashMap<>();
        for (KubeObject slice : slices) {
            List<ObjectNode> kept = new ArrayList<>();
            for (JsonNode endpoint : slice.at("endpoints")) {
                ObjectNode now = missing.remove(address(endpoint));
                if (now != null) {
                    kept.add(now);
                }
            }
            contents.put(slice, kept);
        }
        List<ObjectNode> rest = new ArrayList<>(missing.values());
        for (List<ObjectNode> kept : contents.values()) {
            while (!rest.isEmpty() && kept.size() < MOST_PER_SLICE) {
                kept.add(rest.remove(rest.size() - 1));
            }
        }
        boolean placeholder = group.endpoints().isEmpty();
        for (Map.Entry<KubeObject, List<ObjectNode>> each : contents.entrySet()) {
            if (each.getValue().isEmpty() && !placeholder) {
                plan.delete().add(each.getKey());
            } else {
                placeholder = false;
                update(each.getKey(), labels, each.getValue(), plan);
            }
        }
        for (int from = 0; from < rest.size(); from += MOST_PER_SLICE) {
            plan.create()
                    .add(create(
                            service, labels, group, rest.subList(from, Math.min(rest.size(), from + MOST_PER_SLICE))));
        }
        if (placeholder) {
            plan.create().add(create(service, labels, group, List.of()));
        }
    }

    static String address(JsonNode endpoint) {
        return endpoint.path("addresses").path(0).asText();
    }

    private static void update(KubeObject slice, Map<String, String> labels, List<ObjectNode> endpoints, Plan plan) {
        ArrayNode list = Json.array();
        endpoints.forEach(list::add);
        boolean same = list.equals(slice.at("endpoints"))
                || (list.isEmpty() && slice.at("endpoints").isEmpty());
        if (same && slice.meta().labels().equals(labels)) {
            return;
        }
        plan.update().add(slice.edit(tree -> {
            tree.set("endpoints", list);
            putLabels(tree, labels);
        }));
    }

    private static KubeObject create(
            KubeObject service, Map<String, String> labels, Group group, List<ObjectNode> endpoints) {
        ObjectNode tree = Json.object().put("apiVersion", "discovery.k8s.io/v1").put("kind", "EndpointSlice");
        ObjectNode meta = tree.putObject("metadata")
                .put("generateName", service.name() + "-")
                .put("namespace", service.namespace());
        meta.putArray("ownerReferences")
                .add(OwnerReference.controllerOf(service).tree());
        putLabels(tree, labels);
        tree.put("addressType", group.addressType());
        ArrayNode list = tree.putArray("endpoints");
        endpoints.forEach(list::add);
        tree.set("ports", group.ports());
        return KubeObject.of(tree);
    }

    private static void putLabels(ObjectNode tree, Map<String, String> labels) {
        ObjectNode node = Json.child(tree, "metadata").putObject("labels");
        labels.forEach(node::put);
    }

    /** Does what is planned. @param made hears of each new slice */
    static Future<Void> apply(ApiClient client, Plan plan, Consumer<KubeObject> made) {
        List<Future<Void>> parts = new ArrayList<>();
        plan.create()
                .forEach(slice -> parts.add(client.create(Resources.ENDPOINT_SLICES, slice)
                        .onSuccess(made::accept)
                        .mapEmpty()));
        plan.update()
                .forEach(slice -> parts.add(
                        client.update(Resources.ENDPOINT_SLICES, slice).mapEmpty()));
        plan.delete()
                .forEach(slice -> parts.add(Outcomes.ignoring(
                        client.delete(Resources.ENDPOINT_SLICES, slice.key(), DeleteOptions.onlyIf(slice.uid())),
                        Reason.NotFound,
                        Reason.Conflict)));
        return Outcomes.all(parts);
    }
}
