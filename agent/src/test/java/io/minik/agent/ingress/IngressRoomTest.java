package io.minik.agent.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.FakeApi;
import io.minik.api.client.Informers;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.ground.tls.AltNames;
import io.minik.ground.tls.CertificateAuthority;
import io.minik.ground.tls.Keys;
import io.minik.ground.tls.Pem;
import io.minik.ground.tls.Subject;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The room on the fake API, with its listeners on loopback. */
class IngressRoomTest {
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final FakeApi api = new FakeApi();
    private int plain;
    private int tls;
    private IngressRoom room;

    @BeforeEach
    void start() throws Exception {
        plain = free();
        tls = free();
        room = room(true, api);
        put(IngressRoom.CLASSES, "/minik", tree -> Json.child(tree, "spec").put("controller", "minik.io/ingress"));
        put(IngressRoom.CLASSES, "/other", tree -> Json.child(tree, "spec").put("controller", "example.com/x"));
        put(Resources.NODES, "/n1", tree -> Json.child(tree, "status")
                .putArray("conditions")
                .addObject()
                .put("type", "Ready")
                .put("status", "True"));
        LivePath.await(room.start());
    }

    @AfterEach
    void stop() throws Exception {
        LivePath.await(room.stop());
        LivePath.await(vertx.close());
    }

