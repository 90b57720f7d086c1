package io.minik.store.etcdapi;

import io.vertx.grpc.common.GrpcStatus;

/** What the face itself refuses, with etcd's code and words: etcd's api/v3rpc/rpctypes lists them. */
final class EtcdRefusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final GrpcStatus status;

    EtcdRefusal(GrpcStatus status, String words) {
        this("etcdserver: " + words, status);
    }

    private EtcdRefusal(String whole, GrpcStatus status) {
        super(whole, null, false, false);
        this.status = status;
    }

    GrpcStatus status() {
        return status;
    }

    String words() {
        return String.valueOf(getMessage());
    }

    /** The words of the client's library, as etcd's Lock and Election services pass them on. */
    static EtcdRefusal plain(String words) {
        return new EtcdRefusal(words, GrpcStatus.UNKNOWN);
    }

    /** The words of the client's library, which etcd's Lock service passes on as they are. */
    static EtcdRefusal sessionExpired() {
        return new EtcdRefusal("mutex: session is expired", GrpcStatus.UNKNOWN);
    }

    static EtcdRefusal memberNotFound() {
        return new EtcdRefusal(GrpcStatus.NOT_FOUND, "member not found");
    }

    /** There is one member, and no second one can start. */
    static EtcdRefusal notEnoughMembers() {
        return new EtcdRefusal(
                GrpcStatus.FAILED_PRECONDITION, "re-configuration failed due to not enough started members");
    }
}
