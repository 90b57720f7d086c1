package io.minik.server.http;

import io.vertx.core.Future;
import java.util.List;

/** Steps in execution order, ending in the routes. */
final class Pipeline {
    private final RequestStep.Next first;

    Pipeline(List<RequestStep> steps, RequestStep.Next last) {
        RequestStep.Next next = last;
        for (int i = steps.size() - 1; i >= 0; i--) {
            next = link(steps.get(i), next);
        }
        first = next;
    }

    Future<Answer> handle(ApiRequest request) {
        return first.handle(request);
    }

    /** A step that throws has failed, as one whose future fails. */
    private static RequestStep.Next link(RequestStep step, RequestStep.Next next) {
        return request -> {
            try {
                return step.handle(request, next);
            } catch (RuntimeException e) {
                return Future.failedFuture(e);
            }
        };
    }
}
