package io.minik.server.watchcache;

import io.vertx.core.Context;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whom to wake once a turn of the caches' loop is over: a task for each loop, however many of its watchers were told
 * something, so that what they write goes out together. Each HTTP request has a context of its own: theirs are one loop's. The
 * caches' loop.
 */
final class Wakes {
    private static final Logger log = LoggerFactory.getLogger(Wakes.class);

    private final Consumer<Runnable> later;
    private Map<Context, List<Runnable>> due = new LinkedHashMap<>();

    /** Whose watcher was told last: those of a connection mostly stand together. */
    private @Nullable Context latest;

    private List<Runnable> latestTasks = List.of();

    /** @param later runs a task on the caches' loop, behind the present one */
    Wakes(Consumer<Runnable> later) {
        this.later = later;
    }

    /** How one watcher's own context is called. @param loop on which the context's tasks run, as those of its neighbours do */
    record Bell(Context context, Context loop, Wakes wakes) {
        static Bell of(Context context, Wakes wakes) {
            return new Bell(context, context instanceof ContextInternal own ? own.unwrap() : context, wakes);
        }

        /** Any thread. */
        void now(Runnable task) {
            context.runOnContext(unused -> task.run());
        }

        /** The caches' loop. */
        void afterThisTurn(Runnable task) {
            wakes.add(loop, task);
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
        all.forEach((context, tasks) -> context.runOnContext(unused -> tasks.forEach(Wakes::run)));
    }

    /** What fails is the watcher's own: its neighbours hear nothing of it. */
    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            log.atError().setCause(e).log("a watcher could not be woken");
        }
    }
}
