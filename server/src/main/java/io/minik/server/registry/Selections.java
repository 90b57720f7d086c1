package io.minik.server.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.selector.FieldSelector;
import io.minik.api.selector.LabelSelector;
import io.minik.ground.json.Json;
import io.minik.server.watchcache.Filter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.function.Predicate;

/**
 * Turns labelSelector and fieldSelector into filters. The few fields that a kind can be selected by are read from an
 * object once and kept as long as the object, so that a hundred kubelets' watches do not parse each pod a hundred times.
 */
final class Selections {
    private static final Map<String, List<String>> FIELDS = Map.ofEntries(
            Map.entry(
                    "pods",
                    List.of(
                            "spec.nodeName",
                            "spec.restartPolicy",
                            "spec.schedulerName",
                            "spec.serviceAccountName",
                            "spec.hostNetwork",
                            "status.phase",
                            "status.podIP",
                            "status.nominatedNodeName")),
            Map.entry("nodes", List.of("spec.unschedulable")),
            Map.entry("namespaces", List.of("status.phase")),
            Map.entry("secrets", List.of("type")),
            Map.entry("services", List.of("spec.clusterIP", "spec.type")),
            Map.entry("replicationcontrollers", List.of("status.replicas")),
            Map.entry("replicasets.apps", List.of("status.replicas")),
            Map.entry("jobs.batch", List.of("status.successful")),
            Map.entry("certificatesigningrequests.certificates.k8s.io", List.of("spec.signerName")),
            Map.entry("resourceslices.resource.k8s.io", List.of("spec.nodeName", "spec.driver")),
            Map.entry("events", eventFields()),
            Map.entry("events.events.k8s.io", eventFields()));

    /** Fields by which so many watch that an event is not shown to all of them: a watch of pods for each node. */
    private static final Map<String, String> FOUND_BY = Map.of("pods", "spec.nodeName");

    /** Absent and false read the same where the field is a bool. */
    private static final List<String> BOOLS = List.of("spec.unschedulable", "spec.hostNetwork");

    private static final List<String> NUMBERS = List.of("status.replicas", "status.successful");

    private final Map<KubeObject, Map<String, String>> fields = Collections.synchronizedMap(new WeakHashMap<>());

    /** What a list, watch or deletecollection is about. @param key a name narrows it to one object */
    Filter filter(Resource resource, ObjectKey key, String labelSelector, String fieldSelector) {
        LabelSelector labels = LabelSelector.parse(labelSelector);
        FieldSelector selected = FieldSelector.parse(fieldSelector);
        check(resource, selected);
        Predicate<KubeObject> predicate = object -> true;
        if (!labelSelector.isBlank()) {
            predicate = object -> labels.matches(object.meta().labels());
        }
        if (!fieldSelector.isBlank()) {
            Predicate<KubeObject> byLabel = predicate;
            predicate = object -> byLabel.test(object) && selected.matches(field -> value(resource, object, field));
        }
        String name = key.name();
        Optional<String> byField = selected.requiredValue("metadata.name");
        if (name.isEmpty() && byField.isPresent()) {
            name = byField.get();
        }
        String namespace = key.namespace();
        Optional<String> namespaceByField = selected.requiredValue("metadata.namespace");
        if (namespace.isEmpty() && namespaceByField.isPresent() && resource.namespaced()) {
            namespace = namespaceByField.get();
        }
        if (!name.isEmpty() && !(resource.namespaced() && namespace.isEmpty())) {
            return Filter.one(ObjectKey.of(namespace, name).toString(), predicate);
        }
        Filter filter = Filter.of(namespace, predicate);
        return Optional.ofNullable(FOUND_BY.get(resource.groupResource()))
                .flatMap(field -> selected.requiredValue(field)
                        .map(value -> new Filter.Wanted(value, object -> value(resource, object, field))))
                .map(filter::wanting)
                .orElse(filter);
    }

    /** Events are selected in their stored form, by the names of either group. */
    private static List<String> eventFields() {
        List<String> fields =
                new ArrayList<>(List.of("reason", "type", "source", "reportingComponent", "reportingController"));
        for (String field : List.of("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")) {
            fields.add("involvedObject." + field);
            fields.add("regarding." + field);
        }
        return List.copyOf(fields);
    }

    private static void check(Resource resource, FieldSelector selector) {
        for (FieldSelector.Term term : selector.terms()) {
            boolean known = term.field().equals("metadata.name")
                    || term.field().equals("metadata.namespace")
                    || fieldsOf(resource).contains(term.field());
            if (!known) {
                throw ApiException.badRequest("field label not supported: " + term.field());
            }
        }
    }

    private static List<String> fieldsOf(Resource resource) {
        return FIELDS.getOrDefault(resource.groupResource(), List.of());
    }

    private String value(Resource resource, KubeObject object, String field) {
        if (field.equals("metadata.name")) {
            return object.name();
        }
        if (field.equals("metadata.namespace")) {
            return object.namespace();
        }
        Map<String, String> known = fields.get(object);
        if (known == null) {
            known = read(resource, object.compact().tree());
            fields.put(object, known);
        }
        return known.getOrDefault(field, "");
    }

    private static Map<String, String> read(Resource resource, JsonNode tree) {
        Map<String, String> values = new HashMap<>();
        for (String field : fieldsOf(resource)) {
            JsonNode node = Json.at(tree, field.split("\\."));
            String fallback = BOOLS.contains(field) ? "false" : NUMBERS.contains(field) ? "0" : "";
            values.put(field, node.isValueNode() && !node.isNull() ? node.asText() : fallback);
        }
        if (resource.plural().equals("events")) {
            readEvent(tree, values);
        }
        values.replaceAll((field, value) -> value.intern());
        return Map.copyOf(values);
    }

    private static void readEvent(JsonNode tree, Map<String, String> values) {
        String reporter = Json.text(tree, "reportingComponent");
        values.put("reportingComponent", reporter);
        values.put("reportingController", reporter);
        values.put("source", Json.textOr(reporter, tree, "source", "component"));
        for (String field : List.of("reason", "type")) {
            values.put(field, Json.text(tree, field));
        }
        Json.at(tree, "involvedObject").properties().forEach(field -> {
            values.put("involvedObject." + field.getKey(), field.getValue().asText());
            values.put("regarding." + field.getKey(), field.getValue().asText());
        });
    }
}
