package io.minik.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.object.ObjectKey;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HealthChecksTest {
    private static final ObjectKey WEB = ObjectKey.of("default", "web");

    private final Vertx vertx = Vertx.vertx();
    /** A connection each: a kept one would say "closed" where a new one says "refused". */
    private final HttpClient client = vertx.createHttpClient(new HttpClientOptions().setKeepAlive(false));

    private final HealthChecks checks = new HealthChecks(vertx);

    @AfterEach
    void close() throws Exception {
        await(checks.close());
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private String ask(int port) throws Exception {
        return await(client.request(HttpMethod.GET, port, "127.0.0.1", "/healthz")
                .compose(request -> request.send())
                .compose(response -> response.body()
                        .map(body -> response.statusCode() + " "
                                + response.getHeader("X-Load-Balancing-Endpoint-Weight") + " " + body)));
    }

    @Test
    void aBalancerHearsWhetherThisNodeHasEndpoints() throws Exception {
        int port = freePort();
        await(checks.want(WEB, Optional.of(new HealthChecks.Wish(port, 2))));
        assertThat(ask(port))
                .isEqualTo("200 2 {\"service\":{\"namespace\":\"default\",\"name\":\"web\"},\"localEndpoints\":2,"
                        + "\"serviceProxyHealthy\":true}");
        await(checks.want(WEB, Optional.of(new HealthChecks.Wish(port, 0))));
        assertThat(ask(port)).startsWith("503 0 ");
        await(checks.want(WEB, Optional.empty()));
        assertThatThrownBy(() -> ask(port)).hasMessageContaining("refused");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
