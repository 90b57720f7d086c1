package io.minik.server.pki;

/** The files under {@code server/tls} can't be used or written: minik does not start, a person must look. */
public class PkiException extends RuntimeException {
    public PkiException(String message) {
        super(message);
    }

    public PkiException(String message, Throwable cause) {
        super(message, cause);
    }

    /** A file that a cluster was built on is gone. */
    public static final class Missing extends PkiException {
        private static final long serialVersionUID = 1;

        public Missing(String message) {
            super(message);
        }
    }
}
