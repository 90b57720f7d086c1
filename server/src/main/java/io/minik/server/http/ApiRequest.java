package io.minik.server.http;

import io.minik.server.authn.User;
import io.minik.server.request.Target;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A request on its way through the pipeline; each step hands a changed copy on.
 *
 * @param id audit id, also of the answer's Audit-Id header
 * @param contentType of the body, without parameters
 * @param wire what only HTTP has; empty in process
 * @param audit what the audit log will say of it: the one mutable part, owned by the request's loop
 */
public record ApiRequest(
        String id,
        Instant received,
        Target target,
        Map<String, String> query,
        User user,
        String contentType,
        RequestBody body,
        Optional<HttpExchange> wire,
        AuditEntry audit) {

    ApiRequest as(User someone) {
        return new ApiRequest(id, received, target, query, someone, contentType, body, wire, audit);
    }

    /** Whether nobody can be answered any more: the client went away, or was told that it took too long. */
    boolean abandoned() {
        return wire.isPresent() && wire.get().over();
    }

    String parameter(String name) {
        return query.getOrDefault(name, "");
    }
}
