package io.minik.server.join;

import io.minik.api.join.JoinRequest;
import io.minik.api.join.JoinToken;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.ground.json.Json;
import io.minik.ground.net.Address;
import io.minik.ground.net.SmallBody;
import io.minik.ground.tls.ClientAuthority;
import io.minik.ground.tls.Subject;
import io.minik.server.authn.BootstrapTokens;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code GET /cacerts} (to anyone), {@code POST /v1-minik/join} and {@code GET /v1-minik/config} (with a token as Bearer or
 * Basic, or with the node's own client certificate). Called on the request's context, before its body was read.
 */
public final class JoinEndpoint implements Handler<HttpServerRequest> {
    private static final String CA_CERTS = "/cacerts";
    private static final String JOIN = "/v1-minik/join";
    private static final String CONFIG = "/v1-minik/config";
    /** Two PKCS#10 requests and some text: real ones are below 4 KiB. */
    private static final int MAX_BODY_BYTES = 64 * 1024;

    private static final long BODY_SECONDS = 30;

    private static final Logger log = LoggerFactory.getLogger(JoinEndpoint.class);

    private final JoinService service;
    private final ServerTokens tokens;
    private final BootstrapTokens bootstrapTokens;
    private final ClientAuthority clients;

    public JoinEndpoint(
            JoinService service, ServerTokens tokens, BootstrapTokens bootstrapTokens, ClientAuthority clients) {
        this.service = service;
        this.tokens = tokens;
        this.bootstrapTokens = bootstrapTokens;
        this.clients = clients;
    }

    /** Whether a path is this endpoint's. */
    public static boolean handles(String path) {
        return path.equals(CA_CERTS) || path.startsWith("/v1-minik/");
    }

    @Override
    public void handle(HttpServerRequest request) {
        String path = request.path();
        if (path.equals(CA_CERTS) && request.method().equals(HttpMethod.GET)) {
            answer(
                    request,
                    200,
                    "text/plain",
                    Buffer.buffer(service.pki().serverCa().pem()));
        } else if (path.equals(CONFIG) && request.method().equals(HttpMethod.GET)) {
            request.pause();
            reply(
                    request,
                    letIn(request).map(name -> Json.bytes(service.cluster().tree())));
        } else if (path.equals(JOIN) && request.method().equals(HttpMethod.POST)) {
            request.pause();
            reply(request, join(request));
        } else {
            reply(
                    request,
                    Future.failedFuture(ApiException.of(
                            Reason.NotFound, "the server could not find the requested resource", Details.NONE)));
        }
    }

    private Future<byte[]> join(HttpServerRequest request) {
        Optional<String> node = certificateNode(request);
        return letIn(request)
                .compose(who -> body(request))
                .compose(body -> {
                    JoinRequest join = JoinRequest.of(Json.parseObject(body.getBytes()));
                    if (node.isPresent() && !node.get().equals(join.nodeName())) {
                        return Future.failedFuture(forbidden("a node may only renew its own certificates"));
                    }
                    return service.join(join, fromThisMachine(request));
                })
                .map(answer -> Json.bytes(answer.tree()));
    }

    private static Future<Buffer> body(HttpServerRequest request) {
        return SmallBody.of(request, MAX_BODY_BYTES, Duration.ofSeconds(BODY_SECONDS))
                .recover(error -> {
                    if (error instanceof SmallBody.TooLarge) {
                        return Future.failedFuture(ApiException.of(
                                Reason.RequestEntityTooLarge, "a join request has at most 64 KiB", Details.NONE));
                    }
                    if (error instanceof TimeoutException) {
                        return Future.failedFuture(ApiException.of(
                                Reason.Timeout,
                                "the join request did not come within " + BODY_SECONDS + " s",
                                Details.NONE));
                    }
                    return Future.failedFuture(error);
                });
    }

    // ---- who may

    /** Succeeds with who it is, for the log. */
    private Future<String> letIn(HttpServerRequest request) {
        Optional<String> node = certificateNode(request);
        if (node.isPresent()) {
            return Future.succeededFuture(node.get());
        }
        Optional<JoinToken> shown = shown(request.getHeader("Authorization"));
        if (shown.isEmpty()) {
            return Future.failedFuture(ApiException.unauthorized());
        }
        if (BootstrapTokens.looksLikeOne(shown.get().password())) {
            return bootstrapTokens
                    .verify(shown.get().password())
                    .compose(user -> user.isPresent()
                            ? Future.succeededFuture(user.get().name())
                            : Future.failedFuture(ApiException.unauthorized()));
        }
        return tokens.holder(shown.get().password())
                .map(Future::succeededFuture)
                .orElseGet(() -> Future.failedFuture(ApiException.unauthorized()));
    }

    private static Optional<JoinToken> shown(String header) {
        if (header == null) {
            return Optional.empty();
        }
        try {
            int space = header.indexOf(' ');
            String scheme = space < 0 ? "" : header.substring(0, space).toLowerCase(Locale.ROOT);
            String value = header.substring(space + 1).strip();
            return switch (scheme) {
                case "bearer" -> Optional.of(JoinToken.parse(value));
                case "basic" ->
                    Optional.of(JoinToken.parse(new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8)));
                default -> Optional.empty();
            };
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The node whose client certificate our authority vouches for. */
    private Optional<String> certificateNode(HttpServerRequest request) {
        return clients.client(request.connection().sslSession())
                .map(Subject::of)
                .filter(subject -> subject.organizations().contains("system:nodes")
                        && subject.commonName().startsWith("system:node:"))
                .map(subject -> subject.commonName().substring("system:node:".length()));
    }

    private static boolean fromThisMachine(HttpServerRequest request) {
        SocketAddress remote = request.remoteAddress();
        SocketAddress local = request.localAddress();
        if (remote == null || local == null || remote.hostAddress() == null) {
            return false;
        }
        return remote.hostAddress().equals(local.hostAddress())
                || Address.find(remote.hostAddress()).map(Address::isLoopback).orElse(false);
    }

    // ---- answers

    private static void reply(HttpServerRequest request, Future<byte[]> outcome) {
        outcome.onSuccess(body -> answer(request, 200, "application/json", Buffer.buffer(body)))
                .onFailure(error -> fail(request, error));
    }

    private static void fail(HttpServerRequest request, Throwable error) {
        ApiException known;
        if (error instanceof ApiException api) {
            known = api;
        } else if (error instanceof IllegalArgumentException) {
            known = ApiException.badRequest(String.valueOf(error.getMessage()));
        } else {
            log.atError().setCause(error).addKeyValue("path", request.path()).log("join failed");
            known = ApiException.internal(String.valueOf(error.getMessage()));
        }
        log.atWarn()
                .addKeyValue("path", request.path())
                .addKeyValue("from", request.remoteAddress())
                .addKeyValue("err", known.getMessage())
                .log("join refused");
        Status status = known.status();
        answer(request, status.code(), "application/json", Buffer.buffer(Json.bytes(status.tree())));
    }

    private static ApiException forbidden(String why) {
        return ApiException.of(Reason.Forbidden, why, Details.NONE);
    }

    private static void answer(HttpServerRequest request, int code, String type, Buffer body) {
        if (request.response().ended() || request.response().closed()) {
            return;
        }
        boolean halfSent = code != 200 && !request.isEnded() && request.version() != HttpVersion.HTTP_2;
        if (halfSent) {
            // A body may still be on its way, or never come: the connection goes with the answer.
            request.response().putHeader("Connection", "close");
        }
        request.response()
                .setStatusCode(code)
                .putHeader("Content-Type", type)
                .end(body)
                .onFailure(gone ->
                        log.atDebug().addKeyValue("err", gone.toString()).log("joiner went away"));
        request.resume();
    }
}
