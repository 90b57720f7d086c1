package io.minik.server.aggregation;

import io.minik.api.client.CallsOverHttp;
import io.minik.api.client.Transport;
import io.minik.api.meta.ApiException;
import io.minik.ground.loop.Loop;
import io.minik.ground.net.HttpCall;
import io.minik.server.authn.User;
import io.minik.server.webhook.GoWords;
import io.minik.server.webhook.Places;
import io.minik.server.webhook.ServerTrust;
import io.minik.server.webhook.WebhookClient;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Requests to extension servers: to a ready endpoint of their Service, as the front proxy. Any loop. */
public final class ExtensionClient {
    private static final Logger log = LoggerFactory.getLogger(ExtensionClient.class);

    /** Of one server: each watch holds one, as HTTP/1.1 has it. */
    private static final int MOST_CONNECTIONS = 1000;

    private static final int MOST_WAITING = 1024;
    private static final int KEPT_SECONDS = 60;
    private static final int CONNECT_MILLIS = 10_000;
    private static final Duration CONNECT = Duration.ofMillis(CONNECT_MILLIS);

    /** A list that a room of this process asks for. */
    private static final long MOST_LIST_BYTES = 32L << 20;

    /** Documents: a group version's resources, the index of its descriptions. Thousands of metrics have a MiB. */
    private static final long MOST_DOCUMENT_BYTES = 1L << 20;

    private static final Duration DOCUMENT_PATIENCE = Duration.ofSeconds(5);

    private final HttpClientAgent http;
    private final Places places;
    private final WebhookClient.Road road;
    private final Optional<KeyCertOptions> identity;

    /**
     * How a server in the cluster is found and reached.
     *
     * @param identity the front proxy's; empty: none is shown
     */
    public record Means(Places places, WebhookClient.Road road, Optional<KeyCertOptions> identity) {}

    public ExtensionClient(Vertx vertx, Means means) {
        this.places = means.places();
        this.road = means.road();
        this.identity = means.identity();
        this.http = vertx.httpClientBuilder()
                .with(new HttpClientOptions()
                        .setProtocolVersion(HttpVersion.HTTP_1_1)
                        .setSsl(true)
                        .setConnectTimeout(CONNECT_MILLIS)
                        .setKeepAliveTimeout(KEPT_SECONDS)
                        .setTcpNoDelay(true))
                .with(new PoolOptions().setHttp1MaxSize(MOST_CONNECTIONS).setMaxWaitQueueSize(MOST_WAITING))
                // After an upgrade nobody else hears that the connection ended.
                .withConnectHandler(connection -> connection.exceptionHandler(ExtensionClient::quietly))
                .build();
    }

    private static void quietly(Throwable error) {
        log.atDebug()
                .addKeyValue("err", String.valueOf(error.getMessage()))
                .log("a connection to an extension server broke off");
    }

    public Future<Void> close() {
        return http.close();
    }

    /**
     * A connection to one of the server's endpoints; who asks is said by {@link #says}.
     *
     * @param options method, URI and headers
     */
    public Future<HttpClientRequest> open(Extension to, RequestOptions options) {
        return open(to, place(to), options);
    }

    /** Puts who asks into the head of a request, and whatever a client says about that out of it. */
    public void says(User user, MultiMap headers) {
        RemoteUser.put(headers, user);
    }

    /** Why a request did not get there, in Go's words. */
    public String why(Extension to, Throwable error) {
        return GoWords.of(error, to.serverName() + ":" + to.port(), to.serverName());
    }

    /** The API of an extension server for a room of this process. */
    public Transport transport(Extension to, User user) {
        return new CallsOverHttp(
                options -> open(to, options).onSuccess(request -> says(user, request.headers())), MOST_LIST_BYTES);
    }

    /** Where a request would go now. @return fails with an ApiException if the Service leads nowhere */
    Future<Places.Place> place(Extension to) {
        try {
            return Future.succeededFuture(places.of(to.namespace(), to.service(), to.port()));
        } catch (ApiException nowhere) {
            return Future.failedFuture(nowhere);
        }
    }

    private Future<HttpClientRequest> open(Extension to, Future<Places.Place> place, RequestOptions options) {
        return place.compose(found -> Loop.within(CONNECT, road.to(found)))
                .compose(address -> http.request(led(to, address, options)));
    }

    private RequestOptions led(Extension to, SocketAddress address, RequestOptions options) {
        return options.setServer(address)
                .setHost(to.serverName())
                .setPort(to.port())
                .setSsl(true)
                .setSslOptions(tls(to));
    }

    private ClientSSLOptions tls(Extension to) {
        ClientSSLOptions tls = new ClientSSLOptions().setHostnameVerificationAlgorithm("");
        identity.ifPresent(tls::setKeyCertOptions);
        return to.insecure()
                ? tls.setTrustAll(true)
                : tls.setTrustOptions(new ServerTrust(to.caBundle(), to.serverName()));
    }

    /** A document of the server's, whole, of whatever code; asked for by the aggregator itself, who may read everything. */
    public Future<HttpCall.Answer> document(Extension to, String uri, String accept) {
        return place(to).compose(place -> document(to, place, uri, accept));
    }

    Future<HttpCall.Answer> document(Extension to, Places.Place place, String uri, String accept) {
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setURI(uri)
                .putHeader("Accept", accept)
                .putHeader(RemoteUser.USER, "system:kube-aggregator")
                .putHeader(RemoteUser.GROUP, User.MASTERS);
        return Loop.within(CONNECT, road.to(place))
                .compose(address -> HttpCall.send(
                        http, led(to, address, options), Buffer.buffer(), MOST_DOCUMENT_BYTES, DOCUMENT_PATIENCE));
    }
}
