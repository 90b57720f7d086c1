package io.minik.server.http;

import io.minik.ground.net.UpgradeByPost;
import io.minik.server.authn.User;
import io.minik.server.registry.NameSource;
import io.minik.server.request.Target;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Makes an {@link ApiRequest} of an HTTP request, whose body stays on the wire until someone wants it. */
final class Exchange {
    private Exchange() {}

    static ApiRequest open(HttpExchange wire, NameSource names, InstantSource clock) {
        HttpServerRequest http = wire.request();
        http.pause();
        Map<String, String> query = query(http.params());
        String path = decode(http.path());
        Target target = Target.parse(UpgradeByPost.asked(http), path, query);
        String given = http.getHeader("Audit-ID");
        String id = given == null || given.isEmpty() ? names.uid() : given;
        String type = http.getHeader("Content-Type");
        http.response().putHeader("Audit-Id", id);
        return new ApiRequest(
                id,
                clock.instant(),
                target,
                query,
                User.ANONYMOUS,
                type == null ? "" : MediaType.parse(type, new HashMap<>()),
                wire.body(),
                Optional.of(wire),
                new AuditEntry());
    }

    private static String decode(String path) {
        if (path == null || path.indexOf('%') < 0) {
            return path == null ? "/" : path;
        }
        try {
            return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return path;
        }
    }

    /** The first value of each parameter. */
    private static Map<String, String> query(MultiMap parameters) {
        Map<String, String> query = new LinkedHashMap<>();
        for (Map.Entry<String, String> parameter : parameters) {
            query.putIfAbsent(parameter.getKey(), parameter.getValue());
        }
        return query;
    }
}
