package io.minik.server.controllers.control;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Reason;
import io.minik.ground.loop.Seconds;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;

/** How a reconcile ends, and the failures that are none. */
public final class Outcomes {
    private Outcomes() {}

    public static Future<Optional<Duration>> done() {
        return Future.succeededFuture(Optional.empty());
    }

    public static Future<Optional<Duration>> again(Duration after) {
        return Future.succeededFuture(Optional.of(after));
    }

    public static <T> Future<Optional<Duration>> done(Future<T> work) {
        return work.map(ignored -> Optional.empty());
    }

    public static <T> Future<Void> ignoring(Future<T> work, Reason... reasons) {
        return work.<Void>mapEmpty().recover(error -> {
            for (Reason reason : reasons) {
                if (ApiException.is(error, reason)) {
                    return Future.succeededFuture();
                }
            }
            return Future.failedFuture(error);
        });
    }

    /** All have ended; fails with the first failure. */
    public static <T> Future<Void> all(List<Future<T>> parts) {
        return Future.join(parts).mapEmpty();
    }

    public static Optional<Duration> sooner(Optional<Duration> a, Optional<Duration> b) {
        if (a.isEmpty() || b.isEmpty()) {
            return a.isPresent() ? a : b;
        }
        return a.get().compareTo(b.get()) <= 0 ? a : b;
    }

    /** So many seconds later, which a user gave. */
    public static Instant after(Instant time, long seconds) {
        return Seconds.after(time, seconds);
    }

    /** An RFC 3339 time; empty if absent or not one. */
    public static Optional<Instant> instant(String text) {
        try {
            return text.isEmpty()
                    ? Optional.empty()
                    : Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
