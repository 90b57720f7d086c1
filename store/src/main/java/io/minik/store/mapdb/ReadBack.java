package io.minik.store.mapdb;

import io.minik.store.StoreException;
import io.minik.store.mvcc.Change;
import io.minik.store.mvcc.Mvcc;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills a state from snapshot and log, and refuses what is not all of what was acknowledged: a file that is missing at the
 * front, in the middle or at the end, one that is damaged, one that is shorter than it was.
 *
 * <p>Where the loss is accepted, it stops at the first gap of the log: what comes before is the store, what comes after is
 * put aside. Of a damaged snapshot, what can be read is kept with what the log says after it.
 */
final class ReadBack {
    private static final Logger LOG = LoggerFactory.getLogger(ReadBack.class);

    private static final String RESTORE = ": restore the data directory from a backup";

    /**
     * Left out after an end that was not clean: revisions that a power cut took with their lazy writes were seen by clients,
     * and would be given again to other writes, of which a client that goes on from there would never hear. More than are
     * written lazily between two syncs, and fewer than those whose history is kept.
     */
    static final long SKIPPED_REVISIONS = 20_000;

    private final DataDirectory directory;
    private final Mvcc mvcc;
    private final Snapshots snapshots;
    private final boolean acceptsLoss;

    ReadBack(DataDirectory directory, Mvcc mvcc, Snapshots snapshots, boolean acceptsLoss) {
        this.directory = directory;
        this.mvcc = mvcc;
        this.snapshots = snapshots;
        this.acceptsLoss = acceptsLoss;
    }

    LogJournal journal() throws IOException {
        Optional<DurableMark.Place> durable = DurableMark.read(directory);
        Snapshots.Loaded snapshot = snapshots.load(mvcc);
        long nextFrame = snapshot.nextFrame();
        long olderBytes = 0;
        Optional<Segment> newest = Optional.empty();
        int end = 0;
        boolean partial =
                snapshot.damaged().isPresent() && lost(snapshot.damaged().get() + " is damaged" + RESTORE);
        boolean lost = false;
        boolean closed = false;
        List<Segment> segments = directory.segments();
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            if (lost || segment.firstFrame() != nextFrame) {
                lost = lost(missing(nextFrame));
                directory.putAside(segment.path());
                continue;
            }
            Segment.Replayed replayed = segment.replay(i == segments.size() - 1, acceptsLoss, new LogReader(mvcc));
            olderBytes += end;
            end = replayed.end();
            nextFrame = replayed.nextFrame();
            newest = Optional.of(segment);
            closed = replayed.closed();
            if (!replayed.whole()) {
                lost = lost(segment.path() + " is damaged");
                directory.copyAside(segment.path());
            }
        }
        check(durable, newest, nextFrame, end);
        if (nextFrame > 0 && (partial || lost || !closed)) {
            mvcc.skip(SKIPPED_REVISIONS);
        }
        if (partial) {
            // Without a whole one, the next start would meet the same damage, and the loss was accepted for this one
            // alone.
            directory.copyAside(snapshot.damaged().get());
            snapshots.renew(mvcc, nextFrame);
            long renewedAt = nextFrame;
            newest = newest.filter(log -> log.firstFrame() == renewedAt);
            olderBytes = 0;
        }
        LogFile file = newest.isPresent() ? LogFile.reopen(newest.get(), end) : LogFile.create(directory, nextFrame);
        return new LogJournal(directory, mvcc, snapshots, file, nextFrame, olderBytes);
    }

    /** The end: what the log's own frames can't tell. */
    private void check(Optional<DurableMark.Place> durable, Optional<Segment> newest, long nextFrame, int end) {
        if (newest.isEmpty()) {
            lost(missing(nextFrame));
        } else if (durable.isPresent()
                && durable.get().firstFrame() > newest.get().firstFrame()) {
            lost(directory.log(durable.get().firstFrame()) + " is missing" + RESTORE);
        } else if (durable.isPresent()
                && durable.get().firstFrame() == newest.get().firstFrame()
                && durable.get().offset() > end) {
            lost(newest.get().path() + " was cut: it ends at byte " + end + ", and "
                    + durable.get().offset() + " bytes of it were on the disk" + RESTORE);
        }
    }

    private String missing(long frame) {
        return directory.log(frame) + (frame == 0 ? ", or the snapshot that replaces it," : "") + " is missing"
                + RESTORE;
    }

    private boolean lost(String what) {
        if (!acceptsLoss) {
            throw new StoreException.Lost(what);
        }
        LOG.atError().addKeyValue("what", what).log("the store goes on without what is lost, as it was told to");
        return true;
    }

    /** The log's facts go to the state as they are. */
    private record LogReader(Mvcc mvcc) implements Payload.Reader {
        @Override
        public void committed(long revision, List<Change> changes) {
            mvcc.committed(revision, changes);
        }

        @Override
        public void leaseGranted(long id, long ttlSeconds) {
            mvcc.leaseGranted(id, ttlSeconds);
        }

        @Override
        public void leaseRevoked(long id) {
            mvcc.leaseRevoked(id);
        }

        @Override
        public void compacted(long revision) {
            mvcc.compacted(revision);
        }

        @Override
        public void snapshotHead(long revision, long compactedRevision, long nextFrame) {
            throw new IllegalArgumentException("a snapshot's head in the log");
        }

        @Override
        public void retained(Change change) {
            throw new IllegalArgumentException("a snapshot's record in the log");
        }

        @Override
        public void snapshotEnd(long changes) {
            throw new IllegalArgumentException("a snapshot's end in the log");
        }
    }
}
