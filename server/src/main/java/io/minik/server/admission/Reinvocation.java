package io.minik.server.admission;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Whether the steps that change an object are to be asked once more, since one of them has changed what others had seen before.
 * They are asked again at most once, as upstream. For one review, on its loop.
 */
public final class Reinvocation {
    private boolean wanted;
    private boolean again;
    private final Map<String, Object> memories = new HashMap<>(0);

    /** What a step remembers from its first time to its second. @param step by its name */
    @SuppressWarnings("unchecked") // Each step knows what it has left.
    public <T> T memory(String step, Supplier<T> first) {
        return (T) memories.computeIfAbsent(step, unused -> first.get());
    }

    /** Something has changed. */
    public void want() {
        wanted = true;
    }

    /** Whether something has changed that no built-in step did, which knows nothing of what is the server's in an object. */
    public boolean wanted() {
        return wanted;
    }

    /** Whether this is the second time. */
    public boolean again() {
        return again;
    }

    /** Whether there is to be a second time; then it has begun. */
    boolean begin() {
        boolean begins = wanted && !again;
        again |= begins;
        return begins;
    }
}
