package io.minik.store;

import static io.minik.store.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.minik.store.Compare.Result;
import io.minik.store.Compare.Target;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store must do. */
public abstract class StoreContract {
    protected final Vertx vertx = Vertx.vertx();
    protected Store store;

    /** An empty store. */
    protected abstract Store open() throws Exception;

    /** Lets time go, where it is not the world's. */
    protected abstract void pass(long seconds);

    @BeforeEach
    void openStore() throws Exception {
        store = open();
    }

    @AfterEach
    void closeStore() {
        if (store != null) {
            Await.get(store.close());
        }
        Await.get(vertx.close());
    }

    protected long put(String key, String value) {
        return Await.get(store.txn(Txn.put(utf8(key), utf8(value)))).revision();
    }

    protected long delete(String key) {
        return Await.get(store.txn(Txn.of(List.of(), List.of(Op.delete(utf8(key))), List.of())))
                .revision();
    }

    protected RangeResult prefix(String prefix) {
        return Await.get(store.range(RangeRequest.prefix(utf8(prefix))));
    }

    protected KeyValue get(String key) {
        return Await.get(store.range(RangeRequest.key(utf8(key)))).kvs().get(0);
    }

    protected TxnResult txn(List<Compare> compares, List<Op> success, List<Op> failure) {
        return Await.get(store.txn(Txn.of(compares, success, failure)));
    }

    protected static Op put(String key, String value, long lease) {
        return new Op.Put(utf8(key), utf8(value), lease, false, false, false);
    }

    // ---- revisions ----

    @Test
    void aNewStoreIsAtRevisionOneAndItsFirstWriteGetsTwo() {
        assertThat(store.status().revision()).isEqualTo(1);
        assertThat(put("a", "1")).isEqualTo(2);
        assertThat(put("b", "1")).isEqualTo(3);
        assertThat(store.status().revision()).isEqualTo(3);
    }

    @Test
    void aKeyCarriesCreateRevisionModRevisionAndVersion() {
        put("a", "1");
        put("other", "1");
        put("a", "2");
        assertThat(get("a")).isEqualTo(new KeyValue(utf8("a"), utf8("2"), 2, 4, 2, 0));
        delete("a");
        put("a", "3");
        assertThat(get("a")).isEqualTo(new KeyValue(utf8("a"), utf8("3"), 6, 6, 1, 0));
    }

    @Test
    void deletingNothingUsesNoRevision() {
        put("a", "1");
        assertThat(delete("b")).isEqualTo(2);
        assertThat(store.status().revision()).isEqualTo(2);
    }

    @Test
    void aTxnIsOneRevision() {
        TxnResult result = txn(List.of(), List.of(put("a", "1", 0), put("b", "2", 0)), List.of());
        assertThat(result.revision()).isEqualTo(2);
        assertThat(prefix("").kvs()).extracting(KeyValue::modRevision).containsExactly(2L, 2L);
    }

    // ---- range ----

    @Test
    void aRangeIsSortedAndExclusiveOfItsEnd() {
        for (String key : List.of("c", "a", "b", "bb", "d")) {
            put(key, key);
        }
        RangeResult result = Await.get(store.range(new RangeRequest(utf8("a"), utf8("c"), 0, 0, false, false)));
        assertThat(result.kvs()).extracting(kv -> kv.key().utf8()).containsExactly("a", "b", "bb");
        assertThat(result.count()).isEqualTo(3);
        assertThat(result.more()).isFalse();
    }

    @Test
    void theByteZeroAsEndMeansNoUpperBound() {
        put("a", "1");
        put("z", "1");
        Bytes none = Bytes.of(new byte[] {0});
        assertThat(Await.get(store.range(new RangeRequest(utf8("b"), none, 0, 0, false, false)))
                        .count())
                .isEqualTo(1);
        assertThat(Await.get(store.range(new RangeRequest(none, none, 0, 0, false, false)))
                        .count())
                .isEqualTo(2);
    }

    @Test
    void aLimitCutsTheKeysButNotTheCount() {
        IntStream.range(0, 10).forEach(i -> put("k" + i, "v"));
        RangeResult result =
                Await.get(store.range(RangeRequest.prefix(utf8("k")).limit(3)));
        assertThat(result.kvs()).hasSize(3);
        assertThat(result.count()).isEqualTo(10);
        assertThat(result.more()).isTrue();
    }

