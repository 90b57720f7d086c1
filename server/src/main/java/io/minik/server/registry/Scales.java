package io.minik.server.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Cause;
import io.minik.api.object.KubeObject;
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

    /** The Scale of a workload. */
    static KubeObject of(Resource resource, KubeObject object) {
        ObjectNode scale = Json.object().put("kind", "Scale").put("apiVersion", "autoscaling/v1");
        scale.putObject("metadata")
                .put("name", object.name())
                .put("namespace", object.namespace())
                .put("uid", object.uid())
                .put("resourceVersion", object.meta().resourceVersion())
                .put("creationTimestamp", object.meta().creationTimestamp());
        scale.putObject("spec");
        int replicas = object.at("spec", "replicas").asInt(0);
        if (replicas != 0) {
            Json.child(scale, "spec").put("replicas", replicas);
        }
        ObjectNode status = scale.putObject("status")
                .put("replicas", object.at("status", "replicas").asInt(0));
        String selector = resource.group().isEmpty()
                ? Json.strings(object.tree(), "spec", "selector").entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .collect(Collectors.joining(","))
                : LabelSelector.of(object.at("spec", "selector")).toString();
        if (!selector.isEmpty()) {
            status.put("selector", selector);
        }
        return KubeObject.of(scale);
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
        Resource resource = request.kind().resource();
        return writes.update(new Writes.Update(
                        request, warnings, (old, said) -> scaled(resource, old, change, said), Optional.empty()))
                .map(result -> new Result(result.code(), of(resource, result.object()), result.warnings()));
    }

    private static ObjectNode scaled(Resource resource, KubeObject old, Change change, List<String> warnings) {
        ObjectNode scale = change.apply(of(resource, old).tree(), warnings);
        JsonNode replicas = Json.at(scale, "spec", "replicas");
        if (replicas.asInt(0) < 0) {
            throw ApiException.invalid(
                    new Resource("autoscaling", "v1", "scales", "Scale", true),
                    old.name(),
                    List.of(new Cause(
                            "FieldValueInvalid",
                            "Invalid value: " + replicas.asInt() + ": must be greater than or equal to 0",
                            "spec.replicas")));
        }
        ObjectNode next = Json.parseObject(old.bytes());
        Json.child(next, "spec").put("replicas", replicas.asInt(0));
        Json.child(next, "metadata").put("resourceVersion", Json.text(scale, "metadata", "resourceVersion"));
        Json.child(next, "metadata").put("uid", Json.text(scale, "metadata", "uid"));
        return next;
    }
}
