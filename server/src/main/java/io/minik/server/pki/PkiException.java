package io.minik.server.pki;

/** The files under {@code server/tls} can't be used or written: minik does not start, a person must look. */
public final class PkiException extends RuntimeException {
    public PkiException(String message) {
        super(message);
    }

    public PkiException(String message, Throwable cause) {
        super(message, cause);
    }
}
