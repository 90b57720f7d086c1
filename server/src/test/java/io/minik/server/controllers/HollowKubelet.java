package io.minik.server.controllers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.Informers;
import io.minik.api.client.PatchType;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.Outcomes;
import io.minik.server.controllers.control.Pods;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** A node without containers: says that its pods run, and lets them go at once. */
final class HollowKubelet {
    private final ApiClient client;
    private final String node;
    private final ReconcileLoop work;
    private final Informers informers;
    private int addresses;

    HollowKubelet(Loop loop, ApiClient client, String node) {
        this.client = client;
        this.node = node;
        this.informers = new Informers(loop, client);
        this.work = new ReconcileLoop("kubelet", loop, 8, this::reconcile).watch(informers.of(Resources.PODS));
    }

    Future<Void> start() {
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        KubeObject object = KubeObject.named("v1", "Node", ObjectKey.cluster(node), tree -> {
            ObjectNode status = tree.putObject("status");
            status.putObject("capacity").put("cpu", "8").put("memory", "16Gi").put("pods", "250");
            status.putObject("allocatable")
                    .put("cpu", "8")
                    .put("memory", "16Gi")
                    .put("pods", "250");
            Conditions.set(status, "Ready", "True", "KubeletReady", "hollow", now)
                    .put("lastHeartbeatTime", now);
        });
        return client.create(Resources.NODES, object).compose(made -> work.start());
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> found = informers.of(Resources.PODS).get(key);
        if (found.isEmpty() || !found.get().text("spec", "nodeName").equals(node)) {
            return Outcomes.done();
        }
        KubeObject pod = found.get();
        if (pod.meta().deleting()) {
            return Outcomes.done(Outcomes.ignoring(
                    client.delete(
                            Resources.PODS, key, DeleteOptions.onlyIf(pod.uid()).grace(0)),
                    Reason.NotFound,
                    Reason.Conflict));
        }
        if (!Pods.phase(pod).equals("Pending")) {
            return Outcomes.done();
        }
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        boolean job = pod.text("spec", "restartPolicy").matches("Never|OnFailure");
        ObjectNode patch = Json.object();
        ObjectNode status = patch.putObject("status").put("phase", job ? "Succeeded" : "Running");
        status.put("podIP", "10.42.0." + (++addresses % 250 + 2));
        Conditions.set(status, "Ready", job ? "False" : "True", "", "", now);
        return Outcomes.done(Outcomes.ignoring(
                client.patch(Resources.PODS, key, "status", PatchType.STRATEGIC, patch), Reason.NotFound));
    }
}