    @Test
    void keysOnlyLeavesValuesOutAndCountOnlyLeavesKeysOut() {
        put("k1", "value");
        put("k2", "value");
        RangeResult keys = Await.get(store.range(new RangeRequest(utf8("k"), utf8("l"), 0, 0, true, false)));
        assertThat(keys.kvs()).extracting(KeyValue::value).containsOnly(Bytes.EMPTY);
        assertThat(keys.kvs()).extracting(KeyValue::modRevision).containsExactly(2L, 3L);
        RangeResult count = Await.get(store.range(new RangeRequest(utf8("k"), utf8("l"), 0, 0, false, true)));
        assertThat(count.kvs()).isEmpty();
        assertThat(count.count()).isEqualTo(2);
    }

    @Test
    void aPastRevisionIsReadAsItWas() {
        put("a", "1");
        put("b", "1");
        put("a", "2");
        delete("b");
        RangeResult past = Await.get(store.range(RangeRequest.prefix(utf8("")).at(3)));
        assertThat(past.kvs()).extracting(kv -> kv.value().utf8()).containsExactly("1", "1");
        assertThat(past.revision()).isEqualTo(5);
        assertThat(prefix("").kvs()).extracting(kv -> kv.value().utf8()).containsExactly("2");
    }

    @Test
    void aFutureRevisionIsRefused() {
        assertThatThrownBy(
                        () -> Await.get(store.range(RangeRequest.key(utf8("a")).at(9))))
                .isInstanceOf(StoreException.FutureRevision.class);
    }

    @Test
    void anEmptyKeyIsRefused() {
        assertThatThrownBy(() -> Await.get(store.range(RangeRequest.key(Bytes.EMPTY))))
                .hasMessage("key is not provided");
        assertThatThrownBy(() -> put("", "1")).hasMessage("key is not provided");
    }

    // ---- txn ----

    @Test
    void comparesChooseTheBranch() {
        put("a", "1");
        Compare unchanged = Compare.modRevision(utf8("a"), Result.EQUAL, 2);
        TxnResult first = txn(List.of(unchanged), List.of(put("a", "2", 0)), List.of(Op.get(utf8("a"))));
        assertThat(first.succeeded()).isTrue();
        TxnResult second = txn(List.of(unchanged), List.of(put("a", "3", 0)), List.of(Op.get(utf8("a"))));
        assertThat(second.succeeded()).isFalse();
        assertThat(second.revision()).isEqualTo(3);
        OpResponse.Ranged seen = (OpResponse.Ranged) second.responses().get(0);
        assertThat(seen.result().kvs().get(0).value().utf8()).isEqualTo("2");
    }

    @Test
    void anAbsentKeyComparesAsZeroAndItsValueWithNothing() {
        for (Target target : List.of(Target.VERSION, Target.CREATE, Target.MOD, Target.LEASE)) {
            assertThat(holds(target, Result.EQUAL, 0, "")).as(target.name()).isTrue();
            assertThat(holds(target, Result.GREATER, 0, "")).as(target.name()).isFalse();
        }
        assertThat(holds(Target.VALUE, Result.EQUAL, 0, "")).isFalse();
        assertThat(holds(Target.VALUE, Result.NOT_EQUAL, 0, "x")).isFalse();
    }

    @Test
    void everyTargetAndResultCompares() {
        put("k", "m");
        put("k", "n");
        assertThat(holds(Target.VERSION, Result.EQUAL, 2, "")).isTrue();
        assertThat(holds(Target.CREATE, Result.LESS, 3, "")).isTrue();
        assertThat(holds(Target.MOD, Result.GREATER, 2, "")).isTrue();
        assertThat(holds(Target.MOD, Result.NOT_EQUAL, 3, "")).isFalse();
        assertThat(holds(Target.LEASE, Result.EQUAL, 0, "")).isTrue();
        assertThat(holds(Target.VALUE, Result.GREATER, 0, "m")).isTrue();
        assertThat(holds(Target.VALUE, Result.LESS, 0, "m")).isFalse();
    }

