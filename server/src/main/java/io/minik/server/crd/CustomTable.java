package io.minik.server.crd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.table.Ages;
import io.minik.server.table.Column;
import io.minik.server.table.TableKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The columns that a definition asks for behind the name; the age, if it asks for none. */
final class CustomTable implements TableKind {
    private static final Wanted AGE = new Wanted(
            new Column(
                    "Age",
                    "date",
                    "",
                    "CreationTimestamp is a timestamp representing the server time when this object was created.",
                    0),
            ColumnPath.parse(".metadata.creationTimestamp"));

    private final List<Column> columns = new ArrayList<>();
    private final List<Wanted> wanted;

    private record Wanted(Column column, ColumnPath path) {}

    private CustomTable(List<Wanted> wanted) {
        this.wanted = wanted;
        columns.add(Column.NAME);
        wanted.forEach(each -> columns.add(each.column()));
    }

    static TableKind of(List<JsonNode> definitions) {
        List<Wanted> wanted = new ArrayList<>();
        for (JsonNode definition : definitions) {
            String path = Json.text(definition, "jsonPath");
            wanted.add(new Wanted(
                    new Column(
                            Json.text(definition, "name"),
                            Json.text(definition, "type"),
                            Json.text(definition, "format"),
                            Json.textOr(
                                    "Custom resource definition column (in JSONPath format): " + path,
                                    definition,
                                    "description"),
                            Json.intOr(0, definition, "priority")),
                    ColumnPath.parse(path)));
        }
        return new CustomTable(wanted.isEmpty() ? List.of(AGE) : wanted);
    }

    @Override
    public List<Column> columns() {
        return columns;
    }

    @Override
    public List<Object> cells(KubeObject object, Instant now) {
        List<Object> cells = new ArrayList<>();
        cells.add(object.name());
        JsonNode tree = object.tree();
        for (Wanted each : wanted) {
            cells.add(each.path()
                    .first(tree)
                    .flatMap(value -> cell(each.column().type(), value, now))
                    .orElse(NullNode.getInstance()));
        }
        return cells;
    }

    /** Empty if the value is not what the column says. */
    private static Optional<Object> cell(String type, JsonNode value, Instant now) {
        return switch (type) {
            case "integer" -> value.isNumber() ? Optional.of(value.longValue()) : Optional.empty();
            case "number" -> value.isNumber() ? Optional.of(value.doubleValue()) : Optional.empty();
            case "boolean" -> value.isBoolean() ? Optional.of(value.booleanValue()) : Optional.empty();
            case "date" -> value.isTextual() ? Optional.of(Ages.of(value.textValue(), now)) : Optional.empty();
            default -> Optional.of(value.isValueNode() ? value.asText() : value.toString());
        };
    }
}
