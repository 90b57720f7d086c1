package io.minik.api.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.util.Optional;

/**
 * @param uid and resourceVersion: preconditions, empty for none
 * @param propagation Background, Foreground, Orphan, or empty for the kind's default
 */
public record DeleteOptions(Optional<Long> gracePeriodSeconds, String uid, String resourceVersion, String propagation) {
    public static final DeleteOptions DEFAULT = new DeleteOptions(Optional.empty(), "", "", "");

    public static DeleteOptions onlyIf(String uid) {
        return new DeleteOptions(Optional.empty(), uid, "", "");
    }

    public DeleteOptions grace(long seconds) {
        return new DeleteOptions(Optional.of(seconds), uid, resourceVersion, propagation);
    }

    public DeleteOptions propagate(String how) {
        return new DeleteOptions(gracePeriodSeconds, uid, resourceVersion, how);
    }

    public ObjectNode tree() {
        ObjectNode tree = Json.object().put("kind", "DeleteOptions").put("apiVersion", "v1");
        gracePeriodSeconds.ifPresent(seconds -> tree.put("gracePeriodSeconds", seconds));
        if (!uid.isEmpty() || !resourceVersion.isEmpty()) {
            ObjectNode preconditions = tree.putObject("preconditions");
            if (!uid.isEmpty()) {
                preconditions.put("uid", uid);
            }
            if (!resourceVersion.isEmpty()) {
                preconditions.put("resourceVersion", resourceVersion);
            }
        }
        if (!propagation.isEmpty()) {
            tree.put("propagationPolicy", propagation);
        }
        return tree;
    }
}
