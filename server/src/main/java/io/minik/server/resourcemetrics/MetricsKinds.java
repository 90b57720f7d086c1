package io.minik.server.resourcemetrics;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Quantity;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.schema.AddedKind;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.PackedSchema;
import io.minik.api.schema.Schema;
import io.minik.ground.json.Json;
import io.minik.server.table.Column;
import io.minik.server.table.TableKind;
import io.minik.server.table.Tables;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The two kinds as rows of the API and as tables. */
public final class MetricsKinds {
    private static final String HEAD = """
            {"type":"object","description":"%s","properties":{
            "timestamp":{"type":"string","format":"date-time","description":"The end of the interval that the figures are of."},
            "window":{"type":"string","description":"How long that interval is."},%s}}""";
    private static final String USAGE = """
            "usage":{"type":"object","description":"CPU cores and bytes of memory in use.","additionalProperties":
            {"anyOf":[{"type":"integer"},{"type":"string"}],"x-kubernetes-int-or-string":true}}""";
    private static final String CONTAINERS = """
            "containers":{"type":"array","description":"The same of each container.","items":{"type":"object","properties":{
            "name":{"type":"string","description":"The container's name in the pod."},""" + USAGE + "}}}";

    private MetricsKinds() {}

    /** @param builtIn where the types of metadata come from */
    public static List<KindRow> rows(Schema builtIn) {
        return List.of(
                row(builtIn, Resources.NODE_METRICS, HEAD.formatted("What a node uses.", USAGE)),
                row(builtIn, Resources.POD_METRICS, HEAD.formatted("What the containers of a pod use.", CONTAINERS)));
    }

    private static KindRow row(Schema builtIn, Resource resource, String schema) {
        KindRow row = new AddedKind(
                        resource,
                        new AddedKind.Words("", resource.kind() + "List", List.of(), List.of()),
                        resource,
                        PackedSchema.of(Json.parse(schema.getBytes(StandardCharsets.UTF_8))),
                        false,
                        Optional.empty(),
                        AddedKind.Versions.ONE,
                        false,
                        Optional.empty(),
                        List.of())
                .row(builtIn);
        return new KindRow(
                row.resource(),
                row.singular(),
                row.shortNames(),
                row.categories(),
                Set.of("get", "list"),
                row.subresources(),
                row.stored(),
                row.type(),
                row.added());
    }

    public static void show(Tables tables) {
        tables.show(Resources.NODE_METRICS, new UsageTable());
        tables.show(Resources.POD_METRICS, new UsageTable());
    }

    /** metrics-server's columns. */
    private static final class UsageTable implements TableKind {
        private static final List<Column> COLUMNS = List.of(
                Column.NAME,
                Column.string("cpu", "CPU cores in use."),
                Column.string("memory", "Bytes of memory in use."),
                new Column("Window", "string", "duration", "How long the CPU was measured.", 0));

        @Override
        public List<Column> columns() {
            return COLUMNS;
        }

        @Override
        public List<Object> cells(KubeObject object, Instant now) {
            return List.of(object.name(), sum(object, "cpu"), sum(object, "memory"), object.text("window"));
        }

        private static String sum(KubeObject object, String what) {
            JsonNode own = object.at("usage", what);
            return own.isMissingNode()
                    ? Json.items(object.tree(), "containers").stream()
                            .map(container -> Quantity.orZero(Json.text(container, "usage", what)))
                            .reduce(Quantity.ZERO, Quantity::add)
                            .toString()
                    : own.asText();
        }
    }
}
