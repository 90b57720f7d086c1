package io.minik.server.http;

import io.vertx.core.Future;

/** One step of the pipeline: looks at a request and hands it on, changed or not, or answers itself. */
@FunctionalInterface
interface RequestStep {
    Future<Answer> handle(ApiRequest request, Next next);

    @FunctionalInterface
    interface Next {
        Future<Answer> handle(ApiRequest request);
    }
}
