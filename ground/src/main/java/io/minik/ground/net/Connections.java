package io.minik.ground.net;

import io.minik.ground.loop.Loop;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one server on one event loop, and how long each may keep still.
 *
 * <pre>
 *   opened ─▶ STRANGER ── a request that is authenticated ──▶ KNOWN
 *                │ headers not whole in time, too many strangers, idle
 *                ▼
 *              closed
 * </pre>
 *
 * Strangers are never refused but replaced, the oldest by the newest: who authenticates does it in a moment and is a stranger
 * no more, so that a crowd that says nothing keeps nobody out. One address has at most three quarters of their places. A known user
 * who has connections enough stays a stranger with a new one ({@link Crowd}). Deadlines are kube-apiserver's. All on the loop
 * that made it.
 */
public final class Connections {
    private static final Logger log = LoggerFactory.getLogger(Connections.class);

    /** kube-apiserver's ReadHeaderTimeout: from a request's first byte to the end of its headers. */
    public static final int HEADER_SECONDS = 32;

    /** kube-apiserver's IdleTimeout: between two requests. */
    public static final int IDLE_SECONDS = 90;

    /** A TLS handshake is over in this time, or the connection is: Vert.x' own default, named. */
    public static final int HANDSHAKE_SECONDS = 10;

    /** Connections that nobody has authenticated on: some 100 kB each with TLS and a header under way. */
    public static final int MAX_STRANGERS = 256;

    /** Of the strangers' places, one in so many is for another address than the one that fills them. */
    private static final int ADDRESS_PART = 4;

    /**
     * Bytes of all unfinished headers together. Parsed, many short lines take thirty times as much; headers of everyday
     * requests are one or two kB and are whole within one read.
     */
    static final int MAX_HEADER_BYTES = 1 << 20;

    /** Who holds less of an unfinished header than this is not among those that fill the memory. */
    static final int SMALL_HEADER_BYTES = 4 * 1024;

    /**
     * Bytes of all unfinished WebSocket frames together: a frame is there as a whole or not at all, and may be as large as a
     * client likes to write at once.
     */
    static final int MAX_FRAME_BYTES = 16 << 20;

    /** kubectl's frames are smaller. */
    static final int SMALL_FRAME_BYTES = 64 * 1024;

    /** Open streams of HTTP/2, a few kilobytes each: 16 MB of all strangers. Who has a name is known with its first. */
    static final int MAX_STREAMS_OF_A_STRANGER = 16;

    private static final Duration SWEEP = Duration.ofSeconds(2);

    private final Vertx vertx;
    private final LongSupplier nanos;
    private final int mostStrangers;
    private final Crowd crowd;
    private final Rounds rounds;

    private final Map<HttpConnection, Guard> guards = new HashMap<>();
    private final Set<Guard> strangers = new LinkedHashSet<>();
    private final Set<Deadline> deadlines = new HashSet<>();
    private long headerBytes;
    private long frameBytes;
    private Loop.Timer timer = Loop.Timer.NONE;

    public Connections(Vertx vertx, int mostStrangers) {
        this(vertx, mostStrangers, new Crowd());
    }

    /** @param crowd of all loops of the server */
    public Connections(Vertx vertx, int mostStrangers, Crowd crowd) {
        this(vertx, mostStrangers, crowd, System::nanoTime);
    }

    Connections(Vertx vertx, int mostStrangers, Crowd crowd, LongSupplier nanos) {
        this.vertx = vertx;
        this.crowd = crowd;
        this.rounds = new Rounds(vertx);
        this.mostStrangers = mostStrangers;
        this.nanos = nanos;
    }

    /** One connection's state. */
    public final class Guard {
        private final HttpConnection connection;
        private final String source;
        private @Nullable Turns turns;
        private boolean known;
        private boolean served;
        private boolean doomed;
        /** Whose place it takes in the crowd; empty: none. */
        private String user = "";

        private int requests;
        private long since = nanos.getAsLong();
        private long unfinished;
        /** Bytes since the last WebSocket frame that was whole. */
        private long frame;

        private Guard(HttpConnection connection) {
            this.connection = connection;
            this.source = connection.remoteAddress().hostAddress();
        }

        /** A request came: it is handled now or, if there are many or their answers are not read, later and paused. */
        public void inTurn(HttpServerRequest request, Runnable handle) {
            if (turns == null) {
                handle.run();
            } else if (!known && turns.streams() > MAX_STREAMS_OF_A_STRANGER) {
                close("too many requests of a stranger");
            } else {
                turns.take(request, handle);
            }
        }

        /** A request's headers are whole. */
        public void begin() {
            requests++;
            read(-unfinished);
        }

        /** Its answer is written, or given up. */
        public void end() {
            requests--;
            served = true;
            since = nanos.getAsLong();
        }

        /**
         * Between two requests it is again one of those that make room for others, as the newest: for servers where nobody has a
         * name.
         */
        public void rest() {
            if (requests == 0 && guards.get(connection) == this && strangers.add(this)) {
                leave();
                known = false;
                makeRoom(this);
            }
        }

        /** Nothing that it says is heard any more: it said what can be understood in two ways, and is to be closed. */
        public void doom() {
            doomed = true;
        }

        public boolean isDoomed() {
            return doomed;
        }

        /** Requests under way. */
        boolean busy() {
            return requests > 0;
        }

        private void leave() {
            if (!user.isEmpty()) {
                crowd.leave(user, source);
                user = "";
            }
        }

        /** Somebody with a name asks on it. */
        public void known() {
            known = true;
            strangers.remove(this);
        }

