package io.minik.server.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Renders objects as meta.k8s.io/v1 Table, by kind; a kind without a row function gets name and age. */
public final class Tables {
    /** What a row carries besides its cells: the {@code includeObject} parameter. */
    public enum IncludeObject {
        None,
        Metadata,
        Object
    }

    /** What the scale of any kind is printed as: it is no resource of its own. */
    public static final Resource SCALE = new Resource("autoscaling", "v1", "scales", "Scale", true);

    private static final TableKind NAME_AND_AGE = new TableKind() {
        private static final List<Column> COLUMNS =
                List.of(Column.NAME, new Column("Created At", "date", "", "When the object was created.", 0));

        @Override
        public List<Column> columns() {
            return COLUMNS;
        }

        @Override
        public List<Object> cells(KubeObject object, Instant now) {
            return List.of(object.name(), object.meta().creationTimestamp());
        }
    };

    private final Map<Resource, TableKind> kinds;

    public Tables(Map<Resource, TableKind> kinds) {
        this.kinds = new ConcurrentHashMap<>(kinds);
    }

    /** How a kind is printed from now on, one that came while the server runs. Any thread. */
    public void show(Resource resource, TableKind kind) {
        kinds.put(resource, kind);
    }

    /** The kind is gone. */
    public void forget(Resource resource) {
        kinds.remove(resource);
    }

    public TableKind kind(Resource resource) {
        return kinds.getOrDefault(resource, NAME_AND_AGE);
    }

    /** A Table without rows. @param withColumns false for all but a watch's first event */
    public ObjectNode table(Resource resource, String resourceVersion, boolean withColumns) {
        ObjectNode table = Json.object().put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
        table.putObject("metadata").put("resourceVersion", resourceVersion);
        if (!withColumns) {
            table.putNull("columnDefinitions");
        } else {
            ArrayNode definitions = table.putArray("columnDefinitions");
            for (Column column : kind(resource).columns()) {
                definitions
                        .addObject()
                        .put("name", column.name())
                        .put("type", column.type())
                        .put("format", column.format())
                        .put("description", column.description())
                        .put("priority", column.priority());
            }
        }
        table.putArray("rows");
        return table;
    }

    public void addRow(ObjectNode table, Resource resource, KubeObject object, IncludeObject include, Instant now) {
        ((ArrayNode) table.path("rows")).add(row(resource, object, include, now));
    }

    public ObjectNode row(Resource resource, KubeObject object, IncludeObject include, Instant now) {
        ObjectNode row = Json.object();
        ArrayNode cells = row.putArray("cells");
        for (Object cell : kind(resource).cells(object, now)) {
            add(cells, cell);
        }
        switch (include) {
            case None -> row.putNull("object");
            case Metadata -> row.set("object", partial(object));
            case Object -> row.set("object", object.tree());
        }
        return row;
    }

    /** The object's metadata alone, as meta.k8s.io/v1 PartialObjectMetadata. Shares the object's nodes. */
    public static ObjectNode partial(KubeObject object) {
        ObjectNode partial = Json.object().put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/v1");
        partial.set("metadata", object.tree().path("metadata"));
        return partial;
    }

    private static void add(ArrayNode cells, Object cell) {
        if (cell instanceof JsonNode node) {
            cells.add(node);
        } else if (cell instanceof Integer || cell instanceof Long) {
            cells.add(((Number) cell).longValue());
        } else if (cell instanceof Number number) {
            cells.add(number.doubleValue());
        } else if (cell instanceof Boolean bool) {
            cells.add(bool);
        } else {
            cells.add(cell.toString());
        }
    }
}
