package io.minik.agent.ingress;

import io.minik.ground.net.Address;
import io.minik.ground.net.Connections;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.SocketAddress;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request of a client from its head to the end of its answer: who asks, what is answered, what is written down of it. On its loop. */
final class Conversation implements Decision.Head {
    private static final Logger log = LoggerFactory.getLogger(Conversation.class);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ENGLISH);
    private static final double NANOS = 1e9;
    private static final int LINGER_SECONDS = 2;

    private final IngressLoop loop;
    private final HttpServerRequest request;
    private final Connections.Guard guard;
    private final long begun = System.nanoTime();
    private final String peer;
    private final int port;
    private Optional<Route> route = Optional.empty();
    private @Nullable BackendEndpoint endpoint;
    private long received;
    private long sent;
    private boolean over;

    Conversation(IngressLoop loop, HttpServerRequest request, Connections.Guard guard) {
        this.loop = loop;
        this.request = request;
        this.guard = guard;
        SocketAddress remote = request.remoteAddress();
        String address = remote == null || remote.hostAddress() == null ? "" : remote.hostAddress();
        this.peer =
                Address.find(address).map(found -> found.unmapped().toString()).orElse(address);
        SocketAddress local = request.localAddress();
        this.port = local == null ? 0 : local.port();
    }

    HttpServerRequest request() {
        return request;
    }

    HttpServerResponse response() {
        return request.response();
    }

    Connections.Guard guard() {
        return guard;
    }

    // ---- what is asked

    @Override
    public String method() {
        return request.method().name();
    }

    @Override
    public String uri() {
        return request.uri();
    }

    @Override
    public List<String> hosts() {
        List<String> hosts = request.headers().getAll("Host");
        if (!isHttp2()) {
            // HTTP/1.0 knows no Host; health checks of old still ask so: for the address that they came to.
            boolean unnamed = hosts.isEmpty() && request.version() == HttpVersion.HTTP_1_0;
            SocketAddress local = request.localAddress();
            return unnamed && local != null ? List.of(local.hostAddress()) : hosts;
        }
        HostAndPort authority = request.authority();
        if (authority == null) {
            return hosts;
        }
        String named = authority.toString();
        // A Host beside it that says something else is one of two hosts.
        return hosts.isEmpty() || hosts.equals(List.of(named)) ? List.of(named) : List.of(named, hosts.get(0));
    }

    @Override
    public boolean secure() {
        return request.isSSL();
    }

    @Override
    public Optional<Address> client() {
        return Address.find(peer);
    }

    @Override
    public String header(String name) {
        String value = request.headers().get(name);
        return value == null ? "" : value;
    }

    @Override
    public long contentLength() {
        String text = header("Content-Length");
        return text.isEmpty() || text.length() > 18 || !text.chars().allMatch(c -> c >= '0' && c <= '9')
                ? -1
                : Long.parseLong(text);
    }

    boolean isHttp2() {
        return request.version() == HttpVersion.HTTP_2;
    }

    /** In HTTP/1 a body is announced; of HTTP/2 it is known at its end. */
    boolean hasBody() {
        return isHttp2()
                ? contentLength() != 0 && !isBodyless(method())
                : contentLength() > 0 || request.headers().contains("Transfer-Encoding");
    }

    /** Of those a body without a length is refused when it comes. */
    private boolean isBodyless(String method) {
        return contentLength() < 0
                && switch (method) {
                    case "GET", "HEAD", "OPTIONS", "DELETE" -> true;
                    default -> false;
                };
    }

    PassedHeaders.Client told() {
        return new PassedHeaders.Client(peer, secure(), port);
    }

    // ---- what is answered

    void routed(Route found) {
        route = Optional.of(found);
    }

    void asked(BackendEndpoint found) {
        endpoint = found;
    }

    void received(long bytes) {
        received += bytes;
    }

    void sent(long bytes) {
        sent += bytes;
    }

    /** A status with a line of text; what the client still sends is not heard. */
    void refuse(int status, String why) {
        if (over || response().headWritten()) {
            broken();
            return;
        }
        if (log.isDebugEnabled()) {
            log.atDebug()
                    .addKeyValue("status", status)
                    .addKeyValue("why", why)
                    .addKeyValue("client", peer)
                    .log("a request was refused");
        }
        boolean unread = (hasBody() && !request.isEnded()) || status == 400;
        if (unread && !isHttp2()) {
            guard.doom();
            response().putHeader("Connection", "close");
        }
        answer(status, HttpResponseStatus.valueOf(status).toString() + "\n");
        if (unread && !isHttp2()) {
            hangUp(status == 400);
        }
    }

    /** The rest of the request is nobody's. */
    void stopListening() {
        if (!isHttp2()) {
            guard.doom();
            hangUp(false);
        }
    }

    /** Not at once: what is still on its way would reset the connection, and the answer would be lost. */
    private void hangUp(boolean atOnce) {
        Runnable close = () -> request.connection().close().onFailure(IngressLoop::quietly);
        if (atOnce) {
            close.run();
            return;
        }
        request.handler(unheard -> {});
        request.endHandler(unused -> close.run());
        guard.within(LINGER_SECONDS, close);
        request.resume();
    }

    void redirect(int status, String location) {
        response().putHeader("Location", location);
        if (hasBody() && !request.isEnded() && !isHttp2()) {
            guard.doom();
            response().putHeader("Connection", "close");
        }
        answer(status, "");
        if (guard.isDoomed()) {
            hangUp(false);
        }
    }

    private void answer(int status, String text) {
        try {
            response().setStatusCode(status);
            if (!text.isEmpty()) {
                response().putHeader("Content-Type", "text/plain; charset=utf-8");
            }
            response().end(text).onFailure(IngressLoop::quietly);
            sent(text.length());
        } catch (IllegalStateException e) {
            // Its stream was reset meanwhile.
            IngressLoop.quietly(e);
        } finally {
            finish(status);
        }
    }

    /** After the answer's head nothing else can be said than that it has no end. */
    void broken() {
        if (!over) {
            try {
                response().reset().onFailure(IngressLoop::quietly);
            } catch (IllegalStateException e) {
                IngressLoop.quietly(e);
            } finally {
                finish(response().getStatusCode());
            }
        }
    }

    boolean isOver() {
        return over;
    }

    /** Ends the conversation; only the first call counts. */
    void finish(int status) {
        if (over) {
            return;
        }
        over = true;
        long nanos = System.nanoTime() - begun;
        loop.figures().count(route.map(Route::ingress).orElse(RouteFigures.NONE), status, nanos, received, sent);
        boolean logged = route.map(found -> found.options().logged()).orElse(true);
        loop.accessLog().filter(each -> logged).ifPresent(each -> each.write(line(status, nanos)));
        loop.ended(guard);
    }

    /** ingress-nginx' form, so that what reads its logs reads ours. */
    private String line(int status, long nanos) {
        BackendEndpoint asked = endpoint;
        return peer + " - - [" + TIME.format(OffsetDateTime.now(ZoneOffset.UTC)) + "] "
                + AccessLog.quoted(
                        method() + " " + uri() + " " + request.version().alpnName())
                + " " + status + " " + sent + " "
                + AccessLog.quoted(header("Referer")) + " " + AccessLog.quoted(header("User-Agent")) + " " + received
                + " " + String.format(Locale.ROOT, "%.3f", nanos / NANOS)
                + " [" + route.map(found -> found.backend().name()).orElse("") + "] "
                + (asked == null ? "-" : asked);
    }
}
