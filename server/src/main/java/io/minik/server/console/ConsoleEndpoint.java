package io.minik.server.console;

import io.minik.ground.json.Json;
import io.minik.ground.net.SmallBody;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the console's files to anyone, as they hold nothing, and gives the token of a link ({@code POST /console/session} with its
 * code) once. Everything that the page shows it asks the API server for, as whom its token or certificate says.
 */
public final class ConsoleEndpoint implements Handler<HttpServerRequest> {
    private static final String ROOT = "/console/";
    private static final String SESSION = ROOT + "session";
    private static final String TERMINAL = "/META-INF/resources/webjars/xterm/4.9.0/";
    /** A code has 43 letters. */
    private static final int MOST_CODE_CHARS = 256;

    private static final Duration MOST_WAIT = Duration.ofSeconds(10);

    /** Scripts and styles are files of this server, nothing is loaded from elsewhere, and no other page may frame it. */
    private static final String CONTENT_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final Logger log = LoggerFactory.getLogger(ConsoleEndpoint.class);

    private record PageFile(String resource, String contentType) {}

    private static final Map<String, PageFile> FILES = Map.of(
            "", new PageFile("index.html", "text/html; charset=utf-8"),
            "console.css", new PageFile("console.css", "text/css; charset=utf-8"),
            "console.js", new PageFile("console.js", "text/javascript; charset=utf-8"),
            "api.js", new PageFile("api.js", "text/javascript; charset=utf-8"),
            "views.js", new PageFile("views.js", "text/javascript; charset=utf-8"),
            "object.js", new PageFile("object.js", "text/javascript; charset=utf-8"),
            "icon.svg", new PageFile("icon.svg", "image/svg+xml"),
            "xterm.js", new PageFile(TERMINAL + "lib/xterm.js", "text/javascript; charset=utf-8"),
            "xterm.css", new PageFile(TERMINAL + "css/xterm.css", "text/css; charset=utf-8"));

    private final Vertx vertx;
    private final ConsoleLinks links;

    public ConsoleEndpoint(Vertx vertx, ConsoleLinks links) {
        this.vertx = vertx;
        this.links = links;
    }

    /** Whether a path is this endpoint's. */
    public static boolean handles(String path) {
        return path.equals("/console") || path.startsWith(ROOT);
    }

    @Override
    public void handle(HttpServerRequest request) {
        HttpMethod method = request.method();
        boolean reads = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
        if (request.path().equals(SESSION)) {
            session(request, method);
        } else if (!reads) {
            refuse(request, 405, "the console's files are read by GET");
        } else if (request.path().equals("/console")) {
            request.response().putHeader("Location", ROOT);
            refuse(request, 301, "the console is at " + ROOT);
        } else {
            Optional<PageFile> file =
                    Optional.ofNullable(FILES.get(request.path().substring(ROOT.length())));
            if (file.isEmpty()) {
                refuse(request, 404, "the console has no such file");
            } else {
                send(request, file.get());
            }
        }
    }

    private void send(HttpServerRequest request, PageFile file) {
        boolean zipped = String.valueOf(request.getHeader("Accept-Encoding")).contains("gzip");
        vertx.executeBlocking(() -> read(file.resource()))
                .compose(bytes -> {
                    String tag = tag(bytes);
                    HttpServerResponse response = request.response();
                    response.putHeader("ETag", tag).putHeader("Vary", "Accept-Encoding");
                    if (tag.equals(request.getHeader("If-None-Match"))) {
                        return end(request, 304, file.contentType(), Buffer.buffer());
                    }
                    if (!zipped) {
                        return end(request, 200, file.contentType(), Buffer.buffer(bytes));
                    }
                    response.putHeader("Content-Encoding", "gzip");
                    return vertx.executeBlocking(() -> zip(bytes))
                            .compose(body -> end(request, 200, file.contentType(), Buffer.buffer(body)));
                })
                .onFailure(why -> refuse(request, 500, "the file could not be read: " + why.getMessage()));
    }

    private static byte[] read(String resource) throws IOException {
        try (InputStream in = ConsoleEndpoint.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("this build has no " + resource);
            }
            return in.readAllBytes();
        }
    }

    private static byte[] zip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(bytes);
        }
        return out.toByteArray();
    }

    private static String tag(byte[] bytes) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return '"' + HexFormat.of().formatHex(hash, 0, 16) + '"';
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    private void session(HttpServerRequest request, HttpMethod method) {
        if (!method.equals(HttpMethod.POST)) {
            refuse(request, 405, "a link's code is sent by POST");
            return;
        }
        // A page of another site can't send this type without asking first, which nobody answers.
        if (!"application/json".equals(request.getHeader("Content-Type"))) {
            refuse(request, 415, "application/json is expected");
            return;
        }
        SmallBody.of(request, MOST_CODE_CHARS, MOST_WAIT)
                .map(body -> links.take(Json.text(Json.parseObject(body.getBytes()), "code")))
                .recover(why -> Future.succeededFuture(Optional.empty()))
                .compose(token -> token.isEmpty()
                        ? end(
                                request,
                                401,
                                "application/json",
                                Buffer.buffer(Json.bytes(Json.object()
                                        .put(
                                                "error",
                                                "this link was used already or is too old: minik console makes one"))))
                        : end(
                                request,
                                200,
                                "application/json",
                                Buffer.buffer(Json.bytes(Json.object().put("token", token.get())))))
                .onFailure(
                        why -> log.atDebug().addKeyValue("err", why.toString()).log("a console link was not answered"));
    }

    private static void refuse(HttpServerRequest request, int code, String why) {
        end(request, code, "text/plain; charset=utf-8", Buffer.buffer(why + "\n"))
                .onFailure(gone ->
                        log.atDebug().addKeyValue("err", gone.toString()).log("a browser went away"));
    }

    private static Future<Void> end(HttpServerRequest request, int code, String type, Buffer body) {
        HttpServerResponse response = request.response()
                .setStatusCode(code)
                .putHeader("Content-Type", type)
                .putHeader("Content-Security-Policy", CONTENT_POLICY)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("Cache-Control", code == 200 && request.path().equals(SESSION) ? "no-store" : "no-cache");
        response.exceptionHandler(
                why -> log.atDebug().addKeyValue("err", why.toString()).log("a browser went away"));
        return request.method().equals(HttpMethod.HEAD) ? response.end() : response.end(body);
    }
}
