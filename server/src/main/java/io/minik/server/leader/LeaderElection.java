package io.minik.server.leader;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.ground.room.Room;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs rooms while this server holds a Lease. Owned by its loop.
 *
 * <pre>
 *   FOLLOWING --the Lease is free, and is taken--> LEADING --not renewed for 10 s--> STEPPING DOWN --rooms stopped--> FOLLOWING
 *       ^                                             |  somebody else holds it ----^
 *       +------------------- stop(): released --------+
 * </pre>
 *
 * Times are upstream's: taken after 15 s without a sign, given up after 10 s without one, a try every 2 s. The margin of 5 s is for
 * rooms that stop, and for clocks that go at different speeds. Rooms are made anew each time that it leads.
 */
public final class LeaderElection implements Room {
    private static final Logger log = LoggerFactory.getLogger(LeaderElection.class);
    private static final String NAMESPACE = "kube-system";

    static final Duration LEASE = Duration.ofSeconds(15);
    static final Duration RENEW_DEADLINE = Duration.ofSeconds(10);
    static final Duration RETRY = Duration.ofSeconds(2);

    static final DateTimeFormatter MICRO_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final Loop loop;
    private final ApiClient api;
    private final ObjectKey key;
    private final String identity;
    private final Supplier<List<Room>> led;
    private final Promise<Void> failed = Promise.promise();

    private ObservedLease observed = ObservedLease.NONE;
    private Loop.Timer retry = Loop.Timer.NONE;
    private Loop.Timer deadline = Loop.Timer.NONE;
    private Future<Void> change = Future.succeededFuture();
    private boolean leading;
    private boolean stopped;
    /** What runs; read by whoever asks for health. */
    private volatile List<Room> running = List.of();

    /**
     * @param name of the Lease: kube-controller-manager
     * @param identity of this server, alike for no two processes
     * @param led makes what the leader runs, in start order
     */
    public LeaderElection(Loop loop, ApiClient api, String name, String identity, Supplier<List<Room>> led) {
        this.loop = loop;
        this.api = api;
        this.key = ObjectKey.of(NAMESPACE, name);
        this.identity = identity;
        this.led = led;
    }

    @Override
    public String name() {
        return key.name();
    }

    /** Succeeds when it is known who leads; its own rooms have been started then, if it is this server. */
    @Override
    public Future<Void> start() {
        return look().transform(done -> change);
    }

    @Override
    public Future<Void> stop() {
        stopped = true;
        retry.cancel();
        boolean held = leading;
        stepDown("the server stops");
        return change.compose(unused -> held ? release() : Future.succeededFuture());
    }

    @Override
    public Health health() {
        return running.stream()
                .map(room -> room.health().ready()
                        ? Health.READY
                        : Health.notReady(room.name() + ": " + room.health().message()))
                .filter(health -> !health.ready())
                .findFirst()
                .orElse(Health.READY);
    }

    @Override
    public Future<Void> failed() {
        return failed.future();
    }

    /** Whether this server leads. Its loop. */
    boolean isLeading() {
        return leading;
    }

    private Future<Void> look() {
        long began = loop.millis();
        return api.get(Resources.LEASES, key)
                .map(Optional::of)
                .recover(error -> ApiException.is(error, Reason.NotFound)
                        ? Future.succeededFuture(Optional.empty())
                        : Future.failedFuture(error))
                .compose(found -> decide(found, began))
                .onFailure(this::notDone)
                .eventually(() -> {
                    again();
                    return Future.succeededFuture();
                });
    }

    private void notDone(Throwable error) {
        // Another was first: what it wrote is seen by the next look.
        if (!ApiException.is(error, Reason.Conflict) && !ApiException.is(error, Reason.AlreadyExists)) {
            log.atWarn()
                    .addKeyValue("lease", key)
                    .addKeyValue("err", String.valueOf(error.getMessage()))
                    .log("the leader's lease could not be read or written");
        }
    }

    private void again() {
        retry.cancel();
        if (!stopped) {
            retry = loop.after(RETRY, () -> look().onFailure(
                            said -> log.atDebug().setCause(said).log("a look at the lease")));
        }
    }

