package io.minik.ground.net;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * One flush a turn of the loop for all that the streams of an HTTP/2 connection write in it: a hundred watches that are told
 * of one event cost one pass of the flow control, a few full TLS records and one system call, not a hundred of each.
 */
public final class JoinedFlushes {
    private static final String NAME = "minik-joined-flushes";

    /** More than a connection has streams; beyond, what waits is sent without waiting for the turn's end. */
    private static final int MOST = 256;

    private JoinedFlushes() {}

    /** For a server's connection handler. */
    public static void of(HttpConnection connection) {
        if (connection instanceof ConnectionBase internal) {
            ChannelPipeline pipeline = internal.channelHandlerContext().pipeline();
            if (pipeline.get(Http2ConnectionHandler.class) != null && pipeline.get(NAME) == null) {
                // Vert.x flushes from the end of the pipeline, so this comes before HTTP/2 looks at its windows.
                pipeline.addLast(NAME, new FlushConsolidationHandler(MOST, true));
            }
        }
    }
}
