package io.minik.agent.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.agent.probe.Actions.Outcome;
import io.minik.agent.probe.Actions.Purpose;
import io.minik.agent.probe.Actions.Result;
import io.minik.api.core.LifecycleHandler;
import io.minik.ground.loop.Loop;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriException;
import io.minik.runtime.cri.RuntimeService;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NetworkActionsTest {
    private final Vertx vertx = Vertx.vertx();
    private Future<Cri.ExecSyncResponse> execResult =
            Future.succeededFuture(new Cri.ExecSyncResponse(Buffer.buffer("out"), Buffer.buffer(), 0));
    /** Only execSync is asked for here. */
    private final RuntimeService runtime = (RuntimeService) Proxy.newProxyInstance(
            RuntimeService.class.getClassLoader(),
            new Class<?>[] {RuntimeService.class},
            (proxy, method, arguments) -> execResult);

    private NetworkActions actions;
    private int port;

    @BeforeEach
    void serve() throws Exception {
        actions = new NetworkActions(vertx, Loop.on(vertx.getOrCreateContext()), runtime, "1.36");
        HttpServer server = vertx.createHttpServer()
                .requestHandler(request -> {
                    switch (request.path()) {
                        case "/ok" -> request.response().end("fine " + request.getHeader("User-Agent"));
                        case "/silent" -> {}
                        case "/headers" ->
                            request.response()
                                    .end(String.join(
                                            "|",
                                            request.headers().getAll("X-One").toString(),
                                            String.valueOf(request.getHeader("User-Agent")),
                                            String.valueOf(request.getHeader("Accept")),
                                            String.valueOf(request.getHeader("Host"))));
                        case "/endless" -> {
                            request.response().setChunked(true);
                            endless(request.response());
                        }
                        case "/here" -> redirect(request, "/ok");
                        case "/there" -> redirect(request, "http://192.0.2.1:1/x");
                        case "/loopback" -> redirect(request, "http://LOCALHOST/x");
                        case "/round" -> redirect(request, "/round");
                        case "/broken" -> redirect(request, "http://[x");
                        case "/file" -> redirect(request, "file:///etc/passwd");
                        case "/nowhere" -> request.response().setStatusCode(302).end("no location");
                        case "/unchanged" ->
                            request.response().setStatusCode(304).end();
                        case "/grpc.health.v1.Health/Check" -> {
                            request.body().onSuccess(body -> {
                                String service = body.length() > 7 ? body.getString(7, body.length()) : "";
                                request.response().putHeader("content-type", "application/grpc");
                                switch (service) {
                                    case "missing" ->
                                        request.response()
                                                .putTrailer("grpc-status", "5")
                                                .putTrailer("grpc-message", "unknown service")
                                                .end();
                                    case "odd" ->
                                        request.response()
                                                .putTrailer("grpc-status", "12")
                                                .putTrailer("grpc-message", "no such method")
                                                .end();
                                    default ->
                                        request.response()
                                                .putTrailer("grpc-status", "0")
                                                .end(Buffer.buffer(new byte[] {
                                                    0, 0, 0, 0, 2, 0x08, (byte) (service.isEmpty() ? 1 : 2)
                                                }));
                                }
                            });
                        }
                        default -> request.response().setStatusCode(500).end();
                    }
                })
                .listen(0)
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        port = server.actualPort();
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static void redirect(HttpServerRequest request, String to) {
        request.response().setStatusCode(302).putHeader("Location", to).end("moved");
    }

    private static void endless(HttpServerResponse response) {
        response.write(Buffer.buffer(new byte[4096])).onSuccess(written -> endless(response));
    }

    private Outcome run(LifecycleHandler handler, long timeoutMillis) throws Exception {
        return run(Purpose.PROBE, handler, timeoutMillis);
    }

    private Outcome run(Purpose purpose, LifecycleHandler handler, long timeoutMillis) throws Exception {
        Actions.Target target = new Actions.Target("id", "127.0.0.1", Map.of("web", port));
        Promise<Outcome> judged = Promise.promise();
        // On a loop, as the kubelet asks: from another thread an answer may be over before anybody listens to it.
        vertx.getOrCreateContext().runOnContext(unused -> actions.run(purpose, handler, target, timeoutMillis)
                .onComplete(judged));
        return judged.future().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static LifecycleHandler get(String path) {
        return new LifecycleHandler.HttpGet("HTTP", "", "web", path, List.of());
    }

    @Test
    void anHttpAnswerIsJudgedByItsStatus() throws Exception {
        assertThat(run(get("/ok"), 5000)).isEqualTo(Outcome.success("fine kube-probe/1.36"));
        assertThat(run(get("/bad"), 5000)).isEqualTo(Outcome.failure("HTTP probe failed with statuscode: 500"));
    }

    @Test
    void redirectsAreFollowedOnTheSameHostAlone() throws Exception {
        assertThat(run(get("/here"), 5000)).isEqualTo(Outcome.success("fine kube-probe/1.36"));
        for (String elsewhere : List.of("/there", "/loopback")) {
            assertThat(run(get(elsewhere), 5000))
                    .isEqualTo(Outcome.warning("Probe terminated redirects, Response body: moved"));
        }
        assertThat(run(get("/nowhere"), 5000))
                .isEqualTo(Outcome.warning("Probe terminated redirects, Response body: no location"));
        assertThat(run(get("/unchanged"), 5000).result()).isEqualTo(Result.WARNING);
        assertThat(run(get("/round"), 5000).message()).contains("stopped after 10 redirects");
        for (String broken : List.of("/broken", "/file")) {
            assertThat(run(get(broken), 5000).message()).contains("failed to parse Location header");
        }
    }

    @Test
    void aHookTakesAnyAnswer() throws Exception {
        assertThat(run(Purpose.HOOK, get("/bad"), 5000).ok()).isTrue();
        assertThat(run(Purpose.HOOK, get("/there"), 5000).ok()).isTrue();
        assertThat(run(Purpose.HOOK, get("/ok"), 5000).message()).isEqualTo("fine kube-lifecycle/1.36");
        LifecycleHandler secure = new LifecycleHandler.HttpGet("HTTPS", "", "web", "/ok", List.of());
        assertThat(run(Purpose.HOOK, secure, 5000))
                .isEqualTo(Outcome.warning("request to HTTPS lifecycle hook 127.0.0.1:" + port
                        + " got HTTP response, retrying with HTTP"));
        assertThat(run(secure, 5000).ok()).as("a probe does not fall back").isFalse();
    }

    @Test
    void headersAreTheUsersFirst() throws Exception {
        assertThat(headers()).isEqualTo("[]|kube-probe/1.36|*/*|127.0.0.1:" + port);
        assertThat(headers(
                        "X-One", "a", "X-One", "b", "user-agent", "mine", "Accept", "text/html", "host", "example.com"))
                .isEqualTo("[a, b]|mine|text/html|example.com");
        assertThat(headers("User-Agent", "", "Accept", "")).startsWith("[]|null|null|");
    }

    private String headers(String... pairs) throws Exception {
        List<LifecycleHandler.Header> headers = new ArrayList<>();
        for (int i = 0; i < pairs.length; i += 2) {
            headers.add(new LifecycleHandler.Header(pairs[i], pairs[i + 1]));
        }
        return run(new LifecycleHandler.HttpGet("HTTP", "", "web", "/headers", headers), 5000)
                .message();
    }

    @Test
    void anAnswerWithoutEndIsReadToItsLimit() throws Exception {
        assertThat(run(get("/endless"), 5000).ok()).isTrue();
    }

    @Test
    void whatMayNotStandInARequestLineIsEscaped() {
        assertThat(HttpAction.escaped("/a b?c=%20\u00e9#part")).isEqualTo("/a%20b?c=%20%C3%A9");
    }

    @Test
    void silenceIsAFailureAtTheTimeLimit() throws Exception {
        assertThat(run(get("/silent"), 50).message()).contains("context deadline exceeded");
    }

    @Test
    void aTcpPortIsOpenOrNot() throws Exception {
        assertThat(run(new LifecycleHandler.TcpSocket("", "web"), 5000).ok()).isTrue();
        assertThat(run(new LifecycleHandler.TcpSocket("", "1"), 5000).message())
                .isEqualTo("dial tcp 127.0.0.1:1: connect: connection refused");
    }

    @Test
    void grpcHealthIsUnderstood() throws Exception {
        assertThat(run(new LifecycleHandler.Grpc(port, ""), 5000)).isEqualTo(Outcome.success("service healthy"));
        assertThat(run(new LifecycleHandler.Grpc(port, "sick"), 5000))
                .isEqualTo(Outcome.failure("service unhealthy (responded with \"NOT_SERVING\")"));
        assertThat(run(new LifecycleHandler.Grpc(port, "missing"), 5000))
                .isEqualTo(Outcome.failure(
                        "error: health rpc probe failed: rpc error: code = NotFound desc = unknown service"));
        assertThat(run(new LifecycleHandler.Grpc(port, "odd"), 5000))
                .isEqualTo(Outcome.failure("error: this server does not implement the grpc health protocol"
                        + " (grpc.health.v1.Health): no such method"));
    }

    @Test
    void aCommandIsJudgedByItsExitCode() throws Exception {
        LifecycleHandler exec = new LifecycleHandler.Exec(List.of("true"));
        assertThat(run(exec, 1000)).isEqualTo(Outcome.success("out"));
        execResult = Future.succeededFuture(new Cri.ExecSyncResponse(Buffer.buffer(), Buffer.buffer("err"), 1));
        assertThat(run(exec, 1000)).isEqualTo(Outcome.failure("err"));
        execResult = Future.failedFuture(new CriException(CriException.Code.DEADLINE_EXCEEDED, "too slow"));
        assertThat(run(exec, 1000)).isEqualTo(Outcome.failure("command timed out: \"true\" timed out after 1s"));
        execResult = Future.failedFuture(new CriException(CriException.Code.FAILED_PRECONDITION, "no such file"));
        assertThat(run(exec, 1000)).isEqualTo(Outcome.failure("no such file"));
        execResult = Future.failedFuture(new CriException(CriException.Code.NOT_FOUND, "gone"));
        assertThat(run(exec, 1000)).isEqualTo(Outcome.unknown("gone"));
    }
}
