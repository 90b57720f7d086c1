package io.minik.cli;

import io.minik.api.meta.Resources;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.tls.SecretFile;
import io.minik.server.pki.PkiException;
import io.minik.server.watchcache.StorageKeys;
import io.minik.store.RangeRequest;
import io.minik.store.Store;
import io.minik.store.StoreException;
import io.minik.store.mapdb.MapDbStore;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which cluster a data directory is of: the uid of its kube-system namespace, kept beside the store by the server and
 * beside the pods by the node. What is missing or does not fit is refused, as an empty store would look like a cluster
 * whose pods are all to be ended.
 *
 * <p>The way out is a file, {@code DATA/server/accept-loss}: the start that finds it goes on with what is there, and removes it.
 */
final class ClusterIdentity {
    private final Path server;
    private final Path agent;
    private final boolean acceptsLoss;
    private final Optional<String> known;
    private final boolean mayBegin;

    private ClusterIdentity(Path dataDir) {
        this.server = dataDir.resolve("server");
        this.agent = dataDir.resolve("agent/cluster");
        this.acceptsLoss = Files.exists(lossFile());
        this.known = identity(server.resolve("cluster"));
        this.mayBegin = acceptsLoss || (known.isEmpty() && !MapDbStore.holdsData(store()));
    }

    /** Blocking. */
    static ClusterIdentity read(Path dataDir) {
        return new ClusterIdentity(dataDir);
    }

    /** A file that is empty names no cluster, and is as one that is missing. */
    private static Optional<String> identity(Path file) {
        return SecretFile.read(file).map(String::strip).filter(uid -> !uid.isEmpty());
    }

    Path store() {
        return server.resolve("db");
    }

    private Path lossFile() {
        return server.resolve("accept-loss");
    }

    boolean acceptsLoss() {
        return acceptsLoss;
    }

    /** Whether this server has no cluster yet, so that keys may be made. */
    boolean mayBegin() {
        return mayBegin;
    }

    /** Before anything is written to it: a store of another cluster, or of none, is not the one that was here. */
    Future<Void> check(Store store) {
        return store.range(RangeRequest.key(StorageKeys.key(Resources.NAMESPACES, ObjectKey.cluster("kube-system"))))
                .compose(found -> {
                    Optional<String> uid = found.kvs().stream()
                            .map(kv -> Json.text(Json.parseObject(kv.value().array()), "metadata", "uid"))
                            .findFirst();
                    if (acceptsLoss || known.isEmpty() || known.equals(uid)) {
                        return Future.succeededFuture();
                    }
                    return Future.failedFuture(new StartFailure(store() + " holds "
                            + uid.map(other -> "cluster " + other).orElse("nothing") + ", and this server's cluster is "
                            + known.get() + ": restore the data directory from a backup" + wayOut()));
                });
    }

    /** All is well with this cluster: remembers it, and that a loss was accepted once. Blocking. */
    Void keep(String uid) {
        if (!known.equals(Optional.of(uid))) {
            SecretFile.write(server.resolve("cluster"), uid + "\n");
        }
        try {
            if (acceptsLoss) {
                Files.deleteIfExists(agent);
                Files.deleteIfExists(lossFile());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(lossFile() + " can't be removed: " + e.getMessage(), e);
        }
        return null;
    }

    /** Adds the way out to what says that something is missing. */
    <T> Future<T> advise(Throwable refused) {
        return Future.failedFuture(
                refused instanceof StoreException.Lost || refused instanceof PkiException.Missing
                        ? new StartFailure(refused.getMessage() + wayOut(), refused)
                        : refused);
    }

    private String wayOut() {
        return "; or, to go on without what is lost, create the file " + lossFile() + " and start again";
    }

    /** The node's side: its pods are of one cluster. */
    static final class OfNode {
        private final Path file;
        private volatile Optional<String> known;

        private OfNode(Path file) {
            this.file = file;
            this.known = identity(file);
        }

        /** Blocking. */
        static OfNode read(Path dataDir) {
            return new OfNode(dataDir.resolve("agent/cluster"));
        }

        boolean isKnown() {
            return known.isPresent();
        }

        /** Why a server's cluster is not this node's, if it is not. The first one is. Any thread. */
        Optional<String> refuse(String uid) {
            if (known.isEmpty()) {
                known = Optional.of(uid);
            }
            return known.filter(own -> !own.equals(uid))
                    .map(own -> "the server is of cluster " + uid + ", and this node's pods are of cluster " + own
                            + ": they are left alone; to end them and join the other cluster, remove the file " + file
                            + " and start again");
        }

        /** Blocking. */
        Void keep() {
            known.filter(uid -> !SecretFile.read(file).map(String::strip).equals(Optional.of(uid)))
                    .ifPresent(uid -> SecretFile.write(file, uid + "\n"));
            return null;
        }
    }
}
