package io.minik.server.watchcache;

import io.minik.store.Store;
import io.minik.store.StoreException;
import io.vertx.core.Vertx;
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
    private static final long INTERVAL_MILLIS = 5 * 60_000L;

    private final Vertx vertx;
    private final Store store;
    private long timer = -1;
    private long before;

    public Compaction(Vertx vertx, Store store) {
        this.vertx = vertx;
        this.store = store;
    }

    public void start() {
        before = store.status().revision();
        timer = vertx.setPeriodic(INTERVAL_MILLIS, unused -> compact());
    }

    public void stop() {
        vertx.cancelTimer(timer);
    }

    /** Forgets what is older than the last call. */
    void compact() {
        long to = before;
        Store.StoreStatus status = store.status();
        before = status.revision();
        if (to <= status.compactedRevision()) {
            return;
        }
        store.compact(to)
                .onSuccess(unused -> log.atDebug().addKeyValue("revision", to).log("history compacted"))
                .onFailure(error -> {
                    // Another server of the same store was first.
                    if (!(error instanceof StoreException.Compacted)) {
                        log.atWarn().addKeyValue("revision", to).setCause(error).log("compaction failed");
                    }
                });
    }
}
