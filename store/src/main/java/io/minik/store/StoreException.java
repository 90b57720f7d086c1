package io.minik.store;

/** Everything that a store can answer with instead of a result. The messages of the etcd face are made from these. */
public sealed class StoreException extends RuntimeException {
    private StoreException(String message) {
        super(message);
    }

    private StoreException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The asked revision's history is gone. */
    public static final class Compacted extends StoreException {
        private final long compactedRevision;

        public Compacted(long asked, long compactedRevision) {
            super("revision " + asked + " is compacted: the oldest that can be read is " + compactedRevision);
            this.compactedRevision = compactedRevision;
        }

        public long compactedRevision() {
            return compactedRevision;
        }
    }

    /** The asked revision is not there yet. */
    public static final class FutureRevision extends StoreException {
        public FutureRevision(long asked, long current) {
            super("revision " + asked + " is in the future: the store is at " + current);
        }
    }

    /** A request that can never succeed: empty key, duplicate key in a txn, too many ops, too large. */
    public static final class Invalid extends StoreException {
        public Invalid(String message) {
            super(message);
        }
    }

    public static final class LeaseNotFound extends StoreException {
        public LeaseNotFound(long id) {
            super("lease " + id + " not found");
        }
    }

    public static final class LeaseExists extends StoreException {
        public LeaseExists(long id) {
            super("lease " + id + " exists");
        }
    }

    /** A put with ignoreValue or ignoreLease of a key that is absent. */
    public static final class KeyNotFound extends StoreException {
        public KeyNotFound(Bytes key) {
            super("key " + key + " not found");
        }
    }

    /** What is stored is not understood by whoever reads it; it stays as it is. */
    public static final class Unreadable extends StoreException {
        public Unreadable(Bytes key, String why, Throwable cause) {
            super("unable to transform key \"" + key + "\": " + why, cause);
        }
    }

    /** The disk or the quota is full: reads go on, writes that grow do not. */
    public static final class NoSpace extends StoreException {
        public NoSpace(String message) {
            super(message);
        }
    }

    /** Too many writes wait: try again later. */
    public static final class Busy extends StoreException {
        public Busy(String message) {
            super(message);
        }
    }

    /** A watcher did not keep up with its bounded queue. */
    public static final class Lagging extends StoreException {
        public Lagging(String message) {
            super(message);
        }
    }

    /** A store that is elsewhere does not answer. A write that failed so may have been done, or not. */
    public static final class Unreachable extends StoreException {
        public Unreachable(String message) {
            super(message);
        }
    }

    /** A store that is elsewhere does not let this client, or does not know what it asks for. */
    public static final class Refused extends StoreException {
        public Refused(String message) {
            super(message);
        }
    }

    public static final class Closed extends StoreException {
        public Closed() {
            super("the store is closed");
        }
    }

    /** Part of what was written is not there any more: the store opens without it only if it is told to. */
    public static final class Lost extends StoreException {
        public Lost(String message) {
            super(message);
        }
    }

    /** The data on disk is not what was written, is in use, or is from a newer version: the store does not open. */
    public static final class Unusable extends StoreException {
        public Unusable(String message) {
            super(message);
        }

        public Unusable(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
