package io.minik.cli;

import io.minik.api.client.ApiCall;
import io.minik.api.client.KubeList;
import io.minik.api.client.Transport;
import io.minik.api.client.WatchHandle;
import io.minik.api.client.WatchHandler;
import io.minik.api.meta.ApiException;
import io.minik.api.object.KubeObject;
import io.vertx.core.Future;
import java.util.Optional;

/**
 * A transport that is known before what it leads to: the API server wants an authorizer, which reads its roles from the
 * API server. Until {@link #set} every call is answered 503.
 */
final class DeferredTransport implements Transport {
    private volatile Optional<Transport> target = Optional.empty();

    void set(Transport transport) {
        target = Optional.of(transport);
    }

    @Override
    public Future<KubeObject> send(ApiCall call) {
        return target.map(transport -> transport.send(call)).orElseGet(DeferredTransport::notYet);
    }

    @Override
    public Future<KubeList> list(ApiCall call) {
        return target.map(transport -> transport.list(call)).orElseGet(DeferredTransport::notYet);
    }

    @Override
    public Future<WatchHandle> watch(ApiCall call, WatchHandler handler) {
        return target.map(transport -> transport.watch(call, handler)).orElseGet(DeferredTransport::notYet);
    }

    private static <T> Future<T> notYet() {
        return Future.failedFuture(ApiException.unavailable("the API server is starting"));
    }
}