    private boolean holds(Target target, Result result, long number, String value) {
        Compare compare = new Compare(target, utf8("k"), Bytes.EMPTY, result, number, utf8(value));
        return txn(List.of(compare), List.of(), List.of()).succeeded();
    }

    @Test
    void aCompareOfARangeMustHoldForEachKey() {
        put("p/a", "1");
        put("p/b", "1");
        Compare all = new Compare(Target.VERSION, utf8("p/"), utf8("p0"), Result.EQUAL, 1, Bytes.EMPTY);
        assertThat(txn(List.of(all), List.of(), List.of()).succeeded()).isTrue();
        put("p/b", "2");
        assertThat(txn(List.of(all), List.of(), List.of()).succeeded()).isFalse();
    }

    @Test
    void opsSeeTheWritesBeforeThem() {
        put("p/old", "1");
        TxnResult result = txn(
                List.of(),
                List.of(
                        put("p/new", "2", 0),
                        new Op.DeleteRange(utf8("p/old"), Bytes.EMPTY, true),
                        new Op.Range(RangeRequest.prefix(utf8("p/")))),
                List.of());
        OpResponse.Ranged ranged = (OpResponse.Ranged) result.responses().get(2);
        assertThat(ranged.result().kvs()).containsExactly(new KeyValue(utf8("p/new"), utf8("2"), 3, 3, 1, 0));
        OpResponse.Deleted deleted = (OpResponse.Deleted) result.responses().get(1);
        assertThat(deleted.count()).isEqualTo(1);
        assertThat(deleted.previous().get(0).value().utf8()).isEqualTo("1");
    }

    @Test
    void aNestedTxnComparesWithTheStateBeforeTheWholeAndSharesItsRevision() {
        Txn inner = Txn.of(
                List.of(Compare.modRevision(utf8("a"), Result.EQUAL, 0)),
                List.of(put("b", "was absent", 0)),
                List.of(put("b", "was there", 0)));
        TxnResult result = txn(List.of(), List.of(put("a", "1", 0), new Op.Nested(inner)), List.of());
        assertThat(((OpResponse.Nested) result.responses().get(1)).result().succeeded())
                .isTrue();
        assertThat(get("b").value().utf8()).isEqualTo("was absent");
        assertThat(get("b").modRevision()).isEqualTo(get("a").modRevision());
    }

    @Test
    void aKeyIsWrittenOnceInATxn() {
        String refused = "duplicate key given in txn request";
        assertThatThrownBy(() -> txn(List.of(), List.of(put("a", "1", 0), put("a", "2", 0)), List.of()))
                .hasMessage(refused);
        Op deleteAll = new Op.DeleteRange(utf8("a"), utf8("c"), false);
        assertThatThrownBy(() -> txn(List.of(), List.of(deleteAll, put("b", "2", 0)), List.of()))
                .hasMessage(refused);
        Op nested = new Op.Nested(Txn.put(utf8("a"), utf8("2")));
        assertThatThrownBy(() -> txn(List.of(), List.of(put("a", "1", 0), nested), List.of()))
                .hasMessage(refused);
        Txn branches = Txn.of(List.of(), List.of(put("a", "1", 0)), List.of(put("a", "2", 0)));
        assertThat(txn(List.of(), List.of(new Op.Nested(branches)), List.of()).succeeded())
                .isTrue();
    }

    @Test
    void tooManyOpsAndTooLargeRequestsAreRefused() {
        List<Op> ops = IntStream.rangeClosed(0, Txn.MAX_OPS)
                .mapToObj(i -> put("k" + i, "v", 0))
                .toList();
        assertThatThrownBy(() -> txn(List.of(), ops, List.of())).hasMessage("too many operations in txn request");
        Bytes large = Bytes.of(new byte[2 << 20]);
        assertThatThrownBy(() -> Await.get(store.txn(Txn.put(utf8("a"), large))))
                .hasMessage("request is too large");
        assertThat(store.status().revision()).isEqualTo(1);
    }

