package io.minik.api.client;

import io.minik.api.object.KubeObject;
import java.util.Optional;

/**
 * Hears that an object is different now; never both empty. Changes between two calls may be folded into one: decide
 * from the level, not from the edge.
 */
@FunctionalInterface
public interface ChangeHandler {
    /** @param before empty: new to us. @param now empty: gone, before is the last state that was seen */
    void onChange(Optional<KubeObject> before, Optional<KubeObject> now);
}
