package io.minik.store.etcdapi;

import com.google.protobuf.Message;
import io.minik.store.StoreException;
import io.minik.store.etcdauth.AuthRefusal;
import io.vertx.core.Future;
import io.vertx.grpc.common.ServiceMethod;
import java.util.function.Function;

/**
 * A call that is one question with one answer: how it is reached, who may, what it does.
 *
 * @param path of etcd's gateway
 * @param empty a question that says nothing, for who makes them of JSON
 */
record Unary<Q extends Message, R extends Message>(
        ServiceMethod<Q, R> method, String path, Q empty, Access.Check<Q> check, Function<Q, Future<R>> answer) {
    Future<R> call(Access access, EtcdCaller caller, Q request) {
        try {
            return access.isEnabled()
                    ? check.check(caller, request).compose(allowed -> answered(request))
                    : answer.apply(request);
        } catch (StoreException | EtcdRefusal | AuthRefusal refused) {
            return Future.failedFuture(refused);
        }
    }

    private Future<R> answered(Q request) {
        return answer.apply(request);
    }
}
