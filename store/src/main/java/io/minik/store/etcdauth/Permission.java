package io.minik.store.etcdauth;

import io.minik.store.Bytes;

/**
 * What a role may do with a range of keys.
 *
 * @param end empty: the single key; the byte 0: no upper bound; else exclusive
 */
public record Permission(boolean reads, boolean writes, Bytes key, Bytes end) {
    /** etcd takes no empty key, and no range that ends before it begins. */
    boolean isValid() {
        return !key.isEmpty() && (end.isEmpty() || isUnbounded(end) || key.compareTo(end) < 0);
    }

    static boolean isUnbounded(Bytes end) {
        return end.length() == 1 && end.array()[0] == 0;
    }

    boolean isOf(Bytes otherKey, Bytes otherEnd) {
        return key.equals(otherKey) && end.equals(otherEnd);
    }
}
