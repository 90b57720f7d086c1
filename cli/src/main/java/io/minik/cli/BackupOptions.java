package io.minik.cli;

import io.minik.api.meta.CronSchedule;
import io.minik.server.backup.Backups;
import io.minik.server.backup.SnapshotFolder;
import io.minik.store.etcdfile.Table;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** Snapshots that a server makes by itself, and the way back; k3s' words. */
final class BackupOptions {
    @Option(names = "--etcd-disable-snapshots", description = "make no snapshots by itself")
    boolean disabled;

    @Option(
            names = "--etcd-snapshot-name",
            paramLabel = "NAME",
            defaultValue = "etcd-snapshot",
            description = "what their names begin with (default ${DEFAULT-VALUE})")
    String name = "etcd-snapshot";

    @Option(
            names = "--etcd-snapshot-schedule-cron",
            paramLabel = "CRON",
            defaultValue = "0 */12 * * *",
            description = "when they are made, in UTC (default ${DEFAULT-VALUE})")
    String schedule = "0 */12 * * *";

    @Option(
            names = "--etcd-snapshot-retention",
            paramLabel = "N",
            defaultValue = "5",
            description = "how many of them are kept (default ${DEFAULT-VALUE})")
    int retention = 5;

    @Option(
            names = "--etcd-snapshot-dir",
            paramLabel = "DIR",
            defaultValue = "",
            description = "where snapshots go (default DATA-DIR/server/db/snapshots)")
    String directory = "";

    @Option(names = "--etcd-snapshot-compress", description = "compress them (zip)")
    boolean compress;

    @Option(
            names = "--cluster-reset",
            description = "take the data directory back to --cluster-reset-restore-path, and end")
    boolean clusterReset;

    @Option(
            names = "--cluster-reset-restore-path",
            paramLabel = "FILE",
            defaultValue = "",
            description = "snapshot to restore, of minik or of an etcd")
    String restorePath = "";

    /** @throws StartFailure naming the option */
    void check() {
        if (!SnapshotFolder.isName(name)) {
            throw new Flag("--etcd-snapshot-name").wrong(name, "can't be the name of a file");
        }
        new Flag("--etcd-snapshot-retention").atLeast(1, retention, "what is made would be deleted at once");
        if (!disabled) {
            cron();
        }
        if (!directory.isEmpty() && !Files.isDirectory(Path.of(directory))) {
            throw new Flag("--etcd-snapshot-dir").wrong(directory, "is not a directory: make it first");
        }
        if (clusterReset && restorePath.isEmpty()) {
            throw new StartFailure(
                    "--cluster-reset: there is one server, which is its own cluster: give the snapshot to go"
                            + " back to by --cluster-reset-restore-path");
        }
        if (!clusterReset && !restorePath.isEmpty()) {
            throw new StartFailure("--cluster-reset-restore-path: it does nothing without --cluster-reset");
        }
    }

    private CronSchedule cron() {
        try {
            return CronSchedule.parse(schedule);
        } catch (IllegalArgumentException e) {
            throw new Flag("--etcd-snapshot-schedule-cron").wrong(schedule, "is no schedule: " + e.getMessage());
        }
    }

    Backups.Plan plan() {
        return new Backups.Plan(disabled ? Optional.empty() : Optional.of(cron()), name, retention, compress);
    }

    static Path defaultDirectory(Path dataDir) {
        return dataDir.resolve("server/db/snapshots");
    }

    Backups.Target target(String nodeName, Path dataDir, Callable<List<Table>> tables) {
        return directory.isEmpty()
                ? new Backups.Target(nodeName, defaultDirectory(dataDir), true, tables)
                : new Backups.Target(nodeName, Path.of(directory).toAbsolutePath(), false, tables);
    }
}
