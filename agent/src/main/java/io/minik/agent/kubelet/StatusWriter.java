package io.minik.agent.kubelet;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.ListOptions;
import io.minik.api.client.PatchType;
import io.minik.api.core.Pod;
import io.minik.api.core.PodCondition;
import io.minik.api.core.PodStatus;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the API one pod's status: only differences, one patch at a time, the newest wins. Owned by the agent's loop.
 */
final class StatusWriter {
    private static final Logger log = LoggerFactory.getLogger(StatusWriter.class);
    private static final Duration RETRY = Duration.ofSeconds(2);

    private final Loop loop;
    private final ApiClient api;
    /** Called with the object as the API has it after a patch. */
    private final Consumer<KubeObject> written;

    /** A static pod itself, which the API does not know: its mirror is told. */
    private final Optional<Pod> unknown;

    private Pod pod;
    private Optional<PodStatus> wanted = Optional.empty();
    private Optional<PodStatus> sent = Optional.empty();
    private boolean writing;
    /** After a failure, until it is tried again. */
    private boolean resting;

    private boolean gone;
    private final List<Promise<Void>> waiting = new ArrayList<>();

    StatusWriter(Loop loop, ApiClient api, Pod pod, Consumer<KubeObject> written) {
        this.loop = loop;
        this.api = api;
        this.pod = pod;
        this.unknown = Optional.of(pod).filter(each -> StaticManifest.isStatic(each.object()));
        this.written = written;
    }

    /** As the API has it. */
    PodStatus told() {
        return pod.status();
    }

    private boolean untold() {
        return unknown.isPresent() && !StaticManifest.isMirror(pod.object());
    }

    /** The name at the API is another pod's, or nobody's: a static pod's mirror is made anew. */
    private void lost() {
        if (unknown.isEmpty()) {
            gone();
        } else {
            pod = unknown.get();
            finish();
        }
    }

    /** The API's state of the pod, as it comes from the watch or from our own patch. */
    void seen(Pod newer) {
        pod = newer;
    }

    /** Nobody reads it any more. */
    void gone() {
        gone = true;
        finish();
    }

    void write(PodStatus status) {
        wanted = Optional.of(status);
        next();
    }

    /** Succeeds when the last written status is at the API, or the pod is gone there. */
    Future<Void> flushed() {
        Promise<Void> promise = Promise.promise();
        waiting.add(promise);
        next();
        return promise.future();
    }

    private void next() {
        if (writing || (resting && !gone)) {
            return;
        }
        if (gone || wanted.isEmpty() || untold()) {
            finish();
            return;
        }
        var changes = PodStatuses.changes(pod.status(), wanted.get());
        if (changes.isEmpty()) {
            wanted = Optional.empty();
            finish();
            return;
        }
        ObjectNode patch = Json.object();
        patch.putObject("metadata").put("uid", pod.uid());
        ObjectNode status = patch.putObject("status");
        changes.forEach(status::set);
        // Conditions merge by type, field by field: what one no longer says must be taken back.
        status.path("conditions").forEach(condition -> {
            if (condition instanceof ObjectNode fields) {
                for (String field : List.of("reason", "message")) {
                    if (!fields.has(field)) {
                        fields.putNull(field);
                    }
                }
            }
        });
        removals(status, "podIPs", "ip", pod.status().podIps(), wanted.get().podIps());
        removals(status, "hostIPs", "ip", pod.status().hostIps(), wanted.get().hostIps());
        removals(status, "conditions", "type", types(pod.status()), types(wanted.get()));
        writing = true;
        sent = wanted;
        api.patch(Resources.PODS, pod.key(), "status", PatchType.STRATEGIC, patch)
                .onComplete(
                        result -> loop.run(() -> patched(result.succeeded() ? null : result.cause(), result.result())));
    }

    private static List<String> types(PodStatus status) {
        return status.conditions().stream().map(PodCondition::type).toList();
    }

    /** These lists merge by a key: what is no longer must be named. */
    private static void removals(ObjectNode status, String field, String key, List<String> before, List<String> now) {
        if (status.path(field).isArray()) {
            before.stream().filter(value -> !now.contains(value)).forEach(value -> status.withArray(field)
                    .addObject()
                    .put("$patch", "delete")
                    .put(key, value));
        }
    }

    private void patched(@Nullable Throwable error, @Nullable KubeObject object) {
        writing = false;
        if (error == null && object != null) {
            if (object.uid().equals(pod.uid())) {
                pod = Pod.of(object);
                if (unknown.isEmpty()) {
                    written.accept(StaticManifest.ofApi(object));
                }
            }
            settleOrAgain();
            return;
        }
        if (error != null && ApiException.is(error, Status.Reason.NotFound)) {
            lost();
        } else if (error != null && mayBeOther(error)) {
            compare(error);
        } else {
            retry(error);
        }
    }

    private void retry(@Nullable Throwable error) {
        log.atWarn()
                .addKeyValue("pod", pod.key())
                .addKeyValue("err", String.valueOf(error))
                .log("pod status could not be written");
        resting = true;
        loop.after(RETRY, () -> {
            resting = false;
            next();
        });
    }

    /** Whether the name is another pod's by now, or our own was refused. */
    private void compare(Throwable refused) {
        writing = true;
        // A node may always list its own pods, but not get a name that has become another node's.
        ListOptions own = ListOptions.fields("spec.nodeName=" + pod.spec().nodeName() + ",metadata.name=" + pod.name());
        api.list(Resources.PODS, pod.namespace(), own)
                .onComplete(result -> loop.run(() -> {
                    writing = false;
                    boolean ours = result.succeeded()
                            && result.result().items().stream()
                                    .anyMatch(found -> found.uid().equals(pod.uid()));
                    if (ours || result.failed()) {
                        retry(refused);
                    } else {
                        lost();
                    }
                }));
    }

    /** A patch that names our UID fails on a pod of the same name and another one. */
    private static boolean mayBeOther(Throwable error) {
        return ApiException.is(error, Status.Reason.Conflict) || ApiException.is(error, Status.Reason.Invalid);
    }

    /** The API may have dropped what it does not know: the same status is not sent twice for that. */
    private void settleOrAgain() {
        if (wanted.equals(sent)) {
            wanted = Optional.empty();
        }
        next();
    }

    private void finish() {
        List<Promise<Void>> done = List.copyOf(waiting);
        waiting.clear();
        done.forEach(Promise::complete);
    }

    /** Our API's resource versions are numbers; what is none is older than all. */
    static long version(KubeObject object) {
        try {
            return Long.parseLong(object.meta().resourceVersion());
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
