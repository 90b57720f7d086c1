package io.minik.api.client;

import io.minik.api.meta.ApiException;
import io.minik.api.object.KubeObject;
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
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.net.URI;
import java.time.Duration;
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
    /** A list of everything in a cluster that is at its limits: whoever answers more is no API server of ours. */
    private static final long MOST_ANSWER_BYTES = 1L << 30;

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
    private final CallsOverHttp calls;
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
        this.calls = new CallsOverHttp(this::open, this::ofOurs, MOST_ANSWER_BYTES);
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
        return calls.send(call);
    }

    @Override
    public Future<KubeList> list(ApiCall call) {
        return calls.list(call);
    }

    @Override
    public Future<WatchHandle> watch(ApiCall call, WatchHandler handler) {
        return calls.watch(call, handler);
    }

    private Future<HttpClientRequest> open(RequestOptions options) {
        URI server = config.server();
        boolean tls = "https".equals(server.getScheme());
        options.setHost(server.getHost())
                .setPort(server.getPort() > 0 ? server.getPort() : tls ? 443 : 80)
                .setSsl(tls)
                .setConnectTimeout(CONNECT_MILLIS)
                .putHeader("User-Agent", config.userAgent());
        config.token().get().ifPresent(token -> options.putHeader("Authorization", "Bearer " + token));
        return http.request(options);
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
}
