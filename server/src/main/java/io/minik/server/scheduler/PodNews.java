package io.minik.server.scheduler;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.PatchType;
import io.minik.api.core.VolumeMatch;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.vertx.core.Future;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the scheduler tells of pods that it does not place now: why they wait, where their volumes belong, or that they go. */
final class PodNews {
    private static final Logger log = LoggerFactory.getLogger(PodNews.class);

    private final Loop loop;
    private final ApiClient client;
    private final EventRecorder events;
    private final String schedulerName;

    PodNews(Loop loop, ApiClient client, EventRecorder events, String schedulerName) {
        this.loop = loop;
        this.client = client;
        this.events = events;
        this.schedulerName = schedulerName;
    }

    /** Tells the provisioners of claims where these have to have their volumes. */
    Future<?> selected(List<ObjectKey> claims, String node) {
        return Future.join(claims.stream()
                .map(claim -> {
                    ObjectNode patch = Json.object();
                    patch.putObject("metadata").putObject("annotations").put(VolumeMatch.SELECTED_NODE, node);
                    return client.patch(Resources.PERSISTENT_VOLUME_CLAIMS, claim, "", PatchType.MERGE, patch);
                })
                .toList());
    }

    /** @param nomination the node that it waits for, nothing if it has lost that; empty: as it was */
    void waits(KubeObject pod, String reason, String message, Optional<String> nomination) {
        for (var condition : pod.at("status", "conditions")) {
            boolean known = Json.text(condition, "type").equals("PodScheduled")
                    && Json.text(condition, "reason").equals(reason)
                    && Json.text(condition, "message").equals(message);
            if (known && nomination.isEmpty()) {
                return;
            }
        }
        ObjectNode patch = Json.object();
        patch.putObject("metadata").put("uid", pod.uid());
        ObjectNode status = patch.putObject("status");
        nomination.ifPresent(node -> {
            if (node.isEmpty()) {
                status.putNull("nominatedNodeName");
            } else {
                status.put("nominatedNodeName", node);
            }
        });
        status.putArray("conditions")
                .addObject()
                .put("type", "PodScheduled")
                .put("status", "False")
                .put("reason", reason)
                .put("message", message)
                .put(
                        "lastTransitionTime",
                        loop.now().truncatedTo(ChronoUnit.SECONDS).toString())
                .putNull("lastProbeTime");
        client.patch(Resources.PODS, pod.key(), "status", PatchType.STRATEGIC, patch)
                .onFailure(error -> quietIfGone(error, pod.key(), "pod could not be told why it waits"));
    }

    /** It has to go for a more important one. */
    void preempted(PodNeeds preemptor, PodNeeds victim, String node) {
        events.normal(
                victim.object(),
                "Preempted",
                "Preempted by pod " + preemptor.object().uid() + " on node " + node);
        ObjectNode patch = Json.object();
        patch.putObject("metadata").put("uid", victim.object().uid());
        patch.putObject("status")
                .putArray("conditions")
                .addObject()
                .put("type", "DisruptionTarget")
                .put("status", "True")
                .put("reason", "PreemptionByScheduler")
                .put("message", schedulerName + ": preempting to accommodate a higher priority pod")
                .put(
                        "lastTransitionTime",
                        loop.now().truncatedTo(ChronoUnit.SECONDS).toString());
        client.patch(Resources.PODS, victim.key(), "status", PatchType.STRATEGIC, patch)
                .compose(told -> client.delete(
                        Resources.PODS,
                        victim.key(),
                        DeleteOptions.onlyIf(victim.object().uid())))
                .onFailure(error -> quietIfGone(error, victim.key(), "pod could not be preempted"));
    }

    /** The room that was kept for it goes to a more important one. */
    void placeTaken(PodNeeds pod) {
        ObjectNode patch = Json.object();
        patch.putObject("metadata").put("uid", pod.object().uid());
        patch.putObject("status").putNull("nominatedNodeName");
        client.patch(Resources.PODS, pod.key(), "status", PatchType.MERGE, patch)
                .onFailure(error -> quietIfGone(error, pod.key(), "pod could not be told that its place is taken"));
    }

    private static void quietIfGone(Throwable error, ObjectKey pod, String what) {
        var entry = ApiException.is(error, Reason.NotFound) || ApiException.is(error, Reason.Conflict)
                ? log.atDebug()
                : log.atWarn();
        entry.addKeyValue("pod", pod).addKeyValue("err", error.toString()).log(what);
    }
}
