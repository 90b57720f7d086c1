package io.minik.agent.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.agent.probe.Actions.Outcome;
import io.minik.api.client.Loop;
import io.minik.api.core.LifecycleHandler;
import io.minik.runtime.container.Containers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NetworkActionsTest {
    private final Vertx vertx = Vertx.vertx();
    private Containers.ExecResult execResult =
            new Containers.ExecResult(0, Buffer.buffer("out"), Buffer.buffer(), false);
    /** Only execSync is asked for here. */
    private final Containers containers = (Containers) Proxy.newProxyInstance(
            Containers.class.getClassLoader(),
            new Class<?>[] {Containers.class},
            (proxy, method, arguments) -> Future.succeededFuture(execResult));

    private NetworkActions actions;
    private int port;

    @BeforeEach
    void serve() throws Exception {
        actions = new NetworkActions(vertx, Loop.on(vertx.getOrCreateContext()), containers, "1.36");
        HttpServer server = vertx.createHttpServer()
                .requestHandler(request -> {
                    switch (request.path()) {
                        case "/ok" -> request.response().end("fine " + request.getHeader("User-Agent"));
                        case "/silent" -> {}
                        case "/grpc.health.v1.Health/Check" -> {
                            request.response()
                                    .putHeader("content-type", "application/grpc")
                                    .putTrailer("grpc-status", "0")
                                    .end(Buffer.buffer(new byte[] {0, 0, 0, 0, 2, 0x08, 1}));
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

    private Outcome run(LifecycleHandler handler, long timeoutMillis) throws Exception {
        return actions.run(handler, new Actions.Target("id", "127.0.0.1", Map.of("web", port)), timeoutMillis)
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private static LifecycleHandler get(String path) {
        return new LifecycleHandler.HttpGet("HTTP", "", "web", path, Map.of());
    }

    @Test
    void anHttpAnswerIsJudgedByItsStatus() throws Exception {
        assertThat(run(get("/ok"), 5000)).isEqualTo(Outcome.success("fine kube-probe/1.36"));
        assertThat(run(get("/bad"), 5000)).isEqualTo(Outcome.failure("HTTP probe failed with statuscode: 500"));
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
    }

    @Test
    void aCommandIsJudgedByItsExitCode() throws Exception {
        LifecycleHandler exec = new LifecycleHandler.Exec(List.of("true"));
        assertThat(run(exec, 1000)).isEqualTo(Outcome.success("out"));
        execResult = new Containers.ExecResult(1, Buffer.buffer(), Buffer.buffer("err"), false);
        assertThat(run(exec, 1000)).isEqualTo(Outcome.failure("err"));
        execResult = new Containers.ExecResult(0, Buffer.buffer(), Buffer.buffer(), true);
        assertThat(run(exec, 1000).message()).startsWith("command timed out");
    }
}
