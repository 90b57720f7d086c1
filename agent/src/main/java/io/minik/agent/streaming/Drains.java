package io.minik.agent.streaming;

import java.util.ArrayList;
import java.util.List;

/** Several that wait for one writer to drain. */
final class Drains {
    private final List<Runnable> waiting = new ArrayList<>();

    void add(Runnable action) {
        waiting.add(action);
    }

    void run() {
        List<Runnable> now = List.copyOf(waiting);
        waiting.clear();
        now.forEach(Runnable::run);
    }
}
