package io.minik.cli;

import io.minik.ground.json.Json;
import io.minik.ground.room.Room;
import io.minik.server.http.ApiServer.Page;
import io.minik.store.LocalStore;
import io.minik.store.Store;
import io.minik.store.mapdb.MapDbStore;
import io.minik.store.mapdb.StoreConfig;
import io.minik.store.remote.RemoteStore;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where a server's objects are: in the embedded store, with its etcd port and its snapshots, or in an etcd elsewhere. */
final class Datastore {
    /** Where values that etcd has told lie while somebody holds them and direct memory is full. */
    private static final String VALUES = "server/values";

    private final ControlPlane.Opening opening;
    private final Store store;
    private final Room room;
    private final Optional<LocalStore> embedded;

    private Datastore(ControlPlane.Opening opening, Store store, Room room, Optional<LocalStore> embedded) {
        this.opening = opening;
        this.store = store;
        this.room = room;
        this.embedded = embedded;
    }

    static Future<Datastore> open(ControlPlane.Opening opening, ClusterIdentity identity) {
        Vertx vertx = opening.vertx();
        DatastoreOptions elsewhere = opening.options().datastore;
        if (!elsewhere.isElsewhere()) {
            return vertx.executeBlocking(() -> {
                        ElsewhereMark.of(opening.node().dataDir).refuse(identity.acceptsLoss());
                        return null;
                    })
                    .compose(unused -> MapDbStore.open(
                            vertx, StoreConfig.at(identity.store()).acceptingLoss(identity.acceptsLoss())))
                    .map(store -> new Datastore(opening, store, StoreRoom.embedded(store), Optional.of(store)));
        }
        return vertx.executeBlocking(() -> values(opening.node().dataDir))
                .compose(folder -> RemoteStore.open(
                        vertx,
                        elsewhere.config(),
                        MapDbStore.records(folder, StoreConfig.at(folder).directBytes())))
                .compose(store -> vertx.executeBlocking(() -> {
                    ElsewhereMark.of(opening.node().dataDir)
                            .set(elsewhere.config().endpoints().toString());
                    return new Datastore(opening, store, StoreRoom.elsewhere(store), Optional.empty());
                }))
                .recover(error ->
                        Future.failedFuture(new StartFailure("--datastore-endpoint: " + error.getMessage(), error)));
    }

    private static Path values(Path dataDir) throws IOException {
        return Files.createDirectories(dataDir.resolve(VALUES));
    }

    Store store() {
        return store;
    }

    /** The first to start and the last to stop. */
    Room room() {
        return room;
    }

    boolean isElsewhere() {
        return embedded.isEmpty();
    }

    /** Its snapshots, where they are this server's to make. */
    Optional<SnapshotPage> backups(Context loop) {
        return embedded.map(local -> new SnapshotPage(opening, loop, local));
    }

    /** The etcd port, where there is one: etcd's clients go to the real one. */
    Optional<EtcdRoom> etcd(EtcdRoom.Face face, Optional<SnapshotPage> backups) {
        return opening.options().etcdPort == 0
                ? Optional.empty()
                : embedded.map(local -> EtcdRoom.of(
                        opening.vertx(), local, face, backups.orElseThrow().files()));
    }

    /** Says whose snapshots are to be asked for, where they are not ours. */
    static Page snapshots(Optional<SnapshotPage> backups) {
        return backups.<Page>map(page -> page::page)
                .orElse(request -> Pages.answer(
                        409,
                        Json.object()
                                .put(
                                        "error",
                                        "this server's store is the etcd of --datastore-endpoint: make its snapshots there,"
                                                + " by etcdctl snapshot save")));
    }

    /** Rooms that only one of them has. */
    List<Room> rooms(Optional<SnapshotPage> backups) {
        return backups.map(page -> List.of(page.room())).orElse(List.of());
    }
}
