package io.minik.store.mapdb;

import io.minik.ground.loop.Loop;
import io.minik.store.StoreException;
import io.minik.store.mvcc.Mvcc;
import io.minik.store.mvcc.MvccStore;
import io.minik.store.mvcc.Records;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The durable store. */
public final class MapDbStore extends MvccStore {
    private static final Logger LOG = LoggerFactory.getLogger(MapDbStore.class);

    /** Reading back gigabytes from slow flash takes a while: only beyond this it is worth a warning. */
    private static final long OPEN_MINUTES = 5;

    private final LogJournal journal;

    private MapDbStore(Vertx vertx, Loop clock, Mvcc mvcc, LogJournal journal, StoreConfig config) {
        super(vertx, clock, mvcc, journal, config.limits());
        this.journal = journal;
        start();
    }

    /** Times that the log was synced since the store was opened. Any thread. */
    public long logSyncs() {
        return journal.syncs();
    }

    /** Fails with {@link StoreException.Unusable} if the directory is in use, damaged, or of a newer version. */
    public static Future<MapDbStore> open(Vertx vertx, StoreConfig config) {
        return open(vertx, config, Loop.here(vertx));
    }

    public static Future<MapDbStore> open(Vertx vertx, StoreConfig config, Loop clock) {
        WorkerExecutor worker = vertx.createSharedWorkerExecutor("minik-store-open", 1, OPEN_MINUTES, TimeUnit.MINUTES);
        return worker.executeBlocking(() -> load(vertx, config, clock)).eventually(worker::close);
    }

    private static MapDbStore load(Vertx vertx, StoreConfig config, Loop clock) {
        long startNanos = System.nanoTime();
        try {
            DataDirectory directory = DataDirectory.open(config.directory());
            MapDbRecords records = new MapDbRecords(directory.path(), config.directBytes());
            try {
                Mvcc mvcc = new Mvcc(records, clock);
                Snapshots snapshots = new Snapshots(directory, config.snapshotAfterBytes());
                LogJournal journal = new ReadBack(directory, mvcc, snapshots, config.acceptsLoss()).journal();
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
                    "the store in " + config.directory() + " can't be opened: " + words(failed), failed);
        }
    }

    /**
     * Records alone, in direct memory and then in a file of that directory, which is gone as soon as it is open: for values of
     * a store that is elsewhere.
     */
    public static Records records(Path directory, long directBytes) {
        return new MapDbRecords(directory, directBytes);
    }

    /** Whether anything was ever written to the store in that directory. Blocking. */
    public static boolean holdsData(Path directory) {
        try {
            return DataDirectory.holdsData(directory);
        } catch (IOException failed) {
            throw new StoreException.Unusable("the store in " + directory + " can't be read: " + words(failed), failed);
        }
    }

    private static String words(IOException failed) {
        return failed instanceof FileSystemException file && file.getReason() != null
                ? file.getFile() + ": " + file.getReason()
                : String.valueOf(failed.getMessage());
    }
}
