package io.minik.store.mvcc;

import static io.minik.store.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.store.Bytes;
import io.minik.store.DrivenClock;
import io.minik.store.KeyValue;
import io.minik.store.Op;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BoundsTest {
    private final DrivenClock clock = new DrivenClock();
    private final Mvcc mvcc = new Mvcc(new PlainRecords(), clock);

    BoundsTest() {
        mvcc.committed(2, List.of(new Change(new KeyValue(utf8("here"), utf8("v"), 2, 2, 1, 0), 0)));
    }

    private void check(boolean diskFull, boolean heapShort, Txn txn) {
        StoreLimits usual = StoreLimits.defaults();
        StoreLimits limits =
                new StoreLimits(usual.quotaBytes(), usual.historyRevisions(), usual.historyBytes(), now -> heapShort);
        new Bounds(limits, clock).check(diskFull, mvcc, new Evaluation(mvcc, new TreeMap<>(), 2), txn);
    }

    @Test
    void withoutHeapNothingNewIsTakenAndTheWordsNameTheWayOut() {
        assertThatThrownBy(() -> check(false, true, Txn.put(utf8("new"), utf8("v"))))
                .isInstanceOf(StoreException.NoSpace.class)
                .hasMessage("database space exceeded: no memory for more objects; delete some, or start minik with a"
                        + " larger --memory-limit");
        assertThatCode(() -> check(false, false, Txn.put(utf8("new"), utf8("v"))))
                .doesNotThrowAnyException();
    }

    @Test
    void withoutHeapWhatIsThereIsMarkedAndDeleted() {
        assertThatCode(() -> check(false, true, Txn.put(utf8("here"), utf8("marked"))))
                .doesNotThrowAnyException();
        assertThatCode(() -> check(false, true, Txn.of(List.of(), List.of(Op.delete(utf8("here"))), List.of())))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> check(false, true, Txn.put(utf8("here"), Bytes.of(new byte[2000]))))
                .isInstanceOf(StoreException.NoSpace.class);
    }

    @Test
    void aFullDiskTakesDeletesAlone() {
        assertThatThrownBy(() -> check(true, false, Txn.put(utf8("here"), utf8("v"))))
                .isInstanceOf(StoreException.NoSpace.class)
                .hasMessageContaining("the disk of the data directory is full");
        assertThatCode(() -> check(true, false, Txn.of(List.of(), List.of(Op.delete(utf8("here"))), List.of())))
                .doesNotThrowAnyException();
    }

    @Test
    void whatTheHeapIsShortOfIsWhatACollectionLeft() {
        HeapRoom room = HeapRoom.ofThisProcess();
        assertThat(room.isShort(0)).isFalse();
    }

    private static final class PlainRecords implements Records {
        private final Map<Long, KeyValue> records = new HashMap<>();

        @Override
        public long add(KeyValue kv, int sub) {
            records.put(records.size() + 1L, kv);
            return records.size();
        }

        @Override
        public Optional<KeyValue> find(long handle, Bytes key, long modRevision, int sub, boolean withValue) {
            return Optional.ofNullable(records.get(handle));
        }

        @Override
        public void remove(long handle) {
            records.remove(handle);
        }

        @Override
        public long bytesInUse() {
            return 0;
        }

        @Override
        public void close() {}
    }
}
