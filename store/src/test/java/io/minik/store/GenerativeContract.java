package io.minik.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.store.Compare.Result;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Random calls, each answer compared with the model's. {@code -Dseed=} repeats a run. */
public abstract class GenerativeContract {
    private static final int STEPS = 3000;
    private static final int KEYS = 40;
    private static final Bytes FIRST = key(0);
    private static final Bytes BEHIND_LAST = Bytes.utf8("l");

    protected final Vertx vertx = Vertx.vertx();
    protected final DrivenClock clock = new DrivenClock();
    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Model model = new Model();
    private final Set<Long> leases = new TreeSet<>();
    private final List<Watching> watches = new ArrayList<>();

    private record Watching(Bytes from, Bytes to, long fromRevision, Recorder recorder) {}

    protected abstract Store open() throws Exception;

    /** The same data, or the same store if it can't be opened again. */
    protected abstract Store reopen(Store store) throws Exception;

    @AfterEach
    void closeVertx() {
        Await.get(vertx.close());
    }

    @Test
    void everyAnswerIsTheModels() throws Exception {
        Store store = open();
        try {
            for (int step = 0; step < STEPS; step++) {
                if (step % 500 == 499) {
                    checkWatches();
                    store = reopen(store);
                }
                step(store);
                assertThat(store.status().revision()).isEqualTo(model.revision());
            }
            checkWatches();
        } catch (AssertionError | RuntimeException failed) {
            throw new AssertionError("repeat with -Dseed=" + seed, failed);
        } finally {
            Await.get(store.close());
        }
    }

    private void step(Store store) {
        int dice = random.nextInt(100);
        if (dice < 40) {
            write(store);
        } else if (dice < 55) {
            compareAndSwap(store);
        } else if (dice < 90) {
            range(store);
        } else if (dice < 93) {
            compact(store);
        } else if (dice < 95) {
            grant(store);
        } else if (dice < 97) {
            revoke(store);
        } else {
            watch(store);
        }
    }

    private static Bytes key(int number) {
        return Bytes.utf8(String.format("k%03d", number));
    }

    private Bytes anyKey() {
        return key(random.nextInt(KEYS));
    }

    private Bytes anyValue() {
        return Bytes.utf8("v" + random.nextInt(1000) + "x".repeat(random.nextInt(300)));
    }

    private long anyLease() {
        return leases.isEmpty() || random.nextInt(3) > 0
                ? 0
                : List.copyOf(leases).get(random.nextInt(leases.size()));
    }

    private SortedMap<Bytes, Optional<Bytes>> anyWrites() {
        SortedMap<Bytes, Optional<Bytes>> writes = new TreeMap<>();
        for (int left = 1 + random.nextInt(4); left > 0; left--) {
            writes.put(anyKey(), random.nextInt(4) == 0 ? Optional.empty() : Optional.of(anyValue()));
        }
        return writes;
    }

    private static List<Op> ops(SortedMap<Bytes, Optional<Bytes>> writes, long lease) {
        List<Op> ops = new ArrayList<>();
        writes.forEach((key, value) ->
                ops.add(value.isPresent() ? new Op.Put(key, value.get(), lease, false, false, false) : Op.delete(key)));
        return ops;
    }

    private void write(Store store) {
        SortedMap<Bytes, Optional<Bytes>> writes = anyWrites();
        long lease = anyLease();
        Txn txn = Txn.of(List.of(), ops(writes, lease), List.of());
        TxnResult result = Await.get(store.txn(random.nextBoolean() ? txn : txn.lazily()));
        model.write(writes, lease);
        assertThat(result.revision()).isEqualTo(model.revision());
    }

    private void compareAndSwap(Store store) {
        Bytes key = anyKey();
        long actual = model.get(key).map(KeyValue::modRevision).orElse(0L);
        long guessed = random.nextInt(3) == 0 ? actual + 1 : actual;
        SortedMap<Bytes, Optional<Bytes>> writes = anyWrites();
        TxnResult result = Await.get(store.txn(Txn.of(
                List.of(Compare.modRevision(key, Result.EQUAL, guessed)), ops(writes, 0), List.of(Op.get(key)))));
        assertThat(result.succeeded()).isEqualTo(guessed == actual);
        if (result.succeeded()) {
            model.write(writes, 0);
        } else {
            OpResponse.Ranged seen = (OpResponse.Ranged) result.responses().get(0);
            assertThat(seen.result().kvs())
                    .isEqualTo(model.get(key).map(List::of).orElse(List.of()));
        }
        assertThat(result.revision()).isEqualTo(model.revision());
    }

