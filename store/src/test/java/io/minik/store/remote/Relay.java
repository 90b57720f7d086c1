package io.minik.store.remote;

import io.minik.store.Await;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.List;

/** The way to a server, which can be cut and frozen. */
final class Relay {
    private final NetServer server;
    private final NetClient client;
    private final List<NetSocket> sockets = new ArrayList<>();
    private final int port;
    private boolean frozen;
    private int connections;

    private Relay(Vertx vertx, int target) {
        this.client = vertx.createNetClient();
        this.server = vertx.createNetServer().connectHandler(in -> take(in, target));
        this.port = Await.get(server.listen(0, "127.0.0.1")).actualPort();
    }

    static Relay to(Vertx vertx, int port) {
        return new Relay(vertx, port);
    }

    private void take(NetSocket in, int target) {
        in.pause();
        client.connect(target, "127.0.0.1").onFailure(error -> in.close()).onSuccess(out -> {
            join(in, out);
            join(out, in);
            in.resume();
            keep(in, out);
        });
    }

    private static void join(NetSocket from, NetSocket to) {
        from.handler(to::write);
        from.closeHandler(closed -> to.close());
    }

    private synchronized void keep(NetSocket in, NetSocket out) {
        connections++;
        sockets.add(in);
        sockets.add(out);
        if (frozen) {
            in.pause();
            out.pause();
        }
    }

    /** Nothing goes through, and nobody is told. */
    synchronized void freeze() {
        frozen = true;
        sockets.forEach(NetSocket::pause);
    }

    synchronized void thaw() {
        frozen = false;
        sockets.forEach(NetSocket::resume);
    }

    synchronized void cut() {
        sockets.forEach(NetSocket::close);
        sockets.clear();
    }

    synchronized int connections() {
        return connections;
    }

    EtcdEndpoint endpoint() {
        return new EtcdEndpoint(false, "127.0.0.1", port);
    }

    Future<Void> close() {
        return server.close();
    }
}
