package io.minik.server.simulation;

import io.minik.api.client.ApiClient;
import io.minik.api.client.KubeList;
import io.minik.api.client.ListOptions;
import io.minik.api.client.Transport;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.store.memory.MemoryStore;
import io.minik.store.mvcc.StoreLimits;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One server and its nodes on simulated time; the server ends and starts anew on what its store keeps. */
final class SimulatedCluster implements AutoCloseable {
    final SimulatedTime time;
    final List<HollowNode> nodes = new ArrayList<>();
    final MemoryStore disk;
    private final Cast cast;
    private Optional<ServerLife> server = Optional.empty();
    /** Writes that grow the store are refused. The heap of the process that simulates is nobody's but the test's. */
    private boolean heapShort;

    SimulatedCluster(long seed, int count, Cast cast) {
        this.cast = cast;
        time = new SimulatedTime(seed);
        MemoryStore.Stepped stepped = MemoryStore.stepped(
                time.vertx(),
                time.loop(),
                new StoreLimits(
                        StoreLimits.DEFAULT_QUOTA_BYTES,
                        StoreLimits.DEFAULT_HISTORY_REVISIONS,
                        StoreLimits.DEFAULT_HISTORY_BYTES,
                        now -> heapShort));
        time.alongside(stepped.writer());
        disk = stepped.store();
        startServer();
        for (int i = 0; i < count; i++) {
            HollowNode node = new HollowNode("node-" + i, time, this::transport);
            nodes.add(node);
            node.start();
        }
    }

    void startServer() {
        ServerLife next = new ServerLife(time, disk, cast);
        done(next.start());
        server = Optional.of(next);
    }

    void killServer() {
        ServerLife killed = server();
        server = Optional.empty();
        done(killed.die());
        nodes.forEach(HollowNode::breakWatches);
    }

    void heapShort(boolean isShort) {
        heapShort = isShort;
    }

    ServerLife server() {
        return server.orElseThrow();
    }

    boolean serves() {
        return server.isPresent();
    }

    Optional<Transport> transport() {
        return server.map(ServerLife::transport);
    }

    /** Who asks without a network between. */
    ApiClient client() {
        return new ApiClient(server().transport(), "user");
    }

    <T> T done(Future<T> future) {
        if (!time.passUntil(Duration.ofMinutes(1), future::isComplete) || future.failed()) {
            throw new AssertionError("not done: " + future, future.cause());
        }
        return future.result();
    }

    List<KubeObject> all(Resource resource) {
        KubeList list = done(client().list(resource, "", ListOptions.ALL));
        return list.items();
    }

    @Override
    public void close() {
        server.ifPresent(running -> done(running.die()));
        nodes.forEach(HollowNode::die);
        time.close();
    }
}