    private void range(Store store) {
        Bytes from = anyKey();
        Bytes to = random.nextBoolean() ? BEHIND_LAST : anyKey();
        long span = model.revision() - model.compacted() + 4;
        long at = random.nextBoolean() ? 0 : model.compacted() - 2 + (long) (random.nextDouble() * span);
        RangeRequest request = new RangeRequest(from, to, at, random.nextInt(4), random.nextBoolean(), false);
        if (at > model.revision()) {
            assertThatThrownBy(() -> Await.get(store.range(request))).isInstanceOf(StoreException.FutureRevision.class);
        } else if (at > 0 && at < model.compacted()) {
            assertThatThrownBy(() -> Await.get(store.range(request))).isInstanceOf(StoreException.Compacted.class);
        } else if (from.compareTo(to) < 0) {
            List<KeyValue> all = model.range(from, to, at <= 0 ? model.revision() : at);
            long limit = request.limit() == 0 ? Long.MAX_VALUE : request.limit();
            RangeResult result = Await.get(store.range(request));
            assertThat(result.count()).isEqualTo(all.size());
            assertThat(result.more()).isEqualTo(all.size() > limit);
            assertThat(result.kvs())
                    .isEqualTo(all.stream()
                            .limit(limit)
                            .map(kv -> request.keysOnly()
                                    ? new KeyValue(
                                            kv.key(),
                                            Bytes.EMPTY,
                                            kv.createRevision(),
                                            kv.modRevision(),
                                            kv.version(),
                                            kv.lease())
                                    : kv)
                            .toList());
        }
    }

    private void compact(Store store) {
        long at = model.compacted() + 1 + random.nextInt(60);
        if (at <= model.revision()) {
            // What is compacted can't be caught up with any more.
            checkWatches();
            Await.get(store.compact(at));
            model.compact(at);
        }
    }

    private void grant(Store store) {
        if (leases.size() < 5) {
            leases.add(Await.get(store.grantLease(0, 1000)).id());
        }
    }

    private void revoke(Store store) {
        if (!leases.isEmpty()) {
            long lease = leases.iterator().next();
            leases.remove(lease);
            assertThat(Await.get(store.leaseStatus(lease)).keys())
                    .containsExactlyInAnyOrderElementsOf(model.keysOf(lease).keySet());
            SortedMap<Bytes, Optional<Bytes>> deletes = model.keysOf(lease);
            Await.get(store.revokeLease(lease));
            model.write(deletes, 0);
        }
    }

    private void watch(Store store) {
        long from = model.compacted() + 1 + (long) (random.nextDouble() * (model.revision() - model.compacted() + 2));
        Recorder recorder = new Recorder();
        Bytes first = random.nextBoolean() ? FIRST : anyKey();
        store.watch(new WatchRequest(first, BEHIND_LAST, from, false), recorder);
        watches.add(new Watching(first, BEHIND_LAST, from, recorder));
    }

    private void checkWatches() {
        for (Watching watching : watches) {
            List<Event> due = model.events(watching.from(), watching.to(), watching.fromRevision());
            List<Event> seen = watching.recorder().awaitEvents(due.size());
            assertThat(byRevisionAndKey(seen)).isEqualTo(byRevisionAndKey(due));
            for (int i = 1; i < seen.size(); i++) {
                assertThat(seen.get(i).revision())
                        .isGreaterThanOrEqualTo(seen.get(i - 1).revision());
            }
        }
        watches.clear();
    }

    /** The model does not know the order of a lease's keys. */
    private static List<String> byRevisionAndKey(List<Event> events) {
        return events.stream()
                .map(event -> String.format(
                        "%09d %s %s %s",
                        event.revision(),
                        event.kv().key(),
                        event.type(),
                        event.kv().value()))
                .sorted()
                .toList();
    }
}
