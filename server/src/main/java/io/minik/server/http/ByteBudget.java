package io.minik.server.http;

import io.minik.api.meta.ApiException;
import io.minik.server.authn.User;
import io.minik.server.authz.NodeUser;
import java.util.HashMap;
import java.util.Map;

/**
 * The memory that all requests together may hold: bodies as they come in, and what of an answer waits for its client. Who
 * asks for more than there is gets 429.
 *
 * <p>Memory outside the heap follows from it. Of a limit of L the launcher gives the heap L/2 and buffers outside L/4, so this
 * budget is L/16 (20 of 320 MB; the buffers may take 80). Bodies and slices lie in the heap. Outside lies what TLS makes of a
 * slice, as long as that waits: no more than the slices, so L/16 too, or L/8 with the room that Netty's chunks lose. The other
 * L/8 is for reads under way, one a loop, and for answers too small to be counted.
 *
 * <p>Fair without a table of shares: a user may hold as much as is still free, so one gets half, two get a third each, and
 * whoever comes next finds something left. Any thread.
 */
final class ByteBudget {
    /** An eighth of the heap: with 160 MB, 20 MB, six of the largest bodies. The rest is for the cluster's objects. */
    private static final int PART_OF_HEAP = 8;

    /** What all strangers together may hold. */
    private static final int STRANGERS_PART = 16;

    /** The way in of administrators and nodes when everybody else is at it. */
    static final int MASTERS_WEIGHT = 8;

    private final long total;
    private final Map<String, Long> byUser = new HashMap<>();
    private long held;

    ByteBudget(long total) {
        this.total = total;
    }

    static ByteBudget ofHeap() {
        return new ByteBudget(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
    }

    /** What one request holds; closed when it is answered. */
    final class Hold implements AutoCloseable {
        private User asker = User.ANONYMOUS;
        private String user = "";
        private long bytes;

        /** Whose request it is, once that is known: it is also whose answer. */
        void of(User known) {
            asker = known;
        }

        /** @throws ApiException 429, and the hold is as it was */
        void grow(long more) {
            grow(asker, more);
        }

        /** @throws ApiException 429, and the hold is as it was */
        void grow(User asker, long more) {
            synchronized (ByteBudget.this) {
                if (user.isEmpty()) {
                    user = asker.name();
                }
                long own = byUser.getOrDefault(user, 0L) + more;
                if (own > most(asker, total - held - more)) {
                    throw ApiException.tooManyRequests();
                }
                byUser.put(user, own);
                held += more;
                bytes += more;
            }
        }

        @Override
        public void close() {
            synchronized (ByteBudget.this) {
                if (bytes > 0) {
                    held -= bytes;
                    long back = bytes;
                    byUser.computeIfPresent(user, (name, own) -> own > back ? own - back : null);
                    bytes = 0;
                }
            }
        }
    }

    Hold hold() {
        return new Hold();
    }

    long total() {
        return total;
    }

    synchronized long held() {
        return held;
    }

    private long most(User user, long free) {
        if (user.groups().contains(User.MASTERS) || user.groups().contains(NodeUser.GROUP)) {
            return MASTERS_WEIGHT * free;
        }
        return user.groups().contains(User.UNAUTHENTICATED) ? Math.min(free, total / STRANGERS_PART) : free;
    }
}
