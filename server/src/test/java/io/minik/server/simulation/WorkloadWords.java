package io.minik.server.simulation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.DeleteOptions;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;

/** What users write. */
final class WorkloadWords {
    static final DeleteOptions FOREGROUND = DeleteOptions.DEFAULT.propagate("Foreground");

    /** How a workload is called whose containers end with an error. */
    static final String CRASHES = "crash";

    /** And one whose pods fit on no node. */
    static final String HUGE = "huge";

    private WorkloadWords() {}

    static KubeObject deployment(String namespace, String name, int replicas) {
        return workload("apps/v1", "Deployment", namespace, name, replicas);
    }

    static KubeObject replicaSet(String namespace, String name, int replicas) {
        return workload("apps/v1", "ReplicaSet", namespace, name, replicas);
    }

    static KubeObject statefulSet(String namespace, String name, int replicas) {
        KubeObject set = workload("apps/v1", "StatefulSet", namespace, name, replicas);
        return set.edit(tree -> Json.child(tree, "spec").put("serviceName", name));
    }

    static KubeObject daemonSet(String namespace, String name) {
        KubeObject set = workload("apps/v1", "DaemonSet", namespace, name, 0);
        return set.edit(tree -> Json.child(tree, "spec").remove("replicas"));
    }

    static KubeObject replicationController(String namespace, String name, int replicas) {
        KubeObject controller = workload("v1", "ReplicationController", namespace, name, replicas);
        return controller.edit(
                tree -> Json.child(tree, "spec").putObject("selector").put("app", name));
    }

    private static KubeObject workload(String version, String kind, String namespace, String name, int replicas) {
        return KubeObject.named(version, kind, ObjectKey.of(namespace, name), tree -> {
            ObjectNode spec = Json.child(tree, "spec").put("replicas", replicas);
            spec.putObject("selector").putObject("matchLabels").put("app", name);
            template(spec, name);
        });
    }

    static KubeObject job(String namespace, String name, int completions) {
        return KubeObject.named("batch/v1", "Job", ObjectKey.of(namespace, name), tree -> {
            ObjectNode spec = Json.child(tree, "spec").put("completions", completions);
            if (name.startsWith(CRASHES)) {
                spec.put("backoffLimit", 1);
            }
            template(spec, name).put("restartPolicy", "Never");
        });
    }

    static KubeObject quota(String namespace, int pods) {
        return KubeObject.named(
                "v1", "ResourceQuota", ObjectKey.of(namespace, "quota"), tree -> Json.child(tree, "spec")
                        .putObject("hard")
                        .put("pods", String.valueOf(pods)));
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
        ObjectNode container =
                pod.putArray("containers").addObject().put("name", "c").put("image", "hollow");
        if (app.startsWith(HUGE)) {
            container.putObject("resources").putObject("requests").put("cpu", "100");
        }
        return pod;
    }
}
