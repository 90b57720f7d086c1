package io.minik.server.http;

import io.minik.api.schema.Kinds;
import io.minik.server.discovery.Discovery;
import io.minik.server.discovery.Discovery.Document;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Discovery over HTTP: which form the client takes, and whether it has it already. */
final class DiscoveryPages {
    private static final int NOT_MODIFIED = 304;

    private volatile Discovery discovery;

    DiscoveryPages(Kinds kinds) {
        discovery = new Discovery(kinds.now());
        kinds.onChange(change -> discovery = new Discovery(change.now()));
    }

    /** /api and /api/v1. */
    Future<Answer> core(ApiRequest request) {
        String[] parts = words(request);
        if (parts.length == 1) {
            Optional<String> version = aggregated(request);
            if (version.isPresent()) {
                return answer(request, discovery.aggregated(true, version.get()), type(version.get()));
            }
            String host = request.wire().map(wire -> wire.header("Host")).orElse("");
            return answer(request, discovery.coreVersions(host), "application/json");
        }
        return parts.length == 2
                ? found(request, discovery.resources("", parts[1]))
                : Future.failedFuture(Routes.noSuchPage());
    }

    /** /apis, /apis/apps and /apis/apps/v1. */
    Future<Answer> groups(ApiRequest request) {
        String[] parts = words(request);
        return switch (parts.length) {
            case 1 -> {
                Optional<String> version = aggregated(request);
                yield version.isPresent()
                        ? answer(request, discovery.aggregated(false, version.get()), type(version.get()))
                        : answer(request, discovery.groupList(), "application/json");
            }
            case 2 -> found(request, discovery.group(parts[1]));
            case 3 -> found(request, discovery.resources(parts[1], parts[2]));
            default -> Future.failedFuture(Routes.noSuchPage());
        };
    }

    private static String[] words(ApiRequest request) {
        return request.target().path().replaceAll("^/|/$", "").split("/");
    }

    private static Future<Answer> found(ApiRequest request, Optional<Document> document) {
        return document.map(found -> answer(request, found, "application/json"))
                .orElseGet(() -> Future.failedFuture(Routes.noSuchPage()));
    }

    /** The first form that the client names and we have. */
    private static Optional<String> aggregated(ApiRequest request) {
        String accept = request.wire().map(wire -> wire.header("Accept")).orElse("");
        for (String clause : accept.split(",")) {
            Map<String, String> parameters = new HashMap<>();
            String type = MediaType.parse(clause, parameters);
            if (type.equals("application/json")) {
                boolean list = "APIGroupDiscoveryList".equals(parameters.get("as"));
                String version = parameters.getOrDefault("v", "");
                if (list && (version.equals("v2") || version.equals("v2beta1"))) {
                    return Optional.of(version);
                } else if (!list) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    private static String type(String version) {
        return "application/json;g=apidiscovery.k8s.io;v=" + version + ";as=APIGroupDiscoveryList";
    }

    private static Future<Answer> answer(ApiRequest request, Document document, String type) {
        Map<String, String> headers = Map.of("ETag", document.etag(), "Vary", "Accept", "Cache-Control", "public");
        String held = request.wire().map(wire -> wire.header("If-None-Match")).orElse("");
        if (held.equals(document.etag())) {
            return Future.succeededFuture(new Answer.Raw(NOT_MODIFIED, "", headers, Buffer.buffer()));
        }
        return Future.succeededFuture(new Answer.Raw(200, type, headers, Buffer.buffer(document.bytes())));
    }
}
