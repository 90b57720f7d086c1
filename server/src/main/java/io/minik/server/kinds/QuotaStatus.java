package io.minik.server.kinds;

import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.schema.Schema;
import io.minik.ground.json.Json;
import io.minik.server.admission.ResourceQuotas;
import io.minik.server.authn.User;
import io.minik.server.registry.Observer;
import io.minik.server.registry.Writes;
import io.minik.server.request.Request;
import io.minik.server.request.Requester;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts a namespace's quotas again when something went away or a quota changed. What comes is counted by admission, in
 * the same transaction; this only keeps the status true that people read. Any thread; one count a namespace at a time.
 */
public final class QuotaStatus implements Observer {
    private static final Logger log = LoggerFactory.getLogger(QuotaStatus.class);
    private static final User SELF = User.system("system:apiserver", User.MASTERS);

    private enum Count {
        RUNNING,
        RUNNING_AND_STALE
    }

    private final Writes writes;
    private final Schema schema;
    private final ResourceQuotas quotas;
    private final InstantSource clock;
    private final Map<String, Count> counts = new ConcurrentHashMap<>();

    QuotaStatus(Writes writes, Schema schema, ResourceQuotas quotas, InstantSource clock) {
        this.writes = writes;
        this.schema = schema;
        this.quotas = quotas;
        this.clock = clock;
    }

    /** Something was written. @param object as it was written or was last */
    @Override
    public void written(Resource resource, KubeObject object, boolean removed) {
        boolean quota = resource.equals(Resources.RESOURCE_QUOTAS) && !removed;
        boolean finished = resource.equals(Resources.PODS)
                && List.of("Succeeded", "Failed").contains(object.compact().text("status", "phase"));
        boolean goneWhereQuotasAre = (removed || finished)
                && !object.namespace().isEmpty()
                && !writes.present()
                        .list(Resources.RESOURCE_QUOTAS, object.namespace())
                        .isEmpty();
        if (quota || goneWhereQuotasAre) {
            stale(object.namespace());
        }
    }

    /** Every quota, once: what was going on when the server stopped may not have been counted to its end. */
    public void countAll() {
        writes.present().list(Resources.RESOURCE_QUOTAS, "").stream()
                .map(KubeObject::namespace)
                .distinct()
                .forEach(this::stale);
    }

    private void stale(String namespace) {
        Count now = counts.merge(namespace, Count.RUNNING, (present, one) -> Count.RUNNING_AND_STALE);
        if (now == Count.RUNNING) {
            count(namespace);
        }
    }

    private void count(String namespace) {
        writes.caughtUp()
                .compose(unused -> {
                    List<Future<?>> updates = new ArrayList<>();
                    for (KubeObject quota : List.copyOf(writes.present().list(Resources.RESOURCE_QUOTAS, namespace))) {
                        updates.add(settle(quota));
                    }
                    return Future.join(updates);
                })
                .onFailure(error -> log.atWarn()
                        .addKeyValue("namespace", namespace)
                        .addKeyValue("err", String.valueOf(error.getMessage()))
                        .log("quota status is behind until the next change"))
                .onComplete(unused -> {
                    Count left = counts.compute(
                            namespace, (same, present) -> present == Count.RUNNING_AND_STALE ? Count.RUNNING : null);
                    if (left == Count.RUNNING) {
                        count(namespace);
                    }
                });
    }

    private Future<?> settle(KubeObject quota) {
        Request request = new Request(
                Verb.UPDATE,
                schema.kind(Resources.RESOURCE_QUOTAS),
                quota.key(),
                "status",
                Map.of(),
                Requester.room(SELF),
                Request.Body.NONE);
        return writes.update(Writes.Update.of(
                        request,
                        (present, warnings) ->
                                Json.parseObject(quotas.settled(writes.present(), present, clock.instant())
                                        .bytes())))
                .<Void>mapEmpty()
                .recover(error -> ApiException.is(error, Reason.NotFound)
                        ? Future.succeededFuture()
                        : Future.failedFuture(error));
    }
}
