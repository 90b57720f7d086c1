package io.minik.store.etcdapi;

import io.minik.store.Bytes;
import io.minik.store.Compare;
import io.minik.store.Event;
import io.minik.store.KeyValue;
import io.minik.store.Op;
import io.minik.store.OpResponse;
import io.minik.store.RangeRequest;
import io.minik.store.Store;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import io.minik.store.WatchRequest;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who stands in the line of a name: the keys under NAME/, each with the lease of who waits, as etcd's clients that lock and
 * elect by themselves have it (client/v3/concurrency): both kinds stand in one line. The first is the key that was created
 * first; each waits for the one before it and for nobody else. Of a call that waits we keep one watch.
 */
final class WaitingLine {
    private static final Logger LOG = LoggerFactory.getLogger(WaitingLine.class);

    /** Of the lease of a caller that names none: a session's of etcd. */
    private static final long SESSION_SECONDS = 60;

    private final Store store;

    WaitingLine(Store store) {
        this.store = store;
    }

    /** Who is first. @param created revision that made the key; @param asked revision at which it was asked for */
    record Place(Bytes key, long created, long asked, long lease) {}

    /** A place, and what stands there: a locker's is empty. */
    private record Stood(long created, long asked, Bytes value) {}

    private static void left(Throwable gone) {
        LOG.atDebug().setCause(gone).log("client left its line");
    }

    static Bytes of(Bytes name) {
        return concatenated(name, "/");
    }

    static Compare madeAt(Bytes key, long revision) {
        return new Compare(Compare.Target.CREATE, key, Bytes.EMPTY, Compare.Result.EQUAL, revision, Bytes.EMPTY);
    }

    /** @return the place that is first as long as its key is there */
    Future<Place> take(Bytes name, long lease, Bytes value, Future<Void> left) {
        Future<Long> session = lease != 0
                ? Future.succeededFuture(lease)
                : store.grantLease(0, SESSION_SECONDS).map(Store.Lease::id);
        return session.compose(id -> {
            Bytes queue = of(name);
            // As Go prints a number in hex: that of an id below 0 has a sign.
            Bytes key = concatenated(queue, Long.toString(id, 16));
            return place(key, value, id)
                    .compose(stood -> say(key, value, id, stood).compose(said -> {
                        Waiting waiting = new Waiting(queue, new Place(key, stood.created(), stood.asked(), id));
                        left.onComplete(gone -> waiting.giveUp());
                        waiting.look();
                        return waiting.held.future();
                    }));
        });
    }

    private static Bytes concatenated(Bytes head, String tail) {
        byte[] end = tail.getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(head.array(), head.length() + end.length);
        System.arraycopy(end, 0, all, head.length(), end.length);
        return Bytes.of(all);
    }

    /** Who stands there already stays where it is. */
    private Future<Stood> place(Bytes key, Bytes value, long lease) {
        Op put = new Op.Put(key, value, lease, false, false, false);
        return store.txn(Txn.of(List.of(madeAt(key, 0)), List.of(put), List.of(Op.get(key))))
                .map(result -> result.responses().get(0) instanceof OpResponse.Ranged ranged
                        ? stood(ranged.result().kvs().get(0), result.revision())
                        : new Stood(result.revision(), result.revision(), value));
    }

    private static Stood stood(KeyValue kv, long revision) {
        return new Stood(kv.createRevision(), revision, kv.value());
    }

    /** Who stands there already may have another thing to say. */
    private Future<Void> say(Bytes key, Bytes value, long lease, Stood stood) {
        if (stood.value().equals(value)) {
            return Future.succeededFuture();
        }
        Op put = new Op.Put(key, value, lease, false, false, false);
        return store.txn(Txn.of(List.of(madeAt(key, stood.created())), List.of(put), List.of()))
                .mapEmpty();
    }

    /** One that stands in a queue. On the loop of its call. */
    private final class Waiting implements Store.WatchListener {
        private final Bytes queue;
        private final Place place;
        private final Promise<Place> held = Promise.promise();
        private Store.@Nullable Watch before;

        Waiting(Bytes queue, Place place) {
            this.queue = queue;
            this.place = place;
        }

        void look() {
            RangeRequest all = RangeRequest.prefix(queue);
            store.range(new RangeRequest(all.key(), all.rangeEnd(), 0, 0, true, false))
                    .onComplete(found -> look(found.kvs(), found.revision()), held::tryFail);
        }

        private void look(List<KeyValue> kvs, long revision) {
            if (kvs.stream().noneMatch(kv -> kv.key().equals(place.key()) && kv.createRevision() == place.created())) {
                held.tryFail(EtcdRefusal.sessionExpired());
                return;
            }
            Optional<KeyValue> ahead = kvs.stream()
                    .filter(kv -> kv.createRevision() < place.created())
                    .max(Comparator.comparingLong(KeyValue::createRevision));
            if (ahead.isEmpty()) {
                held.tryComplete(place);
            } else if (!held.future().isComplete()) {
                before = store.watch(new WatchRequest(ahead.get().key(), Bytes.EMPTY, revision + 1, false), this);
            }
        }

        void giveUp() {
            if (held.tryFail(new StoreException.Closed())) {
                close();
                store.txn(Txn.of(List.of(), List.of(Op.delete(place.key())), List.of()))
                        .onFailure(WaitingLine::left);
            }
        }

        private void close() {
            if (before != null) {
                before.close();
                before = null;
            }
        }

        @Override
        public void onEvents(List<Event> events, long revision) {
            if (before != null && events.stream().anyMatch(event -> event.type() == Event.Type.DELETE)) {
                close();
                look();
            }
        }

        @Override
        public void onEnd(StoreException why) {
            before = null;
            if (why instanceof StoreException.Compacted || why instanceof StoreException.Lagging) {
                look();
            } else {
                held.tryFail(why);
            }
        }
    }
}
