package io.minik.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.WatchEvent;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status;
import io.minik.api.object.KubeObject;
import io.minik.api.schema.Format;
import io.minik.api.schema.Kinds;
import io.minik.ground.json.Json;
import io.minik.server.registry.Listing;
import io.minik.server.table.Tables;
import io.minik.server.table.Tables.IncludeObject;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/** Encodes answers: objects as their cached bytes, or reshaped into Tables and PartialObjectMetadata. */
final class Frames {
    private static final byte[] EVENT_END = "}\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] NEWLINE = {'\n'};
    private static final String META = "meta.k8s.io/v1";

    private final Tables tables;
    private final ProtobufFrames protobuf;
    private final InstantSource clock;

    Frames(Tables tables, Kinds kinds, InstantSource clock) {
        this.tables = tables;
        this.protobuf = new ProtobufFrames(kinds);
        this.clock = clock;
    }

    Pieces object(MediaType type, Resource resource, KubeObject object, IncludeObject include) {
        boolean whole = type.shape() == MediaType.Shape.OBJECT || isStatus(object);
        if (whole && type.format() == Format.JSON) {
            return Pieces.of(List.of(object.bytes(), NEWLINE));
        }
        if (!whole && type.shape() == MediaType.Shape.PARTIALS) {
            throw misshapen(
                    "PartialObjectMetadataList",
                    "not a list",
                    resource,
                    object.compact().kind());
        }
        Supplier<byte[]> text = () -> type.format() == Format.PROTOBUF
                ? protobuf.object(type, object)
                : text(type, whole ? object.compact().tree() : shaped(type, resource, object.compact(), include, true));
        return object.length() > HeavyWork.ABOVE_BYTES ? Pieces.heavy(text) : Pieces.of(List.of(text.get()));
    }

    Pieces list(MediaType type, Resource resource, Listing listing, IncludeObject include) {
        ObjectNode metadata = Json.object().put("resourceVersion", listing.resourceVersion());
        if (!listing.continueToken().isEmpty()) {
            metadata.put("continue", listing.continueToken());
        }
        listing.remaining().ifPresent(remaining -> metadata.put("remainingItemCount", remaining));
        if (type.shape() == MediaType.Shape.PARTIAL) {
            throw misshapen("PartialObjectMetadata", "a list", resource, listing.kind());
        }
        if (type.format() == Format.PROTOBUF) {
            return protobuf.list(type, Json.object().set("metadata", metadata), listing);
        }
        return switch (type.shape()) {
            case OBJECT -> {
                ObjectNode list = Json.object().put("kind", listing.kind()).put("apiVersion", listing.apiVersion());
                list.set("metadata", metadata);
                ListBody body = new ListBody(list, "items", listing.items());
                yield type.format() == Format.YAML || listing.converted()
                        ? listed(type, body, listing, item -> item.compact().tree())
                        : body.json();
            }
            case TABLE -> {
                ObjectNode table = tables.table(resource, listing.resourceVersion(), true);
                table.remove("rows");
                table.set("metadata", metadata);
                Instant now = clock.instant();
                yield listed(
                        type,
                        new ListBody(versioned(type, table), "rows", listing.items()),
                        listing,
                        item -> versioned(type, tables.row(resource, item.compact(), include, now)));
            }
            case PARTIAL, PARTIALS -> {
                ObjectNode list =
                        Json.object().put("kind", "PartialObjectMetadataList").put("apiVersion", META);
                list.set("metadata", metadata);
                yield listed(
                        type,
                        new ListBody(versioned(type, list), "items", listing.items()),
                        listing,
                        item -> versioned(type, Tables.partial(item.compact())));
            }
        };
    }

    /** YAML takes a hundred times as long as JSON, and what is reshaped as long as its objects are large. */
    private static Pieces listed(
            MediaType type, ListBody body, Listing listing, Function<KubeObject, JsonNode> element) {
        return type.format() == Format.YAML
                ? body.yaml(element, listing.bytes() > HeavyWork.ABOVE_BYTES)
                : body.json(element, listing.largest() > HeavyWork.ABOVE_BYTES);
    }

    /** One watch event. @param first of its watch: a Table then tells its columns */
    Buffer event(
            MediaType type,
            Resource resource,
            WatchEvent.Type event,
            KubeObject object,
            IncludeObject include,
            boolean first) {
        if (type.format() == Format.PROTOBUF) {
            return protobuf.event(event.name(), protobuf.object(type, object));
        }
        byte[] bytes = type.shape() == MediaType.Shape.OBJECT
                ? object.bytes()
                : event == WatchEvent.Type.BOOKMARK && type.shape() == MediaType.Shape.TABLE
                        ? Json.bytes(versioned(type, bookmarkTable(resource, object)))
                        : Json.bytes(shaped(type, resource, object.compact(), include, first));
        return frame(event.name(), bytes);
    }

