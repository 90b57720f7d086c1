package io.minik.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.join.JoinToken;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.ground.room.Room;
import io.minik.ground.tls.SecretFile;
import io.minik.server.backup.BackupException;
import io.minik.server.backup.Backups;
import io.minik.server.backup.SealedIdentity;
import io.minik.server.backup.SnapshotFolder;
import io.minik.server.http.ApiServer.PageAnswer;
import io.minik.server.http.ApiServer.PageRequest;
import io.minik.store.LocalStore;
import io.minik.store.etcdapi.SnapshotFiles;
import io.minik.store.etcdauth.AuthRecords;
import io.minik.store.etcdfile.Table;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A server's snapshots as a page of the API server, which {@code minik etcd-snapshot save} asks. */
final class SnapshotPage {
    static final String PATH = "/minik/v1/etcd-snapshot";

    private final Context loop;
    private final Path server;
    private final Backups backups;
    private final boolean compress;
    private final SecureRandom random = new SecureRandom();

    SnapshotPage(ControlPlane.Opening opening, Context loop, LocalStore store) {
        Vertx vertx = opening.vertx();
        BackupOptions options = opening.options().backup;
        Path dataDir = opening.node().dataDir;
        this.loop = loop;
        this.server = dataDir.resolve("server");
        this.compress = options.compress;
        this.backups = new Backups(
                vertx, Loop.on(loop), store, options.plan(), options.target(opening.nodeName(), dataDir, this::beside));
    }

    Room room() {
        return backups;
    }

    /** How etcd's clients get one. */
    SnapshotFiles files() {
        return new SnapshotFiles(server.resolve("db"), this::identity);
    }

    private List<Table> beside() throws IOException {
        List<Table> tables = new ArrayList<>(identity());
        tables.addAll(AuthRecords.tables(server.resolve("db")));
        return tables;
    }

    /** What snapshots have of this server beside the store. Blocking. */
    private List<Table> identity() throws IOException {
        Optional<String> token = SecretFile.read(server.resolve("token"));
        return token.isEmpty()
                ? List.of()
                : List.of(SealedIdentity.table(
                        server, JoinToken.parse(token.get().strip()).password(), random));
    }

    /** POST {@code {"name": "on-demand", "compress": true}}: answers with the file's name, path and size. */
    Future<PageAnswer> page(PageRequest request) {
        if (!request.method().equals("POST")) {
            return Pages.answer(405, Json.object().put("error", "a snapshot is asked for by POST"));
        }
        return request.body().get().compose(body -> {
            JsonNode asked = body.length() == 0 ? Json.object() : Json.parseObject(body.getBytes());
            String name = Json.text(asked, "name");
            return save(
                            name.isEmpty() ? "on-demand" : name,
                            compress || asked.path("compress").asBoolean())
                    .compose(saved -> Pages.answer(
                            200,
                            Json.object()
                                    .put("name", saved.name())
                                    .put("path", saved.path().toString())
                                    .put("size", saved.bytes())))
                    .recover(why -> why instanceof BackupException
                            ? Pages.answer(409, Json.object().put("error", String.valueOf(why.getMessage())))
                            : Future.failedFuture(why));
        });
    }

    private Future<SnapshotFolder.Snapshot> save(String name, boolean compressed) {
        Promise<SnapshotFolder.Snapshot> saved = Promise.promise();
        loop.runOnContext(task -> backups.save(name, compressed).onComplete(saved));
        return saved.future();
    }
}
