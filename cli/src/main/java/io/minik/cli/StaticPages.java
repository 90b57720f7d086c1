package io.minik.cli;

import io.minik.agent.kubelet.PageFetch;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Gets the manifests of static pods over HTTP or HTTPS, whose servers need a certificate that this machine trusts. */
final class StaticPages implements PageFetch {
    /** Upstream's limit of such a request. */
    private static final long MOST_SECONDS = 10;

    private static final int OK = 200;

    private final HttpClient http;

    StaticPages(Vertx vertx) {
        this.http = vertx.createHttpClient(new HttpClientOptions().setKeepAlive(false));
    }

    @Override
    public Future<byte[]> get(URI url, Map<String, List<String>> header) {
        RequestOptions options = new RequestOptions()
                .setAbsoluteURI(url.toString())
                .setMethod(HttpMethod.GET)
                .setConnectTimeout(TimeUnit.SECONDS.toMillis(MOST_SECONDS))
                .setTimeout(TimeUnit.SECONDS.toMillis(MOST_SECONDS));
        header.forEach((name, values) -> values.forEach(value -> options.addHeader(name, value)));
        return http.request(options).compose(HttpClientRequest::send).compose(response -> body(response, url));
    }

    private static Future<byte[]> body(HttpClientResponse response, URI url) {
        if (response.statusCode() != OK) {
            return Future.failedFuture(url + ": " + response.statusCode() + " " + response.statusMessage());
        }
        Promise<byte[]> done = Promise.promise();
        Buffer body = Buffer.buffer();
        response.exceptionHandler(done::tryFail);
        response.handler(part -> {
            if (body.length() + part.length() > MOST_BYTES) {
                done.tryFail(url + ": the answer is larger than " + MOST_BYTES + " bytes");
                response.request().reset().onFailure(done::tryFail);
            } else {
                body.appendBuffer(part);
            }
        });
        response.endHandler(end -> done.tryComplete(body.getBytes()));
        return done.future();
    }
}
