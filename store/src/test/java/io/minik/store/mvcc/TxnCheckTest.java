package io.minik.store.mvcc;

import static io.minik.store.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.store.Bytes;
import io.minik.store.Compare;
import io.minik.store.Op;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What etcd's checkTxnRequest and checkIntervals refuse before a txn is proposed, in their words. */
class TxnCheckTest {
    private static Txn doing(Op... ops) {
        return Txn.of(List.of(), List.of(ops), List.of());
    }

    private static Op nested(List<Op> success, List<Op> failure) {
        return new Op.Nested(Txn.of(List.of(), success, failure));
    }

    private static Op put(String key) {
        return Op.put(utf8(key), utf8("v"));
    }

    private static Op deleteRange(String from, String to) {
        return new Op.DeleteRange(utf8(from), utf8(to), false);
    }

    private static void refused(Txn txn, String words) {
        assertThatThrownBy(() -> TxnCheck.check(txn))
                .isInstanceOf(StoreException.Invalid.class)
                .hasMessage(words);
    }

    @Test
    void twoPutsOfOneKeyAreRefused() {
        String words = "duplicate key given in txn request";
        refused(doing(put("a"), put("b"), put("a")), words);
        refused(doing(put("a"), nested(List.of(put("a")), List.of())), words);
        refused(doing(put("a"), nested(List.of(), List.of(put("a")))), words);
        refused(doing(nested(List.of(put("a")), List.of()), nested(List.of(), List.of(put("a")))), words);
        refused(doing(nested(List.of(nested(List.of(put("a")), List.of())), List.of()), put("a")), words);
    }

    @Test
    void aPutIntoADeletedRangeIsRefusedInBothOrders() {
        String words = "duplicate key given in txn request";
        refused(doing(put("b"), deleteRange("a", "c")), words);
        refused(doing(deleteRange("a", "c"), put("b")), words);
        refused(doing(Op.delete(utf8("b")), put("b")), words);
        refused(doing(deleteRange("a", "c"), nested(List.of(put("b")), List.of())), words);
        refused(doing(put("b"), new Op.DeleteRange(utf8("a"), Bytes.of(new byte[1]), false)), words);
    }

    @Test
    void whatDoesNotMeetIsTaken() {
        for (Txn txn : List.of(
                doing(put("c"), deleteRange("a", "c")),
                doing(deleteRange("a", "c"), deleteRange("b", "d")),
                doing(put("a"), Op.get(utf8("a"))),
                doing(nested(List.of(put("a")), List.of(put("a")))),
                doing(nested(List.of(put("a")), List.of(deleteRange("a", "b")))),
                Txn.of(List.of(), List.of(put("a")), List.of(put("a"))))) {
            assertThat(TxnCheck.check(txn)).isPositive();
        }
    }

    /** --max-txn-ops of etcd is 128; each level of nesting takes the widest list above it from what is left. */
    @Test
    void operationsAreCountedDownThroughTheNesting() {
        List<Op> most =
                IntStream.range(0, Txn.MAX_OPS).mapToObj(i -> put("k" + i)).toList();
        assertThat(TxnCheck.check(Txn.of(List.of(), most, List.of()))).isPositive();
        List<Op> more = new ArrayList<>(most);
        more.add(put("one more"));
        refused(Txn.of(List.of(), more, List.of()), "too many operations in txn request");
        refused(Txn.of(List.of(), List.of(), more), "too many operations in txn request");
        refused(
                Txn.of(
                        Collections.nCopies(Txn.MAX_OPS + 1, Compare.modRevision(utf8("a"), Compare.Result.EQUAL, 0)),
                        List.of(),
                        List.of()),
                "too many operations in txn request");
        refused(doing(nested(most, List.of())), "too many operations in txn request");
        assertThat(TxnCheck.check(doing(nested(most.subList(1, Txn.MAX_OPS), List.of()))))
                .isPositive();
    }

    @Test
    void aKeyIsWantedEverywhere() {
        String words = "key is not provided";
        refused(doing(put("")), words);
        refused(doing(Op.delete(Bytes.EMPTY)), words);
        refused(doing(Op.get(Bytes.EMPTY)), words);
        refused(doing(nested(List.of(put("")), List.of())), words);
        refused(
                Txn.of(List.of(Compare.modRevision(Bytes.EMPTY, Compare.Result.EQUAL, 0)), List.of(), List.of()),
                words);
    }

    @Test
    void whatIsKeptOfAKeyIsNotGivenAnew() {
        refused(doing(new Op.Put(utf8("a"), utf8("v"), 0, false, true, false)), "value is provided");
        refused(doing(new Op.Put(utf8("a"), Bytes.EMPTY, 7, false, false, true)), "lease is provided");
        assertThat(TxnCheck.check(doing(new Op.Put(utf8("a"), Bytes.EMPTY, 7, false, true, false))))
                .isPositive();
        assertThat(TxnCheck.check(doing(new Op.Put(utf8("a"), utf8("v"), 0, false, false, true))))
                .isPositive();
    }

    /** --max-request-bytes: 1.5 MiB, keys and values of all branches together. */
    @Test
    void aRequestIsNoLargerThanEtcds() {
        Bytes half = Bytes.of(new byte[TxnCheck.MAX_REQUEST_BYTES / 2]);
        assertThat(TxnCheck.check(doing(Op.put(utf8("a"), half)))).isGreaterThan(half.length());
        refused(doing(Op.put(utf8("a"), half), Op.put(utf8("b"), half)), "request is too large");
        refused(
                Txn.of(List.of(), List.of(Op.put(utf8("a"), half)), List.of(Op.put(utf8("a"), half))),
                "request is too large");
    }
}