    @Test
    void ignoreValueAndIgnoreLeaseKeepWhatIsThere() {
        long lease = Await.get(store.grantLease(0, 60)).id();
        txn(List.of(), List.of(put("a", "1", lease)), List.of());
        txn(List.of(), List.of(new Op.Put(utf8("a"), Bytes.EMPTY, 0, false, true, true)), List.of());
        assertThat(get("a").value().utf8()).isEqualTo("1");
        assertThat(get("a").lease()).isEqualTo(lease);
        assertThat(get("a").version()).isEqualTo(2);
        assertThatThrownBy(() ->
                        txn(List.of(), List.of(new Op.Put(utf8("b"), Bytes.EMPTY, 0, false, true, false)), List.of()))
                .isInstanceOf(StoreException.KeyNotFound.class);
    }

    @Test
    void concurrentCompareAndSwapsNeverLoseAnUpdate() {
        put("counter", "0");
        int adders = 8;
        int rounds = 25;
        List<Future<Void>> all = new ArrayList<>();
        for (int adder = 0; adder < adders; adder++) {
            all.add(Future.future(done ->
                    vertx.getOrCreateContext().runOnContext(task -> add(rounds).onComplete(done))));
        }
        Await.get(Future.all(all).mapEmpty());
        assertThat(get("counter").value().utf8()).isEqualTo(String.valueOf(adders * rounds));
        assertThat(get("counter").version()).isEqualTo(adders * rounds + 1);
    }

    private Future<Void> add(int left) {
        if (left == 0) {
            return Future.succeededFuture();
        }
        return store.range(RangeRequest.key(utf8("counter"))).compose(seen -> {
            KeyValue now = seen.kvs().get(0);
            Bytes next = utf8(String.valueOf(Integer.parseInt(now.value().utf8()) + 1));
            return store.txn(Txn.of(
                            List.of(Compare.modRevision(now.key(), Result.EQUAL, now.modRevision())),
                            List.of(Op.put(now.key(), next)),
                            List.of()))
                    .compose(result -> add(result.succeeded() ? left - 1 : left));
        });
    }

    // ---- compaction ----

    @Test
    void compactionForgetsWhatIsBeforeItAndKeepsWhatIsNow() {
        put("a", "1");
        put("a", "2");
        put("b", "1");
        delete("b");
        put("a", "3");
        Await.get(store.compact(4));
        assertThat(store.status().compactedRevision()).isEqualTo(4);
        assertThatThrownBy(
                        () -> Await.get(store.range(RangeRequest.key(utf8("a")).at(3))))
                .isInstanceOf(StoreException.Compacted.class);
        assertThat(Await.get(store.range(RangeRequest.prefix(utf8("")).at(4))).kvs())
                .extracting(kv -> kv.value().utf8())
                .containsExactly("2", "1");
        assertThat(prefix("").kvs()).extracting(kv -> kv.value().utf8()).containsExactly("3");
    }

    @Test
    void compactingTwiceOrTheFutureIsRefused() {
        put("a", "1");
        Await.get(store.compact(2));
        assertThatThrownBy(() -> Await.get(store.compact(2))).isInstanceOf(StoreException.Compacted.class);
        assertThatThrownBy(() -> Await.get(store.compact(9))).isInstanceOf(StoreException.FutureRevision.class);
    }

    @Test
    void theReadPointIsNotOlderThanWhatWasAcknowledged() {
        assertThat(Await.get(store.readRevision())).isEqualTo(1);
        for (int i = 0; i < 100; i++) {
            long written = put("k", "v" + i);
            assertThat(Await.get(store.readRevision())).isGreaterThanOrEqualTo(written);
        }
    }

    // ---- values ----

    /** Of a key that is there, as whoever goes through many keys gets it. */
    private Value held(String key) {
        KeyValue read = Await.get(store.page(RangeRequest.key(utf8(key)))).kvs().get(0);
        return store.value(read).orElseThrow();
    }

    @Test
    void aValueIsReadForAsLongAsItIsHeld() {
        put("k", "first");
        Value held = held("k");
        assertThat(store.value(utf8("k"), held.revision())).containsSame(held);
        put("k", "second");
        Await.get(store.compact(store.status().revision()));
        assertThat(held.read()).isEqualTo(utf8("first"));
        assertThat(held.length()).isEqualTo(5);
        txn(List.of(), List.of(Op.delete(utf8("k"))), List.of());
        Await.get(store.compact(store.status().revision()));
        put("k", "third");
        assertThat(held.read()).isEqualTo(utf8("first"));
    }

