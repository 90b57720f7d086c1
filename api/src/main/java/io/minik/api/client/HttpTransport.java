package io.minik.api.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.ground.tls.TlsIdentity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The API over HTTPS: HTTP/2 (or 1.1 if the server has no other), connections kept and shared, watches as long
 * responses. Callable from any Vert.x context; answers come on it.
 */
public final class HttpTransport implements Transport {
    private static final Logger log = LoggerFactory.getLogger(HttpTransport.class);

    /** A call that the server has not answered by then is lost: its own limit is 60 s. */
    private static final long CALL_MILLIS = 65_000;

    private static final int CONNECT_MILLIS = 10_000;
    /** With HTTP/1.1 each watch holds a connection; an agent has about ten. */
    private static final int HTTP1_CONNECTIONS = 64;
    /** Calls that wait for a connection while the server is away; more fail at once. */
    private static final int MOST_WAITING = 4096;
    /** The kernel gives a connection up whose peer acknowledges nothing for this long. */
    private static final int UNACKNOWLEDGED_MILLIS = 30_000;
    /** Silence on an HTTP/2 connection is probed as often as client-go does it. */
    private static final Duration PING_EVERY = Duration.ofSeconds(30);

    private static final long PING_ANSWER_MILLIS = 15_000;
    private static final int WINDOW_BYTES = 4 << 20;

    /** With each answer a server says of which cluster it is: the uid of kube-system. */
    public static final CharSequence CLUSTER_HEADER = HttpHeaders.createOptimized("minik-cluster");

    /**
     * @param server {@code https://host:port}; http is for tests
     * @param caPem PEM certificates to trust; empty = the JVM's
     * @param clientCertPem and clientKeyPem: PEM; both or none
     * @param token asked for each call, so that it may be rotated; empty for none
     */
    public record Config(
            URI server,
            Optional<String> caPem,
            Optional<String> clientCertPem,
            Optional<String> clientKeyPem,
            Supplier<Optional<String>> token,
            String userAgent) {
        public static Config withCertificate(
                URI server, String caPem, String clientCertPem, String clientKeyPem, String userAgent) {
            return new Config(
                    server,
                    Optional.of(caPem),
                    Optional.of(clientCertPem),
                    Optional.of(clientKeyPem),
                    Optional::empty,
                    userAgent);
        }
    }

    private final Vertx vertx;
    private final Config config;
    private final Optional<TlsIdentity> identity;
    private final HttpClientAgent http;
    private volatile Function<String, Optional<String>> refuse = cluster -> Optional.empty();
    /** Any thread: connections that show the identity they began with. */
    private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();

    public HttpTransport(Vertx vertx, Config config) {
        this.vertx = vertx;
        this.config = config;
        this.identity =
                config.clientCertPem().flatMap(cert -> config.clientKeyPem().map(key -> TlsIdentity.of(cert, key)));
        this.http = vertx.httpClientBuilder()
                .with(options(config, identity))
                .with(new PoolOptions()
                        .setHttp1MaxSize(HTTP1_CONNECTIONS)
                        .setHttp2MaxSize(1)
                        .setMaxWaitQueueSize(MOST_WAITING))
                .withConnectHandler(this::keepProbing)
                .build();
    }

    /**
     * From now on answers of a server are looked at first: one of another cluster is as good as none, however well it
     * answers. Before the first call.
     *
     * @param refusal of a cluster's id: why not, if not
     */
    public HttpTransport of(Function<String, Optional<String>> refusal) {
        refuse = refusal;
        return this;
    }

    private Future<HttpClientResponse> ofOurs(HttpClientResponse response) {
        String cluster = response.getHeader(CLUSTER_HEADER);
        Optional<String> why = cluster == null || cluster.isEmpty() ? Optional.empty() : refuse.apply(cluster);
        return why.map(words -> response.request()
                        .reset()
                        .<HttpClientResponse>transform(reset -> Future.failedFuture(ApiException.unavailable(words))))
                .orElse(Future.succeededFuture(response));
    }

    /** Ends connections and watches. */
    public Future<Void> close() {
        return http.close();
    }

