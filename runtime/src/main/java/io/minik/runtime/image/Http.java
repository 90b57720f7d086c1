package io.minik.runtime.image;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * HTTP for threads that may block, on Vert.x' client: the exchange runs on an event loop, the caller waits on its worker
 * and reads the body as a stream. One client for each set of TLS settings. Redirects are the caller's business.
 */
final class Http {
    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;
    /** A registry may assemble an index on the fly; blobs have their own limit for each read. */
    private static final int RESPONSE_TIMEOUT_SECONDS = 60;
    /** Three layers at once, a manifest, a token. */
    private static final int MAX_CONNECTIONS = 6;

    private static final int IDLE_SECONDS = 15;

    record Request(HttpMethod method, String url, Map<String, String> headers, byte[] body) {}

    record Response(int status, String statusMessage, MultiMap headers, BodyStream body) {
        String header(String name) {
            String value = headers.get(name);
            return value == null ? "" : value;
        }
    }

    private final Vertx vertx;
    private final Map<RegistriesFile.Tls, HttpClient> clients = new HashMap<>();

    Http(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Sends and waits for the head of the answer. The caller closes the body. */
    Response send(Request request, RegistriesFile.Tls tls) throws IOException {
        HttpClient client = client(tls);
        RequestOptions options = new RequestOptions()
                .setMethod(request.method())
                .setAbsoluteURI(request.url())
                .setConnectTimeout(CONNECT_TIMEOUT_MILLIS);
        request.headers().forEach(options::putHeader);
        CompletableFuture<Response> answer = new CompletableFuture<>();
        Context loop = vertx.getOrCreateContext();
        loop.runOnContext(start -> exchange(client, options, request.body(), loop)
                .onSuccess(response -> {
                    if (!answer.complete(response)) {
                        response.body().close();
                    }
                })
                .onFailure(answer::completeExceptionally));
        return await(answer, request);
    }

    private static Future<Response> exchange(HttpClient client, RequestOptions options, byte[] body, Context loop) {
        return client.request(options).compose(request -> {
            Future<Response> response = request.response()
                    .map(head -> new Response(
                            head.statusCode(), head.statusMessage(), head.headers(), new BodyStream(head, loop)));
            Future<?> sent = body.length == 0 ? request.end() : request.end(Buffer.buffer(body));
            // A refused request may be answered before it is sent: the answer counts.
            return response.recover(why -> sent.compose(done -> Future.failedFuture(why)));
        });
    }

    private static Response await(CompletableFuture<Response> answer, Request request) throws IOException {
        try {
            return answer.get(RESPONSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
        } catch (TimeoutException e) {
            answer.cancel(false);
            throw new IOException("no answer within " + RESPONSE_TIMEOUT_SECONDS + " s", e);
        } catch (InterruptedException e) {
            answer.cancel(false);
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted: " + request.url()).initCause(e);
        }
    }

    private synchronized HttpClient client(RegistriesFile.Tls tls) {
        return clients.computeIfAbsent(tls, settings -> {
            HttpClientOptions options = new HttpClientOptions()
                    .setKeepAliveTimeout(IDLE_SECONDS)
                    .setDecompressionSupported(false)
                    .setConnectTimeout(CONNECT_TIMEOUT_MILLIS);
            if (!settings.caFile().isEmpty()) {
                options.setTrustOptions(new PemTrustOptions().addCertPath(settings.caFile()));
            }
            if (!settings.certFile().isEmpty()) {
                options.setKeyCertOptions(
                        new PemKeyCertOptions().addCertPath(settings.certFile()).addKeyPath(settings.keyFile()));
            }
            if (settings.insecureSkipVerify()) {
                options.setTrustAll(true).setVerifyHost(false);
            }
            return vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(MAX_CONNECTIONS));
        });
    }

    synchronized Future<Void> close() {
        Future<Void> closed = Future.join(
                        clients.values().stream().map(HttpClient::close).toList())
                .mapEmpty();
        clients.clear();
        return closed;
    }
}
