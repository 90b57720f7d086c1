package io.minik.ground.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests of one connection, some at a time. A read of the socket brings a megabyte, which is ten thousand short requests: in
 * one go they would hold the loop, and with it all other connections, for a second. And who does not read his answers is asked
 * for no further request: they would wait in memory. On the connection's loop.
 */
final class Turns extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(Turns.class);

    /** Handled after one read: what a node's agent asks at once at its start. It takes some ten milliseconds. */
    static final int MOST = 32;

    private static final String NAME = "minik-turns";

    private final Rounds rounds;
    private final Channel channel;
    private final @Nullable Http2ConnectionHandler http2;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int taken;
    /** Whether its next request is asked for in the loop's rounds. */
    private boolean inRing;

    private Turns(Rounds rounds, Channel channel) {
        this.rounds = rounds;
        this.channel = channel;
        this.http2 = channel.pipeline().get(Http2ConnectionHandler.class);
    }

    /** @param rounds of its loop */
    static Turns of(Rounds rounds, ConnectionBase connection) {
        ChannelHandlerContext last = connection.channelHandlerContext();
        ChannelPipeline pipeline = last.pipeline();
        Turns turns = new Turns(rounds, pipeline.channel());
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
            rounds.count(channel.eventLoop());
            run(handle);
            return;
        }
        request.pause();
        rounds.waits();
        waiting.add(() -> {
            // Its stream may have been reset meanwhile: nobody waits for an answer, and there is nothing left to read.
            if (!request.response().closed()) {
                handle.run();
            }
        });
        join();
    }

    /** The first after a read always: who asks little is not held up by who asks much. */
    private boolean mayGoOn() {
        return channel.isWritable() && (taken == 0 || (taken < MOST && rounds.hasRoom()));
    }

    private void join() {
        if (!inRing && !waiting.isEmpty() && channel.isWritable()) {
            inRing = true;
            rounds.join(this);
        }
    }

    /** Handles one that waits, in a round. @return whether there is another one that may be handled */
    boolean next() {
        if (!waiting.isEmpty() && channel.isWritable()) {
            run(waiting.remove());
        }
        if (waiting.isEmpty()) {
            taken = 0;
        }
        inRing = !waiting.isEmpty() && channel.isWritable();
        return inRing;
    }

    /** What breaks would never be answered, and its connection never be idle: it ends. */
    private void run(Runnable handle) {
        try {
            handle.run();
        } catch (RuntimeException broken) {
            log.atError().setCause(broken).log("a request could not be handled: its connection is closed");
            channel.close();
        }
    }

    /** The connection is gone. */
    void end() {
        waiting.clear();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        if (waiting.isEmpty()) {
            taken = 0;
        }
        super.channelReadComplete(context);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
        super.channelWritabilityChanged(context);
        join();
    }
}