    @Test
    void oneValueIsOneHandle() {
        put("k", "v");
        Value held = held("k");
        assertThat(held("k")).isSameAs(held);
        assertThat(store.value(utf8("k"), held.revision())).containsSame(held);
        assertThat(store.value(utf8("k"), held.revision() + 1)).isEmpty();
        assertThat(store.value(utf8("absent"), held.revision())).isEmpty();
    }

    @Test
    void whatAWatchHasToldIsAtHand() {
        Recorder recorder = watch("k", 0);
        put("k", "told");
        KeyValue told = recorder.awaitEvents(1).get(0).kv();
        assertThat(store.value(told.key(), told.modRevision()).orElseThrow().read())
                .isEqualTo(utf8("told"));
    }

    @Test
    void pagesGoThroughAllKeysWhateverTheirSize() {
        IntStream.range(0, 40).forEach(i -> put(String.format("p/%02d", i), "v".repeat(i % 10 == 0 ? 300_000 : i)));
        List<String> read = new ArrayList<>();
        Bytes from = utf8("p/");
        for (boolean more = true; more; ) {
            RangeResult page = Await.get(
                    store.page(RangeRequest.key(from).until(utf8("p0")).limit(15)));
            assertThat(page.kvs()).hasSizeBetween(1, 15);
            for (KeyValue kv : page.kvs()) {
                assertThat(store.value(kv).orElseThrow().length())
                        .isEqualTo(read.size() % 10 == 0 ? 300_000 : read.size());
                read.add(kv.key().utf8());
                from = utf8(kv.key().utf8() + "\0");
            }
            more = page.more();
        }
        assertThat(read).hasSize(40).isSorted();
    }

    // ---- leases ----

    @Test
    void aLeaseThatEndsTakesItsKeysAlongAtOneRevision() {
        Store.Lease lease = Await.get(store.grantLease(0, 2));
        Recorder recorder = watch("k", 0);
        txn(List.of(), List.of(put("k1", "v", lease.id()), put("k2", "v", lease.id())), List.of());
        put("k3", "stays");
        assertThat(Await.get(store.leaseStatus(lease.id())).keys()).containsExactlyInAnyOrder(utf8("k1"), utf8("k2"));
        pass(lease.ttlSeconds());
        List<Event> ended = recorder.awaitEvents(5).subList(3, 5);
        assertThat(ended).extracting(Event::type).containsOnly(Event.Type.DELETE);
        assertThat(ended).extracting(Event::revision).containsOnly(4L);
        assertThat(prefix("k").kvs()).extracting(kv -> kv.key().utf8()).containsExactly("k3");
        assertThatThrownBy(() -> Await.get(store.leaseStatus(lease.id())))
                .isInstanceOf(StoreException.LeaseNotFound.class);
        assertThat(Await.get(store.leases())).isEmpty();
    }

    @Test
    void aLeaseIsKnownUntilItIsRevoked() {
        long lease = Await.get(store.grantLease(7, 10)).id();
        assertThat(lease).isEqualTo(7);
        txn(List.of(), List.of(put("k", "v", lease)), List.of());
        assertThat(Await.get(store.keepLeaseAlive(lease)).ttlSeconds()).isEqualTo(10);
        assertThat(Await.get(store.leaseStatus(lease)).lease().ttlSeconds()).isEqualTo(10);
        assertThat(Await.get(store.leases())).containsExactly(7L);
        Await.get(store.revokeLease(lease));
        assertThat(Await.get(store.leases())).isEmpty();
        assertThat(prefix("k").kvs()).isEmpty();
    }

    @Test
    void aRevokedLeaseTakesItsKeysAlong() {
        Await.get(store.grantLease(7, 100));
        txn(List.of(), List.of(put("k", "v", 7)), List.of());
        Await.get(store.revokeLease(7));
        assertThat(prefix("k").kvs()).isEmpty();
        assertThatThrownBy(() -> Await.get(store.revokeLease(7))).isInstanceOf(StoreException.LeaseNotFound.class);
        assertThatThrownBy(() -> Await.get(store.keepLeaseAlive(7))).isInstanceOf(StoreException.LeaseNotFound.class);
    }

