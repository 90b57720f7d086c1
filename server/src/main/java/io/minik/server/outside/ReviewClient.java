package io.minik.server.outside;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.ground.net.HttpCall;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.time.Duration;

/** Posts reviews to one server, again where it failed in a way that may pass. */
public final class ReviewClient {
    /** Calls at a time; more wait, within their own time. */
    private static final int MOST_CONNECTIONS = 64;

    private static final int MOST_WAITING = 1024;

    /** A user has some groups; more than this is none. */
    private static final long MOST_ANSWER_BYTES = 1 << 20;

    /** Upstream's DefaultRetryBackoff. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

    private static final int TRIES = 5;
    private static final int TOO_MANY = 429;
    private static final int HUNDREDS = 100;

    private final Vertx vertx;
    private final KubeconfigServer server;
    private final HttpClientAgent http;

    /** What may be otherwise a moment later. */
    private static final class Passing extends RuntimeException {
        private static final long serialVersionUID = 1;

        Passing(String message) {
            super(message, null, false, false);
        }
    }

    public ReviewClient(Vertx vertx, KubeconfigServer server) {
        this.vertx = vertx;
        this.server = server;
        HttpClientOptions options = new HttpClientOptions();
        if (!server.caPem().isEmpty()) {
            options.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(server.caPem())));
        }
        if (!server.certificatePem().isEmpty()) {
            options.setKeyCertOptions(new PemKeyCertOptions()
                    .addCertValue(Buffer.buffer(server.certificatePem()))
                    .addKeyValue(Buffer.buffer(server.keyPem())));
        }
        this.http = vertx.httpClientBuilder()
                .with(options)
                .with(new PoolOptions().setHttp1MaxSize(MOST_CONNECTIONS).setMaxWaitQueueSize(MOST_WAITING))
                .build();
    }

    public Future<Void> close() {
        return http.close();
    }

    /**
     * The review with its status.
     *
     * @param timeout of all tries together
     * @return fails with what kept the server from answering
     */
    public Future<ObjectNode> post(ObjectNode review, Duration timeout) {
        boolean[] over = {false};
        return Loop.within(timeout, post(Buffer.buffer(Json.bytes(review)), timeout, TRIES, over))
                .onComplete(done -> over[0] = true);
    }

    private Future<ObjectNode> post(Buffer body, Duration timeout, int tries, boolean[] over) {
        return once(body, timeout).recover(error -> {
            boolean passes = !(error instanceof IllegalArgumentException);
            if (!passes || tries <= 1 || over[0]) {
                return Future.failedFuture(error);
            }
            Promise<ObjectNode> again = Promise.promise();
            Duration pause = FIRST_PAUSE.multipliedBy(TRIES - tries + 1L);
            Loop.here(vertx).after(pause, () -> {
                if (over[0]) {
                    again.fail(error);
                } else {
                    post(body, timeout, tries - 1, over).onComplete(again);
                }
            });
            return again.future();
        });
    }

    private Future<ObjectNode> once(Buffer body, Duration timeout) {
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(server.url())
                .putHeader("Content-Type", "application/json")
                .putHeader("Accept", "application/json");
        if (!server.token().isEmpty()) {
            request.putHeader("Authorization", "Bearer " + server.token());
        }
        return HttpCall.send(http, request, body, MOST_ANSWER_BYTES, timeout).map(answer -> {
            int hundreds = answer.code() / HUNDREDS;
            if (hundreds != 2) {
                String told = "the server at " + server.url() + " answers " + answer.code();
                throw hundreds == 5 || answer.code() == TOO_MANY
                        ? new Passing(told)
                        : new IllegalArgumentException(told);
            }
            return Json.parseObject(answer.body().getBytes());
        });
    }
}
