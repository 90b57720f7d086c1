package io.minik.server.webhook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.ground.tls.AltNames;
import io.minik.ground.tls.CertificateAuthority;
import io.minik.ground.tls.CertificateAuthority.Leaf;
import io.minik.ground.tls.CertificateAuthority.Purpose;
import io.minik.ground.tls.CertificateAuthority.Validity;
import io.minik.ground.tls.Keys;
import io.minik.ground.tls.Pem;
import io.minik.ground.tls.Subject;
import io.minik.ground.tls.TlsIdentity;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.KeyCertOptions;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;

/** A webhook on loopback, with a certificate of an authority of its own. */
public final class HookServer implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;
    private static final Duration DAY = Duration.ofDays(1);

    private final CertificateAuthority authority;
    private final HttpServer server;

    /** What to do with a review that came. */
    public interface Answering extends BiConsumer<HttpServerRequest, ObjectNode> {}

    public HookServer(Vertx vertx, Answering answering) {
        this(vertx, List.of("127.0.0.1", "localhost", "hook.shop.svc"), Instant.now(), answering);
    }

    /** @param from when its certificate begins, which is good for a day */
    HookServer(Vertx vertx, List<String> names, Instant from, Answering answering) {
        authority =
                CertificateAuthority.create("hooks", Validity.of(Instant.now().minus(DAY), Instant.now(), DAY));
        KeyPair keys = Keys.generate();
        String chain = Pem.encode(authority.sign(new Leaf(
                Subject.of("hook"),
                AltNames.of(names),
                keys.getPublic(),
                List.of(Purpose.SERVER),
                Validity.of(from.minusSeconds(60), from, DAY))));
        server = vertx.createHttpServer(new HttpServerOptions()
                .setSsl(true)
                .setSni(true)
                .setUseAlpn(true)
                .setKeyCertOptions(KeyCertOptions.wrap(TlsIdentity.of(
                        chain, Pem.encode(Pem.PRIVATE_KEY, keys.getPrivate().getEncoded())))));
        server.requestHandler(request -> request.body()
                .onSuccess(body -> answering.accept(request, Json.parseObject(body.getBytes())))
                .onFailure(error -> request.connection().close()));
        try {
            server.listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    /** Answers every review as this makes it. */
    public static void json(HttpServerRequest request, ObjectNode answer) {
        request.response()
                .putHeader("Content-Type", "application/json")
                .end(Buffer.buffer(Json.bytes(answer)))
                .onFailure(error -> {});
    }

    public String pem() {
        return authority.pem();
    }

    public String caBundle() {
        return Base64.getEncoder().encodeToString(pem().getBytes(StandardCharsets.UTF_8));
    }

    public int port() {
        return server.actualPort();
    }

    public String url(String path) {
        return "https://127.0.0.1:" + port() + path;
    }

    /** A clientConfig, with single quotes. */
    public String clientConfig(String path) {
        return "{'url':'" + url(path) + "','caBundle':'" + caBundle() + "'}";
    }

    ClientConfig at(String path) {
        return new ClientConfig(url(path), java.util.Optional.empty(), pem());
    }

    @Override
    public void close() {
        server.close().onFailure(error -> {});
    }
}
