package io.minik.server.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.admission.Lookup;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebhookClientTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ObjectNode REVIEW = Json.object().put("kind", "AdmissionReview");

    private final Vertx vertx = Vertx.vertx();
    private final Objects objects = new Objects();
    private final Places places = new Places(objects, new Random(1));
    private final WebhookClient client = new WebhookClient(vertx, places, WebhookClient.Road.DIRECT);

    @AfterAll
    void stop() {
        await(client.close());
        await(vertx.close());
    }

    private static final class Objects implements Lookup {
        private final Map<Resource, List<KubeObject>> all = new HashMap<>();

        void put(Resource resource, String json) {
            all.computeIfAbsent(resource, unused -> new ArrayList<>())
                    .add(KubeObject.ofBytes(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
        }

        @Override
        public Optional<KubeObject> find(Resource resource, ObjectKey key) {
            return list(resource, key.namespace()).stream()
                    .filter(object -> object.name().equals(key.name()))
                    .findFirst();
        }

        @Override
        public Collection<KubeObject> list(Resource resource, String namespace) {
            return all.getOrDefault(resource, List.of());
        }

        @Override
        public Future<Void> arrival(Resource resource, ObjectKey key) {
            return Future.succeededFuture();
        }
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof WebhookFailure failed) {
                throw failed;
            }
            throw new AssertionError(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private String failure(ClientConfig where, Duration timeout) {
        try {
            return "answered " + await(client.call(where, REVIEW, timeout));
        } catch (WebhookFailure e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static ClientConfig url(String url, String caBundle) {
        return new ClientConfig(url, Optional.empty(), caBundle);
    }

    private static void answer(HttpServerRequest request, int code, String body) {
        request.response().setStatusCode(code).end(body).onFailure(error -> {});
    }

    @Test
    void aReviewGoesOutAsJsonAndItsAnswerComesBack() {
        List<String> seen = new ArrayList<>();
        try (HookServer hook = new HookServer(vertx, (request, review) -> {
            seen.add(request.method() + " " + request.uri() + " " + request.getHeader("Content-Type") + " "
                    + request.version() + " " + request.connection().indicatedServerName());
            HookServer.json(request, review.put("said", "back"));
        })) {
            ObjectNode answer = await(client.call(hook.at("/a/b"), REVIEW, Duration.ofMillis(9_001)));
            assertThat(answer.path("said").asText()).isEqualTo("back");
            // It could speak HTTP/2, and is spoken to as upstream does.
            assertThat(seen)
                    .containsExactly("POST /a/b?timeout=10s application/json " + HttpVersion.HTTP_1_1 + " null");
        }
    }

    @Test
    void anAddressThatNobodyCanBeAskedAtIsACallThatFailed() {
        assertThat(failure(url("https://foo_bar.invalid:8443/x", ""), PATIENCE))
                .contains("Post \"https://foo_bar.invalid:8443/x?timeout=")
                .doesNotContain("null");
        assertThat(failure(url("https://127.0.0.1:99999/x", ""), PATIENCE))
                .contains("Post \"https://127.0.0.1:99999/x?timeout=")
                .contains("port");
        assertThat(url("https://foo_bar", "").host()).isEqualTo("foo_bar");
        assertThat(url("https://foo_bar", "").port()).isEqualTo(443);
        assertThat(url("https://[::1]:8443/x", "").host()).isEqualTo("::1");
        assertThat(url("https://[::1]:8443/x", "").port()).isEqualTo(8443);
        assertThat(url("https://[::1]", "").port()).isEqualTo(443);
    }

    @Test
    void connectionsAreKept() {
        AtomicInteger connections = new AtomicInteger();
        Map<Object, Integer> known = new HashMap<>();
        try (HookServer hook = new HookServer(vertx, (request, review) -> {
            known.computeIfAbsent(request.connection(), unused -> connections.incrementAndGet());
            HookServer.json(request, review);
        })) {
            Context loop = vertx.getOrCreateContext();
            Promise<Void> done = Promise.promise();
            loop.runOnContext(unused -> client.call(hook.at("/"), REVIEW, PATIENCE)
                    .compose(first -> client.call(hook.at("/"), REVIEW, PATIENCE))
                    .compose(second -> client.call(hook.at("/"), REVIEW, PATIENCE))
                    .compose(third -> client.call(hook.at("/"), REVIEW, PATIENCE))
                    .compose(fourth -> client.call(hook.at("/"), REVIEW, PATIENCE))
                    .<Void>mapEmpty()
                    .onComplete(done));
            await(done.future());
            // One is still being given back while the second call begins.
            assertThat(connections).hasValueLessThan(3);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "500 | no luck | an error on the server (\"no luck\") has prevented the request from succeeding",
                "500 | '' | an error on the server (\"unknown\") has prevented the request from succeeding",
                "404 | '' | the server could not find the requested resource",
                "503 | '' | the server is currently unable to handle the request",
                "302 | '' | the server responded with the status code 302 but did not return more information",
                "200 | {} | Object 'Kind' is missing in '{}'"
            })
    void anAnswerOfNoSuccessIsToldInClientGosWords(int code, String body, String words) {
        try (HookServer hook = new HookServer(vertx, (request, review) -> {
            request.response().putHeader("Location", "https://127.0.0.1:1/elsewhere");
            answer(request, code, body);
        })) {
            assertThat(failure(hook.at("/"), PATIENCE)).isEqualTo(words);
        }
    }

    @ParameterizedTest
    @CsvSource({"hello", "[1]", "''", "'{'"})
    void whatIsNoObjectIsRefused(String body) {
        try (HookServer hook = new HookServer(vertx, (request, review) -> answer(request, 200, body))) {
            assertThat(failure(hook.at("/"), PATIENCE)).startsWith("couldn't get version/kind; json parse error: ");
        }
    }

    @Test
    void anAnswerWithoutEndIsCutOff() {
        CountDownLatch gone = new CountDownLatch(1);
        try (HookServer hook = new HookServer(vertx, (request, review) -> {
            request.response().setChunked(true).closeHandler(unused -> gone.countDown());
            endless(request.response());
        })) {
            assertThat(failure(hook.at("/"), PATIENCE)).startsWith("the answer is larger than 31457");
            assertThat(gone.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void endless(HttpServerResponse response) {
        response.write(Buffer.buffer(new byte[64 * 1024])).onSuccess(unused -> endless(response));
    }

    @Test
    void whoTakesTooLongIsNotWaitedFor() {
        CountDownLatch gone = new CountDownLatch(1);
        try (HookServer hook = new HookServer(vertx, (request, review) -> {
            request.connection().closeHandler(unused -> gone.countDown());
            if (!request.path().equals("/slow")) {
                HookServer.json(request, review);
            }
        })) {
            // The connection is there before the call that is too slow.
            await(client.call(hook.at("/"), REVIEW, PATIENCE));
            assertThat(failure(hook.at("/slow"), Duration.ofMillis(200)))
                    .isEqualTo("Post \"" + hook.url("/slow") + "?timeout=1s\": context deadline exceeded");
            assertThat(gone.await(30, TimeUnit.SECONDS))
                    .as("its connection ends")
                    .isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whoIsNotThereIsToldByAddress() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        String at = "https://127.0.0.1:" + port + "/x";
        assertThat(failure(url(at, ""), PATIENCE))
                .isEqualTo("Post \"" + at + "?timeout=30s\": dial tcp 127.0.0.1:" + port
                        + ": connect: connection refused");
        assertThat(failure(url("https://nowhere.invalid/x", ""), PATIENCE))
                .isEqualTo("Post \"https://nowhere.invalid/x?timeout=30s\": dial tcp: lookup nowhere.invalid: no such"
                        + " host");
    }

    @Test
    void whoBreaksOffOrSpeaksNoTlsIsTold() {
        assertThat(withRaw("", "x")).endsWith(": EOF");
        assertThat(withRaw("HTTP/1.1 400 Bad Request\r\n\r\n", "x"))
                .endsWith(": http: server gave HTTP response to HTTPS client");
        assertThat(withRaw("SSH-2.0-OpenSSH\r\n", "x"))
                .endsWith(": tls: first record does not look like a TLS handshake");
    }

    /** A server that says this to whoever comes, and leaves. */
    private String withRaw(String says, String path) {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> {
                try (Socket socket = server.accept()) {
                    socket.getInputStream().read(new byte[4096]);
                    socket.getOutputStream().write(says.getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            thread.start();
            String said = failure(url("https://127.0.0.1:" + server.getLocalPort() + "/" + path, ""), PATIENCE);
            thread.join();
            return said;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aCertificateOfNobodysIsRefused() {
        try (HookServer hook = new HookServer(vertx, HookServer::json);
                HookServer other = new HookServer(vertx, HookServer::json)) {
            String unknown = "Post \"" + hook.url("/")
                    + "?timeout=30s\": tls: failed to verify certificate: x509: certificate signed by unknown authority";
            assertThat(failure(url(hook.url("/"), other.pem()), PATIENCE)).isEqualTo(unknown);
            assertThat(failure(url(hook.url("/"), ""), PATIENCE)).isEqualTo(unknown);
            assertThat(failure(url(hook.url("/"), "no certificate"), PATIENCE))
                    .isEqualTo("unable to load root certificates: unable to parse bytes as PEM block");
            assertThat(failure(hook.at("/"), PATIENCE)).as("its own").startsWith("answered");
        }
    }

    @Test
    void aCertificateOfAnotherNameOrTimeIsRefused() {
        String x509 = "tls: failed to verify certificate: x509: ";
        try (HookServer hook =
                new HookServer(vertx, List.of("a.example", "b.example"), Instant.now(), HookServer::json)) {
            assertThat(failure(hook.at("/"), PATIENCE))
                    .endsWith(
                            x509 + "cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs");
            String named = "https://localhost:" + hook.port() + "/";
            assertThat(failure(url(named, hook.pem()), PATIENCE))
                    .endsWith(x509 + "certificate is valid for a.example, b.example, not localhost");
        }
        try (HookServer hook = new HookServer(vertx, List.of(), Instant.now(), HookServer::json)) {
            assertThat(failure(url("https://localhost:" + hook.port() + "/", hook.pem()), PATIENCE))
                    .endsWith(x509 + "certificate relies on legacy Common Name field, use SANs instead");
        }
        try (HookServer hook = new HookServer(
                vertx, List.of("127.0.0.1"), Instant.now().minus(Duration.ofDays(9)), HookServer::json)) {
            assertThat(failure(hook.at("/"), PATIENCE))
                    .contains(x509 + "certificate has expired or is not yet valid: current time ")
                    .contains(" is after ");
        }
    }

    @Test
    void aServiceIsItsReadyEndpointsUnderItsOwnName() {
        List<String> names = new ArrayList<>();
        try (HookServer hook = new HookServer(vertx, (request, review) -> {
            names.add(request.connection().indicatedServerName() + " " + request.authority());
            HookServer.json(request, review);
        })) {
            objects.put(
                    Resources.SERVICES,
                    "{'metadata':{'name':'hook','namespace':'shop'},'spec':{'type':'ClusterIP',"
                            + "'ports':[{'name':'metrics','port':80},{'name':'hooks','port':443,'targetPort':'tls'}]}}");
            ClientConfig.Service service = new ClientConfig.Service("shop", "hook", "/mutate", 443);
            ClientConfig where = new ClientConfig("", Optional.of(service), hook.pem());
            String post = "Post \"https://hook.shop.svc:443/mutate?timeout=30s\": ";

            assertThat(failure(where, PATIENCE)).isEqualTo(post + "no endpoints available for service \"hook\"");

            String slice =
                    "{'metadata':{'name':'%s','namespace':'shop','labels':{'kubernetes.io/service-name':'hook'}},"
                            + "'ports':[{'name':'%s','port':%d}],'endpoints':[{'addresses':['127.0.0.1'],"
                            + "'conditions':{'ready':%s}}]}";
            objects.put(Resources.ENDPOINT_SLICES, String.format(slice, "a", "metrics", 1, true));
            objects.put(Resources.ENDPOINT_SLICES, String.format(slice, "b", "hooks", 1, false));
            assertThat(failure(where, PATIENCE)).isEqualTo(post + "no endpoints available for service \"hook\"");
            objects.put(Resources.ENDPOINT_SLICES, String.format(slice, "c", "hooks", hook.port(), true));
            assertThat(failure(where, PATIENCE)).startsWith("answered");
            assertThat(names).containsExactly("hook.shop.svc hook.shop.svc");

            ClientConfig.Service noPort = new ClientConfig.Service("shop", "hook", "", 8443);
            assertThat(failure(new ClientConfig("", Optional.of(noPort), hook.pem()), PATIENCE))
                    .isEqualTo(
                            "Post \"https://hook.shop.svc:8443/?timeout=30s\": no service port 8443 found for service"
                                    + " \"hook\"");
            ClientConfig.Service missing = new ClientConfig.Service("shop", "none", "", 443);
            assertThat(failure(new ClientConfig("", Optional.of(missing), hook.pem()), PATIENCE))
                    .isEqualTo("Post \"https://none.shop.svc:443/?timeout=30s\": service \"none\" not found");
        }
    }

    @Test
    void theRoadMayLeadElsewhereThanTheAddress() {
        List<String> asked = new ArrayList<>();
        try (HookServer hook = new HookServer(vertx, HookServer::json)) {
            WebhookClient roundabout = new WebhookClient(vertx, places, place -> {
                asked.add(place.toString());
                return Future.succeededFuture(SocketAddress.inetSocketAddress(hook.port(), "127.0.0.1"));
            });
            await(roundabout.call(url("https://localhost:9/x", hook.pem()), REVIEW, PATIENCE));
            assertThat(asked).containsExactly("localhost:9");
            await(roundabout.close());
        }
    }
}
