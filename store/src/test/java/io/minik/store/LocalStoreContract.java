package io.minik.store;

import static io.minik.store.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.store.mvcc.StoreLimits;
import io.vertx.core.Future;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every store of this process must do beyond: time, room and the past are its own. */
public abstract class LocalStoreContract extends StoreContract {
    protected final DrivenClock clock = new DrivenClock();

    /** An empty store. */
    protected abstract Store open(DrivenClock clock, StoreLimits limits) throws Exception;

    @Override
    protected final Store open() throws Exception {
        return open(clock, StoreLimits.defaults());
    }

    @Override
    protected final void pass(long seconds) {
        clock.advance(seconds * 1000);
    }

    @Test
    void compactionGivesSpaceBack() {
        Bytes value = Bytes.of(new byte[10_000]);
        IntStream.range(0, 100).forEach(i -> Await.get(store.txn(Txn.put(utf8("a"), value))));
        long before = store.status().sizeInUseBytes();
        Await.get(store.compact(store.status().revision()));
        assertThat(store.status().sizeInUseBytes()).isLessThan(before / 2);
        assertThat(get("a").value()).isEqualTo(value);
    }

    @Test
    void historyIsBoundedWithoutAnyCompaction() throws Exception {
        Await.get(store.close());
        store = open(clock, new StoreLimits(StoreLimits.DEFAULT_QUOTA_BYTES, 50));
        IntStream.range(0, 200).forEach(i -> put("k", "v" + i));
        put("last", "1");
        assertThat(store.status().revision() - store.status().compactedRevision())
                .isLessThanOrEqualTo(60);
    }

    @Test
    void aPutBehindTheEndOfItsLeaseIsRefused() {
        Await.get(store.grantLease(7, 100));
        // Not awaited: both are in one batch, in the order in which they were asked for.
        Future<Void> revoked = store.revokeLease(7);
        Future<TxnResult> late = store.txn(Txn.of(List.of(), List.of(put("k", "v", 7)), List.of()));
        Await.get(revoked);
        assertThatThrownBy(() -> Await.get(late)).isInstanceOf(StoreException.LeaseNotFound.class);
    }

    @Test
    void aFullStoreRefusesPutsUntilDeletesMakeRoom() throws Exception {
        Await.get(store.close());
        store = open(clock, new StoreLimits(64 << 10, StoreLimits.DEFAULT_HISTORY_REVISIONS));
        Bytes value = Bytes.of(new byte[10_000]);
        assertThatThrownBy(
                        () -> IntStream.range(0, 100).forEach(i -> Await.get(store.txn(Txn.put(utf8("k" + i), value)))))
                .isInstanceOf(StoreException.NoSpace.class)
                .hasMessage("database space exceeded: the store holds 65536 bytes, its most; delete some objects");
        assertThat(store.status().noSpace()).isTrue();
        assertThat(get("k0").value()).isEqualTo(value);
        txn(List.of(), List.of(new Op.DeleteRange(utf8("k"), utf8("l"), false)), List.of());
        put("k", "1");
        assertThat(store.status().noSpace()).isFalse();
    }

    @Test
    void aFullStoreStillTakesWhatDoesNotGrow() throws Exception {
        Await.get(store.close());
        store = open(clock, new StoreLimits(64 << 10, StoreLimits.DEFAULT_HISTORY_REVISIONS));
        Bytes value = Bytes.of(new byte[10_000]);
        put("small", "here");
        assertThatThrownBy(
                        () -> IntStream.range(0, 100).forEach(i -> Await.get(store.txn(Txn.put(utf8("k" + i), value)))))
                .isInstanceOf(StoreException.NoSpace.class);
        put("small", "marked");
        assertThat(get("small").value()).isEqualTo(utf8("marked"));
        assertThatThrownBy(() -> put("new", "v")).isInstanceOf(StoreException.NoSpace.class);
        assertThatThrownBy(() -> Await.get(store.txn(Txn.put(utf8("small"), value))))
                .isInstanceOf(StoreException.NoSpace.class);
    }

    @Test
    void aQuotaCountsWhatIsThereNotThePast() throws Exception {
        Await.get(store.close());
        store = open(clock, new StoreLimits(64 << 10, StoreLimits.DEFAULT_HISTORY_REVISIONS));
        for (int i = 0; i < 100; i++) {
            Bytes value = Bytes.of(new byte[10_000 + i]);
            // A write may be refused while the past is on its way out, and is welcome after.
            for (boolean written = false; !written; clock.advance(1_000)) {
                try {
                    Await.get(store.txn(Txn.put(utf8("one"), value)));
                    written = true;
                } catch (StoreException.NoSpace full) {
                    assertThat(get("one").value().length()).isEqualTo(10_000 + i - 1);
                }
            }
        }
        assertThat(get("one").value().length()).isEqualTo(10_099);
    }

