package io.minik.agent.volume;

import io.minik.runtime.sys.Trees;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Where the agent's file work is done: off the loop, bounded. */
public interface FileWork {
    <T> Future<T> call(Callable<T> work);

    /** Flash and SD cards gain nothing from more writers than this. */
    int THREADS = 4;

    /** A file operation that takes longer is worth a warning in the log. */
    int SLOW_SECONDS = 30;

    /** A directory with all that is in it; no link is followed. Blocking. */
    static void delete(Path tree) throws IOException {
        Trees.delete(tree);
    }

    /** Results come on the caller's context. */
    static FileWork on(Vertx vertx) {
        WorkerExecutor workers =
                vertx.createSharedWorkerExecutor("minik-agent-files", THREADS, SLOW_SECONDS, TimeUnit.SECONDS);
        return new FileWork() {
            @Override
            public <T> Future<T> call(Callable<T> work) {
                return workers.executeBlocking(work, false);
            }
        };
    }
}
