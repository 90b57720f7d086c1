package io.minik.server.http;

import io.minik.api.client.WatchEvent;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.ground.loop.Loop;
import io.minik.ground.loop.Seconds;
import io.minik.server.registry.Registry;
import io.minik.server.request.Request;
import io.minik.server.request.Target;
import io.minik.server.table.Tables.IncludeObject;
import io.minik.server.watchcache.CacheEvent.Seen;
import io.minik.server.watchcache.CacheWatcher;
import io.minik.server.watchcache.WatchSink;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One watch over HTTP or WebSocket, as fast as the client reads; what it can't take stays in the watcher's queue. */
final class WatchStream implements WatchSink {
    /** kube-apiserver's --min-request-timeout: a watch that names no timeout ends after this to twice this. */
    private static final long MIN_TIMEOUT_SECONDS = 1800;

    private static final long MILLIS = 1000;

    /** Events written at once, by bytes: small ones share a packet, a large one is alone. */
    private static final int CHUNK_BYTES = 64 * 1024;

    /**
     * What a watch takes of the heap while nothing happens: its stream, request, queue and timers. With a heap of 160 MB one
     * account has 1,280 of them, an administrator or a node 2,275.
     */
    static final int BYTES = 8 * 1024;

    private static final Duration STALLED = Duration.ofMillis(MILLIS * Outflow.STALLED_SECONDS);

    private final Loop loop;
    private final Registry registry;
    private final Frames frames;
    private final Metrics metrics;
    private final ByteBudget.Hold hold;
    private final MediaType type;
    private final IncludeObject include;

    // The request's context.
    private @Nullable WatchWire wire;
    private boolean open;
    /** What the watcher handed over last; while the wire has no room for the rest of it, the watcher is paused. */
    private List<Seen> batch = List.of();

    /** The first of them that is not written. */
    private int next;

    private Loop.Timer stalled = Loop.Timer.NONE;
    /** What is still to be said once the wire is open. */
    private Runnable endedEarly = () -> {};

    /** The same once what waits is written. */
    private Runnable endedLate = () -> {};

    private @Nullable CacheWatcher watcher;
    private @Nullable Resource resource;
    /** What watches of one event share their frames by. */
    private String format = "";

    private boolean first = true;
    private boolean over;
    private Loop.Timer timer = Loop.Timer.NONE;
    private @Nullable Target counted;

    /** What all streams share. */
    record Means(Vertx vertx, Registry registry, Frames frames, Metrics metrics, ByteBudget budget) {}

    WatchStream(Means means, MediaType type, IncludeObject include) {
        this.loop = Loop.here(means.vertx());
        this.registry = means.registry();
        this.frames = means.frames();
        this.metrics = means.metrics();
        this.hold = means.budget().hold();
        this.type = type;
        this.include = include;
    }

    /** Succeeds when the head is written; fails, with nothing written, if the watch can't start. */
    Future<Void> start(ApiRequest request, Request watch) {
        Duration lasts = timeout(watch);
        hold.grow(request.user(), BYTES);
        WatchWire out = WatchWire.of(request.wire().orElseThrow(), type.streamed());
        wire = out;
        resource = watch.kind().resource();
        // One text for all watches of a format, as it is compared for each event of each of them.
        format = (watch.kind().resource().apiVersion() + type.key() + include).intern();
        out.onClose(this::stop);
        return Future.<Void>succeededFuture()
                .compose(unused -> registry.watch(watch, this))
                .compose(started -> opened(request, out, started, lasts))
                .recover(error -> expired(out, error))
                .onFailure(unused -> stop());
    }

    /**
     * A start that is too old is told by an event, as upstream tells it: there are clients that list again after that, and after
     * an answer with the same code give up.
     */
    private Future<Void> expired(WatchWire out, Throwable error) {
        if (open || !(error instanceof ApiException api) || api.status().reason() != Reason.Expired) {
            return Future.failedFuture(error);
        }
        return out.open().onSuccess(unused -> {
            open = true;
            onEnd(Optional.of(api));
        });
    }

    private Future<Void> opened(ApiRequest request, WatchWire out, CacheWatcher started, Duration lasts) {
        watcher = started;
        counted = request.target();
        metrics.longRunning(request.target(), 1);
        if (over) {
            stop();
            return Future.succeededFuture();
        }
        timer = loop.after(lasts, () -> onEnd(Optional.empty()));
        return out.open().onSuccess(unused -> {
            open = true;
            started.resume();
            endedEarly.run();
        });
    }

