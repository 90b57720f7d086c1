package io.minik.server.simulation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.DeleteOptions;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;

/** What users write. */
final class WorkloadWords {
    static final DeleteOptions FOREGROUND = DeleteOptions.DEFAULT.propagate("Foreground");

    private WorkloadWords() {}

    static KubeObject deployment(String namespace, String name, int replicas) {
        return workload("Deployment", namespace, name, replicas);
    }

    static KubeObject statefulSet(String namespace, String name, int replicas) {
        KubeObject set = workload("StatefulSet", namespace, name, replicas);
        return set.edit(tree -> Json.child(tree, "spec").put("serviceName", name));
    }

    private static KubeObject workload(String kind, String namespace, String name, int replicas) {
        return KubeObject.named("apps/v1", kind, ObjectKey.of(namespace, name), tree -> {
            ObjectNode spec = Json.child(tree, "spec").put("replicas", replicas);
            spec.putObject("selector").putObject("matchLabels").put("app", name);
            template(spec, name);
        });
    }

    static KubeObject job(String namespace, String name, int completions) {
        return KubeObject.named("batch/v1", "Job", ObjectKey.of(namespace, name), tree -> {
            ObjectNode spec = Json.child(tree, "spec").put("completions", completions);
            template(spec, name).put("restartPolicy", "Never");
        });
    }

    static KubeObject service(String namespace, String name) {
        return KubeObject.named("v1", "Service", ObjectKey.of(namespace, name), tree -> {
            ObjectNode spec = Json.child(tree, "spec");
            spec.putObject("selector").put("app", name);
            spec.putArray("ports").addObject().put("port", 80);
        });
    }

    static KubeObject namespace(String name) {
        return KubeObject.named("v1", "Namespace", ObjectKey.cluster(name), tree -> {});
    }

    private static ObjectNode template(ObjectNode spec, String app) {
        ObjectNode template = spec.putObject("template");
        template.putObject("metadata").putObject("labels").put("app", app);
        ObjectNode pod = template.putObject("spec");
        pod.putArray("containers").addObject().put("name", "c").put("image", "hollow");
        return pod;
    }
}
