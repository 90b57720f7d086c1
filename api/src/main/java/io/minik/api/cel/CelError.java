package io.minik.api.cel;

/** What an expression is worth that cannot be evaluated: a value, since {@code false && error} is false. */
public record CelError(String message) {
    static final CelError NO_OVERLOAD = new CelError("no such overload");
    static final CelError OVERFLOW = new CelError("integer overflow");

    static final CelError UINT_OVERFLOW = new CelError("unsigned integer overflow");
    static final CelError TIMESTAMP_OVERFLOW = new CelError("timestamp overflow");

    /** Of a value that says nothing in the other type. */
    static CelError conversion(String from, String to) {
        return new CelError("type conversion error from '" + from + "' to '" + to + "'");
    }

    static CelError noSuchKey(Object key) {
        return new CelError("no such key: " + key);
    }
}
