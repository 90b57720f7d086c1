package io.minik.api.client;

import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.loop.Loop;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A handler of an informer and what it has not heard yet because it threw.
 *
 * <pre>
 *   KNOWS --throws--> MISSED(what it last knew) --next change or back-off: heard--> KNOWS
 *                        ^                        |
 *                        +-------- throws --------+
 * </pre>
 *
 * At most one entry an object. Owned by the informer's loop.
 */
final class Listener {
    private static final Logger log = LoggerFactory.getLogger(Listener.class);

    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    /** A handler that always throws is a fault of ours: it is told often enough to be seen in the log, and costs nothing. */
    private static final Duration LAST_RETRY = Duration.ofMinutes(5);

    private final Loop loop;
    private final String resource;
    private final ChangeHandler handler;
    private final Function<ObjectKey, Optional<KubeObject>> present;
    private final Backoff backoff;

    /** What it last heard of an object; empty: nothing. */
    private final Map<ObjectKey, Optional<KubeObject>> missed = new HashMap<>();

    private Loop.@Nullable Timer retry;

    Listener(Loop loop, String resource, ChangeHandler handler, Function<ObjectKey, Optional<KubeObject>> present) {
        this.loop = loop;
        this.backoff = new Backoff(FIRST_RETRY, LAST_RETRY, 0, loop.random());
        this.resource = resource;
        this.handler = handler;
        this.present = present;
    }

    void tell(ObjectKey key, Optional<KubeObject> before, Optional<KubeObject> now) {
        boolean owed = missed.containsKey(key);
        if (!hear(key, owed ? missed.getOrDefault(key, before) : before, now)) {
            retryLater();
        } else if (owed) {
            backoff.reset();
        }
    }

    private boolean hear(ObjectKey key, Optional<KubeObject> knew, Optional<KubeObject> now) {
        Optional<KubeObject> last = knew;
        boolean another = knew.isPresent()
                && now.isPresent()
                && !knew.get().uid().equals(now.get().uid());
        if (another && call(key, knew, Optional.empty())) {
            // Deleted and made anew since: it hears both.
            last = Optional.empty();
        }
        if ((!another || last.isEmpty()) && call(key, last, now)) {
            missed.remove(key);
            return true;
        }
        missed.put(key, last);
        return false;
    }

    private boolean call(ObjectKey key, Optional<KubeObject> knew, Optional<KubeObject> now) {
        if (knew.isEmpty() && now.isEmpty()) {
            return true;
        }
        try {
            handler.onChange(knew, now);
            return true;
        } catch (RuntimeException e) {
            log.atError()
                    .addKeyValue("resource", resource)
                    .addKeyValue("object", key)
                    .setCause(e)
                    .log("a handler failed, it will be told again");
            return false;
        }
    }

    private void retryLater() {
        if (retry == null) {
            retry = loop.after(backoff.next(), this::tellAgain);
        }
    }

    private void tellAgain() {
        retry = null;
        boolean heard = false;
        for (ObjectKey key : List.copyOf(missed.keySet())) {
            heard |= hear(key, missed.getOrDefault(key, Optional.empty()), present.apply(key));
        }
        // One object that always fails must not make the others wait as long as itself.
        if (heard) {
            backoff.reset();
        }
        if (!missed.isEmpty()) {
            retryLater();
        }
    }
}
