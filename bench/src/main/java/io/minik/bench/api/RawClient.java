package io.minik.bench.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import io.minik.ground.tls.TlsIdentity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
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
import java.util.function.IntConsumer;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** HTTP/1.1 with the first user of a kubeconfig; answers are bytes, so that the client costs little beside the server. */
final class RawClient {
    private static final int MOST_WATCHES = 1_000;

    private final HttpClientAgent requests;
    private final HttpClientAgent watches;
    private final List<HttpClientRequest> open = new ArrayList<>();

    private RawClient(HttpClientAgent requests, HttpClientAgent watches) {
        this.requests = requests;
        this.watches = watches;
    }

    static RawClient of(Vertx vertx, Path kubeconfig, int connections) throws IOException {
        Object document = new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(kubeconfig));
        JsonNode tree = Json.MAPPER.valueToTree(document);
        JsonNode cluster = tree.at("/clusters/0/cluster");
        JsonNode user = tree.at("/users/0/user");
        URI server = URI.create(cluster.path("server").asText());
        HttpClientOptions options = new HttpClientOptions()
                .setDefaultHost(server.getHost())
                .setDefaultPort(server.getPort())
                .setSsl(true)
                .setTrustOptions(new PemTrustOptions()
                        .addCertValue(Buffer.buffer(decoded(cluster, "certificate-authority-data"))))
                .setKeyCertOptions(KeyCertOptions.wrap(
                        TlsIdentity.of(decoded(user, "client-certificate-data"), decoded(user, "client-key-data"))));
        return new RawClient(
                vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(connections)),
                vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(MOST_WATCHES)));
    }

    private static String decoded(JsonNode node, String field) {
        return new String(Base64.getDecoder().decode(node.path(field).asText()), StandardCharsets.UTF_8);
    }

    /** Fails unless the answer is a 2xx. */
    Future<Buffer> send(HttpMethod method, String path, String type, String body) {
        return requests.request(method, path).compose(request -> {
            if (!type.isEmpty()) {
                request.putHeader("Content-Type", type);
            }
            return request.send(body).compose(response -> response.body()
                    .compose(answer -> response.statusCode() / 100 == 2
                            ? Future.succeededFuture(answer)
                            : Future.failedFuture(method + " " + path + ": " + response.statusCode() + " " + answer)));
        });
    }

    /** Succeeds when the server has answered; then tells how many events came, as often as some came. */
    Future<Void> watch(String path, IntConsumer events) {
        return watches.request(HttpMethod.GET, path)
                .compose(request -> {
                    open.add(request);
                    return request.send();
                })
                .map((HttpClientResponse response) -> {
                    response.handler(chunk -> events.accept(lines(chunk))).exceptionHandler(ended -> {});
                    return null;
                });
    }

    void endWatches() {
        open.forEach(HttpClientRequest::reset);
        open.clear();
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
