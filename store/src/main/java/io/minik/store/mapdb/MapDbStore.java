package io.minik.store.mapdb;

import io.minik.store.StoreException;
import io.minik.store.mvcc.Change;
import io.minik.store.mvcc.Mvcc;
import io.minik.store.mvcc.MvccStore;
import io.minik.store.mvcc.StoreClock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The durable store. */
public final class MapDbStore extends MvccStore {
    private static final Logger LOG = LoggerFactory.getLogger(MapDbStore.class);

    /** Reading back gigabytes from slow flash takes a while: only beyond this it is worth a warning. */
    private static final long OPEN_MINUTES = 5;

    private final LogJournal journal;

    private MapDbStore(Vertx vertx, StoreClock clock, Mvcc mvcc, LogJournal journal, StoreConfig config) {
        super(vertx, clock, mvcc, journal, config.limits());
        this.journal = journal;
    }

    /** Times that the log was synced since the store was opened. Any thread. */
    public long logSyncs() {
        return journal.syncs();
    }

    /** Fails with {@link StoreException.Unusable} if the directory is in use, damaged, or of a newer version. */
    public static Future<MapDbStore> open(Vertx vertx, StoreConfig config) {
        return open(vertx, config, StoreClock.of(vertx));
    }

    public static Future<MapDbStore> open(Vertx vertx, StoreConfig config, StoreClock clock) {
        WorkerExecutor worker = vertx.createSharedWorkerExecutor("minik-store-open", 1, OPEN_MINUTES, TimeUnit.MINUTES);
        return worker.executeBlocking(() -> load(vertx, config, clock)).eventually(worker::close);
    }

    private static MapDbStore load(Vertx vertx, StoreConfig config, StoreClock clock) {
        long startNanos = System.nanoTime();
        try {
            DataDirectory directory = DataDirectory.open(config.directory());
            MapDbRecords records = new MapDbRecords(directory.path(), config.directBytes());
            try {
                Mvcc mvcc = new Mvcc(records, clock);
                Snapshots snapshots = new Snapshots(directory, config.snapshotAfterBytes());
                LogJournal journal = readBack(directory, mvcc, snapshots);
                LOG.atInfo()
                        .addKeyValue("directory", directory.path())
                        .addKeyValue("revision", mvcc.revision())
                        .addKeyValue("tookMillis", (System.nanoTime() - startNanos) / 1_000_000)
                        .log("store opened");
                return new MapDbStore(vertx, clock, mvcc, journal, config);
            } catch (IOException | RuntimeException failed) {
                records.close();
                directory.close();
                throw failed;
            }
        } catch (IOException failed) {
            throw new StoreException.Unusable(
                    "the store in " + config.directory() + " can't be opened: " + failed, failed);
        }
    }

    private static LogJournal readBack(DataDirectory directory, Mvcc mvcc, Snapshots snapshots) throws IOException {
        long nextFrame = snapshots.load(mvcc);
        boolean hasSnapshot = nextFrame > 0;
        List<Segment> segments = directory.segments();
        if (segments.isEmpty()) {
            if (hasSnapshot) {
                throw new StoreException.Unusable(directory.log(nextFrame) + " is missing: restore it from a backup");
            }
            return new LogJournal(directory, mvcc, snapshots, LogFile.create(directory, 0), 0, 0);
        }
        long olderBytes = 0;
        int end = 0;
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            if (segment.firstFrame() != nextFrame) {
                throw new StoreException.Unusable(directory.log(nextFrame) + " is missing: restore it from a backup");
            }
            boolean newest = i == segments.size() - 1;
            Segment.Replayed replayed = segment.replay(newest, new LogReader(mvcc));
            nextFrame = replayed.nextFrame();
            end = replayed.end();
            olderBytes += newest ? 0 : replayed.end();
        }
        LogFile file = LogFile.reopen(segments.get(segments.size() - 1).path(), end);
        return new LogJournal(directory, mvcc, snapshots, file, nextFrame, olderBytes);
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
