package io.minik.api.cel;

/** An unsigned number of 64 bits. */
record Uint(long bits) {
    @Override
    public String toString() {
        return Long.toUnsignedString(bits);
    }
}
