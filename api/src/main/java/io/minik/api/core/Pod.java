package io.minik.api.core;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.object.ObjectMeta;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** core/v1 Pod. */
public record Pod(KubeObject object, PodSpec spec, PodStatus status) {
    public static Pod of(KubeObject object) {
        return new Pod(object, PodSpec.of(object.at("spec")), PodStatus.of(object.at("status")));
    }

    public ObjectMeta meta() {
        return object.meta();
    }

    public ObjectKey key() {
        return object.key();
    }

    public String name() {
        return meta().name();
    }

    public String namespace() {
        return meta().namespace();
    }

    public String uid() {
        return meta().uid();
    }

    public Map<String, String> labels() {
        return meta().labels();
    }

    public Map<String, String> annotations() {
        return object.annotations();
    }

    /** Whether deletion was asked for. */
    public boolean deleting() {
        return meta().deleting();
    }

    /** Succeeded or Failed: it will never run again, and its resources are free. */
    public boolean terminal() {
        return status.terminal();
    }

    public PodQos qos() {
        return PodQos.of(spec);
    }

    /** init, main and ephemeral containers, in this order. */
    public List<Container> allContainers() {
        List<Container> all = new ArrayList<>(spec.initContainers());
        all.addAll(spec.containers());
        all.addAll(spec.ephemeralContainers());
        return all;
    }

    /** A core/v1 ObjectReference to it, as events want it. */
    public ObjectNode reference(String fieldPath) {
        ObjectNode reference = Json.object()
                .put("kind", "Pod")
                .put("namespace", namespace())
                .put("name", name())
                .put("uid", uid())
                .put("apiVersion", "v1")
                .put("resourceVersion", meta().resourceVersion());
        if (!fieldPath.isEmpty()) {
            reference.put("fieldPath", fieldPath);
        }
        return reference;
    }
}
