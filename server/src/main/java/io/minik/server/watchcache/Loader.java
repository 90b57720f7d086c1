package io.minik.server.watchcache;

import io.minik.api.meta.ApiException;
import io.minik.store.Bytes;
import io.minik.store.KeyValue;
import io.minik.store.RangeRequest;
import io.minik.store.RangeResult;
import io.minik.store.Store;
import io.minik.store.StoreException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what is stored into the caches' next images, all of it at one revision. Owned by the caches' loop. */
final class Loader {
    private static final Logger log = LoggerFactory.getLogger(Loader.class);

    /** Keys read at once while loading; their values are the store's, and come along if it is elsewhere. */
    private static final long PAGE = 1000;

    private final Store store;
    private final WatchCaches caches;
    private final CacheSet set;
    /** Counts loads of everything: what one cache reads for itself is worth nothing once all are loaded anew. */
    private int load;

    Loader(Store store, WatchCaches caches, CacheSet set) {
        this.store = store;
        this.caches = caches;
        this.set = set;
    }

    /** Answers with the revision; ends all loads that run. */
    Future<Long> anew(Bytes from, Bytes end) {
        load++;
        return from(from, end, 0, load);
    }

    /** The same for one cache alone; fails if {@link #anew} is called meanwhile. */
    Future<Long> beside(Bytes from, Bytes end) {
        return from(from, end, 0, load);
    }

    private Future<Long> from(Bytes from, Bytes end, long revision, int mine) {
        RangeRequest keys = new RangeRequest(from, end, revision, PAGE, false, false);
        return store.page(keys).compose(page -> {
            if (mine != load) {
                return Future.failedFuture(ApiException.unavailable("the watch caches load anew"));
            }
            long at = revision == 0 ? page.revision() : revision;
            page(page);
            return page.more()
                    ? later().compose(unused ->
                            from(after(page.kvs().get(page.kvs().size() - 1).key()), end, at, mine))
                    : Future.succeededFuture(at);
        });
    }

    /** A turn of the loop later: pages are read at once, and each would otherwise stand on the stack of the one before. */
    private Future<Void> later() {
        Promise<Void> turn = Promise.promise();
        caches.loop().runOnContext(unused -> turn.complete());
        return turn.future();
    }

    private void page(RangeResult page) {
        for (KeyValue kv : page.kvs()) {
            try {
                set.route(kv.key().utf8(), (cache, key) -> cache.load(kv));
            } catch (StoreException.Unreadable unreadable) {
                log.atError().addKeyValue("err", unreadable.getMessage()).log("a stored value can't be read");
                set.route(kv.key().utf8(), (cache, key) -> cache.loadUnreadable(key, unreadable));
            } catch (StoreException gone) {
                throw gone;
            } catch (RuntimeException e) {
                log.atError().addKeyValue("key", kv.key()).setCause(e).log("a stored value is no object");
            }
        }
    }

    /** The smallest key greater than this one. */
    private static Bytes after(Bytes key) {
        return Bytes.of(Arrays.copyOf(key.array(), key.length() + 1));
    }
}
