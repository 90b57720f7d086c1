package io.minik.server.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether the steps that change an object are to be asked once more, since one of them has changed what others had seen before.
 * They are asked again at most once, as upstream. For one review, on its loop.
 */
public final class Reinvocation {
    private boolean wanted;
    private boolean again;
    private final Map<String, Memory> memories = new HashMap<>(0);

    /**
     * Whom a step asks: the first time all, the second those that want it, were asked the first time, and before the object changed
     * the last time.
     */
    public final class Memory {
        /** Since the object changed; of those that may be asked again. */
        private final Set<String> asked = new HashSet<>();

        private final Set<String> repeated = new HashSet<>();
        private @Nullable ObjectNode left;

        private Memory() {}

        public boolean asks(String who) {
            return !again || repeated.contains(who);
        }

        /** Somebody was asked who may be asked again. */
        public void asked(String who) {
            asked.add(who);
        }

        /** Somebody has changed the object. */
        public void changed() {
            outdated();
            wanted = true;
        }

        private void outdated() {
            repeated.addAll(asked);
            asked.clear();
        }

        /** Once all were asked: what others change from now on, they have not seen. */
        public void leave(ObjectNode object) {
            if (!again) {
                left = object.deepCopy();
            }
        }
    }

    /** Of a step that begins. @param step by its name. @param object as others have left it */
    public Memory memory(String step, ObjectNode object) {
        Memory memory = memories.computeIfAbsent(step, unused -> new Memory());
        if (again && !object.equals(memory.left)) {
            memory.outdated();
        }
        return memory;
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
