package io.minik.server.http;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.api.wire.UpgradeByPost;
import io.minik.server.authn.User;
import io.minik.server.registry.NameSource;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
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
    /** kube-apiserver's limit of a request body. */
    static final int MAX_BODY_BYTES = 3 * 1024 * 1024;

    private Exchange() {}

    static ApiRequest open(HttpServerRequest http, NameSource names, InstantSource clock) {
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
                () -> body(http),
                Optional.of(new Wire(http)),
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

    private static Future<Buffer> body(HttpServerRequest http) {
        if (http.isEnded()) {
            return Future.succeededFuture(Buffer.buffer());
        }
        Promise<Buffer> whole = Promise.promise();
        Buffer body = Buffer.buffer();
        http.handler(part -> {
            if (body.length() + part.length() > MAX_BODY_BYTES) {
                whole.tryFail(tooLarge());
            } else {
                body.appendBuffer(part);
            }
        });
        http.endHandler(unused -> whole.tryComplete(body));
        http.exceptionHandler(whole::tryFail);
        String length = http.getHeader("Content-Length");
        if (length != null && length.length() < 19 && Long.parseLong(length) > MAX_BODY_BYTES) {
            return Future.failedFuture(tooLarge());
        }
        http.resume();
        return whole.future();
    }

    private static ApiException tooLarge() {
        return ApiException.of(
                Reason.RequestEntityTooLarge, "Request entity too large: limit is " + MAX_BODY_BYTES, Details.NONE);
    }
}
