package io.minik.api.cel;

/** What an expression is worth that cannot be evaluated: a value, since {@code false && error} is false. */
public record CelError(String message) {
    static final CelError NO_OVERLOAD = new CelError("no such overload");
    static final CelError OVERFLOW = new CelError("integer overflow");

    static CelError noSuchKey(Object key) {
        return new CelError("no such key: " + key);
    }
}
