package io.minik.server.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.authn.User;
import java.time.Instant;
import java.util.Optional;

/**
 * A write on its way through admission.
 *
 * @param key namespace and name; the name is set also for generated names
 * @param object the new object, to be changed by mutate; empty object for DELETE
 * @param old the stored object; empty for CREATE
 * @param effects what rules add to the write
 */
public record Review(
        Operation operation,
        Resource resource,
        ObjectKey key,
        String subresource,
        ObjectNode object,
        Optional<KubeObject> old,
        User user,
        boolean dryRun,
        Instant now,
        Lookup lookup,
        Effects effects) {
    public enum Operation {
        CREATE,
        UPDATE,
        DELETE
    }

    /** Tells the author, in a Warning header. */
    public void warn(String warning) {
        effects.warnings().add(warning);
    }

    /** Whether it is this operation on this resource itself, not on a subresource. */
    public boolean is(Operation wanted, Resource of) {
        return operation == wanted && subresource.isEmpty() && resource.equals(of);
    }
}
