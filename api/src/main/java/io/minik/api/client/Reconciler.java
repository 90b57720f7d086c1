package io.minik.api.client;

import io.minik.api.object.ObjectKey;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;

/**
 * Makes the world as one object wants it: level-based, it reads the present state and never trusts the event that woke
 * it. A failed future puts the key back with back-off; a duration asks to be called again after that long.
 */
@FunctionalInterface
public interface Reconciler {
    Future<Optional<Duration>> reconcile(ObjectKey key);
}
