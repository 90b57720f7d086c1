package io.minik.server.kinds;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.Schema;
import io.minik.ground.json.Json;
import io.minik.server.registry.KindStrategy;
import io.minik.server.registry.Writes;
import io.minik.server.request.Request;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.List;

/** pods/binding, which gives a pod its node once. */
final class PodBinding {
    private final Writes writes;
    private final Schema schema;
    private final InstantSource clock;

    PodBinding(Writes writes, Schema schema, InstantSource clock) {
        this.writes = writes;
        this.schema = schema;
        this.clock = clock;
    }

    Future<KubeObject> bind(Request request, KubeObject binding) {
        String name =
                request.key().name().isEmpty() ? binding.name() : request.key().name();
        ObjectKey key = ObjectKey.of(request.key().namespace(), name);
        String node = binding.text("target", "name");
        String targetKind = binding.text("target", "kind");
        Causes causes = new Causes();
        if (node.isEmpty()) {
            causes.required("target.name");
        } else if (!targetKind.isEmpty() && !targetKind.equals("Node")) {
            causes.unsupported("target.kind", targetKind, List.of("Node", "<empty>"));
        }
        if (!causes.isEmpty()) {
            throw causes.refusal(new Resource("", "v1", "bindings", "Binding", true), name);
        }
        Request update = request.instead(Verb.UPDATE, schema.kind(Resources.PODS), key, "binding");
        return writes.update(Writes.Update.of(update, (pod, warnings) -> bound(pod, binding, node)))
                .map(result -> successCreated());
    }

    private ObjectNode bound(KubeObject pod, KubeObject binding, String node) {
        if (pod.meta().deleting()) {
            throw ApiException.conflict(
                    Resources.PODS,
                    pod.name(),
                    "pod " + pod.name() + " is being deleted, cannot be assigned to a host");
        }
        String present = pod.text("spec", "nodeName");
        if (!present.isEmpty()) {
            throw ApiException.conflict(
                    Resources.PODS,
                    pod.name(),
                    "pod " + pod.name() + " is already assigned to node \"" + present + "\"");
        }
        if (!pod.at("spec", "schedulingGates").isEmpty()) {
            throw ApiException.conflict(
                    Resources.PODS, pod.name(), "pod " + pod.name() + " has non-empty .spec.schedulingGates");
        }
        ObjectNode next = Json.parseObject(pod.bytes());
        ObjectNode metadata = Json.child(next, "metadata");
        metadata.put("resourceVersion", binding.meta().resourceVersion());
        metadata.put("uid", binding.uid());
        Json.child(next, "spec").put("nodeName", node);
        binding.annotations().forEach(Json.child(metadata, "annotations")::put);
        binding.meta().labels().forEach(Json.child(metadata, "labels")::put);
        for (String map : List.of("annotations", "labels")) {
            if (metadata.path(map).isEmpty()) {
                metadata.remove(map);
            }
        }
        markScheduled(Json.child(next, "status"));
        return next;
    }

    private void markScheduled(ObjectNode status) {
        ArrayNode conditions =
                status.get("conditions") instanceof ArrayNode present ? present : status.putArray("conditions");
        for (int i = conditions.size() - 1; i >= 0; i--) {
            if (Json.text(conditions.path(i), "type").equals("PodScheduled")) {
                conditions.remove(i);
            }
        }
        ObjectNode scheduled =
                conditions.addObject().put("type", "PodScheduled").put("status", "True");
        scheduled.putNull("lastProbeTime");
        scheduled.put("lastTransitionTime", KindStrategy.timestamp(clock.instant()));
    }

    static KubeObject successCreated() {
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Success").put("code", 201);
        return KubeObject.of(status);
    }
}
