package io.minik.server.http;

import io.minik.ground.json.Json;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
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
}
