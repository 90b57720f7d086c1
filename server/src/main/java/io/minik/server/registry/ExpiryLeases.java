package io.minik.server.registry;

import io.minik.store.Store;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Store leases that objects hang on which expire, shared: all of one bucket's span go together, so that an object costs no lease
 * of its own. It lives at least {@link #TTL} and at most a bucket longer.
 */
final class ExpiryLeases {
    /** kube-apiserver's --event-ttl. */
    static final Duration TTL = Duration.ofHours(1);

    /** How long one lease takes new objects in: some twenty leases exist at a time, and an object lives at most 5 % longer. */
    static final Duration BUCKET = Duration.ofMinutes(3);

    private record Bucket(long lease, Instant closes) {}

    private final Store store;
    private final InstantSource clock;
    private volatile Bucket bucket = new Bucket(0, Instant.MIN);

    ExpiryLeases(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** The lease of the current bucket, granted when the first object of a bucket comes (two at once may make two). */
    Future<Long> current() {
        Bucket present = bucket;
        Instant now = clock.instant();
        if (now.isBefore(present.closes())) {
            return Future.succeededFuture(present.lease());
        }
        return store.grantLease(0, TTL.plus(BUCKET).toSeconds())
                .map(granted -> {
                    bucket = new Bucket(granted.id(), now.plus(BUCKET));
                    return granted.id();
                })
                .recover(error -> Future.failedFuture(Storage.apiError(error)));
    }
}
