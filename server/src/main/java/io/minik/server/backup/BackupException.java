package io.minik.server.backup;

/** Why a snapshot can't be made, found or taken back, for whoever asked. */
public final class BackupException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public BackupException(String message) {
        super(message);
    }

    public BackupException(String message, Throwable cause) {
        super(message, cause);
    }
}
