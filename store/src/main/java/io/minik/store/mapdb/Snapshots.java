package io.minik.store.mapdb;

import io.minik.store.StoreException;
import io.minik.store.mvcc.Change;
import io.minik.store.mvcc.Mvcc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes snapshots, one at a time on a thread of its own, and reads the newest. */
final class Snapshots {
    private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

    /** The disk also has the log to sync, and slow flash takes about 10 MB/s: a snapshot may have a good part of that. */
    private static final long BYTES_PER_SECOND = 16L << 20;

    private final DataDirectory directory;
    private final long afterBytes;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile long lastBytes;
    private volatile long dueAtLogBytes;
    private volatile boolean running;
    private @Nullable Thread thread;

    Snapshots(DataDirectory directory, long afterBytes) {
        this.directory = directory;
        this.afterBytes = afterBytes;
        this.dueAtLogBytes = afterBytes;
    }

    long bytes() {
        return lastBytes;
    }

    /** @param logBytes since the last one */
    boolean isDue(long logBytes) {
        return logBytes > dueAtLogBytes;
    }

    private void taken(long bytes) {
        lastBytes = bytes;
        dueAtLogBytes = Math.max(afterBytes, bytes);
    }

    /** Not before the log has grown as much again. */
    void putOff(long logBytes) {
        dueAtLogBytes = logBytes + afterBytes;
    }

    boolean isRunning() {
        return running;
    }

    /**
     * Takes a snapshot of what is published now. The writer calls and goes on; changes after this are in the log from
     * {@code nextFrame} on.
     */
    void start(Mvcc mvcc, long nextFrame, long logBytes, Runnable replaced) {
        Head head = new Head(mvcc.revision(), mvcc.compactedRevision(), nextFrame, mvcc.leaseTtls());
        running = true;
        // For if it fails.
        putOff(logBytes);
        Thread writing = new Thread(() -> run(mvcc, head, replaced), "minik-store-snapshot");
        writing.setDaemon(true);
        thread = writing;
        writing.start();
    }

    private record Head(long revision, long compactedRevision, long nextFrame, Map<Long, Long> leases) {}

    private void run(Mvcc mvcc, Head head, Runnable replaced) {
        try {
            replaceBy(mvcc, head);
            replaced.run();
        } catch (Stopped stopped) {
            LOG.atDebug().log("snapshot given up: the store closes");
        } catch (IOException | RuntimeException failed) {
            // The log has everything: the next one is tried when it has grown again.
            LOG.atWarn().setCause(failed).log("snapshot not written");
        } finally {
            running = false;
        }
    }

    /** Writes one of all that was read back, where the newest is damaged. Nobody else writes yet. */
    void renew(Mvcc mvcc, long nextFrame) throws IOException {
        replaceBy(mvcc, new Head(mvcc.revision(), mvcc.compactedRevision(), nextFrame, mvcc.leaseTtls()));
    }

    /** The new one is whole before anything older goes. */
    private void replaceBy(Mvcc mvcc, Head head) throws IOException {
        Path file = directory.snapshot(head.nextFrame());
        Path temporary = DataDirectory.temporary(file);
        try {
            long bytes;
            try (SnapshotOutput output = new SnapshotOutput(temporary, this::keepPace)) {
                write(mvcc, head, output);
                bytes = output.finish();
            }
            if (stopping.getCount() == 0) {
                throw new Stopped();
            }
            directory.moveInPlace(temporary, file);
            taken(bytes);
            deleteBefore(head.nextFrame());
            LOG.atInfo()
                    .addKeyValue("revision", head.revision())
                    .addKeyValue("bytes", bytes)
                    .log("snapshot written");
        } finally {
            deleteQuietly(temporary);
        }
    }

    private static void write(Mvcc mvcc, Head head, SnapshotOutput output) throws IOException {
        output.payload.snapshotHead(head.revision(), head.compactedRevision(), head.nextFrame());
        head.leases().forEach(output.payload::leaseGranted);
        long[] changes = {0};
        try {
            mvcc.retained(head.revision(), change -> {
                output.payload.retained(change);
                changes[0]++;
                output.endBlockIfLarge();
            });
        } catch (UncheckedIOException failed) {
            throw failed.getCause();
        }
        output.payload.snapshotEnd(changes[0]);
    }

