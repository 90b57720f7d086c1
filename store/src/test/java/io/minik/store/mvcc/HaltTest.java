package io.minik.store.mvcc;

import static io.minik.store.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.store.Await;
import io.minik.store.Bytes;
import io.minik.store.DrivenClock;
import io.minik.store.KeyValue;
import io.minik.store.RangeRequest;
import io.minik.store.Recorder;
import io.minik.store.Store;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import io.minik.store.WatchRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a store whose journal fails. */
class HaltTest {
    private final Vertx vertx = Vertx.vertx();
    private final FailingJournal journal = new FailingJournal();
    private final DrivenClock clock = new DrivenClock();
    private final Store store =
            new MvccStore(vertx, clock, new Mvcc(new PlainRecords(), clock), journal, StoreLimits.defaults()) {
                {
                    start();
                }
            };

    @AfterEach
    void close() {
        Await.get(store.close());
        Await.get(vertx.close());
    }

    private Future<?> put(String key) {
        return store.txn(Txn.put(utf8(key), utf8("v")));
    }

    @Test
    void afterAFailedSyncEverythingIsRefusedAndNothingOfTheBatchIsSeen() {
        Recorder recorder = new Recorder();
        store.watch(WatchRequest.prefix(Bytes.EMPTY, 0), recorder);
        Await.get(put("a"));
        journal.next = Optional.of(new IOException("EIO"));
        List<Future<?>> writes = List.of(put("b"), put("c"), put("d"));
        for (Future<?> write : writes) {
            assertThatThrownBy(() -> Await.get(write))
                    .isInstanceOf(StoreException.Unusable.class)
                    .hasMessageContaining("has halted")
                    .hasMessageContaining("EIO");
        }
        assertThat(recorder.awaitEnd()).isInstanceOf(StoreException.Unusable.class);
        assertThat(recorder.events()).hasSize(1);
        assertThatThrownBy(() -> Await.get(put("e"))).isInstanceOf(StoreException.Unusable.class);
        assertThatThrownBy(() -> Await.get(store.range(RangeRequest.key(utf8("a")))))
                .isInstanceOf(StoreException.Unusable.class);
        assertThat(journal.abandoned).isTrue();
        assertThatThrownBy(() -> Await.get(store.ended()))
                .isInstanceOf(StoreException.Unusable.class)
                .hasMessageContaining("EIO");
    }

    @Test
    void aWriteThatFindsTheDiskFullIsRefusedAndTheStoreGoesOn() {
        Await.get(put("a"));
        journal.next = Optional.of(new StoreException.NoSpace("no space left on device"));
        assertThatThrownBy(() -> Await.get(put("b"))).isInstanceOf(StoreException.NoSpace.class);
        assertThat(Await.get(store.range(RangeRequest.prefix(Bytes.EMPTY))).kvs())
                .hasSize(1);
        Await.get(put("c"));
        assertThat(store.status().revision()).isEqualTo(3);
    }

    @Test
    void aLeaseWhoseGrantFindsTheDiskFullIsNotThere() {
        journal.next = Optional.of(new StoreException.NoSpace("no space left on device"));
        assertThatThrownBy(() -> Await.get(store.grantLease(7, 10))).isInstanceOf(StoreException.NoSpace.class);
        assertThat(Await.get(store.leases())).isEmpty();
    }

    @Test
    void aWatchAskedForWhileTheDiskIsFullSeesWhatComesLater() {
        journal.next = Optional.of(new StoreException.NoSpace("no space left on device"));
        Future<?> refused = put("a");
        Recorder recorder = new Recorder();
        store.watch(WatchRequest.prefix(Bytes.EMPTY, 0), recorder);
        assertThatThrownBy(() -> Await.get(refused)).isInstanceOf(StoreException.NoSpace.class);
        Await.get(put("b"));
        assertThat(recorder.awaitEvents(1)).hasSize(1);
    }

    /** The writer's, but for what the test sets between calls. */
    private static final class FailingJournal implements Journal {
        private volatile Optional<Exception> next = Optional.empty();
        private volatile boolean abandoned;

        @Override
        public void flush(boolean sync) throws IOException {
            Optional<Exception> failure = next;
            next = Optional.empty();
            if (failure.isPresent() && failure.get() instanceof IOException failed) {
                throw failed;
            }
            if (failure.isPresent() && failure.get() instanceof StoreException full) {
                throw full;
            }
        }

        @Override
        public void committed(long revision, List<Change> changes) {}

        @Override
        public void leaseGranted(long id, long ttlSeconds) {}

        @Override
        public void leaseRevoked(long id) {}

        @Override
        public void compacted(long revision) {}

        @Override
        public int collectedBytes() {
            return 0;
        }

        @Override
        public void discard() {}

        @Override
        public void published() {}

        @Override
        public boolean isFull() {
            return false;
        }

        @Override
        public long bytesOnDisk() {
            return 0;
        }

        @Override
        public void close() {}

        @Override
        public void abandon() {
            abandoned = true;
        }
    }

    private static final class PlainRecords implements Records {
        private final Map<Long, KeyValue> records = new HashMap<>();

        @Override
        public synchronized long add(KeyValue kv, int sub) {
            records.put(records.size() + 1L, kv);
            return records.size();
        }

        @Override
        public synchronized Optional<KeyValue> find(
                long handle, Bytes key, long modRevision, int sub, boolean withValue) {
            return Optional.ofNullable(records.get(handle));
        }

        @Override
        public void remove(long handle) {
            throw new IllegalStateException("nothing is compacted here");
        }

        @Override
        public long bytesInUse() {
            return 0;
        }

        @Override
        public void close() {}
    }
}
