package io.minik.store.etcdapi;

import io.minik.ground.loop.Loop;
import io.minik.store.Bytes;
import io.minik.store.Event;
import io.minik.store.Store;
import io.minik.store.StoreException;
import io.minik.store.WatchRequest;
import io.minik.store.etcdapi.proto.Kv;
import io.minik.store.etcdapi.proto.Rpc;
import io.minik.store.etcdauth.AuthRefusal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.grpc.server.GrpcServerRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream of etcd's Watch service, with any number of watches on it. All of it is the stream's event loop's.
 *
 * <p>A client that reads slowly fills the stream's write queue. Then its watches are closed at the revision that they have
 * told, and opened again from there when the queue has drained: the store's history waits instead of our heap.
 */
final class EtcdWatchStream {
    private static final Logger LOG = LoggerFactory.getLogger(EtcdWatchStream.class);

    /** etcd's pace of progress notices for watches that asked for them. */
    private static final Duration PROGRESS_NOTIFY = Duration.ofMinutes(10);

    /** Where a response is cut if the client takes fragments: etcd's limit of a message. */
    private static final int FRAGMENT_BYTES = 3 * 512 * 1024;

    /** etcd's id of a watch that never was. */
    private static final long NO_WATCH = -1;

    /** For "all watches of this stream". */
    private static final long EVERY_WATCH = -1;

    private final Vertx vertx;
    private final Store store;
    private final Member member;
    private final Access access;
    private final EventEncoding encoding;
    private final WatchOutlet outlet;
    private final Map<Long, Entry> entries = new HashMap<>();
    private final Set<Long> owingProgress = new HashSet<>();
    private long progressRevision;
    private boolean progressAsked;
    private long nextId;
    private Loop.Timer notifyTimer = Loop.Timer.NONE;
    private boolean ended;

    EtcdWatchStream(Vertx vertx, Face face, Access access, EventEncoding encoding, WatchOutlet outlet) {
        this.vertx = vertx;
        this.store = face.store();
        this.member = face.member();
        this.access = access;
        this.encoding = encoding;
        this.outlet = outlet;
    }

    /** A stream of gRPC's, until its client leaves: one that has ended its own side still hears of events, as from etcd. */
    static void open(
            GrpcServerRequest<Rpc.WatchRequest, Rpc.WatchResponse> call,
            Function<WatchOutlet, EtcdWatchStream> watches,
            Access access) {
        EtcdWatchStream stream = watches.apply(new WatchOutlet() {
            @Override
            public EtcdCaller caller() {
                return access.caller(call.headers(), call.connection());
            }

            @Override
            public Future<Void> write(Rpc.WatchResponse response) {
                return call.response().write(response);
            }

            @Override
            public boolean isFull() {
                return call.response().writeQueueFull();
            }
        });
        call.handler(stream::request);
        call.exceptionHandler(gone -> stream.end());
        call.response().exceptionHandler(gone -> stream.end());
        call.response().drainHandler(drained -> stream.resume());
    }

    /** Who was too slow has caught up. */
    void resume() {
        List.copyOf(entries.values()).forEach(Entry::resume);
    }

    void end() {
        ended = true;
        entries.values().forEach(Entry::close);
        entries.clear();
        notifyTimer.cancel();
    }

    private static void left(Throwable gone) {
        LOG.atDebug().setCause(gone).log("client left its watch stream");
    }

    void request(Rpc.WatchRequest request) {
        switch (request.getRequestUnionCase()) {
            case CREATE_REQUEST -> create(request.getCreateRequest());
            case CANCEL_REQUEST -> cancel(request.getCancelRequest().getWatchId());
            case PROGRESS_REQUEST -> progress();
            case REQUESTUNION_NOT_SET -> LOG.atDebug().log("empty watch request");
        }
    }

    private void create(Rpc.WatchCreateRequest request) {
        try {
            Bytes key = request.getKey().isEmpty() ? Bytes.EMPTY.prefixEnd() : EtcdMessages.bytes(request.getKey());
            access.reads(outlet.caller(), key, EtcdMessages.bytes(request.getRangeEnd()));
        } catch (AuthRefusal refused) {
            write(response(store.status().revision(), NO_WATCH)
                    .setCreated(true)
                    .setCanceled(true)
                    .setCancelReason(Failures.of(refused).asGo()));
            return;
        }
        if (request.getWatchId() != 0 && entries.containsKey(request.getWatchId())) {
            write(response(store.status().revision(), request.getWatchId())
                    .setCreated(true)
                    .setCanceled(true)
                    .setCancelReason("mvcc: watcher ID already exists"));
            return;
        }
        long id = request.getWatchId() == 0 ? freeId() : request.getWatchId();
        Entry entry = new Entry(id, request);
        entries.put(id, entry);
        // The client may count on seeing all that comes after the revision of this header.
        long revision = store.status().revision();
        write(response(revision, id).setCreated(true));
        entry.next = request.getStartRevision() == 0 ? revision + 1 : request.getStartRevision();
        entry.resume();
        if (request.getProgressNotify() && notifyTimer.equals(Loop.Timer.NONE)) {
            notifyTimer = Loop.here(vertx).every(PROGRESS_NOTIFY, () -> entries.values().stream()
                    .filter(each -> each.request.getProgressNotify())
                    .forEach(Entry::requestProgress));
        }
    }

