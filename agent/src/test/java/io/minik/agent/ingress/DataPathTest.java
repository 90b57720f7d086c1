package io.minik.agent.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients and back ends see of each other through the ingress, on loopback. */
class DataPathTest {
    private static final String N = IngressAnnotations.NGINX;

    private LivePath path;
    /** Vert.x ends a client that nobody refers to any more, with its requests: these are referred to until a test is over. */
    private final List<HttpClientAgent> clients = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        path = new LivePath();
    }

    @AfterEach
    void stop() throws Exception {
        for (HttpClientAgent client : clients) {
            LivePath.await(client.close());
        }
        path.close();
    }

    private static String get(String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: h.example\r\n\r\n";
    }

    @Test
    void connectionsToABackEndAreUsedAgain() throws Exception {
        try (RawBackend backend = RawBackend.answering();
                RawClient one = path.to(backend.endpoint()).client();
                RawClient other = path.client()) {
            for (int i = 0; i < 5; i++) {
                one.send(get("/" + i)).until("ok");
            }
            assertThat(backend.connections).hasSize(1);
            other.send(get("/other")).until("ok");
            assertThat(backend.heads).hasSize(6);
            assertThat(backend.heads.get(0))
                    .containsIgnoringCase("host: h.example\r\n")
                    .contains("X-Forwarded-For: 127.0.0.1\r\n")
                    .contains("X-Forwarded-Proto: http\r\n")
                    .contains("X-Forwarded-Port: " + path.plain + "\r\n");
        }
    }

    @Test
    void aDeadConnectionIsReplacedForWhatMayBeAskedTwice() throws Exception {
        // Answers once a connection, and closes it when the next request comes.
        try (RawBackend backend = new RawBackend(talk -> {
                    talk.head();
                    talk.answer("once");
                    talk.head();
                });
                RawClient client = path.to(backend.endpoint()).client()) {
            client.send(get("/1")).until("once");
            client.send(get("/2")).until("once");
            assertThat(backend.heads).hasSize(3);
            String answer = client.send("POST /3 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx")
                    .until("\r\n");
            assertThat(answer).as("nobody knows whether it was done").startsWith("HTTP/1.1 502");
            assertThat(backend.heads.stream().filter(head -> head.startsWith("POST")))
                    .hasSize(1);
            assertThat(path.figures.text()).contains("minik_ingress_retries_total 1\n");
        }
    }

    @Test
    void whoRefusesTheConnectionIsPassedOver() throws Exception {
        RawBackend gone = RawBackend.answering();
        gone.close();
        try (RawBackend backend = RawBackend.answering();
                RawClient client = path.to(gone.endpoint(), backend.endpoint()).client()) {
            for (int i = 0; i < 4; i++) {
                client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab")
                        .until("ok");
            }
            assertThat(backend.heads).hasSize(4);
        }
        try (RawClient client = path.to(gone.endpoint()).client()) {
            assertThat(client.send(get("/")).until("\r\n")).startsWith("HTTP/1.1 502");
        }
    }

    @Test
    void anAnswerThatBreaksOffBreaksOffForTheClient() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        try (RawBackend backend = new RawBackend(talk -> {
                    talk.head();
                    talk.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
                    await(read);
                });
                RawClient client = path.to(backend.endpoint()).client()) {
            client.send(get("/")).until("half");
            read.countDown();
            assertThat(client.all()).isEmpty();
            assertThat(backend.heads).as("and nobody is asked again").hasSize(1);
        }
        CountDownLatch second = new CountDownLatch(1);
        try (RawBackend backend = new RawBackend(talk -> {
                    talk.head();
                    talk.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
                    await(second);
                });
                RawClient client = path.to(backend.endpoint()).client()) {
            client.send(get("/")).until("half");
            second.countDown();
            assertThat(client.all()).as("no last chunk").doesNotContain("\r\n0\r\n");
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(10, TimeUnit.SECONDS)) {
                throw new IOException("nobody came");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void aClientThatGoesTakesItsRequestWithIt() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        try (RawBackend backend = new RawBackend(talk -> {
            talk.head();
            if (talk.in.read() < 0) {
                ended.countDown();
            }
        })) {
            RawClient client = path.to(backend.endpoint()).client();
            client.send(get("/"));
            Eventually.holds(() -> assertThat(backend.heads).hasSize(1));
            client.close();
            assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void whoSaysNothingInTimeIsGivenUp() throws Exception {
        RouteOptions options = LivePath.options(N + "proxy-read-timeout", "1", N + "proxy-send-timeout", "1");
        try (RawBackend backend = new RawBackend(talk -> {
                    talk.head();
                    talk.in.transferTo(OutputStream.nullOutputStream());
                });
                RawClient silent = path.to(options, BackendProtocol.HTTP, backend.endpoint())
                        .client();
                RawClient slow = path.client()) {
            assertThat(silent.send(get("/")).until("\r\n")).startsWith("HTTP/1.1 504");
            assertThat(slow.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nx")
                            .until("\r\n"))
                    .as("a body that does not come")
                    .startsWith("HTTP/1.1 408");
        }
    }

    @Test
    void bodiesHaveABoundIfOneIsSet() throws Exception {
        RouteOptions options = LivePath.options(N + "proxy-body-size", "10");
        try (RawBackend backend = RawBackend.answering();
                RawClient told = path.to(options, BackendProtocol.HTTP, backend.endpoint())
                        .client();
                RawClient untold = path.client()) {
            assertThat(told.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n")
                            .until("\r\n"))
                    .startsWith("HTTP/1.1 413");
            assertThat(untold.send(
                                    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n6\r\nabcdef\r\n")
                            .until("\r\n"))
                    .satisfiesAnyOf(
                            line -> assertThat(line).startsWith("HTTP/1.1 413"),
                            // The back end may have answered the part that it got.
                            line -> assertThat(line).startsWith("HTTP/1.1 200"));
        }
    }

    @Test
    void expectIsAnsweredHere() throws Exception {
        try (RawBackend backend = RawBackend.answering();
                RawClient client = path.to(backend.endpoint()).client()) {
            client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
                    .until("HTTP/1.1 100 Continue\r\n");
            client.send("ab").until("ok");
            assertThat(backend.heads.get(0)).doesNotContainIgnoringCase("expect");
        }
    }

    @Test
    void http10HasNoHostToSay() throws Exception {
        try (RawBackend backend = RawBackend.answering();
                RawClient client = path.to(backend.endpoint()).client()) {
            assertThat(client.send("GET / HTTP/1.0\r\n\r\n").all())
                    .startsWith("HTTP/1.0 200 OK")
                    .endsWith("ok");
            assertThat(backend.heads.get(0)).containsIgnoringCase("host: 127.0.0.1\r\n");
        }
    }

    @Test
    void anAnswerThatComesEarlyIsHeard() throws Exception {
        try (RawBackend backend = new RawBackend(talk -> {
                    talk.head();
                    talk.say("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig");
                    talk.in.transferTo(OutputStream.nullOutputStream());
                });
                RawClient client = path.to(backend.endpoint()).client()) {
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(50_000));
            assertThat(client.until("big")).startsWith("HTTP/1.1 413");
            client.send("x".repeat(50_000));
            assertThat(client.all()).as("and that is the connection's end").isEmpty();
        }
    }

    @Test
    void aHeadHasTheLengthAndNoBody() throws Exception {
        try (RawBackend backend = new RawBackend(talk -> {
                    while (true) {
                        talk.head();
                        talk.say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
                    }
                });
                RawClient client = path.to(backend.endpoint()).client()) {
            for (int i = 0; i < 2; i++) {
                assertThat(client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n").until("\r\n\r\n"))
                        .startsWith("HTTP/1.1 200")
                        .containsIgnoringCase("content-length: 1000\r\n");
            }
        }
    }

    @Test
    void aWebSocketIsAPipe() throws Exception {
        try (RawBackend backend = new RawBackend(talk -> {
                    talk.head();
                    talk.say("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Accept: x\r\n\r\nfirst");
                    talk.say(new String(talk.in.readNBytes(5), StandardCharsets.ISO_8859_1));
                });
                RawClient client = path.to(backend.endpoint()).client()) {
            String head = client.send(
                            "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
                                    + "Sec-WebSocket-Key: k\r\nSec-WebSocket-Version: 13\r\n\r\n")
                    .until("first");
            assertThat(head).startsWith("HTTP/1.1 101").containsIgnoringCase("sec-websocket-accept: x");
            assertThat(client.send("hello").all()).isEqualTo("hello");
            assertThat(backend.heads.get(0))
                    .containsIgnoringCase("upgrade: websocket\r\n")
                    .containsIgnoringCase("sec-websocket-key: k\r\n")
                    .contains("X-Forwarded-For");
        }
    }

    @Test
    void anUpgradeThatIsRefusedIsAnAnswer() throws Exception {
        try (RawBackend backend = new RawBackend(talk -> {
                    talk.head();
                    talk.say("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
                    talk.in.read();
                });
                RawClient client = path.to(backend.endpoint()).client()) {
            assertThat(client.send("GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
                            .until("no"))
                    .startsWith("HTTP/1.1 403");
        }
    }

    @Test
    void nobodySpeaksHttp2PastTheRules() throws Exception {
        try (RawBackend backend = RawBackend.answering();
                RawClient client = path.to(backend.endpoint()).client()) {
            client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                            + "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n")
                    .until("ok");
            assertThat(backend.heads.get(0))
                    .doesNotContainIgnoringCase("upgrade")
                    .doesNotContainIgnoringCase("http2-settings");
        }
        try (RawClient client = path.client()) {
            assertThat(client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").all()).doesNotContain(" 200 ");
        }
    }

    @Test
    void stickyClientsComeBack() throws Exception {
        RouteOptions options = LivePath.options(N + "affinity", "cookie", N + "session-cookie-name", "ROUTE");
        try (RawBackend one = RawBackend.answering();
                RawBackend other = RawBackend.answering();
                RawClient client = path.to(options, BackendProtocol.HTTP, one.endpoint(), other.endpoint())
                        .client()) {
            String head = client.send(get("/")).until("\r\n\r\nok");
            String cookie = head.lines()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("set-cookie: "))
                    .findFirst()
                    .orElseThrow()
                    .substring("set-cookie: ".length());
            assertThat(cookie).matches("ROUTE=[0-9a-f]+; Path=/; HttpOnly");
            String pair = cookie.substring(0, cookie.indexOf(';'));
            for (int i = 0; i < 5; i++) {
                assertThat(client.send("GET / HTTP/1.1\r\nHost: h\r\nCookie: a=b; " + pair + "\r\n\r\n")
                                .until("\r\n\r\nok"))
                        .doesNotContainIgnoringCase("set-cookie");
            }
            assertThat(Set.of(one.heads.size(), other.heads.size())).containsExactlyInAnyOrder(0, 6);
        }
    }

    @Test
    void hundredsOfMegabytesPassAtThePaceOfTheReader() throws Exception {
        long size = 200L << 20;
        byte[] part = new byte[64 * 1024];
        try (RawBackend backend = new RawBackend(talk -> {
                    talk.head();
                    talk.say("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n");
                    for (long sent = 0; sent < size; sent += part.length) {
                        talk.socket.getOutputStream().write(part);
                    }
                });
                RawClient client = path.to(backend.endpoint()).client()) {
            client.send(get("/")).until("\r\n\r\n");
            byte[] buffer = new byte[1 << 20];
            long read = 0;
            while (read < size) {
                int count = client.socket().getInputStream().read(buffer);
                assertThat(count).isPositive();
                read += count;
            }
            assertThat(read).isEqualTo(size);
        }
    }

    // ---- HTTP/2, by Vert.x' own client

    private HttpClientAgent http2() {
        HttpClientAgent client = path.vertx()
                .createHttpClient(new HttpClientOptions()
                        .setProtocolVersion(HttpVersion.HTTP_2)
                        .setSsl(true)
                        .setUseAlpn(true)
                        .setTrustAll(true)
                        .setVerifyHost(false));
        clients.add(client);
        return client;
    }

    private RequestOptions tls(HttpMethod method, String uri) {
        return new RequestOptions()
                .setMethod(method)
                .setHost("127.0.0.1")
                .setPort(path.tls)
                .setURI(uri);
    }

    @Test
    void clientsSpeakHttp2() throws Exception {
        try (RawBackend backend = RawBackend.answering()) {
            path.to(backend.endpoint());
            HttpClientAgent client = http2();
            HttpClientResponse response = LivePath.await(
                    client.request(tls(HttpMethod.GET, "/x")).compose(request -> request.putHeader("cookie", "a=1")
                            .send()
                            .compose(answer -> answer.body().map(answer))));
            assertThat(response.version()).isEqualTo(HttpVersion.HTTP_2);
            assertThat(LivePath.await(response.body()).toString()).isEqualTo("ok");
            assertThat(backend.heads.get(0))
                    .startsWith("GET /x HTTP/1.1\r\n")
                    .contains("X-Forwarded-Proto: https\r\n")
                    .doesNotContain(":path");
            HttpClientResponse posted =
                    LivePath.await(client.request(tls(HttpMethod.POST, "/y")).compose(request -> request.send("")
                            .compose(answer -> answer.body().map(answer))));
            assertThat(posted.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void grpcPassesWithItsTrailersAndBothWaysAtOnce() throws Exception {
        HttpServer server = LivePath.await(path.vertx()
                .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
                .requestHandler(request -> {
                    // Says something before the request is whole, as a stream of both sides does.
                    request.response()
                            .setChunked(true)
                            .putHeader("content-type", "application/grpc")
                            .putHeader("te-seen", String.valueOf(request.getHeader("te")))
                            .putHeader("seen", request.version() + " " + request.authority());
                    request.response().write("hello ");
                    request.handler(data -> request.response().write(data));
                    request.endHandler(end -> {
                        request.response().putTrailer("grpc-status", "0");
                        request.response().end();
                    });
                })
                .listen());
        path.to(
                LivePath.options(N + "backend-protocol", "GRPC"),
                BackendProtocol.HTTP,
                new BackendEndpoint("127.0.0.1", server.actualPort()));
        HttpClientAgent client = http2();
        String[] trailer = {""};
        Future<String> talk = client.request(tls(HttpMethod.POST, "/svc/Method"))
                .compose(request -> {
                    request.setChunked(true).putHeader("te", "trailers").putHeader("content-type", "application/grpc");
                    request.sendHead().onFailure(Throwable::printStackTrace);
                    return request.response().compose(response -> {
                        assertThat(response.getHeader("te-seen")).isEqualTo("trailers");
                        assertThat(response.getHeader("seen")).startsWith("HTTP_2 127.0.0.1");
                        Buffer all = Buffer.buffer();
                        response.handler(data -> {
                            if (all.length() == 0) {
                                request.end("world");
                            }
                            all.appendBuffer(data);
                        });
                        return response.end().map(end -> {
                            trailer[0] = String.valueOf(response.trailers().get("grpc-status"));
                            return all.toString();
                        });
                    });
                });
        assertThat(LivePath.await(talk)).isEqualTo("hello world");
        assertThat(trailer[0]).isEqualTo("0");
    }

    @Test
    void largeBodiesOfHttp2ArriveWhole() throws Exception {
        HttpServer server = LivePath.await(path.vertx()
                .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
                .requestHandler(request -> {
                    MessageDigest digest = sha256();
                    request.handler(data -> digest.update(data.getBytes()));
                    request.endHandler(
                            end -> request.response().end(HexFormat.of().formatHex(digest.digest())));
                })
                .listen());
        path.to(new BackendEndpoint("127.0.0.1", server.actualPort()));
        byte[] body = new byte[20 << 20];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) (i * 31 + i / 7);
        }
        Buffer answer = LivePath.await(http2().request(tls(HttpMethod.PUT, "/"))
                .compose(request -> request.send(Buffer.buffer(body)))
                .compose(HttpClientResponse::body));
        assertThat(answer.toString()).isEqualTo(HexFormat.of().formatHex(sha256().digest(body)));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void olderTlsIsRefused() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, null, null);
        for (String old : new TreeSet<>(Set.of("TLSv1", "TLSv1.1"))) {
            try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", path.tls)) {
                socket.setEnabledProtocols(new String[] {old});
                assertThatThrownBy(socket::startHandshake).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void idleConnectionsMakeRoomForOthers() throws Exception {
        try (RawBackend backend = RawBackend.answering()) {
            path.to(backend.endpoint());
            List<RawClient> idle = new ArrayList<>();
            for (int i = 0; i < 1200; i++) {
                idle.add(path.client());
            }
            try (RawClient client = path.client()) {
                assertThat(client.send(get("/")).until("ok")).startsWith("HTTP/1.1 200");
            }
            assertThat(idle.get(0).all()).as("the oldest was closed").isEmpty();
            for (RawClient each : idle) {
                each.close();
            }
        }
    }

    @Test
    void whatIsRefusedIsCounted() throws Exception {
        try (RawBackend backend = RawBackend.answering();
                RawClient client = path.to(backend.endpoint()).client()) {
            client.send(get("/")).until("ok");
            client.send(get("/%zz")).until("400 Bad Request\n");
            Eventually.holds(() -> assertThat(path.figures.text())
                    .contains("minik_ingress_requests_total{namespace=\"a\",ingress=\"i\",code=\"2xx\"} 1\n")
                    .contains("minik_ingress_requests_total{namespace=\"\",ingress=\"\",code=\"4xx\"} 1\n")
                    .contains("minik_ingress_request_duration_seconds_count{namespace=\"a\",ingress=\"i\"} 1\n")
                    .contains("minik_ingress_requests_under_way 0\n"));
            path.figures.keep(Set.of());
            assertThat(path.figures.text()).doesNotContain("ingress=\"i\"");
        }
    }
}
