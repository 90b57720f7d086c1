package io.minik.server.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.schema.AddedKind;
import io.minik.api.schema.AddedKind.ScalePaths;
import io.minik.api.schema.KindRow;
import io.minik.api.selector.LabelSelector;
import io.minik.ground.json.Json;
import io.minik.server.request.Request;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/** The scale subresource: an autoscaling/v1 Scale made from, and written back to, spec.replicas. */
final class Scales {
    private final Writes writes;
    private final Codec codec;

    Scales(Writes writes, Codec codec) {
        this.writes = writes;
        this.codec = codec;
    }

    /** How the next Scale is made of the present one. */
    private interface Change extends BiFunction<ObjectNode, List<String>, ObjectNode> {}

    /** The Scale of a workload, or of what an added kind says where it is. */
    static KubeObject of(KindRow kind, KubeObject object) {
        Resource resource = kind.resource();
        ScalePaths paths = paths(kind);
        ObjectNode scale = Json.object().put("kind", "Scale").put("apiVersion", "autoscaling/v1");
        scale.putObject("metadata")
                .put("name", object.name())
                .put("namespace", object.namespace())
                .put("uid", object.uid())
                .put("resourceVersion", object.meta().resourceVersion())
                .put("creationTimestamp", object.meta().creationTimestamp());
        scale.putObject("spec");
        int replicas = object.at(words(paths.replicas())).asInt(0);
        if (replicas != 0) {
            Json.child(scale, "spec").put("replicas", replicas);
        }
        ObjectNode status = scale.putObject("status")
                .put("replicas", object.at(words(paths.statusReplicas())).asInt(0));
        String selector = kind.added().isPresent()
                ? paths.selector().isEmpty() ? "" : object.text(words(paths.selector()))
                : selector(resource, object);
        if (!selector.isEmpty()) {
            status.put("selector", selector);
        }
        return KubeObject.of(scale);
    }

    private static final ScalePaths OF_WORKLOADS =
            new ScalePaths(List.of("spec", "replicas"), List.of("status", "replicas"), List.of());

    private static ScalePaths paths(KindRow kind) {
        return kind.added().flatMap(AddedKind::scale).orElse(OF_WORKLOADS);
    }

    private static String[] words(List<String> path) {
        return path.toArray(String[]::new);
    }

    private static String selector(Resource resource, KubeObject object) {
        return resource.group().isEmpty()
                ? Json.strings(object.tree(), "spec", "selector").entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .collect(Collectors.joining(","))
                : LabelSelector.of(object.at("spec", "selector")).toString();
    }

    Future<Result> update(Request request) {
        List<String> warnings = new ArrayList<>();
        ObjectNode body = codec.decode(request, warnings);
        return write(request, warnings, (scale, said) -> body);
    }

    Future<Result> patch(Request request) {
        return write(request, List.of(), (scale, said) -> codec.patch(request, scale, said));
    }

    private Future<Result> write(Request request, List<String> warnings, Change change) {
        KindRow kind = request.kind();
        return writes.update(new Writes.Update(
                        request, warnings, (old, said) -> scaled(kind, old, change, said), Optional.empty()))
                .map(result -> new Result(result.code(), of(kind, result.object()), result.warnings()));
    }

    private static ObjectNode scaled(KindRow kind, KubeObject old, Change change, List<String> warnings) {
        ObjectNode scale = change.apply(of(kind, old).tree(), warnings);
        JsonNode replicas = Json.at(scale, "spec", "replicas");
        if (replicas.asInt(0) < 0) {
            throw new Causes()
                    .invalid("spec.replicas", replicas.asInt(), "must be greater than or equal to 0")
                    .refusal(new Resource("autoscaling", "v1", "scales", "Scale", true), old.name());
        }
        ObjectNode next = Json.parseObject(old.bytes());
        write(kind, next, scale);
        Json.child(next, "metadata").put("resourceVersion", Json.text(scale, "metadata", "resourceVersion"));
        Json.child(next, "metadata").put("uid", Json.text(scale, "metadata", "uid"));
        return next;
    }

    /** The replicas that a Scale says, in place. */
    static void write(KindRow kind, ObjectNode tree, ObjectNode scale) {
        List<String> path = paths(kind).replicas();
        ObjectNode owner = tree;
        for (String word : path.subList(0, path.size() - 1)) {
            owner = Json.child(owner, word);
        }
        owner.put(path.get(path.size() - 1), Json.at(scale, "spec", "replicas").asInt(0));
    }
}
