package io.minik.server.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.ground.tls.X509Exception;
import io.minik.server.webhook.Places.Place;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts a review to a webhook. HTTP/1.1 alone, as upstream: its connections spread over what stands behind one address. A redirect
 * is an answer like another of no success: the server goes nowhere because a webhook says so.
 */
public final class WebhookClient {
    private static final Logger log = LoggerFactory.getLogger(WebhookClient.class);

    /** Calls of one webhook at a time; more wait, within their own time. */
    private static final int MOST_CONNECTIONS = 64;

    private static final int MOST_WAITING = 1024;

    /** An answer may say an object of the largest size back as a patch in base64, besides twice what was asked. */
    private static final long MOST_ANSWER_BYTES = 3L << 20;

    /** Of an answer that is none, this much is told. */
    private static final int MOST_TOLD = 2048;

    private static final int KEPT_SECONDS = 60;
    private static final int MILLIS = 1000;
    private static final int FIRST_SUCCESS = 200;
    private static final int LAST_SUCCESS = 206;

    private final HttpClientAgent http;
    private final Places places;
    private final Road road;

    /** How an address is connected to: the network's, or what leads there. */
    public interface Road {
        Road DIRECT = place -> Future.succeededFuture(SocketAddress.inetSocketAddress(place.port(), place.host()));

        Future<SocketAddress> to(Place place);
    }

    public WebhookClient(Vertx vertx, Places places, Road road) {
        this.places = places;
        this.road = road;
        this.http = vertx.httpClientBuilder()
                .with(new HttpClientOptions()
                        .setProtocolVersion(HttpVersion.HTTP_1_1)
                        .setSsl(true)
                        .setKeepAliveTimeout(KEPT_SECONDS)
                        .setTcpNoDelay(true))
                .with(new PoolOptions().setHttp1MaxSize(MOST_CONNECTIONS).setMaxWaitQueueSize(MOST_WAITING))
                .withConnectHandler(connection -> connection.exceptionHandler(WebhookClient::quietly))
                .build();
    }

    /** Ends its connections. */
    public Future<Void> close() {
        return http.close();
    }

    /**
     * What the webhook answers, a JSON object with a kind.
     *
     * @param timeout of all: the webhook is told of it, rounded up to seconds
     * @return fails with {@link WebhookFailure}
     */
    public Future<ObjectNode> call(ClientConfig where, ObjectNode review, Duration timeout) {
        Call call = new Call(where, Json.bytes(review), timeout);
        // Also what throws at once is a failed call, which the webhook's failurePolicy is about.
        Future<Buffer> answered =
                Future.succeededFuture().compose(unused -> call.place()).compose(call::post);
        return Loop.within(timeout, answered)
                .recover(error -> Future.failedFuture(call.failure(error)))
                .map(WebhookClient::parsed);
    }

    private static ObjectNode parsed(Buffer body) {
        byte[] bytes = body.getBytes();
        JsonNode tree;
        try {
            tree = Json.parse(bytes);
        } catch (IllegalArgumentException e) {
            throw new WebhookFailure(
                    "couldn't get version/kind; json parse error: "
                            + String.valueOf(e.getMessage()).split("\n", 2)[0],
                    FIRST_SUCCESS);
        }
        if (!(tree instanceof ObjectNode object)) {
            throw new WebhookFailure(
                    "couldn't get version/kind; json parse error: json: cannot unmarshal "
                            + (tree.isMissingNode()
                                    ? "nothing"
                                    : tree.getNodeType().name().toLowerCase(Locale.ROOT))
                            + " into Go value of type struct",
                    FIRST_SUCCESS);
        }
        if (Json.text(object, "kind").isEmpty()) {
            throw new WebhookFailure("Object 'Kind' is missing in '" + told(body) + "'", FIRST_SUCCESS);
        }
        return object;
    }

    private static String told(Buffer body) {
        String text = body.toString(StandardCharsets.UTF_8);
        return text.length() <= MOST_TOLD ? text : text.substring(0, MOST_TOLD) + "...";
    }

    private static void quietly(Throwable error) {
        log.atDebug().addKeyValue("err", String.valueOf(error.getMessage())).log("a webhook's connection broke off");
    }

    /** One, from its start to its end; of the loop that calls. */
    private final class Call {
        private final ClientConfig where;
        private final byte[] body;
        private final String uri;
        private Place place = Place.of("", 0);
        private @Nullable HttpClientRequest sent;
        private boolean over;

        Call(ClientConfig where, byte[] body, Duration timeout) {
            this.where = where;
            this.body = body;
            this.uri = where.path() + "?timeout=" + (timeout.toMillis() + MILLIS - 1) / MILLIS + "s";
        }

        Future<SocketAddress> place() {
            try {
                place = where.service()
                        .map(service -> places.of(service.namespace(), service.name(), service.port()))
                        .orElseGet(() -> Place.of(where.host(), where.port()));
            } catch (ApiException e) {
                return Future.failedFuture(e);
            }
            return road.to(place);
        }

        Future<Buffer> post(SocketAddress address) {
            ClientSSLOptions tls = new ClientSSLOptions()
                    .setTrustOptions(new ServerTrust(where.caBundle(), where.host()))
                    .setHostnameVerificationAlgorithm("");
            RequestOptions options = new RequestOptions()
                    .setMethod(HttpMethod.POST)
                    .setServer(address)
                    .setHost(where.host())
                    .setPort(where.port())
                    .setSslOptions(tls)
                    .setURI(uri);
            return http.request(options).compose(this::send);
        }

        private Future<Buffer> send(HttpClientRequest request) {
            request.exceptionHandler(WebhookClient::quietly);
            sent = request;
            if (over) {
                leave();
                return Future.failedFuture("too late");
            }
            request.putHeader("Content-Type", "application/json").putHeader("Accept", "application/json, */*");
            return request.send(Buffer.buffer(body)).compose(this::read);
        }

        /** All of it, if it is not more than may be. */
        private Future<Buffer> read(HttpClientResponse response) {
            long most = MOST_ANSWER_BYTES + 2L * body.length;
            Promise<Buffer> all = Promise.promise();
            Buffer parts = Buffer.buffer();
            response.exceptionHandler(all::tryFail);
            response.handler(part -> {
                if (parts.length() + part.length() <= most) {
                    parts.appendBuffer(part);
                } else if (all.tryFail(
                        new WebhookFailure("the answer is larger than " + most + " bytes", response.statusCode()))) {
                    leave();
                }
            });
            response.endHandler(unused -> all.tryComplete(parts));
            return all.future().compose(read -> {
                int code = response.statusCode();
                return code >= FIRST_SUCCESS && code <= LAST_SUCCESS
                        ? Future.succeededFuture(read)
                        : Future.failedFuture(WebhookFailure.answered(code, told(read)));
            });
        }

        /** Whatever still comes of it is nobody's, and its connection is not used again. */
        private void leave() {
            over = true;
            if (sent != null) {
                sent.reset().onFailure(WebhookClient::quietly);
            }
        }

        WebhookFailure failure(Throwable error) {
            leave();
            if (error instanceof WebhookFailure failed) {
                return failed;
            }
            if (error instanceof X509Exception || error.getCause() instanceof X509Exception) {
                return WebhookFailure.unreached("unable to load root certificates: unable to parse bytes as PEM block");
            }
            return WebhookFailure.unreached(
                    "Post \"" + where.authority() + uri + "\": " + GoWords.of(error, place.toString(), where.host()));
        }
    }
}
