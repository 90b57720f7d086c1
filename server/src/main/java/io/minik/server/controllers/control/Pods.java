package io.minik.server.controllers.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Informer;
import io.minik.api.core.PodGlance;
import io.minik.api.object.KubeObject;
import io.minik.api.object.OwnerReference;
import io.minik.ground.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What controllers ask of pods. Pure, but for the two indexes. */
public final class Pods {
    private static final String BY_OWNER = "controller-uid";
    private static final String ORPHANS = "orphans";

    private Pods() {}

    /** Pods by the uid of their controller, and those without one by namespace. */
    public static Informer indexed(Informer informer) {
        return informer.index(BY_OWNER, object -> object.meta()
                        .controller()
                        .map(OwnerReference::uid)
                        .map(List::of)
                        .orElse(List.of()))
                .index(
                        ORPHANS,
                        object -> object.meta().controller().isEmpty() ? List.of(object.namespace()) : List.of());
    }

    public static List<KubeObject> ownedBy(Informer informer, String uid) {
        return List.copyOf(informer.byIndex(BY_OWNER, uid));
    }

    public static List<KubeObject> orphans(Informer informer, String namespace) {
        return List.copyOf(informer.byIndex(ORPHANS, namespace));
    }

    public static String phase(KubeObject pod) {
        return PodGlance.of(pod).phase();
    }

    public static boolean finished(KubeObject pod) {
        return PodGlance.of(pod).finished();
    }

    public static boolean running(KubeObject pod) {
        return phase(pod).equals("Running");
    }

    /** It counts as a replica. */
    public static boolean active(KubeObject pod) {
        return !finished(pod) && !pod.meta().deleting();
    }

    public static boolean ready(KubeObject pod) {
        return PodGlance.of(pod).ready();
    }

    public static Optional<Instant> readySince(KubeObject pod) {
        PodGlance glance = PodGlance.of(pod);
        return glance.ready() ? Outcomes.instant(glance.readySince()) : Optional.empty();
    }

    /** Ready for at least minReadySeconds. */
    public static boolean available(KubeObject pod, long minReadySeconds, Instant now) {
        return ready(pod)
                && (minReadySeconds == 0
                        || readySince(pod)
                                .map(since ->
                                        !Outcomes.after(since, minReadySeconds).isAfter(now))
                                .orElse(false));
    }

    /** When the next ready pod becomes available, if one is on its way. */
    public static Optional<Duration> nextAvailable(List<KubeObject> pods, long minReadySeconds, Instant now) {
        Optional<Duration> soonest = Optional.empty();
        for (KubeObject pod : pods) {
            Optional<Instant> since = readySince(pod);
            if (minReadySeconds > 0 && since.isPresent() && !available(pod, minReadySeconds, now)) {
                Duration left = Duration.between(now, Outcomes.after(since.get(), minReadySeconds));
                soonest = Outcomes.sooner(soonest, Optional.of(left.plusMillis(1)));
            }
        }
        return soonest;
    }

    public static long restarts(KubeObject pod) {
        long most = 0;
        for (JsonNode status : pod.at("status", "containerStatuses")) {
            most = Math.max(most, Json.longOr(0, status, "restartCount"));
        }
        return most;
    }

    /** Of all its containers together. */
    public static long allRestarts(KubeObject pod) {
        long sum = 0;
        for (String list : List.of("initContainerStatuses", "containerStatuses")) {
            for (JsonNode status : pod.at("status", list)) {
                sum += Json.longOr(0, status, "restartCount");
            }
        }
        return sum;
    }

    /** A pod of a template, owned. @param name empty: generated from the owner's */
    public static ObjectNode ofTemplate(KubeObject owner, JsonNode template, String name) {
        ObjectNode pod = Json.object().put("apiVersion", "v1").put("kind", "Pod");
        ObjectNode meta = pod.putObject("metadata");
        if (name.isEmpty()) {
            meta.put("generateName", prefix(owner.name()));
        } else {
            meta.put("name", name);
        }
        meta.put("namespace", owner.namespace());
        for (String field : List.of("labels", "annotations", "finalizers")) {
            JsonNode value = Json.at(template, "metadata", field);
            if (!value.isMissingNode() && !value.isEmpty()) {
                meta.set(field, value.deepCopy());
            }
        }
        meta.putArray("ownerReferences").add(OwnerReference.controllerOf(owner).tree());
        pod.set("spec", template.path("spec").deepCopy());
        return pod;
    }

    /** With a dash if the result still is a name that can be generated from: at most 253 characters. */
    private static String prefix(String name) {
        return name.length() < 247 ? name + "-" : name;
    }
}
