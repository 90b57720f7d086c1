package io.minik.store.etcdapi;

import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.vertx.core.Future;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of etcd's clients, all of them with a certificate: how many there may be, and how long one may keep still
 * with no call open. A watch is a call, however quiet. On the server's event loop.
 */
final class EtcdClients {
    private static final Logger LOG = LoggerFactory.getLogger(EtcdClients.class);

    /** One a client is enough; a megabyte of window each. */
    static final int MOST = 64;

    static final Duration SWEEP = Duration.ofSeconds(30);

    /** Five minutes, after which a client connects anew by itself. */
    static final int QUIET_SWEEPS = 10;

    /** Sweeps that found no call open, one after the other. */
    private final Map<HttpConnection, Integer> quiet = new HashMap<>();

    private final Map<HttpConnection, Integer> busy = new HashMap<>();

    void opened(HttpConnection connection) {
        if (quiet.size() >= MOST) {
            LOG.atWarn()
                    .addKeyValue("from", connection.remoteAddress())
                    .addKeyValue("connections", MOST)
                    .log("etcd client refused: too many connections");
            dropped(connection.close());
            return;
        }
        quiet.put(connection, 0);
        connection.closeHandler(unused -> {
            quiet.remove(connection);
            busy.remove(connection);
        });
    }

    /** A request of HTTP/1 that may take long: its connection is not quiet. */
    void begun(HttpConnection connection) {
        busy.merge(connection, 1, Integer::sum);
    }

    void over(HttpConnection connection) {
        busy.computeIfPresent(connection, (same, count) -> count == 1 ? null : count - 1);
    }

    int size() {
        return quiet.size();
    }

    void sweep() {
        for (HttpConnection connection : List.copyOf(quiet.keySet())) {
            int sweeps =
                    calls(connection) == 0 && !busy.containsKey(connection) ? quiet.getOrDefault(connection, 0) + 1 : 0;
            quiet.replace(connection, sweeps);
            if (sweeps == QUIET_SWEEPS) {
                dropped(connection.shutdown());
            }
        }
    }

    /** HTTP/1 carries no call of etcd's. */
    private static int calls(HttpConnection connection) {
        if (connection instanceof ConnectionBase internal) {
            Http2ConnectionHandler http2 = internal.channel().pipeline().get(Http2ConnectionHandler.class);
            return http2 == null ? 0 : http2.connection().numActiveStreams();
        }
        return 0;
    }

    private static void dropped(Future<Void> closing) {
        closing.onFailure(gone -> LOG.atDebug().setCause(gone).log("a connection was gone before it was closed"));
    }
}
