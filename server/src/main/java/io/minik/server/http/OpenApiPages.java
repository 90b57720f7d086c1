package io.minik.server.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.server.aggregation.RemoteDescriptions;
import io.minik.server.openapi.Foreign;
import io.minik.server.openapi.OpenApi;
import io.minik.server.openapi.OpenApi.Document;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** /openapi/v2 and /openapi/v3: rendered on a worker, kept compressed, sent as they are kept to who takes gzip. */
final class OpenApiPages {
    private static final int MOVED_PERMANENTLY = 301;
    private static final int NOT_MODIFIED = 304;
    private static final int NOT_ACCEPTABLE = 406;
    private static final String VARY = "Accept-Encoding, Accept";
    /** RFC 9110, 5.6.7. */
    private static final DateTimeFormatter HTTP_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT);

    private static final String OF_ALL = "/openapi/v2";

    private static final String INDEX = "/openapi/v3";
    private static final String OF_GROUPS = INDEX + "/apis/";

    private final OpenApi openApi;
    private final WorkerExecutor worker;
    private final ExtensionProxy extensions;
    private final RemoteDescriptions remotes;
    private final InstantSource clock;

    OpenApiPages(
            OpenApi openApi,
            WorkerExecutor worker,
            ExtensionProxy extensions,
            RemoteDescriptions remotes,
            InstantSource clock) {
        this.clock = clock;
        this.openApi = openApi;
        this.worker = worker;
        this.extensions = extensions;
        this.remotes = remotes;
    }

    Future<Answer> page(ApiRequest request) {
        String path = request.target().path();
        if (path.startsWith(OF_GROUPS)) {
            String[] words = path.substring(OF_GROUPS.length()).split("/");
            Optional<Future<Answer>> remote =
                    words.length == 2 ? extensions.handle(request, words[0], words[1]) : Optional.empty();
            if (remote.isPresent()) {
                return remote.get();
            }
        }
        return path.equals(INDEX)
                ? remotes.urls().compose(urls -> urls.isEmpty() ? own(request, path) : merged(request, urls))
                : own(request, path);
    }

    private Future<Answer> own(ApiRequest request, String path) {
        String accept = header(request, "Accept");
        if (!path.equals(INDEX) && !isOffered(path, accept)) {
            // As upstream: without a word.
            return Future.succeededFuture(new Answer.Raw(NOT_ACCEPTABLE, "", Map.of("Vary", VARY), Buffer.buffer()));
        }
        Future<Foreign> foreign = path.startsWith(OF_ALL) ? remotes.inVersion2() : Future.succeededFuture(Foreign.NONE);
        return foreign.compose(told -> worker.executeBlocking(
                        () -> openApi.document(path, accept, told).map(found -> answer(request, found)), false))
                .compose(found ->
                        found.map(Future::succeededFuture).orElseGet(() -> Future.failedFuture(Routes.noSuchPage())));
    }

    /** Version 2 is there in JSON and in protobuf, what else there is in JSON alone. */
    private static boolean isOffered(String path, String accept) {
        return accept.isBlank()
                || MediaType.clauses(accept).stream()
                        .anyMatch(clause -> clause.matches(OpenApi.JSON)
                                || (path.startsWith(OF_ALL)
                                        && (clause.matches(OpenApi.PROTOBUF)
                                                || clause.matches(OpenApi.PROTOBUF_ASKED))));
    }

    /** The index with where others describe their kinds. */
    private Future<Answer> merged(ApiRequest request, Map<String, String> urls) {
        return worker.executeBlocking(() -> openApi.document(INDEX).orElseThrow(), false)
                .map(document -> {
                    ObjectNode index = Json.parseObject(document.body());
                    ObjectNode paths = Json.child(index, "paths");
                    urls.forEach((name, url) -> paths.putObject(name).put("serverRelativeURL", url));
                    String etag =
                            "\"" + document.etag().replace("\"", "") + Integer.toHexString(urls.hashCode()) + "\"";
                    Map<String, String> headers = Map.of("ETag", etag, "Vary", VARY);
                    return header(request, "If-None-Match").equals(etag)
                            ? new Answer.Raw(NOT_MODIFIED, "", headers, Buffer.buffer())
                            : new Answer.Raw(200, document.contentType(), headers, Buffer.buffer(Json.bytes(index)));
                });
    }

    private Answer answer(ApiRequest request, Document document) {
        boolean gzip = header(request, "Accept-Encoding").contains("gzip");
        String path = request.target().path();
        String hash = document.etag().replace("\"", "");
        Map<String, String> headers = new HashMap<>();
        headers.put("ETag", document.etag());
        headers.put("Vary", VARY);
        String wanted = request.parameter("hash");
        if (!wanted.isEmpty() && path.startsWith(INDEX + "/")) {
            if (!wanted.equals(hash)) {
                headers.put("Location", path + "?hash=" + hash);
                return new Answer.Raw(MOVED_PERMANENTLY, "", headers, Buffer.buffer());
            }
            // What has this hash never changes: whoever has it need not ask again.
            headers.put("Cache-Control", "public, immutable");
            headers.put(
                    "Expires",
                    HTTP_DATE.format(clock.instant().atZone(ZoneOffset.UTC).plusYears(1)));
        }
        if (header(request, "If-None-Match").equals(document.etag())) {
            return new Answer.Raw(NOT_MODIFIED, "", headers, Buffer.buffer());
        }
        if (gzip) {
            headers.put("Content-Encoding", "gzip");
        }
        byte[] body = gzip ? document.gzip() : document.body();
        return new Answer.Raw(200, document.contentType(), headers, Buffer.buffer(body));
    }

    private static String header(ApiRequest request, String name) {
        return Optional.of(request)
                .flatMap(ApiRequest::wire)
                .map(wire -> wire.header(name))
                .orElse("");
    }
}
