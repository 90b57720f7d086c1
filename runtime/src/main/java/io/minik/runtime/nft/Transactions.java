package io.minik.runtime.nft;

import io.minik.ground.loop.Loop;
import io.minik.ground.room.Room.Health;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transactions of one table, one after the other: a burst of changes becomes one of them, and one that is refused is followed
 * by the whole table, at growing intervals until nft takes it.
 *
 * <pre>
 *   CLEAN --change--> DIRTY --20 ms--> APPLYING --done, nothing new--> CLEAN
 *                       ^                 | | done, more came
 *                       +-----------------+ +--nft refused--> BROKEN --back-off--> APPLYING (the whole table)
 * </pre>
 *
 * The first one is the whole table, which is how a restarted minik adopts what the last one left; until then the old rules go on.
 */
public final class Transactions {
    private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);

    /** A burst (a Deployment that rolls) becomes one transaction; too short for a person to see. */
    private static final Duration COALESCE = Duration.ofMillis(20);

    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofSeconds(30);

    /** Beyond this a transaction is no longer a large one: health says so. */
    private static final Duration SLOW = Duration.ofSeconds(10);

    /** Whoever knows what the table is to hold. Asked on the loop. */
    public interface Source {
        /**
         * @param whole all of the table, in place of whatever is there; else what has changed since the last time
         * @return empty: there is nothing to do
         */
        Optional<Transaction> next(boolean whole);
    }

    /**
     * @param words for nft, once they are known
     * @param done it is in the kernel: on the loop
     * @param refused the whole table follows: on the loop
     */
    public record Transaction(Future<String> words, Runnable done, Runnable refused) {}

    private final Loop loop;
    private final Nft nft;
    private final WorkerExecutor worker;
    private final String subject;
    private final Source source;

    // Owned by the loop.
    private boolean begun;
    private boolean dirty;
    private boolean whole = true;
    private boolean scheduled;
    private boolean applying;
    private boolean stopped;
    private Duration retry = FIRST_RETRY;

    private volatile Health health = Health.READY;
    /** MAX: nothing is being applied. */
    private volatile Instant applyingSince = Instant.MAX;

    /** @param worker of one thread @param subject what stands still while nft does: Services */
    public Transactions(Loop loop, Nft nft, WorkerExecutor worker, String subject, Source source) {
        this.loop = loop;
        this.nft = nft;
        this.worker = worker;
        this.subject = subject;
        this.source = source;
    }

    /** All that the first transaction needs is known now. On the loop. */
    public void begin() {
        begun = true;
        dirty = true;
        schedule(Duration.ZERO);
    }

    /** Until {@link #begin} is called again, there is no next transaction. On the loop. */
    public void hold() {
        begun = false;
    }

    /** The source has something new. On the loop. */
    public void changed() {
        dirty = true;
        schedule(COALESCE);
    }

    /** The table is gone, or may be: it is made anew. From any thread. */
    public void renew() {
        loop.run(() -> {
            whole = true;
            changed();
        });
    }

    /** The kernel has all that the source knew of. On the loop. */
    public boolean areDone() {
        return !whole && !dirty && !applying;
    }

    /** Nothing begins any more; what runs is waited for by whoever closes the worker. From any thread. */
    public Future<Void> stop() {
        Promise<Void> quiet = Promise.promise();
        loop.run(() -> {
            stopped = true;
            quiet.complete();
        });
        return quiet.future();
    }

    /** From any thread. */
    public Health health() {
        Instant since = applyingSince;
        if (since.isBefore(Instant.MAX) && Duration.between(since, loop.now()).compareTo(SLOW) > 0) {
            return Health.notReady("nft has been at work since " + since + ": " + subject + " stand still");
        }
        return health;
    }

    private void schedule(Duration delay) {
        if (begun && !scheduled && !applying && !stopped) {
            scheduled = true;
            loop.after(delay, this::apply);
        }
    }

    private void apply() {
        scheduled = false;
        if (applying || stopped || !begun) {
            return;
        }
        boolean all = whole;
        dirty = false;
        Optional<Transaction> next;
        try {
            next = source.next(all);
        } catch (RuntimeException e) {
            refused(all, e);
            return;
        }
        whole = false;
        if (next.isEmpty()) {
            return;
        }
        applying = true;
        applyingSince = loop.now();
        next.get()
                .words()
                .compose(words -> worker.<Void>executeBlocking(() -> {
                    nft.apply(words);
                    return null;
                }))
                .onComplete(end -> loop.run(() -> applied(all, next.get(), end.cause())));
    }

    private void applied(boolean all, Transaction transaction, @Nullable Throwable failure) {
        applying = false;
        applyingSince = Instant.MAX;
        if (failure != null) {
            transaction.refused().run();
            refused(all, failure);
            return;
        }
        retry = FIRST_RETRY;
        health = Health.READY;
        transaction.done().run();
        if (dirty) {
            schedule(COALESCE);
        }
    }

    private void refused(boolean all, Throwable why) {
        health = Health.notReady("nft refused the rules of " + subject + ": " + why.getMessage());
        LOG.atError()
                .addKeyValue("of", subject)
                .addKeyValue("whole", all)
                .addKeyValue("err", why.getMessage())
                .log("nft refused the rules");
        whole = true;
        dirty = true;
        // A change that does not fit what is there (someone flushed it) is cured by the whole table, at once.
        schedule(all ? retry : Duration.ZERO);
        if (all) {
            Duration longer = retry.multipliedBy(2);
            retry = longer.compareTo(LAST_RETRY) < 0 ? longer : LAST_RETRY;
        }
    }
}