    private Duration timeout(Request watch) {
        long seconds = timeoutSeconds(watch);
        return Seconds.duration(
                seconds > 0 ? seconds : loop.random().nextLong(MIN_TIMEOUT_SECONDS, 2 * MIN_TIMEOUT_SECONDS));
    }

    /** What the caller asks for; 0: nothing. */
    static long timeoutSeconds(Request watch) {
        String asked = watch.parameter("timeoutSeconds");
        try {
            return asked.isEmpty() ? 0 : Long.parseLong(asked);
        } catch (NumberFormatException e) {
            throw ApiException.badRequest("invalid timeoutSeconds: " + asked);
        }
    }

    @Override
    public void onEvents(List<Seen> events) {
        if (waits()) {
            throw new IllegalStateException("a paused watch is told of events");
        }
        batch = events;
        next = 0;
        CacheWatcher source = watcher;
        if (!flow() && !over && source != null) {
            source.pause();
        }
    }

    /** Encodes and writes as much as the wire takes: a batch of large objects is never in memory as a whole. */
    private boolean flow() {
        WatchWire out = wire;
        if (over || out == null || out.closed()) {
            stop();
            return false;
        }
        while (waits() && !out.full()) {
            List<Buffer> frames = new ArrayList<>(batch.size() - next);
            Optional<ApiException> unreadable = fill(frames);
            Future<Void> written = out.write(frames);
            if (!written.succeeded()) {
                written.onFailure(unused -> stop());
            }
            if (unreadable.isPresent()) {
                forget();
                onEnd(unreadable);
                return false;
            }
        }
        if (!waits()) {
            forget();
        }
        if (out.full()) {
            stalled.cancel();
            stalled = loop.after(STALLED, () -> {
                stop();
                out.cut();
            });
            out.onDrain(this::drained);
            return false;
        }
        return true;
    }

    /** Frames of one write. @return why the next event can't be told: an object that is not what its kind says, or is not read */
    private Optional<ApiException> fill(List<Buffer> frames) {
        int bytes = 0;
        while (waits() && bytes < CHUNK_BYTES) {
            try {
                Buffer frame = frame(batch.get(next++));
                bytes += frame.length();
                frames.add(frame);
            } catch (ApiException told) {
                return Optional.of(told);
            } catch (RuntimeException unreadable) {
                return Optional.of(ApiException.internal(String.valueOf(unreadable.getMessage())));
            }
        }
        return Optional.empty();
    }

    private void drained() {
        stalled.cancel();
        CacheWatcher source = watcher;
        if (flow() && source != null) {
            Runnable last = endedLate;
            endedLate = () -> {};
            last.run();
            source.resume();
        }
    }

    private Buffer frame(Seen seen) {
        Resource served = Objects.requireNonNull(resource);
        boolean table = type.shape() == MediaType.Shape.TABLE;
        if (first && table && seen.type() != WatchEvent.Type.BOOKMARK) {
            first = false;
            return encode(served, seen, true);
        }
        // Ages in a Table are as of the encoding, which all watchers of this event share.
        return seen.frame(format, unused -> encode(served, seen, false));
    }

    private Buffer encode(Resource served, Seen seen, boolean columns) {
        KubeObject object =
                seen.type() == WatchEvent.Type.BOOKMARK ? seen.object() : registry.view(served, seen.object());
        return frames.event(type, served, seen.type(), object, include, columns);
    }

    @Override
    public void onEnd(Optional<ApiException> why) {
        WatchWire out = wire;
        if (!open && !over) {
            endedEarly = () -> onEnd(why);
            return;
        }
        if (waits() && !over) {
            endedLate = () -> onEnd(why);
            return;
        }
        if (!over && out != null && !out.closed()) {
            why.ifPresent(error ->
                    out.write(List.of(frames.error(type, error.status()))).onFailure(unused -> stop()));
            out.end().onComplete(unused -> stop());
        }
        stop();
    }

    private boolean waits() {
        return next < batch.size();
    }

    private void forget() {
        batch = List.of();
        next = 0;
    }

    private void stop() {
        over = true;
        forget();
        stalled.cancel();
        timer.cancel();
        hold.close();
        if (counted != null) {
            metrics.longRunning(counted, -1);
            counted = null;
        }
        CacheWatcher source = watcher;
        if (source != null) {
            source.close();
        }
    }
}
