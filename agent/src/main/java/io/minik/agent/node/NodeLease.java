package io.minik.agent.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The node's Lease in kube-node-lease: the sign of life that costs least. Owned by the agent's loop. */
final class NodeLease {
    private static final Logger log = LoggerFactory.getLogger(NodeLease.class);
    private static final String NAMESPACE = "kube-node-lease";
    /** Upstream's: a quarter of the lease's duration. */
    static final Duration RENEW = Duration.ofSeconds(10);

    private static final int DURATION_SECONDS = 40;
    private static final Duration RETRY = Duration.ofSeconds(2);
    private static final DateTimeFormatter MICRO_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final Loop loop;
    private final ApiClient api;
    private final String nodeName;
    private final Runnable tick;
    private Optional<KubeObject> node = Optional.empty();
    private Optional<KubeObject> lease = Optional.empty();
    private Loop.@Nullable Timer timer;
    private boolean stopped;

    /** @param tick called with each renewal */
    NodeLease(Loop loop, ApiClient api, String nodeName, Runnable tick) {
        this.loop = loop;
        this.api = api;
        this.nodeName = nodeName;
        this.tick = tick;
    }

    void ownedBy(KubeObject object) {
        node = Optional.of(object);
    }

    void start() {
        renew();
    }

    void stop() {
        stopped = true;
        if (timer != null) {
            timer.cancel();
        }
    }

    private void renew() {
        if (stopped) {
            return;
        }
        Instant began = loop.now();
        write().onComplete(result -> loop.run(() -> {
            Duration next = RENEW;
            if (result.succeeded()) {
                lease = Optional.of(result.result());
            } else {
                lease = Optional.empty();
                next = RETRY;
                log.atWarn()
                        .addKeyValue("err", String.valueOf(result.cause().getMessage()))
                        .log("node lease could not be renewed");
            }
            if (!stopped) {
                Duration left = next.minus(Duration.between(began, loop.now()));
                timer = loop.after(left.isNegative() ? Duration.ZERO : left, () -> {
                    tick.run();
                    renew();
                });
            }
        }));
    }

    private Future<KubeObject> write() {
        ObjectKey key = ObjectKey.of(NAMESPACE, nodeName);
        if (lease.isPresent()) {
            return api.update(Resources.LEASES, renewed(lease.get()));
        }
        return api.get(Resources.LEASES, key)
                .compose(found -> api.update(Resources.LEASES, renewed(found)))
                .recover(error -> ApiException.is(error, Status.Reason.NotFound)
                        ? api.create(Resources.LEASES, renewed(fresh(key)))
                        : Future.failedFuture(error));
    }

    private KubeObject fresh(ObjectKey key) {
        return KubeObject.named(
                "coordination.k8s.io/v1",
                "Lease",
                key,
                tree -> node.ifPresent(owner -> Json.child(tree, "metadata")
                        .putArray("ownerReferences")
                        .addObject()
                        .put("apiVersion", "v1")
                        .put("kind", "Node")
                        .put("name", owner.name())
                        .put("uid", owner.uid())));
    }

    private KubeObject renewed(KubeObject from) {
        return from.edit(tree -> {
            ObjectNode spec = Json.child(tree, "spec");
            spec.put("holderIdentity", nodeName)
                    .put("leaseDurationSeconds", DURATION_SECONDS)
                    .put("renewTime", MICRO_TIME.format(loop.now()));
        });
    }
}
