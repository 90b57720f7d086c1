package io.minik.agent.pki;

import io.minik.api.join.JoinAnswer;
import io.minik.api.join.JoinCaller;
import io.minik.api.join.JoinRequest;
import io.minik.api.join.JoinToken;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status;
import io.minik.ground.json.Json;
import io.minik.ground.net.HttpCall;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins over HTTPS. The CA is fetched without being verified and must have the hash that the token pins; all that is secret goes
 * over a second connection that is verified with that CA.
 */
public final class JoinClient implements JoinCaller {
    /** A device on a slow line, and a server that just starts. */
    private static final int TIMEOUT_SECONDS = 20;
    /** A server that sends on and on is no server of minik's. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int MOST_ANSWER_BYTES = 1 << 20;

    /** One certificate, or a short chain. */
    private static final int MAX_CA_BYTES = 64 * 1024;

    /** Of a chain of causes that goes round in a circle. */
    private static final int MOST_CAUSES_TEXT = 4096;

    private static final Logger log = LoggerFactory.getLogger(JoinClient.class);

    private final Vertx vertx;
    private final String server;
    private final JoinToken token;

    /** @param server {@code https://host:6443} */
    public JoinClient(Vertx vertx, String server, JoinToken token) {
        if (!server.startsWith("https://")) {
            throw new IllegalArgumentException("--join must be https://HOST:PORT, not " + server);
        }
        this.vertx = vertx;
        this.server = server.endsWith("/") ? server.substring(0, server.length() - 1) : server;
        this.token = token;
    }

    @Override
    public Future<JoinAnswer> join(JoinRequest request) {
        return fetchCa().compose(ca -> {
            HttpClient client = vertx.createHttpClient(
                    options().setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(ca))));
            return send(client, HttpMethod.POST, "/v1-minik/join", Buffer.buffer(Json.bytes(request.tree())))
                    .map(body -> JoinAnswer.of(Json.parseObject(body.getBytes())))
                    .compose(answer -> answer.serverCa().equals(ca)
                            ? Future.succeededFuture(answer)
                            : Future.<JoinAnswer>failedFuture(
                                    ApiException.badRequest(server + " answered with another CA than it served")))
                    .eventually(() -> client.close());
        });
    }

    /** Only a token that pins a CA tells. */
    @Override
    public boolean isServedBy(String serverCa) {
        return token.caHash()
                .map(pinned -> pinned.equals(JoinToken.hash(serverCa)))
                .orElse(true);
    }

    private Future<String> fetchCa() {
        // Nothing secret is sent here, and what comes is checked against the token.
        HttpClient client = vertx.createHttpClient(options().setTrustAll(true).setVerifyHost(false));
        return send(client, HttpMethod.GET, "/cacerts", Buffer.buffer())
                .compose(body -> check(body.toString(StandardCharsets.US_ASCII)))
                .eventually(() -> client.close());
    }

    private Future<String> check(String ca) {
        if (ca.length() > MAX_CA_BYTES) {
            return Future.failedFuture(ApiException.badRequest(server + "/cacerts is not a CA certificate"));
        }
        Optional<String> pinned = token.caHash();
        if (pinned.isEmpty()) {
            log.atWarn()
                    .addKeyValue("server", server)
                    .addKeyValue("sha256", JoinToken.hash(ca))
                    .log("the token has no CA hash: trusting the CA that answered; use the K10 form of the token");
            return Future.succeededFuture(ca);
        }
        return pinned.get().equals(JoinToken.hash(ca))
                ? Future.succeededFuture(ca)
                : Future.failedFuture(ApiException.badRequest(server
                        + " has another CA than the token says: it is another cluster, or someone stands between"));
    }

    private Future<Buffer> send(HttpClient client, HttpMethod method, String path, Buffer body) {
        RequestOptions to = new RequestOptions()
                .setAbsoluteURI(server + path)
                .setMethod(method)
                .setConnectTimeout(TIMEOUT_SECONDS * 1000L)
                .setIdleTimeout(TIMEOUT_SECONDS * 1000L);
        if (method.equals(HttpMethod.POST)) {
            String credentials = token.user().isEmpty() ? token.password() : token.user() + ":" + token.password();
            to.putHeader("Authorization", "Bearer " + credentials).putHeader("Content-Type", "application/json");
        }
        return HttpCall.send(client, to, body, MOST_ANSWER_BYTES, PATIENCE)
                .compose(answer -> answer.code() == 200
                        ? Future.succeededFuture(answer.body())
                        : Future.failedFuture(refusal(answer.code(), answer.body())))
                .recover(error -> error instanceof ApiException
                        ? Future.failedFuture(error)
                        : Future.failedFuture(unreachable(error)));
    }

    private ApiException refusal(int code, Buffer answer) {
        try {
            Status status = Status.of(Json.parseObject(answer.getBytes()));
            return status.reason() == Status.Reason.Unauthorized
                    ? ApiException.of(
                            Status.Reason.Unauthorized,
                            server + " does not know this token: it is in DATA-DIR/server/token on the server",
                            Status.Details.NONE)
                    : new ApiException(status);
        } catch (IllegalArgumentException e) {
            String said = server + " answered " + code + ": is it a minik server?";
            // What stands before a server answers so while the server is away.
            return code >= 500 || code == 429 ? ApiException.unavailable(said) : ApiException.badRequest(said);
        }
    }

    /** What waiting may cure is Unavailable, what it can't is BadRequest. */
    private ApiException unreachable(Throwable error) {
        StringBuilder chain = new StringBuilder();
        for (Throwable cause = error; cause != null && chain.length() < MOST_CAUSES_TEXT; cause = cause.getCause()) {
            chain.append(chain.isEmpty() ? "" : ": ").append(cause.getMessage());
        }
        String lower = chain.toString().toLowerCase(Locale.ROOT);
        if (lower.contains("no name matching") || lower.contains("no subject alternative")) {
            return ApiException.badRequest(server
                    + " shows a certificate without this name: start the server with --tls-san, or use a name or address"
                    + " that it has (" + error.getMessage() + ")");
        }
        if (lower.contains("not an ssl/tls record") || lower.contains("plaintext connection")) {
            return ApiException.badRequest(server + " does not speak TLS there: is the port right?");
        }
        if (lower.contains("pkix") || lower.contains("certpath")) {
            return ApiException.badRequest(
                    server + " shows a certificate that its own CA did not sign: does someone stand" + " between? ("
                            + error.getMessage() + ")");
        }
        // EHOSTUNREACH comes without a message of its own.
        String why = String.valueOf(error.getMessage()).replaceFirst("^null", "no route to the machine");
        return ApiException.unavailable(server + " can't be reached: " + why);
    }

    private static HttpClientOptions options() {
        return new HttpClientOptions().setSsl(true).setKeepAlive(false).setConnectTimeout(TIMEOUT_SECONDS * 1000);
    }
}