    private Future<Void> decide(Optional<KubeObject> found, long began) {
        if (stopped) {
            return Future.succeededFuture();
        }
        observed = found.map(lease -> observed.seen(lease, loop.millis())).orElse(ObservedLease.NONE);
        if (observed.holder().equals(identity)) {
            // Held by this process, whose rooms may be stopping: it is not taken again before they have.
            return leading || change.isComplete() ? write(found, false, began) : Future.succeededFuture();
        }
        if (leading) {
            stepDown(observed.holder() + " holds the lease");
        }
        return observed.isFree(loop.millis()) && change.isComplete()
                ? write(found, true, began)
                : Future.succeededFuture();
    }

    private Future<Void> write(Optional<KubeObject> found, boolean taken, long began) {
        return found.map(lease -> api.update(Resources.LEASES, lease.edit(tree -> renewed(tree, taken))))
                .orElseGet(() -> api.create(
                        Resources.LEASES,
                        KubeObject.named("coordination.k8s.io/v1", "Lease", key, tree -> renewed(tree, true))))
                .map(written -> {
                    observed = observed.seen(written, loop.millis());
                    // From the moment before it was written, so that nobody can have seen it later than we count from.
                    renewed(began);
                    return null;
                });
    }

    private void renewed(ObjectNode tree, boolean taken) {
        ObjectNode spec = Json.child(tree, "spec");
        String now = MICRO_TIME.format(loop.now());
        if (taken) {
            int before =
                    spec.has("leaseTransitions") ? spec.path("leaseTransitions").asInt() + 1 : 0;
            spec.put("holderIdentity", identity).put("acquireTime", now).put("leaseTransitions", before);
        }
        spec.put("leaseDurationSeconds", LEASE.toSeconds()).put("renewTime", now);
    }

    private void renewed(long began) {
        if (stopped) {
            return;
        }
        deadline.cancel();
        Duration left = RENEW_DEADLINE.minusMillis(loop.millis() - began);
        if (left.isNegative()) {
            stepDown("the lease was renewed too late");
            return;
        }
        deadline = loop.after(left, () -> stepDown("the lease could not be renewed"));
        if (!leading) {
            lead();
        }
    }

    private void lead() {
        leading = true;
        log.atInfo().addKeyValue("lease", key).addKeyValue("identity", identity).log("this server leads");
        List<Room> rooms = led.get();
        List<Room> started = new ArrayList<>();
        Future<Void> all = Future.succeededFuture();
        for (Room room : rooms) {
            all = all.compose(unused -> {
                if (!leading) {
                    return Future.succeededFuture();
                }
                started.add(room);
                running = List.copyOf(started);
                room.failed().onFailure(failed::tryFail);
                return room.start();
            });
        }
        change = all.onFailure(failed::tryFail);
    }

    private void stepDown(String why) {
        if (!leading) {
            return;
        }
        leading = false;
        deadline.cancel();
        log.atWarn().addKeyValue("lease", key).addKeyValue("why", why).log("this server leads no more");
        // What is starting has its start behind it before it is stopped.
        change = change.transform(done -> stopAll());
    }

    private Future<Void> stopAll() {
        List<Room> rooms = running;
        Future<Void> all = Future.succeededFuture();
        for (int i = rooms.size() - 1; i >= 0; i--) {
            Room room = rooms.get(i);
            all = all.compose(unused -> room.stop()).recover(error -> {
                log.atWarn().addKeyValue("room", room.name()).setCause(error).log("room did not stop in order");
                return Future.succeededFuture();
            });
        }
        return all.onSuccess(unused -> running = List.of());
    }

    /** Nobody has to wait for its end. */
    private Future<Void> release() {
        return api.get(Resources.LEASES, key)
                .compose(lease ->
                        Json.text(lease.tree(), "spec", "holderIdentity").equals(identity)
                                ? api.update(Resources.LEASES, lease.edit(tree -> Json.child(tree, "spec")
                                        .put("holderIdentity", "")
                                        .put("leaseDurationSeconds", 1)))
                                : Future.succeededFuture(lease))
                .<Void>mapEmpty()
                .recover(error -> {
                    log.atInfo()
                            .addKeyValue("lease", key)
                            .addKeyValue("err", String.valueOf(error.getMessage()))
                            .log("the lease is not released, it runs out");
                    return Future.succeededFuture();
                });
    }
}