    @Test
    void thePastIsBoundedByItsBytes() throws Exception {
        Await.get(store.close());
        store = open(
                clock,
                new StoreLimits(StoreLimits.DEFAULT_QUOTA_BYTES, StoreLimits.DEFAULT_HISTORY_REVISIONS, 4 << 20));
        for (int i = 0; i < 30; i++) {
            Await.get(store.txn(Txn.put(utf8("one"), Bytes.of(new byte[900_000]))));
        }
        assertThat(store.status().sizeInUseBytes()).isLessThan(7 << 20);
        assertThat(store.status().compactedRevision()).isPositive();
    }

    @Test
    void aValueThatNobodyHoldsAnyMoreGoes() throws Exception {
        Value[] held = new Value[1];
        Await.get(store.txn(Txn.put(utf8("k"), Bytes.of(new byte[500_000]))));
        held[0] = store.value(utf8("k"), get("k").modRevision()).orElseThrow();
        put("k", "small");
        Await.get(store.compact(store.status().revision()));
        assertThat(store.status().sizeInUseBytes()).isGreaterThan(500_000);
        assertThat(held[0].read().length()).isEqualTo(500_000);
        held[0] = null;
        for (int i = 0; store.status().sizeInUseBytes() > 500_000; i++) {
            assertThat(i).as("collections").isLessThan(100);
            System.gc();
            put("k", "again " + i);
        }
    }

    @Test
    void aRenewedLeaseLivesOn() {
        long lease = Await.get(store.grantLease(7, 10)).id();
        assertThat(lease).isEqualTo(7);
        txn(List.of(), List.of(put("k", "v", lease)), List.of());
        clock.advance(8_000);
        assertThat(Await.get(store.keepLeaseAlive(lease)).remainingSeconds()).isEqualTo(10);
        clock.advance(8_000);
        assertThat(Await.get(store.leaseStatus(lease)).lease().remainingSeconds())
                .isEqualTo(2);
        assertThat(prefix("k").kvs()).hasSize(1);
        clock.advance(2_000);
        assertThat(Await.get(store.leases())).isEmpty();
        assertThat(prefix("k").kvs()).isEmpty();
    }

    @Test
    void noTimerRunsWithoutALeaseOrALazyWrite() {
        put("a", "1");
        assertThat(clock.armed()).isZero();
        Await.get(store.grantLease(1, 100));
        assertThat(clock.armed()).isEqualTo(1);
    }

    @Test
    void aLeaseEndsToTheSecond() {
        Store.Lease lease = Await.get(store.grantLease(0, 10));
        Recorder recorder = watch("k", 0);
        txn(List.of(), List.of(put("k1", "v", lease.id()), put("k2", "v", lease.id())), List.of());
        put("k3", "stays");
        clock.advance(9_000);
        assertThat(Await.get(store.leaseStatus(lease.id())).lease().remainingSeconds())
                .isEqualTo(1);
        assertThat(Await.get(store.leaseStatus(lease.id())).keys()).containsExactlyInAnyOrder(utf8("k1"), utf8("k2"));
        clock.advance(1_000);
        List<Event> ended = recorder.awaitEvents(5).subList(3, 5);
        assertThat(ended).extracting(Event::type).containsOnly(Event.Type.DELETE);
        assertThat(ended).extracting(Event::revision).containsOnly(4L);
        assertThat(prefix("k").kvs()).extracting(kv -> kv.key().utf8()).containsExactly("k3");
        assertThatThrownBy(() -> Await.get(store.leaseStatus(lease.id())))
                .isInstanceOf(StoreException.LeaseNotFound.class);
        assertThat(Await.get(store.leases())).isEmpty();
    }

    @Test
    void aValueIsFoundWhileItIsRetained() throws Exception {
        put("k", "first");
        Value held = store.value(utf8("k"), get("k").modRevision()).orElseThrow();
        put("k", "second");
        Await.get(store.compact(store.status().revision()));
        assertThat(held.read()).isEqualTo(utf8("first"));
        assertThat(held.length()).isEqualTo(5);
        txn(List.of(), List.of(Op.delete(utf8("k"))), List.of());
        Await.get(store.compact(store.status().revision()));
        put("k", "third");
        assertThat(held.read()).isEqualTo(utf8("first"));
        assertThat(store.value(utf8("k"), held.revision())).isEmpty();
    }

    @Test
    void oneRetainedValueIsOneHandle() throws Exception {
        put("k", "v");
        long revision = get("k").modRevision();
        assertThat(store.value(utf8("k"), revision)).isEqualTo(store.value(utf8("k"), revision));
        assertThat(store.value(utf8("k"), revision + 1)).isEmpty();
        assertThat(store.value(utf8("absent"), revision)).isEmpty();
    }
}
