package io.minik.bench.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import io.minik.ground.tls.TlsIdentity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** HTTP/1.1, and HTTP/2 for some watches, with the first user of a kubeconfig; answers are bytes, so that the client costs little beside the server. */
final class RawClient {
    private static final int MOST_WATCHES = 1_000;
    private static final int STREAMS = 100;
    /** What a hundred watches may have under way: a connection is not to wait for its client. */
    private static final int CONNECTION_WINDOW = 16 << 20;
    /** What one answer may have under way, as clients in Go have it (golang.org/x/net/http2, transportDefaultStreamFlow). */
    private static final int STREAM_WINDOW = 4 << 20;

    private final HttpClientAgent requests;
    private final HttpClientAgent watches;
    private final Supplier<HttpClientAgent> newStreams;
    private Optional<HttpClientAgent> streams = Optional.empty();
    private final List<HttpClientRequest> open = new ArrayList<>();

    private RawClient(HttpClientAgent requests, HttpClientAgent watches, Supplier<HttpClientAgent> newStreams) {
        this.requests = requests;
        this.watches = watches;
        this.newStreams = newStreams;
    }

    static RawClient of(Vertx vertx, Path kubeconfig, int connections) throws IOException {
        HttpClientOptions options = options(kubeconfig);
        return new RawClient(
                vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(connections)),
                vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(MOST_WATCHES)),
                streams(vertx, http2(kubeconfig, STREAMS)));
    }

    /** Requests go by HTTP/2, too: so many at a time over so many connections. */
    static RawClient multiplexed(Vertx vertx, Path kubeconfig, int connections, int requests) throws IOException {
        HttpClientAgent multiplexed = vertx.createHttpClient(
                http2(kubeconfig, requests / connections), new PoolOptions().setHttp2MaxSize(connections));
        return new RawClient(multiplexed, multiplexed, streams(vertx, http2(kubeconfig, STREAMS)));
    }

    private static Supplier<HttpClientAgent> streams(Vertx vertx, HttpClientOptions options) {
        return () -> vertx.createHttpClient(options, new PoolOptions().setHttp2MaxSize(MOST_WATCHES / STREAMS));
    }

    /** Made apart: a copy of other options went on to speak HTTP/1.1. */
    private static HttpClientOptions http2(Path kubeconfig, int streams) throws IOException {
        return options(kubeconfig)
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setUseAlpn(true)
                .setHttp2ConnectionWindowSize(CONNECTION_WINDOW)
                .setInitialSettings(new Http2Settings().setInitialWindowSize(STREAM_WINDOW))
                .setHttp2MultiplexingLimit(streams);
    }

    private static HttpClientOptions options(Path kubeconfig) throws IOException {
        Object document = new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(kubeconfig));
        JsonNode tree = Json.MAPPER.valueToTree(document);
        JsonNode user = tree.at("/users/0/user");
        JsonNode cluster = tree.at("/clusters/0/cluster");
        return options(URI.create(cluster.path("server").asText()), cluster, user);
    }

    private static HttpClientOptions options(URI server, JsonNode cluster, JsonNode user) {
        return new HttpClientOptions()
                .setDefaultHost(server.getHost())
                .setDefaultPort(server.getPort())
                .setSsl(true)
                .setTrustOptions(new PemTrustOptions()
                        .addCertValue(Buffer.buffer(decoded(cluster, "certificate-authority-data"))))
                .setKeyCertOptions(KeyCertOptions.wrap(
                        TlsIdentity.of(decoded(user, "client-certificate-data"), decoded(user, "client-key-data"))));
    }

    private static String decoded(JsonNode node, String field) {
        return new String(Base64.getDecoder().decode(node.path(field).asText()), StandardCharsets.UTF_8);
    }

    /** Fails unless the answer is a 2xx. */
    Future<Buffer> send(HttpMethod method, String path, String type, String body) {
        return send(method, path, type.isEmpty() ? Map.of() : Map.of("Content-Type", type), body);
    }

    Future<Buffer> read(String path, String accept) {
        return send(HttpMethod.GET, path, Map.of("Accept", accept), "");
    }

    private Future<Buffer> send(HttpMethod method, String path, Map<String, String> headers, String body) {
        return requests.request(method, path).compose(request -> {
            headers.forEach(request::putHeader);
            return request.send(body).compose(response -> response.body()
                    .compose(answer -> response.statusCode() / 100 == 2
                            ? Future.succeededFuture(answer)
                            : Future.failedFuture(method + " " + path + ": " + response.statusCode() + " " + answer)));
        });
    }

    /** Succeeds when the server has answered; then tells how many events came, as often as some came. */
    Future<Void> watch(String path, IntConsumer events) {
        return watch(watches, path, events);
    }

    /** The same on one of ten HTTP/2 connections with a hundred watches each. */
    Future<Void> stream(String path, IntConsumer events) {
        HttpClientAgent client = streams.orElseGet(newStreams);
        streams = Optional.of(client);
        return watch(client, path, events);
    }

    private Future<Void> watch(HttpClientAgent client, String path, IntConsumer events) {
        // The handler is set on the request's own loop: set from here, it might come behind the first event.
        return client.request(HttpMethod.GET, path).compose(request -> {
            open.add(request);
            return request.send().map((HttpClientResponse response) -> {
                response.handler(chunk -> events.accept(lines(chunk))).exceptionHandler(ended -> {});
                return null;
            });
        });
    }

    /** Those of HTTP/2 with their connections: so many resets would look like an attack. */
    Future<Void> endWatches() {
        Future<Void> closed = streams.map(HttpClientAgent::close).orElseGet(() -> {
            open.forEach(HttpClientRequest::reset);
            return Future.succeededFuture();
        });
        open.clear();
        streams = Optional.empty();
        return closed;
    }

    private static int lines(Buffer chunk) {
        int lines = 0;
        for (int i = 0; i < chunk.length(); i++) {
            if (chunk.getByte(i) == '\n') {
                lines++;
            }
        }
        return lines;
    }
}
