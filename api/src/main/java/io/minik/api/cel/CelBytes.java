package io.minik.api.cel;

import java.util.Arrays;

/** CelBytes as a value. */
record CelBytes(byte[] array) {
    @Override
    public boolean equals(Object other) {
        return other instanceof CelBytes bytes && Arrays.equals(array, bytes.array);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(array);
    }

    @Override
    public String toString() {
        return "b" + Arrays.toString(array);
    }
}
