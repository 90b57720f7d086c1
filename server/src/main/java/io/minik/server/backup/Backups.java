package io.minik.server.backup;

import io.minik.api.meta.CronSchedule;
import io.minik.ground.loop.Loop;
import io.minik.ground.room.Room;
import io.minik.store.LocalStore;
import io.minik.store.etcdfile.SnapshotWriting;
import io.minik.store.etcdfile.Table;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes snapshots, one at a time: when asked, and when the schedule says. On one loop; files on a worker. */
public final class Backups implements Room {
    private static final Logger LOG = LoggerFactory.getLogger(Backups.class);

    private static final long WRITING_MINUTES = 10;

    /** A clock that is set makes the next moment another one: it is looked at least that often. */
    private static final Duration LOOK = Duration.ofMinutes(1);

    /** What stays free on the disk. */
    private static final long FREE_BYTES = 64L << 20;

    /**
     * @param schedule empty: none is made by itself
     * @param base of the names of those
     * @param retention of these, the newest that are kept
     */
    public record Plan(Optional<CronSchedule> schedule, String base, int retention, boolean compress) {}

    private final Loop loop;
    private final LocalStore store;
    private final Plan plan;
    private final String nodeName;
    private final Path directory;
    private final SnapshotFolder folder;
    private final Callable<List<Table>> tables;
    private final WorkerExecutor worker;
    private Loop.Timer next = Loop.Timer.NONE;
    private Instant due = Instant.MAX;
    private volatile boolean saving;

    /**
     * Where snapshots of whom go.
     *
     * @param tables what stands in them beside the store's content, asked on a worker
     */
    public record Target(String nodeName, Path directory, boolean own, Callable<List<Table>> tables) {}

    public Backups(Vertx vertx, Loop loop, LocalStore store, Plan plan, Target target) {
        this.loop = loop;
        this.store = store;
        this.plan = plan;
        this.nodeName = target.nodeName();
        this.directory = target.directory();
        this.folder = new SnapshotFolder(target.directory(), target.own());
        this.tables = target.tables();
        this.worker = vertx.createSharedWorkerExecutor("minik-backup", 1, WRITING_MINUTES, TimeUnit.MINUTES);
    }

    @Override
    public String name() {
        return "etcd-snapshots";
    }

    @Override
    public Future<Void> start() {
        if (plan.schedule().isPresent()) {
            due = following();
            next = loop.every(LOOK, this::look);
        }
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> stop() {
        next.cancel();
        return worker.close();
    }

    @Override
    public Health health() {
        return Health.READY;
    }

    private Instant following() {
        return plan.schedule().orElseThrow().next(loop.now()).orElse(Instant.MAX);
    }

    private void look() {
        // One that was asked for may be under way: then this one is made a minute later.
        boolean isDue = !saving && !loop.now().isBefore(due);
        // Earlier than it was if the clock was set back.
        due = isDue || following().isBefore(due) ? following() : due;
        if (isDue) {
            save(plan.base(), plan.compress())
                    .compose(saved -> worker.executeBlocking(() -> folder.prune(plan.base(), plan.retention())))
                    .onFailure(why -> LOG.atError()
                            .addKeyValue("directory", directory)
                            .setCause(why)
                            .log("the scheduled snapshot was not made"));
        }
    }

    /**
     * @param base of its name
     * @return fails with a {@link BackupException} where whoever asks can mend it
     */
    public Future<SnapshotFolder.Snapshot> save(String base, boolean compress) {
        if (!SnapshotFolder.isName(base)) {
            return Future.failedFuture(new BackupException("\"" + base + "\" is no name of a snapshot"));
        }
        if (saving) {
            return Future.failedFuture(new BackupException("snapshot save already in progress"));
        }
        saving = true;
        String name = base + "-" + nodeName + "-" + loop.now().getEpochSecond();
        return worker.executeBlocking(() -> {
                    checkRoom(folder.make());
                    return new Beginning(folder.unfinished(name), tables.call());
                })
                .compose(begun -> SnapshotWriting.write(store, worker, begun.file(), begun.tables()))
                .compose(written -> worker.executeBlocking(() -> folder.finish(written.file(), name, compress)))
                .onComplete(done -> saving = false, failed -> saving = false)
                .onSuccess(saved -> LOG.atInfo()
                        .addKeyValue("file", saved.path())
                        .addKeyValue("bytes", saved.bytes())
                        .log("snapshot saved"));
    }

    private record Beginning(Path file, List<Table> tables) {}

    private void checkRoom(Path made) {
        long needed = 2 * store.status().sizeInUseBytes() + FREE_BYTES;
        long usable = made.toFile().getUsableSpace();
        if (usable < needed) {
            throw new BackupException("no room for a snapshot in " + made + ": it has " + usable + " bytes, and "
                    + needed + " are needed");
        }
    }
}
