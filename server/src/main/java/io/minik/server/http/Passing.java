package io.minik.server.http;

import io.minik.api.meta.ApiException;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerRequest;

/** What becomes of a request and its answer on the way through {@link ProxyPipe}. */
interface Passing {
    /** To a kubelet's streams: nothing is changed. */
    Passing AS_IS = new Passing() {
        @Override
        public ApiException unreachable(ProxyPipe.Place place, Throwable error) {
            return ApiException.internal(
                    "error dialing backend: dial tcp " + place.host() + ":" + place.port() + ": " + error.getMessage());
        }

        @Override
        public Future<Answer> answer(HttpServerRequest http, HttpClientResponse response) {
            return Future.succeededFuture(
                    new Answer.Taken(response.statusCode(), unused -> ProxyPipe.pass(response, http.response())));
        }
    };

    /** Whether an upgrade is the other side's to answer. */
    default boolean upgrades() {
        return true;
    }

    /** Before the request goes out. */
    default void prepare(HttpServerRequest http, HttpClientRequest outgoing) {}

    /** Nobody is there, or who is there broke off before an answer. */
    ApiException unreachable(ProxyPipe.Place place, Throwable error);

    /** @param response paused */
    Future<Answer> answer(HttpServerRequest http, HttpClientResponse response);
}
