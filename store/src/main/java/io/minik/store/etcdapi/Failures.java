package io.minik.store.etcdapi;

import io.minik.store.StoreException;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The store's refusals in etcd's words. */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    /** etcd has these under other codes than the rest of what is invalid. */
    private static final String TTL_TOO_LARGE = "too large lease TTL";

    record Failure(GrpcStatus status, String message) {}

    private Failures() {}

    static void answer(GrpcServerResponse<?, ?> response, Throwable why) {
        Failure failure = of(why);
        response.status(failure.status()).statusMessage(failure.message()).end().onFailure(gone -> LOG.atDebug()
                .setCause(gone)
                .log("client left before its answer"));
    }

    static Failure of(Throwable why) {
        if (why instanceof EtcdRefusal refusal) {
            return new Failure(refusal.status(), refusal.words());
        }
        if (why instanceof StoreException.Compacted) {
            return failure(GrpcStatus.OUT_OF_RANGE, "mvcc: required revision has been compacted");
        }
        if (why instanceof StoreException.FutureRevision) {
            return failure(GrpcStatus.OUT_OF_RANGE, "mvcc: required revision is a future revision");
        }
        if (why instanceof StoreException.Invalid invalid) {
            boolean ttl = TTL_TOO_LARGE.equals(invalid.getMessage());
            return failure(ttl ? GrpcStatus.OUT_OF_RANGE : GrpcStatus.INVALID_ARGUMENT, invalid.getMessage());
        }
        if (why instanceof StoreException.LeaseNotFound) {
            return failure(GrpcStatus.NOT_FOUND, "requested lease not found");
        }
        if (why instanceof StoreException.LeaseExists) {
            return failure(GrpcStatus.FAILED_PRECONDITION, "lease already exists");
        }
        if (why instanceof StoreException.KeyNotFound) {
            return failure(GrpcStatus.INVALID_ARGUMENT, "key not found");
        }
        if (why instanceof StoreException.NoSpace) {
            return failure(GrpcStatus.RESOURCE_EXHAUSTED, "mvcc: database space exceeded");
        }
        if (why instanceof StoreException.Busy) {
            return failure(GrpcStatus.RESOURCE_EXHAUSTED, "too many requests");
        }
        if (why instanceof StoreException.Closed) {
            return failure(GrpcStatus.UNAVAILABLE, "server stopped");
        }
        if (why instanceof StoreException known) {
            return failure(GrpcStatus.UNAVAILABLE, String.valueOf(known.getMessage()));
        }
        LOG.atError().setCause(why).log("etcd call failed");
        return failure(GrpcStatus.INTERNAL, "internal error: " + why);
    }

    private static Failure failure(GrpcStatus status, @Nullable String words) {
        return new Failure(status, "etcdserver: " + words);
    }
}
