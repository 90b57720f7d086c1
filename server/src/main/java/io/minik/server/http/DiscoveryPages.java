package io.minik.server.http;

import io.minik.api.schema.Format;
import io.minik.api.schema.Kinds;
import io.minik.server.discovery.Discovery;
import io.minik.server.discovery.Discovery.Document;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.Map;
import java.util.Optional;

/** Discovery over HTTP: which form the client takes, and whether it has it already. */
final class DiscoveryPages {
    private static final int NOT_MODIFIED = 304;

    private static final String GROUP = "apidiscovery.k8s.io";

    private final Kinds kinds;
    private final Frames frames;
    private final ExtensionProxy extensions;
    private volatile Discovery discovery;

    DiscoveryPages(Kinds kinds, Frames frames, ExtensionProxy extensions) {
        this.kinds = kinds;
        this.frames = frames;
        this.extensions = extensions;
        discovery = new Discovery(kinds.now());
        kinds.onChange(change -> renew());
        extensions.aggregation().onChange(this::renew);
    }

    private synchronized void renew() {
        discovery = new Discovery(kinds.now(), extensions.aggregation().versions());
    }

    /** /api and /api/v1. */
    Future<Answer> core(ApiRequest request) {
        String[] parts = words(request);
        if (parts.length == 1) {
            Optional<Aggregated> asked = aggregated(request);
            if (asked.isPresent()) {
                return answer(request, asked.get(), discovery.aggregated(true, asked.get().version));
            }
            String host = request.wire().map(wire -> wire.header("Host")).orElse("");
            return answer(request, discovery.coreVersions(host));
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
                Optional<Aggregated> asked = aggregated(request);
                yield asked.isPresent()
                        ? answer(request, asked.get(), discovery.aggregated(false, asked.get().version))
                        : answer(request, discovery.groupList());
            }
            case 2 -> found(request, discovery.group(parts[1]));
            case 3 ->
                extensions
                        .handle(request, parts[1], parts[2])
                        .orElseGet(() -> found(request, discovery.resources(parts[1], parts[2])));
            default -> Future.failedFuture(Routes.noSuchPage());
        };
    }

    private static String[] words(ApiRequest request) {
        return request.target().path().replaceAll("^/|/$", "").split("/");
    }

    private Future<Answer> found(ApiRequest request, Optional<Document> document) {
        return document.map(found -> answer(request, found)).orElseGet(() -> Future.failedFuture(Routes.noSuchPage()));
    }

    /** All groups in one document. @param version of that document */
    private record Aggregated(Format format, String version) {
        String contentType() {
            return new MediaType(MediaType.Shape.OBJECT, format, false).contentType() + ";g=" + GROUP + ";v=" + version
                    + ";as=APIGroupDiscoveryList";
        }
    }

    /** Whether that is what the client would have first of all that we have. */
    private static Optional<Aggregated> aggregated(ApiRequest request) {
        String accept = accept(request);
        for (MediaType.Clause clause : MediaType.clauses(accept)) {
            Optional<MediaType> form = MediaType.find(clause.type(), MediaType.Offered.PLAIN);
            Map<String, String> parameters = clause.parameters();
            if (form.isEmpty() || clause.type().isEmpty()) {
                continue;
            }
            if (!parameters.containsKey("as") && !parameters.containsKey("g") && !parameters.containsKey("v")) {
                return Optional.empty();
            }
            String version = parameters.getOrDefault("v", "");
            if (GROUP.equals(parameters.get("g"))
                    && "APIGroupDiscoveryList".equals(parameters.get("as"))
                    && (version.equals("v2") || version.equals("v2beta1"))) {
                return Optional.of(new Aggregated(form.get().format(), version));
            }
        }
        return Optional.empty();
    }

    private static String accept(ApiRequest request) {
        return request.wire().map(wire -> wire.header("Accept")).orElse("");
    }

    private Future<Answer> answer(ApiRequest request, Document document) {
        MediaType type = MediaType.accepted(accept(request), MediaType.Offered.PLAIN);
        return answer(request, document, type.format(), type.contentType());
    }

    private Future<Answer> answer(ApiRequest request, Aggregated asked, Document document) {
        return answer(request, document, asked.format, asked.contentType());
    }

    private Future<Answer> answer(ApiRequest request, Document document, Format format, String type) {
        Map<String, String> headers = Map.of("ETag", document.etag(), "Vary", "Accept", "Cache-Control", "public");
        String held = request.wire().map(wire -> wire.header("If-None-Match")).orElse("");
        if (held.equals(document.etag())) {
            return Future.succeededFuture(new Answer.Raw(NOT_MODIFIED, "", headers, Buffer.buffer()));
        }
        byte[] body = frames.plain(format, document.bytes());
        return Future.succeededFuture(new Answer.Raw(200, type, headers, Buffer.buffer(body)));
    }
}
