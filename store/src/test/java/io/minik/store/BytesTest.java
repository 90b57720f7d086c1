package io.minik.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Keys as etcd orders them, and the range that a prefix is. */
class BytesTest {
    private static Bytes bytes(int... values) {
        byte[] array = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            array[i] = (byte) values[i];
        }
        return Bytes.of(array);
    }

    @Test
    void bytesAreComparedWithoutASign() {
        assertThat(bytes(0x80)).isGreaterThan(bytes(0x7f));
        assertThat(bytes(0xff)).isGreaterThan(bytes(0x80, 0xff));
        assertThat(bytes(1)).isGreaterThan(bytes()).isLessThan(bytes(1, 0));
        assertThat(bytes(1, 2)).isEqualByComparingTo(bytes(1, 2));
    }

    @Test
    void anEmptyOneIsAlwaysTheSame() {
        assertThat(Bytes.of(new byte[0])).isSameAs(Bytes.EMPTY);
        assertThat(Bytes.utf8("")).isSameAs(Bytes.EMPTY);
        assertThat(Bytes.EMPTY.isEmpty()).isTrue();
        assertThat(bytes(0).isEmpty()).isFalse();
    }

    @Test
    void theEndOfAPrefixIsTheNextKeyThatDoesNotBeginSo() {
        assertThat(Bytes.utf8("/registry/pods/").prefixEnd()).isEqualTo(Bytes.utf8("/registry/pods0"));
        assertThat(bytes(1, 0xff).prefixEnd()).isEqualTo(bytes(2));
        assertThat(bytes(0x7f).prefixEnd()).isEqualTo(bytes(0x80));
        assertThat(bytes(0xfe, 0xff, 0xff).prefixEnd()).isEqualTo(bytes(0xff));
        // Nothing is greater: etcd's byte 0 says that there is no end.
        assertThat(bytes(0xff, 0xff).prefixEnd()).isEqualTo(bytes(0));
        assertThat(Bytes.EMPTY.prefixEnd()).isEqualTo(bytes(0));
    }

    @Test
    void aTextIsItsUtf8() {
        assertThat(Bytes.utf8("é€😀").length()).isEqualTo(9);
        assertThat(Bytes.utf8("é€😀").utf8()).isEqualTo("é€😀");
        assertThat(Bytes.utf8("é"))
                .hasToString("é")
                .hasSameHashCodeAs(bytes(0xc3, 0xa9))
                .isEqualTo(bytes(0xc3, 0xa9));
        assertThat(bytes(1)).isNotEqualTo("\u0001");
    }

    /** For any keys and prefixes: who begins with it lies in its range, and nobody else does. */
    @Test
    void aPrefixIsARange() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        Random random = new Random(seed);
        int[] letters = {0, 1, 'a', 0x7f, 0x80, 0xfe, 0xff};
        List<Bytes> keys = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            int[] key = random.ints(random.nextInt(5), 0, letters.length)
                    .map(index -> letters[index])
                    .toArray();
            keys.add(bytes(key));
        }
        Collections.sort(keys);
        for (int i = 1; i < keys.size(); i++) {
            assertThat(keys.get(i - 1).compareTo(keys.get(i))).isLessThanOrEqualTo(0);
            assertThat(Integer.signum(keys.get(i).compareTo(keys.get(i - 1))))
                    .isEqualTo(-Integer.signum(keys.get(i - 1).compareTo(keys.get(i))));
        }
        for (Bytes prefix : keys) {
            Bytes end = prefix.prefixEnd();
            boolean endless = end.equals(bytes(0));
            for (Bytes key : keys) {
                boolean inside = key.compareTo(prefix) >= 0 && (endless || key.compareTo(end) < 0);
                assertThat(inside).as("%s of %s", key, prefix).isEqualTo(key.startsWith(prefix));
            }
        }
    }

    @Test
    void aRequestForAPrefixAsksForItsRange() {
        RangeRequest pods = RangeRequest.prefix(Bytes.utf8("p/"));
        assertThat(pods.key()).isEqualTo(Bytes.utf8("p/"));
        assertThat(pods.rangeEnd()).isEqualTo(Bytes.utf8("p0"));
        // All keys: an empty key is none in etcd.
        assertThat(RangeRequest.prefix(Bytes.EMPTY).key()).isEqualTo(bytes(0));
        assertThat(RangeRequest.prefix(Bytes.EMPTY).rangeEnd()).isEqualTo(bytes(0));
        RangeRequest made = pods.at(7).limit(3).until(Bytes.utf8("z")).counted();
        assertThat(made).isEqualTo(new RangeRequest(Bytes.utf8("p/"), Bytes.utf8("z"), 7, 3, false, true));
        assertThat(WatchRequest.prefix(Bytes.EMPTY, 5)).isEqualTo(new WatchRequest(bytes(0), bytes(0), 5, true));
    }

    @Test
    void aChangeWithoutAVersionIsADelete() {
        KeyValue gone = new KeyValue(Bytes.utf8("k"), Bytes.EMPTY, 0, 9, 0, 0);
        KeyValue there = new KeyValue(Bytes.utf8("k"), Bytes.EMPTY, 9, 9, 1, 0);
        assertThat(new Retained(gone, 0, true).isDelete()).isTrue();
        assertThat(new Retained(there, 0, true).isDelete()).isFalse();
    }
}