    Buffer error(MediaType type, Status status) {
        return type.format() == Format.PROTOBUF
                ? protobuf.event("ERROR", protobuf.status(status))
                : frame("ERROR", Json.bytes(status.tree()));
    }

    /** What is one thing in every shape: a failure, a document. @param json as it is without a line's end */
    byte[] plain(Format format, byte[] json) {
        return switch (format) {
            case JSON -> json;
            case YAML -> yaml(Json.parse(json));
            case PROTOBUF -> protobuf.whole(json);
        };
    }

    /** The type is the server's own, whose package has the group's first word. */
    private static ApiException misshapen(String asked, String but, Resource resource, String kind) {
        String group = resource.group().isEmpty() ? "core" : resource.group().split("\\.", 2)[0];
        return ApiException.of(
                Status.Reason.NotAcceptable,
                "you requested " + asked + ", but the requested object is " + but + " (*" + group + "." + kind + ")",
                Status.Details.NONE);
    }

    private static Buffer frame(String event, byte[] object) {
        byte[] head = ("{\"type\":\"" + event + "\",\"object\":").getBytes(StandardCharsets.UTF_8);
        return Buffer.buffer(head.length + object.length + EVENT_END.length)
                .appendBytes(head)
                .appendBytes(object)
                .appendBytes(EVENT_END);
    }

    private ObjectNode bookmarkTable(Resource resource, KubeObject bookmark) {
        ObjectNode table = tables.table(resource, bookmark.meta().resourceVersion(), false);
        JsonNode annotations = bookmark.at("metadata", "annotations");
        if (!annotations.isMissingNode()) {
            // As upstream: the mark is on the row's object, where reflectors look.
            ObjectNode row = ((ArrayNode) table.path("rows")).addObject();
            row.putArray("cells");
            row.set("object", Tables.partial(bookmark));
        }
        return table;
    }

    private ObjectNode shaped(
            MediaType type, Resource resource, KubeObject object, IncludeObject include, boolean columns) {
        if (type.shape().partial()) {
            return versioned(type, Tables.partial(object));
        }
        Resource printed = object.compact().kind().equals(Tables.SCALE.kind()) ? Tables.SCALE : resource;
        ObjectNode table = tables.table(printed, object.meta().resourceVersion(), columns);
        tables.addRow(table, printed, object, include, clock.instant());
        return versioned(type, table);
    }

    /** Says the version that was asked for, of a Table and of the metadata in its rows. */
    private static <T extends JsonNode> T versioned(MediaType type, T tree) {
        if (type.beta() && tree instanceof ObjectNode node) {
            if (Json.text(node, "apiVersion").equals(META)) {
                node.put("apiVersion", META + "beta1");
            }
            versioned(type, node.path("object"));
            node.path("rows").forEach(row -> versioned(type, row));
        }
        return tree;
    }

    private static boolean isStatus(KubeObject object) {
        return object.uid().isEmpty() && object.compact().kind().equals("Status");
    }

    private static byte[] text(MediaType type, JsonNode tree) {
        return type.format() == Format.YAML ? yaml(tree) : line(Json.bytes(tree));
    }

    private static byte[] line(byte[] text) {
        byte[] line = Arrays.copyOf(text, text.length + 1);
        line[text.length] = '\n';
        return line;
    }

    /** Fields stand in the order of their names, as upstream's do: it makes YAML of JSON (sigs.k8s.io/yaml), and folds no line. */
    static byte[] yaml(JsonNode tree) {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setSplitLines(false);
        return new Yaml(options).dump(sorted(tree)).getBytes(StandardCharsets.UTF_8);
    }

    private static Object sorted(JsonNode tree) {
        if (tree.isObject()) {
            Map<String, Object> fields = new TreeMap<>();
            tree.properties().forEach(field -> fields.put(field.getKey(), sorted(field.getValue())));
            return fields;
        }
        if (tree.isArray()) {
            List<Object> items = new ArrayList<>(tree.size());
            tree.forEach(item -> items.add(sorted(item)));
            return items;
        }
        return Json.MAPPER.convertValue(tree, Object.class);
    }
}
