package io.minik.store.remote;

import io.minik.store.StoreException;
import io.vertx.grpc.common.GrpcStatus;

/** etcd's refusals as the store's: its clients compare texts, and so does this. */
final class RemoteFailures {
    private static final String PREFIX = "etcdserver: ";

    private RemoteFailures() {}

    /** A status that is not OK. */
    static final class Refusal extends RuntimeException {
        private final GrpcStatus status;

        Refusal(GrpcStatus status, String words) {
            super(words, null, false, false);
            this.status = status;
        }

        GrpcStatus status() {
            return status;
        }

        String words() {
            return String.valueOf(getMessage());
        }
    }

    /** What a call was about, for the words of its failure. */
    record Subject(long revision, long knownCompacted, long seen, long lease) {}

    static StoreException of(Refusal refusal, Subject about) {
        String words =
                refusal.words().startsWith(PREFIX) ? refusal.words().substring(PREFIX.length()) : refusal.words();
        return switch (words) {
            case "mvcc: required revision has been compacted" ->
                new StoreException.Compacted(about.revision(), Math.max(about.knownCompacted(), about.revision() + 1));
            case "mvcc: required revision is a future revision" ->
                new StoreException.FutureRevision(about.revision(), about.seen());
            case "mvcc: database space exceeded" ->
                new StoreException.NoSpace(
                        "database space exceeded: etcd's alarm is on; compact and defragment it, then disarm the alarm");
            case "requested lease not found" -> new StoreException.LeaseNotFound(about.lease());
            case "lease already exists" -> new StoreException.LeaseExists(about.lease());
            case "too many requests" -> new StoreException.Busy("too many requests");
            default -> byStatus(refusal.status(), words);
        };
    }

    private static StoreException byStatus(GrpcStatus status, String words) {
        return switch (status) {
            case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> new StoreException.Invalid(words);
            case RESOURCE_EXHAUSTED ->
                words.contains("larger than max")
                        ? new StoreException.Invalid("request is too large")
                        : new StoreException.Busy(words);
            case PERMISSION_DENIED, UNAUTHENTICATED, UNIMPLEMENTED -> new StoreException.Refused(words);
            default -> new StoreException.Unreachable(words);
        };
    }
}
