package io.minik.store.etcdapi;

import io.minik.store.etcdapi.proto.Rpc;
import io.vertx.core.Future;

/** Where the answers of a watch stream go: gRPC, or JSON in pieces. */
interface WatchOutlet {
    /** @throws io.minik.store.etcdauth.AuthRefusal if he shows what is no token */
    EtcdCaller caller();

    Future<Void> write(Rpc.WatchResponse response);

    boolean isFull();
}
