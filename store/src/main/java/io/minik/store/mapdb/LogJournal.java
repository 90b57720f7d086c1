package io.minik.store.mapdb;

import io.minik.store.StoreException;
import io.minik.store.mvcc.Change;
import io.minik.store.mvcc.Journal;
import io.minik.store.mvcc.Mvcc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log, and when it is time for a snapshot. The writer's, but for the numbers that any thread may ask. */
final class LogJournal implements Journal {
    private static final Logger LOG = LoggerFactory.getLogger(LogJournal.class);

    /** Kept free for deletes, compactions and snapshots: what makes room needs room. */
    private static final long RESERVED_BYTES = 16L << 20;

    /** Offsets in a file are ints, and a file is mapped to be read: far below both bounds. */
    private static final int MAX_FILE_BYTES = 512 << 20;

    private final DataDirectory directory;
    private final Mvcc mvcc;
    private final Snapshots snapshots;
    private final DurableMark mark;
    private final Reserve reserve;
    private final Payload payload = new Payload();
    private LogFile file;
    private long nextFrame;
    private final AtomicLong olderLogBytes;
    /** Whether the disk has a frame of this run: until then, a power cut leaves the mark of the clean end before it. */
    private boolean begun;

    private volatile boolean full;
    private volatile long fileBytes;

    private final AtomicLong syncs = new AtomicLong();

    /** @param olderLogBytes of files before this one that no snapshot has replaced yet */
    LogJournal(
            DataDirectory directory, Mvcc mvcc, Snapshots snapshots, LogFile file, long nextFrame, long olderLogBytes)
            throws IOException {
        this.mark = DurableMark.open(directory);
        this.reserve = new Reserve(directory);
        this.directory = directory;
        this.mvcc = mvcc;
        this.snapshots = snapshots;
        this.file = file;
        this.nextFrame = nextFrame;
        this.olderLogBytes = new AtomicLong(olderLogBytes);
        this.fileBytes = file.filledTo();
        mark.move(file.firstFrame(), file.syncedTo());
        keepReserve();
    }

    private void keepReserve() throws IOException {
        if (!reserve.isThere() && !full && directory.usableBytes() > RESERVED_BYTES + Reserve.BYTES) {
            reserve.make();
        }
    }

    @Override
    public void committed(long revision, List<Change> changes) {
        payload.committed(revision, changes);
    }

    @Override
    public void leaseGranted(long id, long ttlSeconds) {
        payload.leaseGranted(id, ttlSeconds);
    }

    @Override
    public void leaseRevoked(long id) {
        payload.leaseRevoked(id);
    }

    @Override
    public void compacted(long revision) {
        payload.compacted(revision);
    }

    @Override
    public int collectedBytes() {
        return payload.length();
    }

    @Override
    public void flush(boolean sync) throws IOException {
        boolean tells = payload.length() > 0;
        if (tells) {
            appendFrame();
        }
        if ((sync || (tells && !begun)) && file.sync()) {
            begun |= tells;
            syncs.incrementAndGet();
            mark.move(file.firstFrame(), file.syncedTo());
        }
    }

    /** Times that a batch was synced: what flash is spared by batches. Any thread. */
    long syncs() {
        return syncs.get();
    }

    private void appendFrame() throws IOException {
        boolean grew;
        ByteBuffer frame = payload.framed();
        int length = frame.position();
        try {
            grew = file.append(Frame.seal(frame, nextFrame, file.syncedTo()));
        } catch (StoreException.NoSpace noRoom) {
            if (!reserve.isThere()) {
                throw noRoom;
            }
            full = true;
            LOG.atWarn().log("the disk is full: the log goes on in its reserve, writes that grow are refused");
            roll(() -> LogFile.ofZeros(reserve.spend(nextFrame), nextFrame, Reserve.BYTES));
            grew = file.append(Frame.seal(frame.clear().position(length), nextFrame, 0));
        }
        nextFrame++;
        payload.clear();
        if (grew) {
            fileBytes = file.filledTo();
            full = isDiskShort();
        }
    }

    private boolean isDiskShort() throws IOException {
        return directory.usableBytes() < RESERVED_BYTES;
    }

    @Override
    public void discard() {
        payload.clear();
        full = true;
    }

    @Override
    public void published() throws IOException {
        if (snapshots.isDue(olderLogBytes.get() + file.end()) && !snapshots.isRunning() && rolled()) {
            long replaced = olderLogBytes.get();
            snapshots.start(mvcc, nextFrame, replaced, () -> olderLogBytes.addAndGet(-replaced));
        } else if (file.end() > MAX_FILE_BYTES) {
            rolled();
        } else if (!reserve.isThere()) {
            keepReserve();
        }
    }

    /** @return false if the disk has no room for another file: this one goes on */
    private boolean rolled() throws IOException {
        try {
            roll(() -> LogFile.create(directory, nextFrame));
            return true;
        } catch (IOException failed) {
            if (!LogFile.isDiskFull(failed)) {
                throw failed;
            }
            full = true;
            snapshots.putOff(olderLogBytes.get() + file.end());
            return false;
        }
    }

    private interface NextFile {
        LogFile make() throws IOException;
    }

    private void roll(NextFile next) throws IOException {
        file.sync();
        LogFile made = next.make();
        file.close();
        olderLogBytes.addAndGet(file.end());
        file = made;
        fileBytes = made.filledTo();
        mark.move(made.firstFrame(), 0);
    }

    /** Looks again while it says yes: someone may have made room. */
    @Override
    public boolean isFull() {
        if (full) {
            try {
                full = isDiskShort();
            } catch (IOException unknown) {
                LOG.atWarn().setCause(unknown).log("free space of the data directory is not known");
            }
        }
        return full;
    }

    @Override
    public long bytesOnDisk() {
        return olderLogBytes.get() + fileBytes + snapshots.bytes();
    }

    /** The last frame says that all before it is durable: after a clean end, no damage can pass for a cut-off write. */
    @Override
    public void close() throws IOException {
        flush(true);
        try {
            appendFrame();
            flush(true);
        } catch (StoreException.NoSpace full) {
            LOG.atWarn().setCause(full).log("no room for the mark of a clean end");
        }
        abandon();
    }

    @Override
    public void abandon() {
        snapshots.stop();
        try {
            file.close();
            mark.close();
            directory.close();
        } catch (IOException failed) {
            LOG.atWarn().setCause(failed).log("log not closed");
        }
    }
}
