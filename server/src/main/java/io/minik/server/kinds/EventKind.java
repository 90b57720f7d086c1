package io.minik.server.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.registry.KindStrategy;
import io.minik.server.registry.Trait;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Events: served as core/v1, which is stored, and as events.k8s.io/v1; kept for an hour, on nobody's promise. */
final class EventKind implements KindStrategy {
    /** core/v1 Event field to events.k8s.io/v1 field. */
    private static final Map<String, String> EVENT_FIELDS = Map.of(
            "message", "note",
            "involvedObject", "regarding",
            "source", "deprecatedSource",
            "firstTimestamp", "deprecatedFirstTimestamp",
            "lastTimestamp", "deprecatedLastTimestamp",
            "count", "deprecatedCount",
            "reportingComponent", "reportingController");

    private static final List<String> SELECTABLE = eventFields();

    @Override
    public Set<Trait> traits() {
        return Set.of(Trait.CREATED_BY_PUT, Trait.EXPIRES);
    }

    @Override
    public boolean isLazilyDurable(String namespace) {
        return true;
    }

    @Override
    public KubeObject view(Resource as, KubeObject stored) {
        return KubeObject.of(renamed(Json.parseObject(stored.bytes()), as.apiVersion(), true));
    }

    @Override
    public ObjectNode toStored(Resource stored, ObjectNode tree) {
        return renamed(tree.deepCopy(), "v1", false);
    }

    private static ObjectNode renamed(ObjectNode tree, String apiVersion, boolean forward) {
        EVENT_FIELDS.forEach((core, grouped) -> {
            JsonNode value = tree.remove(forward ? core : grouped);
            if (value != null) {
                tree.set(forward ? grouped : core, value);
            }
        });
        return tree.put("apiVersion", apiVersion);
    }

    @Override
    public List<String> selectableFields() {
        return SELECTABLE;
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

    @Override
    public Map<String, String> fieldsOf(JsonNode tree) {
        Map<String, String> values = new HashMap<>();
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
        return values;
    }
}
