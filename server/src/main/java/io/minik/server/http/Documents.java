package io.minik.server.http;

import io.minik.ground.json.Json;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** What is served outside of the resources: discovery, OpenAPI, health, version, metrics, join. Longest prefix wins. */
final class Documents {
    /** Answers everything at and below a path. */
    interface Page extends Function<ApiRequest, Future<Answer>> {}

    private final Map<String, Page> pages;

    Documents(Map<String, Page> pages) {
        this.pages = new TreeMap<>(pages);
    }

    Future<Answer> find(ApiRequest request) {
        String path = request.target().path();
        String key = path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        while (!key.isEmpty()) {
            Page page = pages.get(key);
            if (page != null) {
                return page.apply(request);
            }
            key = key.substring(0, key.lastIndexOf('/'));
        }
        if (path.equals("/")) {
            return Future.succeededFuture(index());
        }
        return Future.failedFuture(Routes.noSuchPage());
    }

    private Answer index() {
        List<String> paths = new ArrayList<>(pages.keySet());
        var tree = Json.object();
        paths.forEach(tree.putArray("paths")::add);
        return Answer.Raw.json(Buffer.buffer(Json.bytes(tree)));
    }

    /** The documents of other rooms, in their words: a request and its answer without our pipeline. */
    static Map<String, Page> ofOthers(Map<String, ApiServer.Page> given) {
        Map<String, Page> pages = new HashMap<>();
        given.forEach((path, page) -> pages.put(path, request -> {
            Map<String, String> headers = new HashMap<>();
            request.wire().ifPresent(wire -> wire.request()
                    .headers()
                    .forEach(header -> headers.put(header.getKey().toLowerCase(Locale.ROOT), header.getValue())));
            String method =
                    request.wire().map(wire -> wire.request().method().name()).orElse("GET");
            return page.apply(new ApiServer.PageRequest(
                            method,
                            request.target().path(),
                            request.query(),
                            headers,
                            request.user(),
                            () -> request.body().read(request.user())))
                    .map(answer ->
                            new Answer.Raw(answer.code(), answer.contentType(), answer.headers(), answer.body()));
        }));
        return pages;
    }
}
