package io.minik.api.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpTransportTest {
    private static final long LIMIT_SECONDS = 30;

    private final Vertx vertx = Vertx.vertx();
    private final ConcurrentLinkedQueue<String> requests = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        await(vertx.close());
    }

    private ApiClient serve(Handler<HttpServerRequest> handler) {
        HttpServer server = await(vertx.createHttpServer()
                .requestHandler(request -> {
                    requests.add(request.method() + " " + request.uri());
                    handler.handle(request);
                })
                .listen(0, "127.0.0.1"));
        return new ApiClient(
                new HttpTransport(
                        vertx,
                        new HttpTransport.Config(
                                URI.create("http://127.0.0.1:" + server.actualPort()),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                () -> Optional.of("secret"),
                                "test")),
                "test");
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    @Test
    void urlsAreBuiltAndEscapedAsTheApiHasThem() {
        assertThat(url(Verb.GET, ObjectKey.of("ns", "a"), "status", Map.of()))
                .isEqualTo("/api/v1/namespaces/ns/pods/a/status");
        assertThat(url(Verb.LIST, ObjectKey.of("", ""), "", Map.of("fieldSelector", "spec.nodeName=n 1,a!=b")))
                .isEqualTo("/api/v1/pods?fieldSelector=spec.nodeName%3Dn%201%2Ca%21%3Db");
        assertThat(url(Verb.WATCH, ObjectKey.of("x", ""), "", Map.of("resourceVersion", "5")))
                .isEqualTo("/api/v1/namespaces/x/pods?watch=true&resourceVersion=5");
        assertThat(ApiUrl.of(new ApiCall(
                        Verb.GET,
                        Resources.CLUSTER_ROLES,
                        ObjectKey.cluster("system:a/é"),
                        "",
                        Map.of(),
                        "",
                        new byte[0])))
                .isEqualTo("/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Aa%2F%C3%A9");
    }

    private static String url(Verb verb, ObjectKey key, String subresource, Map<String, String> query) {
        return ApiUrl.of(new ApiCall(verb, Resources.PODS, key, subresource, query, "", new byte[0]));
    }

    @Test
    void listsCarryTypeAndVersion() {
        ApiClient client = serve(request -> {
            assertThat(request.getHeader("Authorization")).isEqualTo("Bearer secret");
            request.response()
                    .end("{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"7\","
                            + "\"continue\":\"c\"},\"items\":[{\"metadata\":{\"name\":\"a\"}}]}");
        });
        KubeList list = await(client.list(Resources.PODS, "", ListOptions.ALL));
        assertThat(list.resourceVersion()).isEqualTo("7");
        assertThat(list.continueToken()).isEqualTo("c");
        assertThat(list.items().get(0).kind()).isEqualTo("Pod");
    }

    @Test
    void statusBodiesBecomeApiExceptions() {
        ApiClient client = serve(request -> request.response()
                .setStatusCode(404)
                .end(Buffer.buffer(Json.bytes(
                        ApiException.notFound(Resources.PODS, "a").status().tree()))));
        Throwable error = failure(client.get(Resources.PODS, ObjectKey.of("x", "a")));
        assertThat(ApiException.is(error, Reason.NotFound)).isTrue();
        assertThat(error).hasMessage("pods \"a\" not found");
    }

    @Test
    void aServerThatIsNotThereIsUnavailable() {
        HttpServer server =
                await(vertx.createHttpServer().requestHandler(r -> {}).listen(0, "127.0.0.1"));
        int port = server.actualPort();
        await(server.close());
        ApiClient client = new ApiClient(
                new HttpTransport(
                        vertx,
                        new HttpTransport.Config(
                                URI.create("http://127.0.0.1:" + port),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional::empty,
                                "test")),
                "test");
        assertThat(ApiException.is(
                        failure(client.get(Resources.PODS, ObjectKey.of("x", "a"))), Reason.ServiceUnavailable))
                .isTrue();
    }

    @Test
    void watchFramesMayBeSplitAnywhereAndBeLarge() {
        String big = "x".repeat(3 << 20);
        byte[] stream = ("{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a\"}}}\n"
                        + "{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":\"é\"},\"data\":\"" + big
                        + "\"}}\n"
                        + "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"9\"}}}\n"
                        + "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410,\"reason\":\"Expired\","
                        + "\"message\":\"too old\"}}\n")
                .getBytes(StandardCharsets.UTF_8);
        ApiClient client = serve(request -> {
            request.response().setChunked(true);
            Future<Void> sent = Future.succeededFuture();
            for (int from = 0; from < stream.length; ) {
                int length = Math.min(stream.length - from, from < 100 ? 7 : 100_001);
                Buffer part = Buffer.buffer().appendBytes(stream, from, length);
                sent = sent.compose(done -> request.response().write(part));
                from += length;
            }
        });
        List<WatchEvent> events = new ArrayList<>();
        CompletableFuture<Optional<ApiException>> ended = new CompletableFuture<>();
        await(client.watch(Resources.PODS, "", ListOptions.ALL, handler(events, ended)));
        Optional<ApiException> why =
                ended.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
        assertThat(why.orElseThrow().status().reason()).isEqualTo(Reason.Expired);
        assertThat(events)
                .extracting(WatchEvent::type)
                .containsExactly(WatchEvent.Type.ADDED, WatchEvent.Type.MODIFIED, WatchEvent.Type.BOOKMARK);
        assertThat(events.get(1).object().name()).isEqualTo("é");
        assertThat(events.get(1).object().text("data")).hasSize(3 << 20);
    }

    @Test
    void aWatchThatTheServerEndsIsAPeacefulEnd() {
        ApiClient client = serve(request -> request.response().end());
        CompletableFuture<Optional<ApiException>> ended = new CompletableFuture<>();
        await(client.watch(Resources.PODS, "", ListOptions.ALL, handler(new ArrayList<>(), ended)));
        assertThat(ended.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join()).isEmpty();
    }

    private static WatchHandler handler(List<WatchEvent> events, CompletableFuture<Optional<ApiException>> ended) {
        return new WatchHandler() {
            @Override
            public void onEvent(WatchEvent event) {
                events.add(event);
            }

            @Override
            public void onEnd(Optional<ApiException> why) {
                ended.complete(why);
            }
        };
    }

    private static Throwable failure(Future<?> future) {
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        future.onComplete(done -> {
            if (done.failed()) {
                failure.complete(done.cause());
            } else {
                failure.completeExceptionally(new AssertionError("should have failed"));
            }
        });
        return failure.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
    }
}
