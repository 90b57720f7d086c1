package io.minik.server.table;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.table.Tables.IncludeObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Golden: what {@code kubectl get -o wide} prints for objects in many states. {@code -Dgolden=update} rewrites. */
class BuiltInTablesTest {
    private static final Instant NOW = Instant.parse("2026-11-21T05:00:00Z");
    private static final Path FOLDER = Path.of("src/test/resources/io/minik/server/table");

    private final Tables tables = BuiltInTables.tables();

    @Test
    void podsInAllTheirStates() throws IOException {
        golden("pods");
    }

    @Test
    void everyOtherKind() throws IOException {
        golden("kinds");
    }

    @Test
    void aScaleIsPrintedAsOneWhateverItIsOf() {
        KubeObject scale = KubeObject.of(Json.parseObject("""
                {"kind":"Scale","apiVersion":"autoscaling/v1","metadata":{"name":"web","creationTimestamp":"2026-11-21T04:00:00Z"},
                 "spec":{"replicas":3},"status":{"replicas":2}}""".getBytes(StandardCharsets.UTF_8)));
        assertThat(tables.kind(Tables.SCALE).columns())
                .extracting(Column::name)
                .containsExactly("Name", "Desired", "Available", "Age");
        assertThat(tables.kind(Tables.SCALE).cells(scale, NOW).toString()).isEqualTo("[web, 3, 2, 60m]");
    }

    @Test
    void everyKindPrintsAnEmptyObjectAndHasACellPerColumn() {
        BuiltInTables.kinds().forEach((resource, kind) -> {
            KubeObject empty = KubeObject.of(Json.object()
                    .put("kind", resource.kind())
                    .set("metadata", Json.object().put("name", "x")));
            assertThat(kind.cells(empty, NOW)).as(resource.toString()).hasSameSizeAs(kind.columns());
        });
    }

    private void golden(String name) throws IOException {
        Map<String, Resource> byKind = BuiltInTables.kinds().keySet().stream()
                .collect(Collectors.toMap(r -> r.apiVersion() + " " + r.kind(), r -> r));
        StringBuilder printed = new StringBuilder();
        Resource last = null;
        List<List<String>> lines = new ArrayList<>();
        Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
        for (Object document : yaml.loadAll(Files.readString(FOLDER.resolve(name + ".yaml")))) {
            KubeObject object = KubeObject.of(Json.MAPPER.valueToTree(document));
            Resource resource = byKind.get(object.apiVersion() + " " + object.kind());
            assertThat(resource).as(object.kind()).isNotNull();
            ObjectNode table = tables.table(resource, "1", true);
            tables.addRow(table, resource, object, IncludeObject.None, NOW);
            if (!resource.equals(last)) {
                flush(printed, lines);
                lines.add(row(table.path("columnDefinitions"), "name", true));
                last = resource;
            }
            lines.add(row(table.path("rows").path(0).path("cells"), "", false));
        }
        flush(printed, lines);
        Path golden = FOLDER.resolve(name + ".golden");
        if (System.getProperty("golden", "").equals("update")) {
            Files.writeString(golden, printed);
        }
        assertThat(printed.toString()).isEqualTo(Files.readString(golden));
    }

    private static List<String> row(JsonNode cells, String field, boolean head) {
        List<String> texts = new ArrayList<>();
        for (JsonNode cell : cells) {
            String text = field.isEmpty() ? cell.asText() : Json.text(cell, field);
            texts.add(head ? text.toUpperCase(Locale.ROOT) : text);
        }
        return texts;
    }

    /** Columns as kubectl lays them out: widest cell and three spaces. */
    private static void flush(StringBuilder out, List<List<String>> lines) {
        if (lines.isEmpty()) {
            return;
        }
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < line.size(); i++) {
                int column = i;
                int width = lines.stream()
                                .mapToInt(other -> other.get(column).length())
                                .max()
                                .orElse(0)
                        + 3;
                text.append(i + 1 < line.size() ? String.format("%-" + width + "s", line.get(i)) : line.get(i));
            }
            out.append(text.toString().stripTrailing()).append('\n');
        }
        out.append('\n');
        lines.clear();
    }
}
