package io.minik.ground.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.SSLEngineOptions;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sockets that never say a word of TLS, and a client that does. */
class HandshakesTest {
    private static final int MOST = 3;

    private final Vertx vertx = Vertx.vertx();
    private final List<Socket> silent = new ArrayList<>();
    private final Handshakes handshakes = new Handshakes(MOST);

    static Stream<Function<Handshakes, SSLEngineOptions>> engines() {
        return Stream.of(TlsEngine::forServers, CipherSuites::new);
    }

    @AfterEach
    void stop() throws Exception {
        for (Socket socket : silent) {
            socket.close();
        }
        get(vertx.close());
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static KeyCertOptions identity() {
        Instant now = Instant.now();
        CertificateAuthority authority =
                CertificateAuthority.create("here", CertificateAuthority.Validity.of(now, now, Duration.ofDays(1)));
        return KeyCertOptions.wrap(TlsIdentity.of(Pem.encode(authority.certificate()), Keys.pem(authority.key())));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void theOldestUnfinishedHandshakeMakesRoomForTheNewest(Function<Handshakes, SSLEngineOptions> engine)
            throws Exception {
        HttpServer server = vertx.createHttpServer(new HttpServerOptions()
                        .setHost("127.0.0.1")
                        .setSsl(true)
                        .setUseAlpn(true)
                        .setSslEngineOptions(engine.apply(handshakes))
                        .setKeyCertOptions(identity()))
                .requestHandler(request -> request.response().end().onFailure(gone -> {}));
        int port = get(server.listen(0)).actualPort();
        for (int i = 0; i <= MOST; i++) {
            Socket socket = new Socket("127.0.0.1", port);
            socket.setSoTimeout(30_000);
            silent.add(socket);
        }
        assertThat(silent.get(0).getInputStream().read()).isNegative();

        HttpClient client = vertx.createHttpClient(
                new HttpClientOptions().setSsl(true).setTrustAll(true).setVerifyHost(false));
        HttpClientResponse answer =
                get(client.request(HttpMethod.GET, port, "127.0.0.1", "/").compose(request -> request.send()));

        assertThat(answer.statusCode()).isEqualTo(200);
        // The client's own took the place of one more; it is over, and counts no more.
        assertThat(handshakes.size()).isEqualTo(MOST - 1);
        // Vert.x ends a client that nobody refers to any more, with its requests: it is referred to until here.
        get(client.close());
    }
}
