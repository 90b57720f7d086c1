package io.minik.server.watchcache;

import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whom to wake once a turn of the caches' loop is over: a task for each context, however many of its watchers were told
 * something, so that what they write goes out together. The caches' loop.
 */
final class Wakes {
    private final Consumer<Runnable> later;
    private Map<Context, List<Runnable>> due = new LinkedHashMap<>();

    /** Whose watcher was told last: those of a connection mostly stand together. */
    private @Nullable Context latest;

    private List<Runnable> latestTasks = List.of();

    /** @param later runs a task on the caches' loop, behind the present one */
    Wakes(Consumer<Runnable> later) {
        this.later = later;
    }

    /** How one watcher's own context is called. */
    record Bell(Context context, Wakes wakes) {
        /** Any thread. */
        void now(Runnable task) {
            context.runOnContext(unused -> task.run());
        }

        /** The caches' loop. */
        void afterThisTurn(Runnable task) {
            wakes.add(context, task);
        }
    }

    private void add(Context context, Runnable task) {
        if (due.isEmpty()) {
            later.accept(this::send);
        }
        if (!context.equals(latest)) {
            latest = context;
            latestTasks = due.computeIfAbsent(context, unused -> new ArrayList<>());
        }
        latestTasks.add(task);
    }

    private void send() {
        Map<Context, List<Runnable>> all = due;
        due = new LinkedHashMap<>();
        latest = null;
        all.forEach((context, tasks) -> context.runOnContext(unused -> tasks.forEach(Runnable::run)));
    }
}
