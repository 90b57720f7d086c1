package io.minik.server.registry;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.api.schema.Durations;
import io.minik.ground.loop.Loop;
import io.minik.server.request.Request;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * One write, of whatever verb, until it is done: decide on the caches' present state, commit under the condition that this state
 * still holds, and decide again if someone else was first.
 *
 * <pre>
 *   caught up -> draft -> admission.mutate -> draft.settle -> admission.validate -> draft.end -> Txn -> Result
 *                  ^                                                                              |
 *                  '------------------------- a guard did not hold -------------------------------'
 * </pre>
 *
 * <p>Nothing of it hops or waits unless admission asks somebody: then the loop does other work, and the write goes on where it
 * was, on its caller's context. There is no bound on how often others may be first, since each loss is their success; the bound is
 * the time, as upstream: what did not get there within the deadline, or has no caller any more, stores nothing.
 */
final class Attempt {
    /** Upstream's requestTimeoutUpperBound; a request's {@code timeout} can only shorten it. */
    private static final Duration LONGEST = Duration.ofSeconds(34);

    /** Upstream's maxNameGenerationCreateAttempts. */
    private static final int MOST_NAMES = 8;

    private final Means means;
    private final Request request;
    private final Supplier<Future<? extends Draft>> drafts;
    private final Instant deadline;
    private int names;

    private Attempt(Means means, Request request, Supplier<Future<? extends Draft>> drafts) {
        this.means = means;
        this.request = request;
        this.drafts = drafts;
        this.deadline = means.clock().instant().plus(allowed(request));
    }

    /** @param drafts makes one of the present state, for each round */
    static Future<Result> run(Means means, Request request, Supplier<Future<? extends Draft>> drafts) {
        try {
            Attempt attempt = new Attempt(means, request, drafts);
            Future<Void> ready = means.storage().caughtUp();
            return ready.succeeded() ? attempt.round() : ready.compose(unused -> attempt.round());
        } catch (ApiException e) {
            return Future.failedFuture(e);
        }
    }

    private static Duration allowed(Request request) {
        String asked = request.parameter("timeout");
        if (asked.isEmpty()) {
            return LONGEST;
        }
        try {
            Duration own = Durations.parse(asked);
            return own.isZero() || own.isNegative() || own.compareTo(LONGEST) > 0 ? LONGEST : own;
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest("invalid timeout specified in the request URL - " + e.getMessage());
        }
    }

    private Future<Result> round() {
        Future<? extends Draft> drafted = drafts.get();
        return drafted.succeeded() ? admit(drafted.result()) : back(drafted).compose(this::admit);
    }

    private Future<Result> admit(Draft draft) {
        Future<Void> mutated = means.admission().mutate(draft.review());
        return mutated.succeeded() ? check(draft) : back(mutated).compose(unused -> check(draft));
    }

    private Future<Result> check(Draft draft) {
        draft.settle();
        Future<Void> valid = means.admission().validate(draft.review());
        return valid.succeeded() ? finish(draft) : back(valid).compose(unused -> finish(draft));
    }

    private Future<Result> finish(Draft draft) {
        Future<Draft.End> ended = draft.end();
        return ended.succeeded() ? finish(draft, ended.result()) : back(ended).compose(end -> finish(draft, end));
    }

    private Future<Result> finish(Draft draft, Draft.End end) {
        if (end instanceof Draft.Answer answer) {
            return Future.succeededFuture(answer.result());
        }
        if (end instanceof Draft.Again again) {
            return ++names < MOST_NAMES ? again() : Future.failedFuture(again.otherwise());
        }
        return commit(draft, (Draft.Commit) end);
    }

    private Future<Result> commit(Draft draft, Draft.Commit commit) {
        return means.storage().commit(commit.write()).compose(written -> {
            if (written.isEmpty()) {
                return again();
            }
            means.observer()
                    .written(
                            request.resource(),
                            written.get().object(),
                            commit.write().value().isEmpty());
            draft.review().effects().afterwards().forEach(Runnable::run);
            return commit.answer().apply(written.get().object());
        });
    }

    private Future<Result> again() {
        mustGoOn();
        return round();
    }

    private void mustGoOn() {
        if (request.requester().gone().getAsBoolean()) {
            throw late("context canceled");
        }
        if (!means.clock().instant().isBefore(deadline)) {
            throw late("context deadline exceeded");
        }
    }

    /** What somebody else completes, within the deadline and on the context of now. */
    private <T> Future<T> back(Future<T> waited) {
        if (waited.failed()) {
            return waited;
        }
        Duration left = Duration.between(means.clock().instant(), deadline);
        return Loop.within(left, waited)
                .recover(error -> Future.failedFuture(
                        error instanceof TimeoutException ? late("context deadline exceeded") : error))
                .compose(done -> {
                    mustGoOn();
                    return Future.succeededFuture(done);
                });
    }

    private static ApiException late(String why) {
        return ApiException.of(
                Reason.Timeout, "Timeout: request did not complete within requested timeout - " + why, Details.NONE);
    }
}
