package io.minik.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.store.Compare.Result;
import io.minik.store.Compare.Target;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Random txns with all that etcd's have (every target of compares, ranges, nested txns, values and leases that are kept, reads of the
 * past), each answer and each refusal compared with {@link TxnModel}'s. {@code -Dseed=} repeats a run.
 */
public abstract class RandomTxnContract {
    private static final int STEPS = 4000;
    private static final int KEYS = 12;
    private static final int DEPTH = 3;
    private static final Bytes NO_END = Bytes.of(new byte[] {0});

    protected final Vertx vertx = Vertx.vertx();
    protected final DrivenClock clock = new DrivenClock();
    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final TxnModel model = new TxnModel();
    private final List<Long> leases = new ArrayList<>();

    protected abstract Store open() throws Exception;

    @AfterEach
    void closeVertx() {
        Await.get(vertx.close());
    }

    @Test
    void everyTxnAnswersAsTheModelDoes() throws Exception {
        Store store = open();
        int refused = 0;
        int written = 0;
        try {
            for (int i = 0; i < 3; i++) {
                long lease = Await.get(store.grantLease(0, 10_000)).id();
                leases.add(lease);
                model.grant(lease);
            }
            Recorder recorder = new Recorder();
            store.watch(new WatchRequest(NO_END, NO_END, 2, true), recorder);
            for (int step = 0; step < STEPS; step++) {
                Txn txn = anyTxn(DEPTH);
                long before = model.revision();
                String want = model.run(txn);
                String got = answer(store, txn);
                assertThat(got).as("step %s: %s", step, txn).isEqualTo(want);
                assertThat(store.status().revision()).isEqualTo(model.revision());
                refused += want.startsWith("refused") ? 1 : 0;
                written += model.revision() > before ? 1 : 0;
            }
            assertThat(recorder.awaitEvents(model.events().size()).stream()
                            .map(TxnModel::text)
                            .toList())
                    .isEqualTo(model.events());
            for (long revision = 1; revision <= model.revision(); revision += 1 + random.nextInt(50)) {
                RangeRequest all = new RangeRequest(NO_END, NO_END, revision, 0, false, false);
                assertThat(Await.get(store.range(all)).kvs()).isEqualTo(model.at(revision));
            }
        } catch (AssertionError | RuntimeException failed) {
            throw new AssertionError("repeat with -Dseed=" + seed, failed);
        } finally {
            Await.get(store.close());
        }
        // Both must be met often, or the test says little.
        assertThat(refused).isGreaterThan(STEPS / 40);
        assertThat(written).isGreaterThan(STEPS / 4);
    }

    private static String answer(Store store, Txn txn) {
        try {
            return TxnModel.text(Await.get(store.txn(txn)));
        } catch (StoreException refused) {
            return TxnModel.text(refused);
        }
    }

    private Bytes anyKey() {
        return Bytes.utf8("k" + (char) ('a' + random.nextInt(KEYS)));
    }

    /** A single key mostly, else some neighbours, or all from one on. */
    private Bytes anyEnd(Bytes key) {
        return switch (random.nextInt(6)) {
            case 0 -> NO_END;
            case 1, 2 -> Bytes.utf8("k" + (char) (key.utf8().charAt(1) + random.nextInt(4)));
            default -> Bytes.EMPTY;
        };
    }

    private Bytes anyValue() {
        return Bytes.utf8("v" + random.nextInt(4));
    }

    private long anyLease() {
        // The last is none that was granted.
        int dice = random.nextInt(12);
        return dice < 8 ? 0 : dice < 11 ? leases.get(dice - 8) : 4711;
    }

    private <T> T any(T[] of) {
        return List.of(of).get(random.nextInt(of.length));
    }