    private IngressRoom room(boolean enabled, FakeApi api) {
        Loop loop = Loop.on(vertx.getOrCreateContext());
        ApiClient client = new ApiClient(api, "test");
        return new IngressRoom(
                new IngressRoom.Parts(
                        vertx,
                        loop,
                        new Informers(loop, client),
                        client,
                        new EventRecorder(loop, client, "ingress-controller", "n1")),
                new IngressRoom.Settings(
                        "n1",
                        enabled,
                        List.of(
                                new IngressRoom.Port("127.0.0.1", plain, false),
                                new IngressRoom.Port("127.0.0.1", tls, true)),
                        Map.of(),
                        Optional.empty(),
                        () -> Vertx.vertx(
                                new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1)),
                        1));
    }

    private static int free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void put(Resource resource, String key, Consumer<ObjectNode> body) {
        String[] names = key.split("/");
        KubeObject made =
                KubeObject.named(resource.apiVersion(), resource.kind(), ObjectKey.of(names[0], names[1]), body);
        if (api.find(resource, made.key()).isPresent()) {
            api.edit(resource, made.key(), tree -> {
                tree.remove("spec");
                body.accept(tree);
            });
        } else {
            api.put(resource, made);
        }
    }

    private void ingress(String name, String className, String host, String secret) {
        put(IngressRoom.INGRESSES, "a/" + name, tree -> {
            ObjectNode spec = Json.child(tree, "spec").put("ingressClassName", className);
            ObjectNode rule = spec.putArray("rules").addObject().put("host", host);
            ObjectNode path = Json.child(rule, "http").putArray("paths").addObject();
            path.put("path", "/").put("pathType", "Prefix");
            path.set("backend", Ingresses.tree("{'service':{'name':'none','port':{'number':80}}}"));
            if (!secret.isEmpty()) {
                ObjectNode entry = spec.putArray("tls").addObject().put("secretName", secret);
                entry.putArray("hosts").add(host);
            }
        });
    }

    private boolean listens(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private String get(String host) throws IOException {
        try (RawClient client = new RawClient(plain)) {
            return client.send("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                    .all();
        }
    }

    private List<String> events() {
        return api.all(Resources.EVENTS).stream()
                .map(event -> event.text("reason") + " " + event.text("message") + event.text("note"))
                .toList();
    }

    @Test
    void listensFromTheFirstIngressOfOursToTheLast() throws Exception {
        ingress("foreign", "other", "h.example", "");
        Eventually.holds(() -> api.watches(IngressRoom.CLASSES), count -> assertThat(count)
                .isPositive());
        assertThat(listens(plain)).isFalse();
        assertThat(room.metrics()).isEmpty();
        ingress("ours", "minik", "h.example", "");
        Eventually.holds(() -> get("h.example"), answer -> assertThat(answer).startsWith("HTTP/1.1 503"));
        assertThat(get("other.example")).startsWith("HTTP/1.1 404");
        assertThat(room.metrics()).contains("ingress=\"ours\"");
        Eventually.holds(this::events, all -> assertThat(all)
                .contains("BackendUnavailable Service a/none does not exist; answered with 503"));
        api.remove(IngressRoom.INGRESSES, ObjectKey.of("a", "ours"));
        Eventually.holds(() -> listens(plain), open -> assertThat(open).isFalse());
        Eventually.holds(() -> listens(tls), open -> assertThat(open).isFalse());
    }

    @Test
    void aPortThatSomebodyElseHasIsToldAndTriedAgain() throws Exception {
        ServerSocket squatter = new ServerSocket(plain);
        ingress("ours", "minik", "h.example", "");
        Eventually.holds(this::events, all -> assertThat(all).anySatisfy(text -> assertThat(text)
                .startsWith("PortUnavailable node n1: port " + plain + " is not to be had")));
        assertThat(listens(tls)).as("the other one serves").isTrue();
        squatter.close();
        Eventually.holds(() -> get("h.example"), answer -> assertThat(answer).startsWith("HTTP/1.1 503"));
    }

    @Test
    void certificatesAreShownByNameAndSwapped() throws Exception {
        ingress("ours", "minik", "h.example", "cert");
        Eventually.holds(
                () -> subject("h.example"), name -> assertThat(name).isEqualTo("CN=minik ingress default certificate"));
        Eventually.holds(this::events, all -> assertThat(all)
                .contains("CertificateUnavailable Secret a/cert does not exist; a self-made one is shown"));
        secret("one");
        Eventually.holds(() -> subject("h.example"), name -> assertThat(name).isEqualTo("CN=one"));
        assertThat(subject("other.example")).isEqualTo("CN=minik ingress default certificate");
        secret("two");
        Eventually.holds(() -> subject("h.example"), name -> assertThat(name).isEqualTo("CN=two"));
        ingress("ours", "minik", "h.example", "");
        Eventually.holds(
                () -> subject("h.example"), name -> assertThat(name).isEqualTo("CN=minik ingress default certificate"));
        Eventually.holds(() -> api.watches(Resources.SECRETS), count -> assertThat(count)
                .as("what nobody names is not watched")
                .isZero());
    }

    private void secret(String name) {
        Instant now = Instant.now();
        CertificateAuthority.Validity validity =
                CertificateAuthority.Validity.of(now.minusSeconds(60), now, Duration.ofDays(1));
        CertificateAuthority authority = CertificateAuthority.create("ca", validity);
        KeyPair keys = Keys.generate();
        X509Certificate certificate = authority.sign(new CertificateAuthority.Leaf(
                Subject.of(name),
                AltNames.of(List.of("h.example")),
                keys.getPublic(),
                List.of(CertificateAuthority.Purpose.SERVER),
                validity));
        put(Resources.SECRETS, "a/cert", tree -> Json.child(tree, "data")
                .put("tls.crt", base64(Pem.encode(certificate)))
                .put("tls.key", base64(Keys.pem(keys.getPrivate()))));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    private String subject(String name) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new X509ExtendedTrustManager[] {new Anybody()}, null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", tls)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            X509Certificate leaf = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return leaf.getSubjectX500Principal().getName();
        }
    }

    /** Trusts whoever there is. */
    private static final class Anybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Test
    void switchedOffItAsksForNothing() throws Exception {
        LivePath.await(room.stop());
        // One of its own: the informers of the first room go on.
        FakeApi unasked = new FakeApi();
        room = room(false, unasked);
        LivePath.await(room.start());
        // Whatever start() had put on the one loop has run when this has.
        LivePath.await(Future.future(done -> vertx.getOrCreateContext().runOnContext(turn -> done.complete())));
        assertThat(unasked.calls()).isEmpty();
        assertThat(listens(plain)).isFalse();
    }
}
