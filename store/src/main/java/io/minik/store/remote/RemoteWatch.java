package io.minik.store.remote;

import com.google.protobuf.ByteString;
import io.minik.ground.loop.Loop;
import io.minik.store.Bytes;
import io.minik.store.Event;
import io.minik.store.Store;
import io.minik.store.StoreException;
import io.minik.store.WatchRequest;
import io.minik.store.etcdapi.proto.Kv;
import io.minik.store.etcdapi.proto.Rpc;
import io.minik.store.etcdapi.proto.WatchGrpcClient;
import io.vertx.core.Context;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.common.GrpcStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One watch, on a stream of its own: {@code opening -> created -> ended}. A member that loses its leader ends it (as "hasleader"
 * asks for), and so does a lost connection: whoever follows goes on from the revision that was told last.
 */
final class RemoteWatch implements Store.Watch {
    /** What may wait for a listener whose loop is busy: as of the embedded store's watches. */
    private static final long MAX_BACKLOG_BYTES = 8 << 20;

    private static final int EVENT_OVERHEAD_BYTES = 128;

    private final RemoteStore store;
    private final WatchRequest request;
    private final Context caller;
    private final Store.WatchListener listener;

    // Any thread's.
    private volatile boolean closed;
    private final AtomicLong backlogBytes = new AtomicLong();

    // The store's loop.
    private final ByteString wanted;
    private final List<Event> fragments = new ArrayList<>();
    /** The last revision of which there were events. */
    private long told;

    private @Nullable GrpcClientRequest<Rpc.WatchRequest, Rpc.WatchResponse> stream;
    private Loop.Timer patience = Loop.Timer.NONE;
    private Loop.Timer asking = Loop.Timer.NONE;
    private boolean created;
    private boolean wantsProgress;
    private boolean ended;
    /** Progress is told of what is not older than this. */
    private long progressFrom;

    RemoteWatch(RemoteStore store, WatchRequest request, Context caller, Store.WatchListener listener) {
        this.store = store;
        this.request = request;
        this.wanted = RemoteMessages.bytes(request.wanted());
        this.caller = caller;
        this.listener = listener;
    }