        /**
         * Like {@link #known()}, if this user and this address may have one more.
         *
         * @param weight how many times as many as others; 0: is not counted
         */
        public boolean known(String name, int weight) {
            boolean open = guards.get(connection) == this;
            if (open && weight > 0) {
                if (!crowd.enter(name, source, weight)) {
                    return false;
                }
                user = name;
            }
            known();
            return true;
        }

        public boolean isKnown() {
            return known;
        }

        /** Something of a request that has to come within so many seconds, or up to two later. @param late runs if it does not */
        public Deadline within(int seconds, Runnable late) {
            Deadline deadline = new Deadline(nanos.getAsLong() + TimeUnit.SECONDS.toNanos(seconds), late);
            deadlines.add(deadline);
            watch();
            return deadline;
        }

        /** Bytes came while no request was under way: the next one's headers. */
        void header(int bytes) {
            if (requests > 0) {
                return;
            }
            if (unfinished == 0) {
                since = nanos.getAsLong();
            }
            read(bytes);
            if (headerBytes > MAX_HEADER_BYTES && unfinished > SMALL_HEADER_BYTES) {
                close("too many unfinished headers");
            }
        }

        private void read(long bytes) {
            unfinished += bytes;
            headerBytes += bytes;
        }

        void frame(int bytes) {
            framed(bytes);
            if (frameBytes > MAX_FRAME_BYTES && frame > SMALL_FRAME_BYTES) {
                close("too many unfinished frames");
            }
        }

        private void framed(long bytes) {
            frame += bytes;
            frameBytes += bytes;
        }

        void frameWhole() {
            framed(-frame);
        }

        private boolean late() {
            int limit = (known || served) && unfinished == 0 ? IDLE_SECONDS : HEADER_SECONDS;
            return requests == 0 && nanos.getAsLong() - since > TimeUnit.SECONDS.toNanos(limit);
        }

        private void close(String why) {
            forget(this);
            connection.close().onFailure(gone -> log.atDebug()
                    .addKeyValue("err", gone.toString())
                    .log("a connection was gone before it was closed"));
            log.atDebug()
                    .addKeyValue("from", connection.remoteAddress())
                    .addKeyValue("why", why)
                    .log("connection closed");
        }
    }

    /** Looked at with the connections: a timer of its own would cost a small request as much as its decoding. */
    public final class Deadline {
        private final long end;
        private final Runnable late;

        private Deadline(long end, Runnable late) {
            this.end = end;
            this.late = late;
        }

        /** What was waited for has come in time. */
        public void met() {
            deadlines.remove(this);
            rest();
        }
    }

    /** For a server's connection handler: after the TLS handshake. */
    public void opened(HttpConnection connection) {
        Guard guard = new Guard(connection);
        guards.put(connection, guard);
        strangers.add(guard);
        connection.closeHandler(unused -> forget(guard));
        count(connection, guard);
        makeRoom(guard);
        watch();
    }

    private void makeRoom(Guard guard) {
        int mostOfAddress = mostStrangers - mostStrangers / ADDRESS_PART;
        if (strangers.size() <= mostOfAddress) {
            return;
        }
        List<Guard> neighbours = strangers.stream()
                .filter(other -> other.source.equals(guard.source))
                .toList();
        if (neighbours.size() > mostOfAddress) {
            neighbours.get(0).close("too many strangers of one address");
        }
        if (strangers.size() > mostStrangers) {
            strangers.iterator().next().close("too many strangers");
        }
    }

    private void watch() {
        if (isResting()) {
            timer = Loop.here(vertx).every(SWEEP, this::sweep);
        }
    }

    /** The connection of a request. */
    public Guard of(HttpConnection connection) {
        Guard guard = guards.get(connection);
        return guard == null ? new Guard(connection) : guard;
    }

    int size() {
        return guards.size();
    }

    int strangers() {
        return strangers.size();
    }

    long frameBytes() {
        return frameBytes;
    }

    boolean isResting() {
        return timer.equals(Loop.Timer.NONE);
    }

    void sweep() {
        List<Guard> late = new ArrayList<>();
        for (Guard guard : guards.values()) {
            if (guard.late()) {
                late.add(guard);
            }
        }
        late.forEach(guard -> guard.close("nothing was asked in time"));
        for (Deadline deadline : List.copyOf(deadlines)) {
            if (nanos.getAsLong() - deadline.end > 0) {
                deadline.met();
                deadline.late.run();
            }
        }
    }

    private void forget(Guard guard) {
        if (guards.remove(guard.connection) != null) {
            strangers.remove(guard);
            guard.read(-guard.unfinished);
            guard.framed(-guard.frame);
            if (guard.turns != null) {
                guard.turns.end();
            }
            guard.leave();
        }
        rest();
    }

    /** Without connections and deadlines nothing is looked at. */
    private void rest() {
        if (guards.isEmpty() && deadlines.isEmpty()) {
            timer.cancel();
            timer = Loop.Timer.NONE;
        }
    }

    private void count(HttpConnection connection, Guard guard) {
        if (connection instanceof ConnectionBase internal) {
            guard.turns = Turns.of(rounds, internal);
            ChannelPipeline pipeline = internal.channelHandlerContext().pipeline();
            ChannelHandlerContext decoder = pipeline.context(HttpRequestDecoder.class);
            if (decoder != null) {
                pipeline.addBefore(decoder.name(), "minik-header-bytes", new UnfinishedBytes.OfHeaders(guard));
                pipeline.addBefore(
                        internal.channelHandlerContext().name(),
                        "minik-frames",
                        new UnfinishedBytes.WholeFrames(guard));
            }
        }
    }
}