    private long freeId() {
        while (entries.containsKey(nextId)) {
            nextId++;
        }
        return nextId++;
    }

    private void cancel(long id) {
        Entry entry = entries.remove(id);
        if (entry != null) {
            entry.close();
            write(response(store.status().revision(), id).setCanceled(true));
            paid(id, Long.MAX_VALUE);
        }
    }

    // ---- progress of the whole stream: the least that all its watches have seen ----

    private void progress() {
        if (entries.isEmpty()) {
            write(response(store.status().revision(), EVERY_WATCH));
            return;
        }
        if (!progressAsked) {
            progressAsked = true;
            progressRevision = Long.MAX_VALUE;
            owingProgress.addAll(entries.keySet());
            entries.values().forEach(Entry::requestProgress);
        }
    }

    /** @return whether this notice was one that the stream waits for */
    private boolean paid(long id, long revision) {
        if (!owingProgress.remove(id)) {
            return false;
        }
        progressRevision = Math.min(progressRevision, revision);
        if (owingProgress.isEmpty()) {
            progressAsked = false;
            long seen = progressRevision == Long.MAX_VALUE ? store.status().revision() : progressRevision;
            write(response(seen, EVERY_WATCH));
        }
        return true;
    }

    private Rpc.WatchResponse.Builder response(long revision, long id) {
        return Rpc.WatchResponse.newBuilder().setHeader(member.header(revision)).setWatchId(id);
    }

    private void write(Rpc.WatchResponse.Builder response) {
        if (!ended) {
            outlet.write(response.build()).onFailure(EtcdWatchStream::left);
        }
    }

    /** One watch. {@code next} is the first revision that the client has not been told. */
    private final class Entry implements Store.WatchListener {
        private final long id;
        private final Rpc.WatchCreateRequest request;
        private final boolean puts;
        private final boolean deletes;
        private long next;
        private Store.@Nullable Watch running;

        Entry(long id, Rpc.WatchCreateRequest request) {
            this.id = id;
            this.request = request;
            this.puts = !request.getFiltersList().contains(Rpc.WatchCreateRequest.FilterType.NOPUT);
            this.deletes = !request.getFiltersList().contains(Rpc.WatchCreateRequest.FilterType.NODELETE);
        }

        /** Runs from {@code next} on, if it does not. */
        void resume() {
            if (running == null) {
                Bytes key = request.getKey().isEmpty() ? Bytes.EMPTY.prefixEnd() : EtcdMessages.bytes(request.getKey());
                running = store.watch(
                        new WatchRequest(key, EtcdMessages.bytes(request.getRangeEnd()), next, request.getPrevKv()),
                        this);
                if (owingProgress.contains(id)) {
                    running.requestProgress();
                }
            }
        }

        void close() {
            if (running != null) {
                running.close();
                running = null;
            }
        }

        void requestProgress() {
            if (running != null) {
                running.requestProgress();
            }
        }

        @Override
        public void onEvents(List<Event> events, long revision) {
            next = Math.max(next, revision + 1);
            if (events.isEmpty()) {
                if (!paid(id, revision)) {
                    write(response(revision, id));
                }
                return;
            }
            List<Kv.Event> encoded = encoding.of(events);
            List<Kv.Event> wanted = encoded;
            if (!puts || !deletes) {
                wanted = encoded.stream().filter(this::isWanted).toList();
            }
            send(wanted, revision);
            if (outlet.isFull()) {
                close();
            }
        }

        private boolean isWanted(Kv.Event event) {
            return event.getType() == Kv.Event.EventType.PUT ? puts : deletes;
        }

        private void send(List<Kv.Event> events, long revision) {
            Rpc.WatchResponse.Builder builder = response(revision, id);
            int bytes = 0;
            for (Kv.Event event : events) {
                int size = event.getSerializedSize();
                if (request.getFragment() && bytes > 0 && bytes + size > FRAGMENT_BYTES) {
                    write(builder.setFragment(true));
                    builder = response(revision, id);
                    bytes = 0;
                }
                builder.addEvents(event);
                bytes += size;
            }
            if (!events.isEmpty()) {
                write(builder);
            }
        }

        @Override
        public void onEnd(StoreException why) {
            running = null;
            if (why instanceof StoreException.Lagging) {
                // Our loop was held up: history has what was missed.
                resume();
                return;
            }
            entries.remove(id);
            if (why instanceof StoreException.Compacted compacted) {
                // Without a revision: nothing was told, and none may be taken for told.
                write(response(0, id).setCanceled(true).setCompactRevision(compacted.compactedRevision()));
            } else {
                write(response(store.status().revision(), id)
                        .setCanceled(true)
                        .setCancelReason(Failures.of(why).message()));
            }
            paid(id, Long.MAX_VALUE);
        }
    }
}
