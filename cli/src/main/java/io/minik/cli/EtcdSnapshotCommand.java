package io.minik.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.minik.ground.json.Json;
import io.minik.server.backup.BackupException;
import io.minik.server.backup.SnapshotFolder;
import io.minik.server.backup.SnapshotFolder.Snapshot;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code minik etcd-snapshot}: k3s' words and output, and restore, which k3s has as options of the server alone. */
@Command(
        name = "etcd-snapshot",
        description = "Make, list and delete snapshots of the cluster, and go back to one.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "save|ls|delete|prune|restore",
        subcommands = {
            EtcdSnapshotCommand.Save.class,
            EtcdSnapshotCommand.Listing.class,
            EtcdSnapshotCommand.Delete.class,
            EtcdSnapshotCommand.Prune.class,
            EtcdSnapshotCommand.Restore.class
        })
final class EtcdSnapshotCommand extends WordGroup {
    /** Where they lie. */
    static final class Place {
        @Option(
                names = {"--etcd-snapshot-dir", "--dir"},
                paramLabel = "DIR",
                defaultValue = "",
                description = "where they lie (default DATA-DIR/server/db/snapshots)")
        String directory = "";

        @Mixin
        ClientOptions client = new ClientOptions();

        SnapshotFolder folder() {
            return directory.isEmpty()
                    ? new SnapshotFolder(BackupOptions.defaultDirectory(client.dataDir), true)
                    : new SnapshotFolder(Path.of(directory).toAbsolutePath(), false);
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static int tried(Work work) {
        try {
            work.run();
            return 0;
        } catch (BackupException refused) {
            throw new StartFailure(String.valueOf(refused.getMessage()), refused);
        } catch (IOException failed) {
            throw new StartFailure(String.valueOf(failed), failed);
        }
    }

    @Command(name = "save", description = "Trigger an immediate snapshot", mixinStandardHelpOptions = true)
    static final class Save implements Callable<Integer> {
        @Option(
                names = "--name",
                paramLabel = "NAME",
                defaultValue = "on-demand",
                description = "what its name begins with (default ${DEFAULT-VALUE})")
        String name = "on-demand";

        @Option(
                names = {"--etcd-snapshot-compress", "--snapshot-compress"},
                description = "compress it (zip)")
        boolean compress;

        @Mixin
        Place place = new Place();

        @Override
        public Integer call() {
            return tried(() -> {
                Path directory = place.directory.isEmpty()
                        ? null
                        : Path.of(place.directory).toAbsolutePath();
                if (directory != null && !Files.isDirectory(directory)) {
                    throw new BackupException(directory + " is not a directory: make it first");
                }
                try (ServerSession session = ServerSession.open(place.client)) {
                    Buffer body = Buffer.buffer(
                            Json.bytes(Json.object().put("name", name).put("compress", compress)));
                    JsonNode saved = Json.parseObject(session.fetch(HttpMethod.POST, SnapshotPage.PATH, body)
                            .getBytes());
                    Path file = Path.of(Json.text(saved, "path"));
                    if (directory != null && !directory.equals(file.getParent())) {
                        Files.move(file, directory.resolve(file.getFileName()));
                    }
                    System.out.println("Snapshot " + Json.text(saved, "name") + " saved.");
                }
            });
        }
    }

    @Command(
            name = "ls",
            aliases = {"list", "l"},
            description = "List snapshots",
            mixinStandardHelpOptions = true)
    static final class Listing implements Callable<Integer> {
        @Option(
                names = {"-o", "--output"},
                paramLabel = "FORMAT",
                defaultValue = "",
                description = "json, or the table that is the default")
        String output = "";

        @Mixin
        Place place = new Place();

        @Override
        public Integer call() {
            if (!output.isEmpty() && !output.equals("json") && !output.equals("table")) {
                throw new StartFailure("invalid output format: " + output);
            }
            return tried(() -> {
                List<Snapshot> found = place.folder().list();
                System.out.print(output.equals("json") ? json(found) : table(found));
            });
        }

        static String table(List<Snapshot> snapshots) {
            List<List<String>> rows = new ArrayList<>();
            rows.add(List.of("Name", "Location", "Size", "Created"));
            snapshots.forEach(each -> rows.add(List.of(
                    each.name(),
                    "file://" + each.path(),
                    String.valueOf(each.bytes()),
                    String.valueOf(each.created()))));
            StringBuilder text = new StringBuilder();
            for (List<String> row : rows) {
                for (int column = 0; column < row.size() - 1; column++) {
                    int wide = width(rows, column) + 1;
                    text.append(row.get(column))
                            .append(" ".repeat(wide - row.get(column).length()));
                }
                text.append(row.get(row.size() - 1)).append('\n');
            }
            return text.toString();
        }

        private static int width(List<List<String>> rows, int column) {
            return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
        }

        static String json(List<Snapshot> snapshots) {
            ArrayNode all = Json.array();
            snapshots.forEach(each -> all.addObject()
                    .put("name", each.name())
                    .put("location", "file://" + each.path())
                    .put("createdAt", String.valueOf(each.created()))
                    .put("size", each.bytes())
                    .put("status", "successful")
                    .put("compressed", each.compressed()));
            return new String(Json.bytes(all), StandardCharsets.UTF_8) + "\n";
        }
    }

    @Command(name = "delete", description = "Delete given snapshot(s)", mixinStandardHelpOptions = true)
    static final class Delete implements Callable<Integer> {
        @Parameters(paramLabel = "SNAPSHOT", arity = "1..*", description = "their names, as ls shows them")
        List<String> names = new ArrayList<>();

        @Mixin
        Place place = new Place();

        @Override
        public Integer call() {
            return tried(() -> {
                for (String name : names) {
                    place.folder().delete(name);
                    System.out.println("Snapshot " + name + " deleted.");
                }
            });
        }
    }

    @Command(
            name = "prune",
            description = "Remove snapshots that match the name prefix that exceed the configured retention count",
            mixinStandardHelpOptions = true)
    static final class Prune implements Callable<Integer> {
        @Option(
                names = "--name",
                paramLabel = "NAME",
                defaultValue = "on-demand",
                description = "what their names begin with (default ${DEFAULT-VALUE})")
        String name = "on-demand";

        @Option(
                names = {"--etcd-snapshot-retention", "--snapshot-retention"},
                paramLabel = "N",
                defaultValue = "5",
                description = "how many are kept (default ${DEFAULT-VALUE})")
        int retention = 5;

        @Mixin
        Place place = new Place();

        @Override
        public Integer call() {
            new Flag("--snapshot-retention").atLeast(0, retention, "how many are kept");
            return tried(() -> place.folder()
                    .prune(name, retention)
                    .forEach(gone -> System.out.println("Snapshot " + gone.name() + " deleted.")));
        }
    }

    @Command(
            name = "restore",
            description =
                    "Take the data directory back to a snapshot, of minik or of an etcd; the server must be stopped.",
            mixinStandardHelpOptions = true)
    static final class Restore implements Callable<Integer> {
        @Parameters(paramLabel = "SNAPSHOT", description = "its file, or its name as ls shows it")
        String snapshot = "";

        @Option(
                names = {"-t", "--token"},
                paramLabel = "TOKEN",
                defaultValue = "",
                description =
                        "what the server had as its token when the snapshot was made (default: this data directory's)")
        String token = "";

        @Option(
                names = "--skip-hash-check",
                description = "take a database out of an etcd's data directory, without a checksum")
        boolean skipHashCheck;

        @Mixin
        Place place = new Place();

        @Override
        public Integer call() {
            Preflight.ofThisMachine().root();
            Daemon.refuseSecond(place.client.runDir);
            return new ClusterReset(place.client.dataDir, InstantSource.system()).run(file(), !skipHashCheck, token);
        }

        private Path file() {
            Path directory = place.directory.isEmpty()
                    ? BackupOptions.defaultDirectory(place.client.dataDir)
                    : Path.of(place.directory);
            Path named = directory.resolve(snapshot);
            return SnapshotFolder.isName(snapshot) && Files.exists(named) ? named : Path.of(snapshot);
        }
    }
}