    /**
     * Shows another certificate from now on. A connection shows what it began with, and may be open for months: so those
     * that are there end, and watches begin anew where they were.
     */
    public void renew(String clientCertPem, String clientKeyPem) {
        identity.ifPresent(own -> own.renew(clientCertPem, clientKeyPem));
        for (HttpConnection connection : connections) {
            connection.close().onFailure(error -> log.atDebug()
                    .addKeyValue("err", error.toString())
                    .log("a connection was closed already"));
        }
    }

    @Override
    public Future<KubeObject> send(ApiCall call) {
        return exchange(call).map(body -> KubeObject.of(requireObject(body)));
    }

    @Override
    public Future<KubeList> list(ApiCall call) {
        return exchange(call).map(body -> {
            ObjectNode tree = requireObject(body);
            String itemKind = Json.text(tree, "kind").replaceFirst("List$", "");
            String apiVersion = Json.text(tree, "apiVersion");
            List<KubeObject> items = new ArrayList<>();
            for (JsonNode item : tree.path("items")) {
                if (item instanceof ObjectNode object) {
                    // Items of typed lists come without type, as upstream sends them.
                    if (!object.has("kind")) {
                        object.put("kind", itemKind).put("apiVersion", apiVersion);
                    }
                    items.add(KubeObject.of(object));
                }
            }
            return new KubeList(
                    Json.text(tree, "metadata", "resourceVersion"), Json.text(tree, "metadata", "continue"), items);
        });
    }

    @Override
    public Future<WatchHandle> watch(ApiCall call, WatchHandler handler) {
        return open(call, 0).compose(request -> request.send()
                .compose(this::ofOurs)
                .recover(HttpTransport::unreachable)
                .compose(response -> {
                    if (response.statusCode() != 200) {
                        return response.body()
                                .recover(HttpTransport::unreachable)
                                .compose(body -> Future.failedFuture(failure(response.statusCode(), body)));
                    }
                    HttpWatch watch = new HttpWatch(request, handler);
                    watch.read(response);
                    return Future.<WatchHandle>succeededFuture(watch);
                }));
    }

    private Future<Buffer> exchange(ApiCall call) {
        byte[] sent = call.body();
        return open(call, CALL_MILLIS)
                .compose(request -> (sent.length == 0 ? request.send() : request.send(Buffer.buffer(sent)))
                        .compose(this::ofOurs)
                        .compose(response -> response.body().map(body -> {
                            if (response.statusCode() / 100 != 2) {
                                throw failure(response.statusCode(), body);
                            }
                            return body;
                        })))
                .recover(HttpTransport::unreachable);
    }

    /** @param idleMillis 0 = may be silent for ever */
    private Future<HttpClientRequest> open(ApiCall call, long idleMillis) {
        URI server = config.server();
        boolean tls = "https".equals(server.getScheme());
        RequestOptions options = new RequestOptions()
                .setMethod(method(call.verb()))
                .setHost(server.getHost())
                .setPort(server.getPort() > 0 ? server.getPort() : tls ? 443 : 80)
                .setSsl(tls)
                .setURI(ApiUrl.of(call))
                .setConnectTimeout(CONNECT_MILLIS)
                .putHeader("Accept", "application/json")
                .putHeader("User-Agent", config.userAgent());
        if (idleMillis > 0) {
            options.setIdleTimeout(idleMillis);
        }
        if (!call.contentType().isEmpty()) {
            options.putHeader("Content-Type", call.contentType());
        }
        config.token().get().ifPresent(token -> options.putHeader("Authorization", "Bearer " + token));
        return http.request(options).recover(HttpTransport::unreachable);
    }

    private void keepProbing(HttpConnection connection) {
        boolean[] closed = {false};
        connections.add(connection);
        connection.closeHandler(ignored -> {
            closed[0] = true;
            connections.remove(connection);
        });
        probeLater(connection, closed);
    }

