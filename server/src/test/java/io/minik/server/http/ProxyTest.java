package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.meta.ApiException;
import io.minik.api.object.KubeObject;
import io.minik.ground.net.Connections;
import io.minik.server.registry.NameSource;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProxyTest {
    private static final int PATIENCE_MILLIS = 60_000;

    private final Vertx vertx = Vertx.vertx();
    private final ProxyPipe pipe =
            new ProxyPipe(vertx, new ApiServerConfig.KubeletTls(new PemKeyCertOptions(), new PemTrustOptions(), false));
    private final HttpServer front = vertx.createHttpServer(new HttpServerOptions().addWebSocketSubProtocol("*"))
            .requestHandler(this::proxy);

    @BeforeAll
    void start() {
        TestApi.await(front.listen(0, "127.0.0.1"));
    }

    @AfterAll
    void stop() {
        TestApi.await(vertx.close());
    }

    /** The proxy subresource of a pod {@code web:<port>} on loopback, which the real one refuses. */
    private void proxy(HttpServerRequest http) {
        Connections.Guard guard = new Connections(vertx, 1).of(http.connection());
        HttpBody body = new HttpBody(vertx, http, guard, new ByteBudget(1 << 20).hold());
        ApiRequest request = Exchange.open(
                new HttpExchange(http, body, guard), new NameSource(new Random(1)), InstantSource.system());
        ProxyPath path = ProxyPath.of(http.path(), http.query(), true);
        int port = Integer.parseInt(request.target().name().replace("web:", ""));
        ProxyPipe.Place pod = new ProxyPipe.Place("127.0.0.1", port, ProxyPipe.Line.PLAIN);
        Passing passing = request.target().subresource().equals("log")
                ? new LogPassing(request.wire().orElseThrow(), "web")
                : new SitePassing(pod, path.prefix());
        pipe.open(request, pod, path.uri(), passing)
                .onSuccess(answer -> ((Answer.Taken) answer).handler().accept(http))
                .onFailure(error -> http.response()
                        .setStatusCode(
                                error instanceof ApiException api ? api.status().code() : 599)
                        .end(String.valueOf(error.getMessage())));
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), front.actualPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private static ServerSocket listen() throws IOException {
        ServerSocket pod = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        pod.setSoTimeout(PATIENCE_MILLIS);
        return pod;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Reads until what was read ends so. */
    private static String readTo(Socket socket, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        InputStream in = socket.getInputStream();
        while (text.indexOf(end) < 0 || !text.toString().endsWith(end)) {
            int next = in.read();
            if (next < 0) {
                throw new AssertionError("ended after: " + text);
            }
            text.append((char) next);
        }
        return text.toString();
    }

    private static String path(ServerSocket pod, String rest) {
        return "/api/v1/namespaces/default/pods/web:" + pod.getLocalPort() + "/proxy" + rest;
    }

    @Test
    void aRequestIsCarriedToThePodWithoutTheCallersCredentials() throws IOException {
        try (ServerSocket pod = listen();
                Socket client = connect()) {
            write(
                    client,
                    "POST " + path(pod, "/a/b?c=d") + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\n"
                            + "X-Mine: yes\r\nContent-Length: 4\r\n\r\nbody");
            try (Socket server = pod.accept()) {
                server.setSoTimeout(PATIENCE_MILLIS);
                String asked = readTo(server, "body");
                assertThat(asked).startsWith("POST /a/b?c=d HTTP/1.1\r\n").containsIgnoringCase("x-mine: yes");
                assertThat(asked)
                        .doesNotContain("secret")
                        .containsIgnoringCase("x-forwarded-uri: " + path(pod, "/a/b"));
                write(server, "HTTP/1.1 202 Accepted\r\nX-Pod: yes\r\nContent-Length: 2\r\n\r\nok");
                assertThat(readTo(client, "\r\n\r\nok"))
                        .startsWith("HTTP/1.1 202")
                        .contains("X-Pod: yes");
            }
        }
    }

    @Test
    void whatAConnectionHeaderNamesEndsWithTheConnection() throws IOException {
        try (ServerSocket pod = listen();
                Socket client = connect()) {
            write(
                    client,
                    "GET " + path(pod, "/a") + " HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, X-Hop\r\n"
                            + "X-Hop: mine\r\nX-Far: yours\r\n\r\n");
            try (Socket server = pod.accept()) {
                server.setSoTimeout(PATIENCE_MILLIS);
                assertThat(readTo(server, "\r\n\r\n"))
                        .containsIgnoringCase("x-far: yours")
                        .doesNotContainIgnoringCase("x-hop");
                write(
                        server,
                        "HTTP/1.1 200 OK\r\nConnection: X-Back\r\nX-Back: hop\r\nX-Pod: yes\r\nContent-Length: 2\r\n\r\nok");
                assertThat(readTo(client, "\r\n\r\nok")).contains("X-Pod: yes").doesNotContain("X-Back");
            }
        }
    }

    @Test
    void aProtocolThatNobodyAskedForIsNoAnswer() throws IOException {
        try (ServerSocket pod = listen();
                Socket client = connect()) {
            write(client, "GET " + path(pod, "/a") + " HTTP/1.1\r\nHost: x\r\n\r\n");
            try (Socket server = pod.accept()) {
                server.setSoTimeout(PATIENCE_MILLIS);
                readTo(server, "\r\n\r\n");
                write(server, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nraw bytes");
                assertThat(readTo(client, "unasked")).startsWith("HTTP/1.1 503").doesNotContain("raw bytes");
            }
        }
    }

    @Test
    void anUpgradedConnectionIsAPipeBothWays() throws IOException {
        try (ServerSocket pod = listen();
                Socket client = connect()) {
            write(
                    client,
                    "GET " + path(pod, "/") + " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n");
            try (Socket server = pod.accept()) {
                server.setSoTimeout(PATIENCE_MILLIS);
                assertThat(readTo(server, "\r\n\r\n")).containsIgnoringCase("upgrade: shout");
                write(server, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: shout\r\nConnection: Upgrade\r\n\r\nfirst");
                assertThat(readTo(client, "first")).startsWith("HTTP/1.1 101");
                write(client, "there");
                assertThat(readTo(server, "there")).isEqualTo("there");
                write(server, "back");
                assertThat(readTo(client, "back")).isEqualTo("back");
            }
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void aRefusedUpgradeIsPassedOn() throws IOException {
        try (ServerSocket pod = listen();
                Socket client = connect()) {
            write(
                    client,
                    "GET " + path(pod, "/") + " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n");
            try (Socket server = pod.accept()) {
                server.setSoTimeout(PATIENCE_MILLIS);
                readTo(server, "\r\n\r\n");
                write(server, "HTTP/1.1 400 Bad Request\r\nContent-Length: 4\r\n\r\nno! ");
                assertThat(readTo(client, "no! ")).startsWith("HTTP/1.1 400");
            }
        }
    }

    /** What a client gets for a GET when the pod answers so. */
    private String exchanged(String path, String answer, String end) throws IOException {
        try (ServerSocket pod = listen();
                Socket client = connect()) {
            write(client, "GET " + path(pod, path) + " HTTP/1.1\r\nHost: x\r\n\r\n");
            try (Socket server = pod.accept()) {
                server.setSoTimeout(PATIENCE_MILLIS);
                readTo(server, "\r\n\r\n");
                write(server, answer);
                return readTo(client, end).replace(":" + pod.getLocalPort(), "");
            }
        }
    }

    private static String lines(String... lines) {
        return String.join("\r\n", lines);
    }

    @Test
    void redirectsAndLinksLeadBackThroughTheProxy() throws IOException {
        String site = "/api/v1/namespaces/default/pods/web/proxy";
        String page = "<a href=\"/rewriteme\">test</a>";
        String type = "Content-Type: text/html; charset=utf-8";
        assertThat(exchanged("/", lines("HTTP/1.1 200 OK", type, "Content-Length: 29", "", page), "0\r\n\r\n"))
                .contains("<a href=\"" + site + "/rewriteme\">test</a>");
        String rule = "Access-Control-Allow-Origin: *";
        String own = lines("HTTP/1.1 302 Found", "Location: /c?d#e", rule, "Content-Length: 0", "", "");
        assertThat(exchanged("/a?b", own, "\r\n\r\n"))
                .contains("Location: " + site + "/c?d#e\r\n")
                .doesNotContain("Access-Control");
        String other = lines("HTTP/1.1 302 Found", "Location: https://elsewhere/c", "Content-Length: 0", "", "");
        assertThat(exchanged("/a", other, "\r\n\r\n")).contains("Location: https://elsewhere/c\r\n");
    }

    @Test
    void whatIsNotThereIsUnavailable() throws IOException {
        String path;
        try (ServerSocket pod = listen()) {
            path = path(pod, "/");
        }
        try (Socket client = connect()) {
            write(client, "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(readTo(client, "\r\n\r\n")).startsWith("HTTP/1.1 503");
        }
    }

    private static String log(ServerSocket kubelet, String headers) {
        return "GET /api/v1/namespaces/default/pods/web:" + kubelet.getLocalPort() + "/log HTTP/1.1\r\nHost: x\r\n"
                + headers + "\r\n";
    }

    private static String webSocket(String protocol) {
        return "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: " + protocol + "\r\n";
    }

    @Test
    void aLogOverWebSocketIsBinaryMessages() throws IOException {
        try (ServerSocket kubelet = listen();
                Socket client = connect()) {
            write(client, log(kubelet, webSocket("binary.k8s.io")));
            try (Socket server = kubelet.accept()) {
                server.setSoTimeout(PATIENCE_MILLIS);
                assertThat(readTo(server, "\r\n\r\n")).doesNotContainIgnoringCase("websocket");
                write(server, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nalive\n");
                String answer = readTo(client, "alive\n");
                assertThat(answer)
                        .startsWith("HTTP/1.1 101")
                        .containsIgnoringCase("sec-websocket-protocol: binary.k8s.io\r\n");
                assertThat(client.getInputStream().read())
                        .describedAs("close frame")
                        .isEqualTo(0x88);
            }
        }
    }

    @Test
    void aLogOverWebSocketMayBeBase64() throws IOException {
        try (ServerSocket kubelet = listen();
                Socket client = connect()) {
            write(client, log(kubelet, webSocket("base64.binary.k8s.io")));
            try (Socket server = kubelet.accept()) {
                server.setSoTimeout(PATIENCE_MILLIS);
                readTo(server, "\r\n\r\n");
                write(server, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nalive\n");
                assertThat(readTo(client, "YWxpdmUK")).startsWith("HTTP/1.1 101");
            }
        }
    }

    @Test
    void whatAKubeletSaysAgainstALogIsAStatus() throws IOException {
        try (ServerSocket kubelet = listen();
                Socket client = connect()) {
            write(client, log(kubelet, ""));
            try (Socket server = kubelet.accept()) {
                server.setSoTimeout(PATIENCE_MILLIS);
                readTo(server, "\r\n\r\n");
                String why = "container \"c\" in pod \"web\" is waiting to start: ContainerCreating";
                write(server, "HTTP/1.1 400 Bad Request\r\nContent-Length: " + why.length() + "\r\n\r\n" + why);
                assertThat(readTo(client, why)).startsWith("HTTP/1.1 400");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "web,-,web,-",
                "web:80,-,web,80",
                "https:web:443,https,web,443",
                "http:web:,http,web,-",
                "ftp:web:21,!,-,-",
                ":80,!,-,-",
            })
    void aNameMayHaveSchemeAndPort(String id, String scheme, String name, String port) {
        var named = ProxyPlaces.Named.parse(id);
        if ("!".equals(scheme)) {
            assertThat(named).isEmpty();
        } else {
            assertThat(named).contains(new ProxyPlaces.Named(or(scheme), or(name), or(port)));
        }
    }

    private static String or(String text) {
        return text == null ? "" : text;
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "/api/v1/namespaces/n/pods/p/proxy,true,/api/v1/namespaces/n/pods/p/proxy,-",
                "/api/v1/namespaces/n/pods/proxy/proxy/,true,/api/v1/namespaces/n/pods/proxy/proxy,/",
                "/api/v1/nodes/n:1/proxy/a%2Fb/,false,/api/v1/nodes/n:1/proxy,/a%2Fb/",
            })
    void theSitesPathStaysAsTheClientWroteIt(String path, boolean namespaced, String prefix, String rest) {
        assertThat(ProxyPath.of(path, "", namespaced)).isEqualTo(new ProxyPath(prefix, or(rest), ""));
    }

    @Test
    void oneContainerNeedsNoNameAndSeveralDo() {
        KubeObject one = KubeObject.of(TestApi.tree("{'metadata':{'name':'p'},'spec':{'containers':[{'name':'a'}]}}"));
        KubeObject two = KubeObject.of(TestApi.tree("{'metadata':{'name':'p'},'spec':{'containers':[{'name':'a'},"
                + "{'name':'b'}],'initContainers':[{'name':'i'}]}}"));
        assertThat(KubeletProxy.container(one, "")).isEqualTo("a");
        assertThat(KubeletProxy.container(two, "i")).isEqualTo("i");
        assertThatThrownBy(() -> KubeletProxy.container(two, ""))
                .hasMessage("a container name must be specified for pod p, choose one of: [a b] or one of the init"
                        + " containers: [i]");
        assertThatThrownBy(() -> KubeletProxy.container(one, "x")).hasMessage("container x is not valid for pod p");
    }
}