    static void deleteQuietly(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException failed) {
            LOG.atDebug().setCause(failed).log("unfinished snapshot not deleted: the next start does it");
        }
    }

    void deleteBefore(long nextFrame) throws IOException {
        for (Segment older : directory.segments()) {
            if (older.firstFrame() < nextFrame) {
                Files.deleteIfExists(older.path());
            }
        }
        for (Segment older : directory.snapshots()) {
            if (older.firstFrame() < nextFrame) {
                Files.deleteIfExists(older.path());
            }
        }
    }

    /** Waits until the thread has let go of the state and the directory: both are about to be someone else's. */
    void stop() {
        stopping.countDown();
        Thread writing = thread;
        if (writing != null) {
            try {
                writing.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1;

        Stopped() {
            super("stopped", null, false, false);
        }
    }

    /** Waits until that many bytes may have been written. */
    private void keepPace(long written, long startNanos) {
        long dueNanos = written * TimeUnit.SECONDS.toNanos(1) / BYTES_PER_SECOND;
        try {
            if (stopping.await(dueNanos - (System.nanoTime() - startNanos), TimeUnit.NANOSECONDS)) {
                throw new Stopped();
            }
        } catch (InterruptedException interrupted) {
            throw new Stopped();
        }
    }

    // ---- reading ----

    /** @param nextFrame number of the first frame of the log that comes after it; @param damaged the file, if it was read in part */
    record Loaded(long nextFrame, Optional<Path> damaged) {}

    /** Reads the newest into an empty state; one that is damaged up to where it is. */
    Loaded load(Mvcc mvcc) throws IOException {
        var found = directory.snapshots();
        if (found.isEmpty()) {
            return new Loaded(0, Optional.empty());
        }
        Segment newest = found.get(found.size() - 1);
        Loader loader = new Loader(mvcc);
        try (FileChannel channel = FileChannel.open(newest.path(), StandardOpenOption.READ)) {
            read(channel, loader);
            taken(channel.size());
        } catch (StoreException known) {
            throw known;
        } catch (RuntimeException unreadable) {
            LOG.atWarn()
                    .setCause(unreadable)
                    .addKeyValue("file", newest.path())
                    .log("snapshot can't be read to its end");
            loader.complete = false;
        }
        if (!loader.complete || loader.nextFrame != newest.firstFrame()) {
            return new Loaded(newest.firstFrame(), Optional.of(newest.path()));
        }
        deleteBefore(newest.firstFrame());
        return new Loaded(newest.firstFrame(), Optional.empty());
    }

    private static void read(FileChannel channel, Loader loader) throws IOException {
        long offset = 0;
        long number = 0;
        while (offset < channel.size()) {
            ByteBuffer window =
                    channel.map(FileChannel.MapMode.READ_ONLY, offset, Math.min(channel.size() - offset, 1 << 30));
            int inWindow = 0;
            for (Optional<Frame> next = Frame.at(window, 0);
                    next.isPresent() && next.get().number() == number;
                    next = Frame.at(window, inWindow)) {
                Payload.read(next.get().payload(), loader);
                inWindow = next.get().end();
                number++;
            }
            if (inWindow == 0) {
                loader.complete = false;
                return;
            }
            offset += inWindow;
        }
    }

    private static final class Loader implements Payload.Reader {
        private final Mvcc mvcc;
        private long changes;
        private long nextFrame = -1;
        private boolean complete;

        Loader(Mvcc mvcc) {
            this.mvcc = mvcc;
        }

        @Override
        public void snapshotHead(long revision, long compactedRevision, long next) {
            mvcc.restore(revision, compactedRevision);
            nextFrame = next;
        }

        @Override
        public void retained(Change change) {
            mvcc.restore(change);
            changes++;
        }

        @Override
        public void leaseGranted(long id, long ttlSeconds) {
            mvcc.leaseGranted(id, ttlSeconds);
        }

        @Override
        public void snapshotEnd(long counted) {
            complete = counted == changes;
        }

        @Override
        public void committed(long revision, List<Change> committed) {
            throw new IllegalArgumentException("a commit in a snapshot");
        }

        @Override
        public void leaseRevoked(long id) {
            throw new IllegalArgumentException("a lease's end in a snapshot");
        }

        @Override
        public void compacted(long revision) {
            throw new IllegalArgumentException("a compaction in a snapshot");
        }
    }
}