    // ---- any thread ----

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            store.onLoop(this::stop);
        }
    }

    @Override
    public void requestProgress() {
        long from = store.seen();
        store.onLoop(() -> {
            progressFrom = Math.max(progressFrom, from);
            wantsProgress = true;
            askForProgress();
        });
    }

    // ---- the store's loop ----

    /** @param from the first revision to tell, 0 = what comes next at the member */
    void start(long from) {
        if (closed) {
            return;
        }
        patience = store.loop().after(Deadlines.READ, () -> {
            GrpcClientRequest<?, ?> silent = stream;
            if (silent != null) {
                silent.connection().close().onFailure(RemoteStore::gone);
            }
            end(new StoreException.Unreachable("etcd begins no watch"));
        });
        store.client()
                .open(WatchGrpcClient.Watch)
                .onSuccess(opened -> opened(opened, from))
                .onFailure(this::lost);
    }

    private void opened(GrpcClientRequest<Rpc.WatchRequest, Rpc.WatchResponse> opened, long from) {
        if (closed || ended) {
            opened.cancel();
            return;
        }
        stream = opened;
        opened.headers().set("hasleader", "true");
        opened.exceptionHandler(this::lost);
        opened.response()
                .onSuccess(response -> {
                    response.exceptionHandler(this::lost);
                    response.endHandler(end -> over(response.status(), response.statusMessage()));
                    response.handler(this::heard);
                })
                .onFailure(this::lost);
        opened.write(Rpc.WatchRequest.newBuilder()
                        .setCreateRequest(Rpc.WatchCreateRequest.newBuilder()
                                .setKey(RemoteMessages.bytes(request.key()))
                                .setRangeEnd(RemoteMessages.bytes(request.rangeEnd()))
                                .setStartRevision(from)
                                .setPrevKv(request.wantPrevious())
                                .setFragment(true))
                        .build())
                .onFailure(this::lost);
    }

    private void heard(Rpc.WatchResponse told) {
        if (closed || ended) {
            return;
        }
        store.heard(told.getHeader().getRevision());
        if (told.getCanceled()) {
            cancelled(told);
        } else if (told.getCreated()) {
            created = true;
            patience.cancel();
            askForProgress();
        } else if (told.getEventsCount() == 0) {
            progress(told.getHeader().getRevision());
        } else {
            events(told);
        }
    }

    private void events(Rpc.WatchResponse response) {
        for (Kv.Event each : response.getEventsList()) {
            told = Math.max(told, each.getKv().getModRevision());
            if (!each.getKv().getKey().startsWith(wanted)) {
                continue;
            }
            Event event = RemoteMessages.event(each);
            if (event.type() == Event.Type.PUT) {
                store.values().told(event.kv());
            }
            fragments.add(event);
        }
        // A revision that does not fit into one message comes in several.
        if (!response.getFragment()) {
            List<Event> whole = List.copyOf(fragments);
            fragments.clear();
            deliver(whole, told);
        }
    }

    /** A member that is behind tells of a revision that is older than what was asked for: it is asked again. */
    private void progress(long revision) {
        if (wantsProgress && revision >= progressFrom) {
            wantsProgress = false;
            asking.cancel();
        }
        deliver(List.of(), revision);
    }

    private void askForProgress() {
        GrpcClientRequest<Rpc.WatchRequest, Rpc.WatchResponse> open = stream;
        asking.cancel();
        if (wantsProgress && created && open != null && !ended) {
            open.write(Rpc.WatchRequest.newBuilder()
                            .setProgressRequest(Rpc.WatchProgressRequest.getDefaultInstance())
                            .build())
                    .onFailure(this::lost);
            asking = store.loop().after(Deadlines.PROGRESS, this::askForProgress);
        }
    }

    private void deliver(List<Event> events, long revision) {
        long bytes = events.stream().mapToLong(RemoteWatch::weight).sum();
        long before = backlogBytes.getAndAdd(bytes);
        if (before > 0 && before + bytes > MAX_BACKLOG_BYTES) {
            end(new StoreException.Lagging("a watch of " + request.key() + " has " + before
                    + " bytes of events waiting: at most " + MAX_BACKLOG_BYTES + " are kept"));
            return;
        }
        caller.runOnContext(task -> {
            backlogBytes.addAndGet(-bytes);
            if (!closed) {
                listener.onEvents(events, revision);
            }
        });
    }

    private static long weight(Event event) {
        Bytes key = event.kv().key();
        return (long) EVENT_OVERHEAD_BYTES
                + key.length()
                + event.kv().value().length()
                + event.previous().map(kv -> kv.value().length()).orElse(0);
    }

    private void cancelled(Rpc.WatchResponse told) {
        if (told.getCompactRevision() > 0) {
            store.compacted(told.getCompactRevision());
            end(new StoreException.Compacted(request.startRevision(), told.getCompactRevision()));
            return;
        }
        String why = told.getCancelReason();
        end(
                why.contains("permission denied") || why.contains("invalid auth token")
                        ? new StoreException.Refused(why)
                        : new StoreException.Unreachable("etcd ended a watch: " + why));
    }

    private void over(GrpcStatus status, @Nullable String message) {
        if (status == GrpcStatus.PERMISSION_DENIED || status == GrpcStatus.UNAUTHENTICATED) {
            end(new StoreException.Refused(String.valueOf(message)));
        } else {
            end(new StoreException.Unreachable("etcd ended a watch: " + (message == null ? status : message)));
        }
    }

    private void lost(Throwable why) {
        end(
                why instanceof StoreException known
                        ? known
                        : new StoreException.Unreachable("a watch was lost: " + why.getMessage()));
    }

    void end(StoreException why) {
        if (!ended) {
            stop();
            caller.runOnContext(task -> {
                if (!closed) {
                    closed = true;
                    listener.onEnd(why);
                }
            });
        }
    }

    private void stop() {
        ended = true;
        patience.cancel();
        asking.cancel();
        fragments.clear();
        store.forget(this);
        GrpcClientRequest<Rpc.WatchRequest, Rpc.WatchResponse> open = stream;
        if (open != null) {
            open.cancel();
        }
    }
}
