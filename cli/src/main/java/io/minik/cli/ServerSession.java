package io.minik.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.HttpTransport;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.ground.net.HttpCall;
import io.minik.server.outside.KubeconfigServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** A running server, asked as whom a kubeconfig names, by a command that ends with the answer. Blocking. */
final class ServerSession implements AutoCloseable {
    private static final long ANSWER_SECONDS = 30;
    private static final long MOST_ANSWER_BYTES = 16 << 20;
    private static final int HUNDREDS = 100;

    private final Vertx vertx;
    private final KubeconfigServer server;
    private final ApiClient api;
    private final HttpClient http;

    private ServerSession(Vertx vertx, KubeconfigServer server) {
        this.vertx = vertx;
        this.server = server;
        this.api = new ApiClient(
                new HttpTransport(
                        vertx,
                        new HttpTransport.Config(
                                URI.create(server.url()),
                                given(server.caPem()),
                                given(server.certificatePem()),
                                given(server.keyPem()),
                                () -> given(server.token()),
                                "minik")),
                "minik");
        HttpClientOptions options = new HttpClientOptions().setSsl(server.url().startsWith("https:"));
        given(server.caPem())
                .ifPresent(pem -> options.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(pem))));
        given(server.certificatePem())
                .ifPresent(pem -> options.setKeyCertOptions(new PemKeyCertOptions()
                        .addCertValue(Buffer.buffer(pem))
                        .addKeyValue(Buffer.buffer(server.keyPem()))));
        this.http = vertx.createHttpClient(options);
    }

    /** @throws StartFailure if there is no kubeconfig that names a server */
    static ServerSession open(ClientOptions options) {
        Path file = options.kubeconfig(System.getenv().getOrDefault("KUBECONFIG", ""));
        if (!Files.exists(file)) {
            throw new StartFailure("no kubeconfig at " + file
                    + ": run this on a server, as root, while it runs or has run, or name one with --kubeconfig");
        }
        if (!Files.isReadable(file)) {
            throw new StartFailure("the kubeconfig " + file + " can't be read: run this as root (sudo minik …)");
        }
        KubeconfigServer server = new Kubeconfigs("--kubeconfig", file).server();
        return new ServerSession(Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1)), server);
    }

    private static Optional<String> given(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    KubeconfigServer server() {
        return server;
    }

    Loop loop() {
        return Loop.here(vertx);
    }

    ApiClient api() {
        return api;
    }

    /** What the server says. @throws StartFailure with its words, or why it says nothing */
    <T> T answer(Supplier<Future<T>> call) {
        try {
            return call.get().toCompletionStage().toCompletableFuture().get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable why = Objects.requireNonNullElse(e.getCause(), e);
            boolean away = why instanceof IOException || ApiException.is(why, Status.Reason.ServiceUnavailable);
            throw away
                    ? new StartFailure(
                            "the server at " + server.url() + " can't be reached: "
                                    + String.valueOf(why.getMessage()).replace("the API server can't be reached: ", "")
                                    + "; is it running? (minik status, journalctl -u minik)",
                            why)
                    : new StartFailure(String.valueOf(why.getMessage()), why);
        } catch (TimeoutException e) {
            throw new StartFailure(
                    "the server at " + server.url() + " does not answer within " + ANSWER_SECONDS
                            + " s: see its log (journalctl -u minik)",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("interrupted", e);
        }
    }

    /** An answer of whatever code. @throws StartFailure if there is none */
    HttpCall.Answer ask(HttpMethod method, String path, Buffer body) {
        RequestOptions to = new RequestOptions().setMethod(method).setAbsoluteURI(server.url() + path);
        if (!server.token().isEmpty()) {
            to.putHeader("Authorization", "Bearer " + server.token());
        }
        to.putHeader("Content-Type", "application/json").putHeader("Accept", "application/json");
        return answer(() -> HttpCall.send(http, to, body, MOST_ANSWER_BYTES, Duration.ofSeconds(ANSWER_SECONDS)));
    }

    /** The body of an answer that is good. @throws StartFailure with the server's words */
    Buffer fetch(HttpMethod method, String path, Buffer body) {
        HttpCall.Answer answer = ask(method, path, body);
        if (answer.code() / HUNDREDS != 2) {
            throw new StartFailure(said(answer));
        }
        return answer.body();
    }

    private static String said(HttpCall.Answer answer) {
        try {
            JsonNode tree = Json.parse(answer.body().getBytes());
            String why = Json.text(tree, "error");
            return why.isEmpty() ? Json.text(tree, "message") : why;
        } catch (IllegalArgumentException e) {
            return "the server answers " + answer.code();
        }
    }

    @Override
    public void close() {
        vertx.close().onFailure(error -> System.err.println("minik: " + error.getMessage()));
    }
}
