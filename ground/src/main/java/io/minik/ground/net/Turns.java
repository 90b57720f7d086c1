package io.minik.ground.net;

import io.minik.ground.loop.Loop;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one connection, some at a time. A read of the socket brings a megabyte, which is ten thousand short requests: in
 * one go they would hold the loop, and with it all other connections, for a second. And who does not read his answers is asked
 * for no further request: they would wait in memory. On the connection's loop.
 */
final class Turns extends ChannelInboundHandlerAdapter {
    /** Handled after one read: what a node's agent asks at once at its start. It takes some ten milliseconds. */
    static final int MOST = 32;

    /** What others get in between: a timer, since the loop would do tasks alone as long as there are any. */
    private static final Duration PAUSE = Duration.ofMillis(1);

    private static final String NAME = "minik-turns";

    private final Vertx vertx;
    private final Channel channel;
    private final @Nullable Http2ConnectionHandler http2;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int taken;
    private boolean pausing;

    private Turns(Vertx vertx, Channel channel) {
        this.vertx = vertx;
        this.channel = channel;
        this.http2 = channel.pipeline().get(Http2ConnectionHandler.class);
    }

    static Turns of(Vertx vertx, ConnectionBase connection) {
        ChannelHandlerContext last = connection.channelHandlerContext();
        ChannelPipeline pipeline = last.pipeline();
        Turns turns = new Turns(vertx, pipeline.channel());
        pipeline.addBefore(last.name(), NAME, turns);
        return turns;
    }

    /** Requests of HTTP/2 whose answers are not taken yet. */
    int streams() {
        return http2 == null ? 0 : http2.connection().numActiveStreams();
    }

    /** @param handle now or later; then the request is paused */
    void take(HttpServerRequest request, Runnable handle) {
        if (waiting.isEmpty() && mayGoOn()) {
            taken++;
            handle.run();
            return;
        }
        request.pause();
        waiting.add(() -> {
            // Its stream may have been reset meanwhile: nobody waits for an answer, and there is nothing left to read.
            if (!request.response().closed()) {
                handle.run();
            }
        });
        pause();
    }

    private boolean mayGoOn() {
        return taken < MOST && channel.isWritable();
    }

    private void pause() {
        if (!pausing && !waiting.isEmpty() && channel.isWritable()) {
            pausing = true;
            Loop.here(vertx).after(PAUSE, this::goOn);
        }
    }

    private void goOn() {
        pausing = false;
        taken = 0;
        while (!waiting.isEmpty() && mayGoOn()) {
            taken++;
            waiting.remove().run();
        }
        pause();
    }

    /** The connection is gone. */
    void end() {
        waiting.clear();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        if (!pausing) {
            taken = 0;
        }
        super.channelReadComplete(context);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
        super.channelWritabilityChanged(context);
        pause();
    }
}