    @Test
    void aPutWithoutTheLeaseTakesTheKeyOffIt() {
        Await.get(store.grantLease(7, 100));
        txn(List.of(), List.of(put("k", "v", 7)), List.of());
        put("k", "free");
        assertThat(Await.get(store.leaseStatus(7)).keys()).isEmpty();
        Await.get(store.revokeLease(7));
        assertThat(get("k").value().utf8()).isEqualTo("free");
    }

    @Test
    void unknownAndDoubleLeasesAreRefused() {
        assertThatThrownBy(() -> txn(List.of(), List.of(put("k", "v", 9)), List.of()))
                .isInstanceOf(StoreException.LeaseNotFound.class);
        Await.get(store.grantLease(9, 100));
        assertThatThrownBy(() -> Await.get(store.grantLease(9, 100))).isInstanceOf(StoreException.LeaseExists.class);
    }

    /** Neither is awaited: which one comes first is not said, and in both orders no key is left without its lease. */
    @Test
    void aPutBesideTheEndOfItsLeaseLeavesNoKey() {
        Await.get(store.grantLease(7, 100));
        Future<Void> revoked = store.revokeLease(7);
        Future<TxnResult> beside = store.txn(Txn.of(List.of(), List.of(put("k", "v", 7)), List.of()));
        Await.get(revoked);
        Optional<Throwable> refused = Optional.ofNullable(catchThrowable(() -> Await.get(beside)));
        assertThat(refused.map(Object::getClass))
                .isIn(Optional.empty(), Optional.of(StoreException.LeaseNotFound.class));
        assertThat(prefix("k").kvs()).isEmpty();
    }

    // ---- watch ----

    protected Recorder watch(String prefix, long from) {
        Recorder recorder = new Recorder();
        store.watch(WatchRequest.prefix(utf8(prefix), from), recorder);
        return recorder;
    }

    @Test
    void aWatchSeesNewEventsInOrderWithPreviousValues() {
        put("k", "0");
        Recorder recorder = watch("k", 0);
        put("k", "1");
        put("other", "1");
        delete("k");
        List<Event> events = recorder.awaitEvents(2);
        assertThat(events).extracting(Event::type).containsExactly(Event.Type.PUT, Event.Type.DELETE);
        assertThat(events).extracting(Event::revision).containsExactly(3L, 5L);
        assertThat(events)
                .extracting(event -> event.previous().orElseThrow().value().utf8())
                .containsExactly("0", "1");
        assertThat(events.get(1).kv().version()).isZero();
    }

