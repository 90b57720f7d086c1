package io.minik.store.etcdapi;

import io.minik.store.StoreException;
import io.minik.store.etcdauth.AuthRefusal;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerResponse;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The store's refusals in etcd's words. */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    /** etcd has these under other codes than the rest of what is invalid. */
    private static final String TTL_TOO_LARGE = "too large lease TTL";

    record Failure(GrpcStatus status, String message) {
        /** As Go's gRPC prints it, where a text has it. */
        String asGo() {
            StringBuilder code = new StringBuilder();
            for (String word : status.name().split("_")) {
                code.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
            }
            return "rpc error: code = " + code + " desc = " + message;
        }
    }

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
        if (why instanceof AuthRefusal refusal) {
            return of(refusal.why());
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

    private static Failure of(AuthRefusal.Why why) {
        return switch (why) {
            case ROOT_USER_NOT_EXIST -> failure(GrpcStatus.FAILED_PRECONDITION, "root user does not exist");
            case ROOT_ROLE_NOT_EXIST -> failure(GrpcStatus.FAILED_PRECONDITION, "root user does not have root role");
            case USER_ALREADY_EXIST -> failure(GrpcStatus.FAILED_PRECONDITION, "user name already exists");
            case USER_EMPTY -> failure(GrpcStatus.INVALID_ARGUMENT, "user name is empty");
            case USER_NOT_FOUND -> failure(GrpcStatus.FAILED_PRECONDITION, "user name not found");
            case ROLE_ALREADY_EXIST -> failure(GrpcStatus.FAILED_PRECONDITION, "role name already exists");
            case ROLE_NOT_FOUND -> failure(GrpcStatus.FAILED_PRECONDITION, "role name not found");
            case ROLE_EMPTY -> failure(GrpcStatus.INVALID_ARGUMENT, "role name is empty");
            case AUTH_FAILED ->
                failure(GrpcStatus.INVALID_ARGUMENT, "authentication failed, invalid user ID or password");
            case NO_PASSWORD_USER ->
                new Failure(GrpcStatus.UNKNOWN, "auth: authentication failed, password was given for no password user");
            case PERMISSION_NOT_GIVEN -> failure(GrpcStatus.INVALID_ARGUMENT, "permission not given");
            case PERMISSION_DENIED -> failure(GrpcStatus.PERMISSION_DENIED, "permission denied");
            case ROLE_NOT_GRANTED -> failure(GrpcStatus.FAILED_PRECONDITION, "role is not granted to the user");
            case PERMISSION_NOT_GRANTED ->
                failure(GrpcStatus.FAILED_PRECONDITION, "permission is not granted to the role");
            case AUTH_NOT_ENABLED -> failure(GrpcStatus.FAILED_PRECONDITION, "authentication is not enabled");
            case INVALID_AUTH_TOKEN -> failure(GrpcStatus.UNAUTHENTICATED, "invalid auth token");
            case INVALID_AUTH_MGMT -> failure(GrpcStatus.INVALID_ARGUMENT, "invalid auth management");
            case TOO_MANY -> failure(GrpcStatus.RESOURCE_EXHAUSTED, "too many requests");
        };
    }

    private static Failure failure(GrpcStatus status, @Nullable String words) {
        return new Failure(status, "etcdserver: " + words);
    }
}
