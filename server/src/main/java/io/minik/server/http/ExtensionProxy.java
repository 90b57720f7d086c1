package io.minik.server.http;

import io.minik.api.meta.ApiException;
import io.minik.server.aggregation.Aggregation;
import io.minik.server.aggregation.Extension;
import io.minik.server.authn.User;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests of group versions that other API servers serve: passed on whole, watches and upgrades too, with who asks in their head.
 *
 * @param cluster the cluster's id, by which a request that comes back is known
 */
record ExtensionProxy(Aggregation aggregation, Supplier<String> cluster) {
    private static final Logger log = LoggerFactory.getLogger(ExtensionProxy.class);

    private static final int UNAVAILABLE = 503;

    private static final String VIA = "Via";

    /** @return empty if the request is not another server's */
    Optional<Future<Answer>> handle(ApiRequest request, String group, String version) {
        return aggregation.find(group, version).map(extension -> handle(request, extension));
    }

    private Future<Answer> handle(ApiRequest request, Extension extension) {
        if (Stream.of(request.target().path().split("/")).anyMatch(step -> step.equals(".") || step.equals(".."))) {
            // It was authorized by its words: another server might take it for another path.
            return Future.failedFuture(Routes.noSuchPage());
        }
        if (!aggregation.isAvailable(extension)) {
            return request.wire().isPresent()
                    ? Future.succeededFuture(unavailable("service unavailable"))
                    : Future.failedFuture(
                            ApiException.unavailable("the server is currently unable to handle the request"));
        }
        if (request.wire().isEmpty()) {
            return Future.succeededFuture(new Answer.Elsewhere(extension));
        }
        HttpServerRequest http = request.wire().get().request();
        return http.headers().getAll(VIA).contains(via())
                ? Future.succeededFuture(unavailable("service unavailable: it leads back to this server"))
                : passOn(request, extension, http);
    }

    /** How a request says that it was here (RFC 9110, 7.6.3). */
    private String via() {
        return "1.1 minik-" + cluster.get();
    }

    /** Whatever the path. */
    Future<Answer> passOn(ApiRequest request, Extension extension, HttpServerRequest http) {
        RequestOptions options = new RequestOptions().setMethod(http.method()).setURI(http.uri());
        User asker = request.user();
        return ProxyPipe.carry(http, aggregation.client().open(extension, options), new Named(asker))
                .recover(error -> {
                    log.atDebug()
                            .addKeyValue("service", extension.namespace() + "/" + extension.service())
                            .addKeyValue("err", String.valueOf(error.getMessage()))
                            .log("an extension server could not be asked");
                    return Future.succeededFuture(unavailable(
                            error instanceof ApiException
                                    ? "service unavailable"
                                    : "error trying to reach service: "
                                            + aggregation.client().why(extension, error)));
                });
    }

    /** As upstream: in words, not as a Status. */
    private static Answer unavailable(String words) {
        return new Answer.Raw(
                UNAVAILABLE,
                "text/plain; charset=utf-8",
                Map.of("X-Content-Type-Options", "nosniff"),
                Buffer.buffer(words + "\n"));
    }

    private final class Named implements Passing {
        private final User asker;

        Named(User asker) {
            this.asker = asker;
        }

        @Override
        public void prepare(HttpServerRequest http, HttpClientRequest outgoing) {
            aggregation.client().says(asker, outgoing.headers());
            outgoing.headers().add(VIA, via());
        }

        @Override
        public ApiException unreachable(ProxyPipe.Place place, Throwable error) {
            return ApiException.unavailable("error trying to reach service: " + error.getMessage());
        }

        @Override
        public Future<Answer> answer(HttpServerRequest http, HttpClientResponse response) {
            return Future.succeededFuture(
                    new Answer.Taken(response.statusCode(), unused -> ProxyPipe.pass(response, http.response())));
        }
    }
}
