package io.minik.server.controllers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.TestApi;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.TestLoop;
import io.minik.ground.room.Room;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Pods;
import io.minik.server.controllers.workloads.DaemonPods;
import io.minik.server.simulation.DrivenLoop;
import io.minik.server.simulation.SimulatedTime;
import io.minik.server.simulation.StoredApi;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A cluster in memory: the API as it is, driven time, and hands that do what kubelets do. */
public final class Cluster {
    public static final String NAMESPACE = "default";

    public final TestLoop loop;
    public final TestApi api;
    public final ControllerContext context;

    public Cluster() {
        SimulatedTime time = new SimulatedTime(1);
        loop = new DrivenLoop(time);
        api = new StoredApi(time);
        context = ControllerContext.of(loop, new ApiClient(api, "controllers"));
        // Pods are refused where nobody made their account yet.
        put(Resources.SERVICE_ACCOUNTS, "default", account -> {});
        // The server's own Service is not what these tests count.
        for (Resource resource : List.of(Resources.SERVICES, Resources.ENDPOINTS, Resources.ENDPOINT_SLICES)) {
            api.remove(resource, ObjectKey.of(NAMESPACE, "kubernetes"));
        }
    }

    public Cluster start(Room... rooms) {
        for (Room room : rooms) {
            room.start().onFailure(error -> {
                throw new AssertionError(error);
            });
        }
        loop.settle();
        return this;
    }

    public KubeObject put(Resource resource, String name, Consumer<ObjectNode> body) {
        ObjectKey key = resource.namespaced() ? ObjectKey.of(NAMESPACE, name) : ObjectKey.cluster(name);
        return api.put(resource, KubeObject.named(resource.apiVersion(), resource.kind(), key, body));
    }

    public KubeObject get(Resource resource, String name) {
        return api.require(resource, resource.namespaced() ? ObjectKey.of(NAMESPACE, name) : ObjectKey.cluster(name));
    }

    public void edit(Resource resource, String name, Consumer<ObjectNode> change) {
        api.edit(resource, resource.namespaced() ? ObjectKey.of(NAMESPACE, name) : ObjectKey.cluster(name), change);
    }

    public List<KubeObject> pods() {
        return api.all(Resources.PODS);
    }

    public List<KubeObject> livePods() {
        return pods().stream().filter(Pods::active).toList();
    }

    public List<String> events(String reason) {
        return api.all(Resources.EVENTS).stream()
                .filter(event -> event.text("reason").equals(reason))
                .map(event -> event.text("message"))
                .toList();
    }

    /** A workload of one container, with labels app=name. */
    public static Consumer<ObjectNode> workload(String name, int replicas, String image) {
        return tree -> {
            ObjectNode spec = Json.child(tree, "spec").put("replicas", replicas);
            spec.putObject("selector").putObject("matchLabels").put("app", name);
            template(spec, name, image);
        };
    }

    public static void template(ObjectNode spec, String app, String image) {
        ObjectNode template = spec.putObject("template");
        template.putObject("metadata").putObject("labels").put("app", app);
        containers(template.putObject("spec"), image);
    }

    /** The one container of a pod. */
    public static ObjectNode containers(ObjectNode spec, String image) {
        spec.putArray("containers").addObject().put("name", "c").put("image", image);
        return spec;
    }

    /** A volume that somebody made by hand. */
    public static Consumer<ObjectNode> volume(String storage) {
        return tree -> {
            ObjectNode spec = Json.child(tree, "spec").put("persistentVolumeReclaimPolicy", "Retain");
            spec.putObject("capacity").put("storage", storage);
            spec.putArray("accessModes").add("ReadWriteOnce");
            spec.putObject("hostPath").put("path", "/srv/data");
        };
    }

    /** What a claim, or the template of one, has to say. */
    public static ObjectNode claim(ObjectNode spec, String storage) {
        spec.putArray("accessModes").add("ReadWriteOnce");
        Json.child(Json.child(spec, "resources"), "requests").put("storage", storage);
        return spec;
    }

    public void run(KubeObject pod, boolean ready) {
        api.edit(Resources.PODS, pod.key(), tree -> {
            ObjectNode spec = Json.child(tree, "spec");
            if (!spec.has("nodeName")) {
                String meant = DaemonPods.target(pod);
                spec.put("nodeName", meant.isEmpty() ? "node1" : meant);
            }
            ObjectNode status = Json.child(tree, "status");
            status.put("phase", "Running");
            Conditions.set(status, "Ready", ready ? "True" : "False", "", "", context.time());
        });
    }

    public void finish(KubeObject pod, String phase) {
        api.edit(Resources.PODS, pod.key(), tree -> Json.child(tree, "status").put("phase", phase));
    }

    /** All kubelets do their work until nothing changes: pods run and are ready, those being deleted go. */
    public void everyPodRuns() {
        for (int round = 0; round < 200; round++) {
            // Long enough for the retry after a conflict.
            loop.advance(Duration.ofMillis(50));
            boolean changed = false;
            for (KubeObject seen : pods()) {
                // What was done to the one before it may have ended this one.
                Optional<KubeObject> now = api.find(Resources.PODS, seen.key());
                if (now.isEmpty()) {
                    continue;
                }
                KubeObject pod = now.get();
                if (pod.meta().deleting()) {
                    api.remove(Resources.PODS, pod.key());
                    changed = true;
                } else if (!Pods.finished(pod) && !Pods.ready(pod)) {
                    run(pod, true);
                    changed = true;
                }
            }
            if (!changed) {
                return;
            }
        }
        throw new AssertionError("the cluster does not come to rest");
    }

    /** The images of the pods that are not on their way out, sorted. */
    public List<String> images() {
        return livePods().stream()
                .map(pod -> pod.at("spec", "containers").get(0).path("image").asText())
                .sorted()
                .toList();
    }

    /** Gives a workload's template another image. */
    public static void image(ObjectNode workload, String image) {
        ((ObjectNode) workload.at("/spec/template/spec/containers/0")).put("image", image);
    }
}
