package io.minik.store.etcdauth;

import io.minik.store.Bytes;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keys from one on up to another. @param end exclusive; null: there is none */
record Interval(Bytes begin, @Nullable Bytes end) {
    static Interval of(Bytes key, Bytes end) {
        if (end.isEmpty()) {
            // The next key after a key is the key with a zero behind.
            return new Interval(key, Bytes.of(Arrays.copyOf(key.array(), key.length() + 1)));
        }
        return new Interval(key, Permission.isUnbounded(end) ? null : end);
    }

    /** Whether some of them together have all of this one. */
    boolean isWithin(List<Interval> granted) {
        Bytes covered = begin;
        for (Interval next :
                granted.stream().sorted(Comparator.comparing(Interval::begin)).toList()) {
            if (next.begin().compareTo(covered) > 0) {
                break;
            }
            Bytes nextEnd = next.end();
            if (nextEnd == null) {
                return true;
            }
            covered = nextEnd.compareTo(covered) > 0 ? nextEnd : covered;
            if (end != null && covered.compareTo(end) >= 0) {
                return true;
            }
        }
        return false;
    }
}
