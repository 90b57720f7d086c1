package io.minik.server.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.authn.User;
import io.minik.server.request.Request;
import java.time.Instant;
import java.util.Optional;

/**
 * A request on its way through one attempt to write it.
 *
 * @param operation what it comes to: a PUT or an apply of what is absent is a CREATE
 * @param key namespace and name; the name is set also for generated names
 * @param object the new object, to be changed by mutate; empty object for DELETE
 * @param old the stored object; empty for CREATE
 * @param effects what steps add to the write
 */
public record Review(
        Operation operation,
        Request request,
        ObjectKey key,
        ObjectNode object,
        Optional<KubeObject> old,
        Instant now,
        Lookup lookup,
        Effects effects) {
    public enum Operation {
        CREATE,
        UPDATE,
        DELETE,
        /** A way through to a container or a server is to be opened; the object is what is asked for. */
        CONNECT
    }

    public Resource resource() {
        return request.resource();
    }

    /** By which the object is written: an eviction writes the status of a budget. */
    public String subresource() {
        return request.subresource();
    }

    public User user() {
        return request.user();
    }

    /** Tells the author, in a Warning header. */
    public void warn(String warning) {
        effects.warnings().add(warning);
    }

    /** Tells the audit log, also of a request that is refused. */
    public void annotate(String key, String value) {
        request.requester().audit().accept(key, value);
    }

    /** Whether it is this operation on this resource itself, not on a subresource. */
    public boolean is(Operation wanted, Resource of) {
        return operation == wanted && subresource().isEmpty() && resource().equals(of);
    }
}
