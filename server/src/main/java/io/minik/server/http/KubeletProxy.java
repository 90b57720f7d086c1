package io.minik.server.http;

import io.minik.api.schema.KindRow;
import io.minik.server.registry.Registry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

final class KubeletProxy {
    KubeletProxy(Vertx vertx, Registry registry, ApiServerConfig.KubeletTls tls) {}

    Future<Answer> handle(ApiRequest request, KindRow kind) {
        return Future.failedFuture(Routes.noSuchPage());
    }
}
