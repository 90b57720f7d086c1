package io.minik.store.mvcc;

import io.minik.ground.loop.Loop;
import io.minik.store.Bytes;
import io.minik.store.KeyValue;
import io.minik.store.LocalStore;
import io.minik.store.Store;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import io.minik.store.TxnResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides, makes durable, publishes, in batches: all fields are the writer thread's, and all methods run on it, but for
 * {@link #submit}.
 *
 * <p>A command evaluates at once and adds its answer to the batch; {@link #commit} makes the batch durable, publishes it
 * and lets the answers go.
 */
final class Writer {
    private static final Logger LOG = LoggerFactory.getLogger(Writer.class);

    /** etcd's largest TTL, about 285 years. */
    private static final long MAX_TTL_SECONDS = 9_000_000_000L;

    /** etcd raises a shorter TTL to this, so that a short pause of a client does not cost it its keys. */
    private static final long MIN_TTL_SECONDS = 2;

    /** For leases that could not be ended because the disk is full. */
    private static final long RETRY_MILLIS = 5_000;

    private record Committed(long revision, List<Change> changes) {}

    private record Answer(Reply<?> reply, Runnable success) {}

    private final Mvcc mvcc;
    private final Journal journal;
    private final Bounds bounds;
    private final WriterQueue queue;
    private final WatchHub hub = new WatchHub();
    private final Handoff handoff = new Handoff();
    private final Timers timers;
    private final RandomGenerator leaseIds;

    // What follows belongs to the batch that is being made.
    private final TreeMap<Bytes, KeyValue> pending = new TreeMap<>();
    private final List<Committed> commits = new ArrayList<>();
    private final List<Answer> answers = new ArrayList<>();
    private final List<Runnable> afterPublish = new ArrayList<>();
    private final List<Runnable> undo = new ArrayList<>();
    private final List<Runnable> afterBatch = new ArrayList<>();
    private long base;
    private boolean wrote;
    private boolean durable;

    Writer(Mvcc mvcc, Journal journal, Bounds bounds, Loop clock, WriterQueue queue) {
        this.mvcc = mvcc;
        this.journal = journal;
        this.bounds = bounds;
        this.queue = queue;
        this.base = mvcc.revision();
        this.timers = new Timers(clock, queue);
        this.leaseIds = clock.random();
    }

    /** Any thread: runs it on the writer, or never if the store has ended. */
    void submit(Runnable command) {
        queue.add(command);
    }

    WatchHub hub() {
        return hub;
    }

    Handoff handoff() {
        return handoff;
    }

    long publishedRevision() {
        return mvcc.revision();
    }

    /** Runs it when what was decided so far is published, or refused. */
    void afterBatch(Runnable action) {
        afterBatch.add(action);
    }

    /** First on the thread: leases that were read back get their full TTL from now. */
    void started() {
        mvcc.leases().renewAll();
        armExpiry();
    }

    // ---- commands ----

    void txn(Txn txn, Reply<TxnResult> reply) throws IOException {
        if (Evaluation.readsAfter(txn, mvcc.revision())) {
            commit();
        }
        Evaluation.Outcome outcome;
        try {
            Evaluation evaluation = new Evaluation(mvcc, pending, base);
            bounds.check(journal.isFull(), mvcc, evaluation, txn);
            outcome = evaluation.run(txn);
        } catch (StoreException refused) {
            reply.fail(handoff, refused);
            trimIfDue();
            return;
        } catch (RuntimeException broken) {
            // Nothing was changed yet: the txn fails, the store goes on.
            LOG.atError().setCause(broken).log("txn not evaluated");
            reply.fail(handoff, broken);
            return;
        }
        decided(outcome.changes(), txn.sync() == Txn.Sync.DURABLE);
        answer(reply, outcome.result());
    }

    private void decided(List<Change> changes, boolean mustBeDurable) {
        if (!changes.isEmpty()) {
            base++;
            changes.forEach(change -> pending.put(change.kv().key(), change.kv()));
            commits.add(new Committed(base, changes));
            journal.committed(base, changes);
            wrote(mustBeDurable);
        }
    }

    private void wrote(boolean mustBeDurable) {
        wrote = true;
        durable |= mustBeDurable;
    }

    void compact(long revision, Reply<Void> reply) throws IOException {
        commit();
        if (revision <= mvcc.compactedRevision()) {
            reply.fail(handoff, new StoreException.Compacted(revision, mvcc.compactedRevision()));
        } else if (revision > mvcc.revision()) {
            reply.fail(handoff, new StoreException.FutureRevision(revision, mvcc.revision()));
        } else {
            compact(revision);
            answers.add(new Answer(reply, () -> reply.succeed(handoff)));
        }
    }

    private void compact(long revision) {
        journal.compacted(revision);
        afterPublish.add(() -> mvcc.compacted(revision));
        wrote(true);
    }

    void grant(long id, long ttlSeconds, Reply<Store.Lease> reply) {
        if (ttlSeconds > MAX_TTL_SECONDS) {
            reply.fail(handoff, new StoreException.Invalid("too large lease TTL"));
            return;
        }
        if (id != 0 && mvcc.leases().exists(id)) {
            reply.fail(handoff, new StoreException.LeaseExists(id));
            return;
        }
        long chosen = id;
        while (chosen == 0 || (id == 0 && mvcc.leases().exists(chosen))) {
            chosen = leaseIds.nextLong() & Long.MAX_VALUE;
        }
        long granted = chosen;
        long ttl = Math.max(MIN_TTL_SECONDS, ttlSeconds);
        journal.leaseGranted(granted, ttl);
        mvcc.leaseGranted(granted, ttl);
        undo.add(() -> mvcc.leaseRevoked(granted));
        wrote(true);
        timers.armExpiry(mvcc.leases().deadlineMillis(granted), this::expire);
        answer(reply, new Store.Lease(granted, ttl, ttl));
    }

    void revoke(long id, Reply<Void> reply) throws IOException {
        commit();
        try {
            revoke(id);
        } catch (StoreException.LeaseNotFound unknown) {
            reply.fail(handoff, unknown);
            return;
        }
        answers.add(new Answer(reply, () -> reply.succeed(handoff)));
        // The txns behind it must not find the lease.
        commit();
    }

    private void revoke(long id) {
        List<Bytes> keys = mvcc.leases().keys(id);
        decided(new Evaluation(mvcc, pending, base).delete(keys), true);
        journal.leaseRevoked(id);
        afterPublish.add(() -> mvcc.leaseRevoked(id));
        wrote(true);
    }

    private void expire() throws IOException {
        commit();
        for (long id : mvcc.leases().expired()) {
            LOG.atDebug().addKeyValue("lease", id).log("lease expired");
            revoke(id);
        }
        if (commit()) {
            armExpiry();
        } else {
            timers.armExpiry(mvcc.leases().nowMillis() + RETRY_MILLIS, this::expire);
        }
    }

    void keepAlive(long id, Reply<Store.Lease> reply) {
        ask(reply, () -> {
            mvcc.leases().renew(id);
            return mvcc.leases().lease(id);
        });
    }

    void leaseStatus(long id, Reply<Store.LeaseStatus> reply) throws IOException {
        commit();
        ask(
                reply,
                () -> new Store.LeaseStatus(
                        mvcc.leases().lease(id), mvcc.leases().keys(id)));
    }

    void leases(Reply<List<Long>> reply) {
        ask(reply, () -> mvcc.leases().ids());
    }

    void leaseTable(Reply<LocalStore.LeaseTable> reply) throws IOException {
        commit();
        ask(
                reply,
                () -> new LocalStore.LeaseTable(mvcc.revision(), mvcc.leases().all()));
    }

    /** From here, where no compaction is under way. */
    void history(Reply<LocalStore.History> reply) {
        ask(reply, () -> new Chronicle(mvcc));
    }

    private <T> void ask(Reply<T> reply, Supplier<T> question) {
        try {
            answer(reply, question.get());
        } catch (StoreException refused) {
            reply.fail(handoff, refused);
        }
    }

    /** Held back until what it may have seen is durable. */
    private <T> void answer(Reply<T> reply, T result) {
        answers.add(new Answer(reply, () -> reply.succeed(handoff, result)));
    }

    void watch(Watcher watcher) {
        long after = base;
        afterBatch(() -> {
            if (!watcher.isClosed()) {
                hub.add(watcher);
                // If the batch is refused, its revisions are given again.
                watcher.start(mvcc, handoff, Math.min(after, mvcc.revision()));
            }
        });
    }

    // ---- the end of a batch ----

    /**
     * @return false if the batch was refused for want of space
     * @throws IOException the journal can't be trusted: the store must halt
     */
    boolean commit() throws IOException {
        boolean flushed = wrote;
        boolean kept = !flushed || flush();
        if (kept) {
            if (flushed) {
                publish();
            }
            runAll(afterPublish);
            answers.forEach(answer -> answer.success().run());
        }
        runAll(afterBatch);
        forgetBatch();
        handoff.send();
        if (flushed && kept) {
            journal.published();
        }
        return kept;
    }

    private static void runAll(List<Runnable> actions) {
        List<Runnable> due = List.copyOf(actions);
        actions.clear();
        due.forEach(Runnable::run);
    }

    private boolean flush() throws IOException {
        try {
            journal.flush(durable);
        } catch (StoreException.NoSpace full) {
            journal.discard();
            LOG.atWarn().setCause(full).log("no space for a write");
            undo.forEach(Runnable::run);
            answers.forEach(answer -> answer.reply().fail(handoff, full));
            return false;
        }
        if (durable) {
            timers.disarmSync();
        } else {
            timers.armSync(this::syncLazy);
        }
        return true;
    }

    private void syncLazy() throws IOException {
        wrote(true);
        commit();
    }

    private void publish() {
        for (Committed commit : commits) {
            for (Change change : commit.changes()) {
                hub.add(mvcc, change, mvcc.apply(change));
            }
        }
        mvcc.publish(base);
        hub.send(handoff, base);
        mvcc.reclaim();
        trimIfDue();
    }

    private void trimIfDue() {
        if (bounds.trim(mvcc) > mvcc.compactedRevision()) {
            queue.addCommand(this::trimHistory);
        }
    }

    private void trimHistory() throws IOException {
        commit();
        long keepFrom = bounds.trim(mvcc);
        if (keepFrom > mvcc.compactedRevision()) {
            LOG.atInfo().addKeyValue("revision", keepFrom).log("history trimmed");
            compact(keepFrom);
            commit();
            bounds.trimmed();
        }
    }

    private void forgetBatch() {
        afterPublish.clear();
        pending.clear();
        commits.clear();
        answers.clear();
        undo.clear();
        base = mvcc.revision();
        wrote = false;
        durable = false;
    }

    private void armExpiry() {
        mvcc.leases().nextDeadlineMillis().ifPresent(deadline -> timers.armExpiry(deadline, this::expire));
    }

    // ---- the end ----

    void close() throws IOException {
        commit();
        timers.disarm();
        journal.close();
        end(new StoreException.Closed());
    }

    /** Answers everybody with the reason: nothing that is in the batch was acknowledged, nothing of it is published. */
    void halt(StoreException why) {
        timers.disarm();
        journal.abandon();
        answers.forEach(answer -> answer.reply().fail(handoff, why));
        runAll(afterBatch);
        forgetBatch();
        end(why);
    }

    private void end(StoreException why) {
        hub.endAll(handoff, why);
        handoff.send();
    }
}