    private void probeLater(HttpConnection connection, boolean[] closed) {
        Loop.here(vertx).after(PING_EVERY, () -> {
            if (closed[0]) {
                return;
            }
            Future<Buffer> answer;
            try {
                answer = connection.ping(Buffer.buffer(8).appendLong(0));
            } catch (UnsupportedOperationException http1) {
                return;
            }
            Loop.within(Duration.ofMillis(PING_ANSWER_MILLIS), answer)
                    .onSuccess(pong -> probeLater(connection, closed))
                    .onFailure(silent -> connection.close().onFailure(error -> log.atDebug()
                            .addKeyValue("err", error.toString())
                            .log("silent connection was closed already")));
        });
    }

    private static HttpClientOptions options(Config config, Optional<TlsIdentity> identity) {
        HttpClientOptions options = new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setUseAlpn(true)
                .setHttp2ClearTextUpgrade(false)
                .setHttp2ConnectionWindowSize(WINDOW_BYTES)
                .setConnectTimeout(CONNECT_MILLIS)
                .setTcpKeepAlive(true)
                .setTcpUserTimeout(UNACKNOWLEDGED_MILLIS)
                .setDecompressionSupported(true);
        if (!"https".equals(config.server().getScheme())) {
            options.setProtocolVersion(HttpVersion.HTTP_1_1);
        }
        options.getInitialSettings().setInitialWindowSize(WINDOW_BYTES);
        config.caPem()
                .ifPresent(pem -> options.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(pem))));
        identity.ifPresent(own -> options.setKeyCertOptions(KeyCertOptions.wrap(own)));
        return options;
    }

    private static HttpMethod method(ApiCall.Verb verb) {
        return switch (verb) {
            case GET, LIST, WATCH -> HttpMethod.GET;
            case CREATE -> HttpMethod.POST;
            case UPDATE -> HttpMethod.PUT;
            case PATCH -> HttpMethod.PATCH;
            case DELETE, DELETE_COLLECTION -> HttpMethod.DELETE;
        };
    }

    private static ObjectNode requireObject(Buffer body) {
        try {
            return Json.parseObject(body.getBytes());
        } catch (IllegalArgumentException e) {
            throw ApiException.unavailable("the API server's answer can't be read: " + e.getMessage());
        }
    }

    /** The server's Status, or one made of the bare code. */
    private static ApiException failure(int code, Buffer body) {
        try {
            ObjectNode tree = Json.parseObject(body.getBytes());
            if (Json.text(tree, "kind").equals("Status")) {
                return new ApiException(Status.of(tree));
            }
        } catch (IllegalArgumentException notJson) {
            // A proxy's page, or nothing: the code says it.
        }
        return new ApiException(new Status(
                code, Status.Reason.Unknown, "the API server answered with HTTP " + code, Status.Details.NONE));
    }

    private static <T> Future<T> unreachable(Throwable error) {
        return Future.failedFuture(
                error instanceof ApiException
                        ? error
                        : ApiException.unavailable("the API server can't be reached: " + error.getMessage()));
    }

    /** One open watch; owned by the context that asked for it. */
    private static final class HttpWatch implements WatchHandle {
        private final HttpClientRequest request;
        private final WatchHandler handler;
        private boolean ended;

        HttpWatch(HttpClientRequest request, WatchHandler handler) {
            this.request = request;
            this.handler = handler;
        }

        void read(HttpClientResponse response) {
            WatchFrames frames = new WatchFrames(event -> {
                if (!ended) {
                    handler.onEvent(event);
                }
            });
            response.handler(chunk -> frames.accept(chunk).ifPresent(error -> {
                        end(Optional.of(error));
                        reset();
                    }))
                    .exceptionHandler(error ->
                            end(Optional.of(ApiException.unavailable("the watch broke off: " + error.getMessage()))))
                    .endHandler(ignored -> end(Optional.empty()));
        }

        @Override
        public void close() {
            if (!ended) {
                ended = true;
                reset();
            }
        }

        private void end(Optional<ApiException> why) {
            if (!ended) {
                ended = true;
                handler.onEnd(why);
            }
        }

        private void reset() {
            request.reset()
                    .onFailure(error ->
                            log.atDebug().addKeyValue("err", error.toString()).log("watch had ended already"));
        }
    }
}
