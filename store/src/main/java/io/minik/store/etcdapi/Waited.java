package io.minik.store.etcdapi;

import com.google.protobuf.Message;
import io.minik.store.StoreException;
import io.minik.store.etcdauth.AuthRefusal;
import io.vertx.core.Future;
import io.vertx.grpc.common.ServiceMethod;
import java.util.function.BiFunction;

/**
 * A call whose answer may take as long as somebody else likes.
 *
 * @param answer is told when the caller leaves
 */
record Waited<Q extends Message, R extends Message>(
        ServiceMethod<Q, R> method,
        String path,
        Q empty,
        Access.Check<Q> check,
        BiFunction<Q, Future<Void>, Future<R>> answer) {
    Future<R> call(Access access, EtcdCaller caller, Q request, Future<Void> left) {
        try {
            return access.isEnabled()
                    ? check.check(caller, request).compose(allowed -> answer.apply(request, left))
                    : answer.apply(request, left);
        } catch (StoreException | EtcdRefusal | AuthRefusal refused) {
            return Future.failedFuture(refused);
        }
    }
}
