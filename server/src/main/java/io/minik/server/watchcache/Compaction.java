package io.minik.server.watchcache;

import io.minik.ground.loop.Loop;
import io.minik.store.Store;
import io.minik.store.StoreException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the store's history: what was overwritten or deleted more than one interval ago is forgotten. Lists that page
 * and watches that resume have that long, as upstream's.
 *
 * <p>Owned by whoever starts it; its timer runs on that context.
 */
public final class Compaction {
    private static final Logger log = LoggerFactory.getLogger(Compaction.class);

    /** kube-apiserver's --etcd-compaction-interval. */
    private static final Duration INTERVAL = Duration.ofMinutes(5);

    private final Loop loop;
    private final Store store;
    private Loop.Timer timer = Loop.Timer.NONE;
    private long before;
    private long done;

    public Compaction(Loop loop, Store store) {
        this.loop = loop;
        this.store = store;
    }

    public void start() {
        remember();
        timer = loop.every(INTERVAL, this::compact);
    }

    public void stop() {
        timer.cancel();
    }

    private void remember() {
        store.readRevision()
                .onSuccess(revision -> before = revision)
                .onFailure(error -> log.atWarn().setCause(error).log("the store does not tell its revision"));
    }

    /** Forgets what is older than the last call. */
    void compact() {
        long to = before;
        remember();
        if (to <= done) {
            return;
        }
        store.compact(to)
                .onSuccess(unused -> {
                    done = to;
                    log.atDebug().addKeyValue("revision", to).log("history compacted");
                })
                .onFailure(error -> {
                    // The store's own bounds, or another server of it, were first.
                    if (!(error instanceof StoreException.Compacted)) {
                        log.atWarn().addKeyValue("revision", to).setCause(error).log("compaction failed");
                    }
                });
    }
}