    @Test
    void aWatchFromThePastSeesHistoryThenNewEventsWithoutGap() {
        IntStream.range(0, 1000).forEach(i -> put("k" + i % 7, "v" + i));
        Recorder recorder = watch("k", 100);
        // Not awaited: they arrive while the history is being read.
        List<Future<TxnResult>> writes = IntStream.range(1000, 1200)
                .mapToObj(i -> store.txn(Txn.put(utf8("k" + i % 7), utf8("v" + i))))
                .toList();
        Await.get(Future.all(writes));
        List<Event> events = recorder.awaitEvents(1200 - 98);
        assertThat(events)
                .extracting(Event::revision)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(100, 1201).mapToObj(i -> (long) i).toList());
    }

    @Test
    void aRevisionIsNotSplitBetweenTwoCalls() {
        for (int i = 0; i < 20; i++) {
            List<Op> ops = IntStream.range(0, 100)
                    .mapToObj(key -> put("k" + key, "v", 0))
                    .toList();
            txn(List.of(), ops, List.of());
        }
        Recorder recorder = watch("k", 2);
        recorder.awaitEvents(2000);
        List<Long> seen = new ArrayList<>();
        for (Recorder.Call call : recorder.calls()) {
            List<Long> revisions =
                    call.events().stream().map(Event::revision).distinct().toList();
            assertThat(seen).doesNotContainAnyElementsOf(revisions);
            seen.addAll(revisions);
            assertThat(call.revision()).isEqualTo(revisions.get(revisions.size() - 1));
        }
        assertThat(seen).hasSize(20);
    }

    @Test
    void theEventsOfATxnComeInTheOrderOfItsOps() {
        txn(List.of(), List.of(put("b", "1", 0), put("a", "1", 0), put("c", "1", 0)), List.of());
        assertThat(watch("", 2).awaitEvents(3))
                .extracting(event -> event.kv().key().utf8())
                .containsExactly("b", "a", "c");
    }

    @Test
    void aWatchOfTheFutureWaitsForItsRevision() {
        Recorder recorder = watch("k", 4);
        put("k", "1");
        put("k", "2");
        put("k", "3");
        assertThat(recorder.awaitEvents(1)).extracting(Event::revision).containsExactly(4L);
    }

    @Test
    protected void aWatchFromACompactedRevisionEnds() {
        put("k", "1");
        put("k", "2");
        delete("k");
        Await.get(store.compact(4));
        StoreException.Compacted why = (StoreException.Compacted) watch("k", 3).awaitEnd();
        assertThat(why.compactedRevision()).isEqualTo(4);
        assertThat(watch("k", 4).awaitEvents(1)).extracting(Event::type).containsExactly(Event.Type.DELETE);
    }

    @Test
    void progressTellsTheRevisionAfterAllEventsSoFar() {
        Recorder recorder = new Recorder();
        Store.Watch watch = store.watch(WatchRequest.prefix(utf8("k"), 0), recorder);
        put("k", "1");
        put("other", "1");
        watch.requestProgress();
        assertThat(recorder.awaitProgress()).isEqualTo(3);
        assertThat(recorder.events()).hasSize(1);
    }

    @Test
    void aClosedWatchIsSilent() {
        Recorder recorder = new Recorder();
        Store.Watch watch = store.watch(WatchRequest.prefix(utf8("k"), 0), recorder);
        Recorder other = watch("k", 0);
        put("k", "1");
        recorder.awaitEvents(1);
        watch.close();
        watch.close();
        put("k", "2");
        other.awaitEvents(2);
        assertThat(recorder.events()).hasSize(1);
    }

    @Test
    void aWatcherThatDoesNotKeepUpIsEnded() throws Exception {
        Recorder recorder = new Recorder();
        Context slow = vertx.getOrCreateContext();
        slow.runOnContext(task -> store.watch(WatchRequest.prefix(utf8("k"), 0), recorder));
        // It is there, and told of at once, when it tells of something.
        do {
            put("k", "first");
        } while (recorder.events().isEmpty());
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        slow.runOnContext(task -> {
            stuck.countDown();
            try {
                release.await();
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        });
        stuck.await();
        Bytes value = Bytes.of(new byte[1 << 20]);
        IntStream.range(0, 12).forEach(i -> Await.get(store.txn(Txn.put(utf8("k"), value))));
        release.countDown();
        assertThat(recorder.awaitEnd()).isInstanceOf(StoreException.Lagging.class);
    }

    @Test
    void answersAndEventsComeOnTheCallersContext() {
        List<Object> contexts = new CopyOnWriteArrayList<>();
        Context mine = vertx.getOrCreateContext();
        Promise<Void> seen = Promise.promise();
        mine.runOnContext(task -> {
            store.watch(WatchRequest.prefix(utf8("k"), 0), new Store.WatchListener() {
                @Override
                public void onEvents(List<Event> events, long revision) {
                    contexts.add(Vertx.currentContext());
                    seen.tryComplete();
                }

                @Override
                public void onEnd(StoreException why) {}
            });
            store.txn(Txn.put(utf8("k"), utf8("v"))).onComplete(done -> contexts.add(Vertx.currentContext()));
        });
        Await.get(seen.future());
        put("k", "again");
        assertThat(contexts).hasSizeGreaterThanOrEqualTo(2).containsOnly(mine);
    }

    // ---- the end ----

    @Test
    void aClosedStoreAnswersClosed() {
        Recorder recorder = watch("k", 0);
        Await.get(store.close());
        assertThat(recorder.awaitEnd()).isInstanceOf(StoreException.Closed.class);
        assertThatThrownBy(() -> put("k", "1")).isInstanceOf(StoreException.Closed.class);
        assertThatThrownBy(() -> prefix("k")).isInstanceOf(StoreException.Closed.class);
        assertThatThrownBy(() -> Await.get(store.readRevision())).isInstanceOf(StoreException.Closed.class);
        assertThat(watch("k", 0).awaitEnd()).isInstanceOf(StoreException.Closed.class);
        Await.get(store.close());
    }
}
