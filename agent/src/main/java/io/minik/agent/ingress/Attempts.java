package io.minik.agent.ingress;

import io.minik.agent.ingress.RouteOptions.Sticky;
import io.netty.channel.ConnectTimeoutException;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.StreamResetException;
import io.vertx.core.net.HostAndPort;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Who is asked, and who then, if that one is dead. */
final class Attempts {
    /** As ingress-nginx: of many endpoints some may be on a node that is gone. */
    private static final int MOST = 3;

    /** HTTP/2: nothing was done yet (RFC 9113, 8.7). */
    private static final long REFUSED_STREAM = 7;

    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE");

    private final IngressLoop loop;
    private final Conversation conversation;
    private final Decision.Forward forward;
    private final ServiceBackend backend;
    private final Set<BackendEndpoint> tried = new HashSet<>();
    private int attempts;
    private @Nullable BackendEndpoint current;
    private String sticky = "";

    Attempts(IngressLoop loop, Conversation conversation, Decision.Forward forward) {
        this.loop = loop;
        this.conversation = conversation;
        this.forward = forward;
        this.backend = forward.route().backend();
        forward.route()
                .options()
                .sticky()
                .ifPresent(cookie ->
                        sticky = PassedHeaders.cookie(conversation.request().headers(), cookie.cookie()));
    }

    /** A connection to the next endpoint. Fails if nothing could be sent. */
    Future<HttpClientRequest> next(String uri) {
        attempts++;
        if (attempts > 1) {
            loop.figures().retried();
        }
        BackendEndpoint endpoint = (attempts == 1 && !sticky.isEmpty()
                        ? backend.tagged(sticky)
                        : Optional.<BackendEndpoint>empty())
                .orElseGet(() -> backend.choose(tried));
        tried.add(endpoint);
        current = endpoint;
        conversation.asked(endpoint);
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.valueOf(conversation.method()))
                .setHost(endpoint.host())
                .setPort(endpoint.port())
                .setURI(uri)
                .setConnectTimeout(TimeUnit.SECONDS.toMillis(
                        forward.route().options().limits().connectSeconds()));
        return loop.client(backend.protocol()).request(options);
    }

    /** The name that the client asked for, not the endpoint's address. */
    void host(HttpClientRequest request) {
        String other = forward.route().options().rewrite().host();
        RequestTarget target = forward.target();
        HostAndPort authority = other.isEmpty()
                ? HostAndPort.create(target.host(), target.port() == 0 ? -1 : target.port())
                : HostAndPort.parseAuthority(other, -1);
        if (authority != null) {
            request.authority(authority);
        }
    }

    boolean mayGoOn() {
        return attempts < MOST;
    }

    /** The cookie by which the client comes back to whoever answers, unless it has that already. */
    Optional<String> cookie() {
        BackendEndpoint endpoint = current;
        Optional<Sticky> wanted = forward.route().options().sticky();
        if (endpoint == null || wanted.isEmpty() || endpoint.tag().equals(sticky)) {
            return Optional.empty();
        }
        return wanted.map(each -> each.header(endpoint.tag(), conversation.secure()));
    }

    /** The connection is gone, or never was: whoever is asked again does not do it twice because of a timeout. */
    static boolean isDead(Throwable error) {
        if (error instanceof StreamResetException reset) {
            return reset.getCode() == REFUSED_STREAM;
        }
        return error instanceof HttpClosedException || error instanceof IOException;
    }

    static boolean isTimeout(Throwable error) {
        return error instanceof TimeoutException || error instanceof ConnectTimeoutException;
    }

    /** What does the same once or twice (RFC 9110, 9.2.2). */
    static boolean isIdempotent(String method) {
        return IDEMPOTENT.contains(method);
    }
}