    private Compare anyCompare() {
        Bytes key = anyKey();
        Target target = any(Target.values());
        Result result = any(Result.values());
        long number =
                switch (target) {
                    case VERSION -> random.nextInt(4);
                    case LEASE -> anyLease();
                    case CREATE, MOD ->
                        random.nextInt(3) == 0
                                ? 0
                                : model.get(key).map(KeyValue::modRevision).orElse(0L) - random.nextInt(2);
                    case VALUE -> 0;
                };
        return new Compare(target, key, anyEnd(key), result, number, target == Target.VALUE ? anyValue() : Bytes.EMPTY);
    }

    private Txn anyTxn(int depth) {
        List<Compare> compares = new ArrayList<>();
        for (int n = random.nextInt(3); n > 0; n--) {
            compares.add(anyCompare());
        }
        return Txn.of(compares, anyOps(depth), anyOps(depth));
    }

    private List<Op> anyOps(int depth) {
        List<Op> ops = new ArrayList<>();
        for (int n = random.nextInt(4); n > 0; n--) {
            ops.add(anyOp(depth));
        }
        return ops;
    }

    private Op anyOp(int depth) {
        Bytes key = anyKey();
        return switch (random.nextInt(depth > 0 ? 7 : 6)) {
            case 0, 1 -> anyPut(key);
            case 2 -> new Op.DeleteRange(key, anyEnd(key), random.nextBoolean());
            case 3, 4, 5 -> anyRange(key);
            default -> new Op.Nested(anyTxn(depth - 1));
        };
    }

    private Op anyPut(Bytes key) {
        boolean ignoreValue = random.nextInt(8) == 0;
        boolean ignoreLease = random.nextInt(8) == 0;
        return new Op.Put(
                key,
                ignoreValue ? Bytes.EMPTY : anyValue(),
                ignoreLease ? 0 : anyLease(),
                random.nextBoolean(),
                ignoreValue,
                ignoreLease);
    }

    private Op anyRange(Bytes key) {
        long revision =
                switch (random.nextInt(12)) {
                    case 0 -> model.revision() + 2;
                    case 1, 2, 3 -> 1 + (long) (random.nextDouble() * model.revision());
                    default -> 0;
                };
        return new Op.Range(new RangeRequest(
                key, anyEnd(key), revision, random.nextInt(4), random.nextInt(4) == 0, random.nextInt(5) == 0));
    }

    /** What etcd says of one request is said before any of it is done: the same txn again, without what refuses it, finds all as it was. */
    @Test
    void aRefusedTxnLeavesNoTrace() throws Exception {
        Store store = open();
        try {
            Bytes key = Bytes.utf8("k");
            Await.get(store.txn(Txn.put(key, Bytes.utf8("1"))));
            Op put = new Op.Put(key, Bytes.utf8("2"), 0, true, false, false);
            List<Op> refusals = List.of(
                    new Op.Put(Bytes.utf8("x"), Bytes.EMPTY, 4711, false, false, false),
                    new Op.Put(Bytes.utf8("x"), Bytes.EMPTY, 0, false, true, false),
                    new Op.Range(RangeRequest.key(key).at(99)),
                    new Op.Nested(Txn.of(
                            List.of(),
                            List.of(new Op.Put(Bytes.utf8("x"), Bytes.EMPTY, 0, false, false, true)),
                            List.of())),
                    new Op.Put(key, Bytes.utf8("3"), 0, false, false, false));
            List<String> said = new ArrayList<>();
            for (Op refusal : refusals) {
                said.add(answer(store, Txn.of(List.of(), List.of(put, refusal), List.of())));
            }
            assertThat(said)
                    .containsExactly(
                            "refused: lease 4711 not found",
                            "refused: key x not found",
                            "refused: revision 99 is in the future: the store is at 2",
                            "refused: key x not found",
                            "refused: duplicate key given in txn request");
            assertThat(store.status().revision()).isEqualTo(2);
            Optional<KeyValue> now =
                    Await.get(store.range(RangeRequest.key(key))).kvs().stream().findFirst();
            assertThat(now).contains(new KeyValue(key, Bytes.utf8("1"), 2, 2, 1, 0));
        } finally {
            Await.get(store.close());
        }
    }
}
