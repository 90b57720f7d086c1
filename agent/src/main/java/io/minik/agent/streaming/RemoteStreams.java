package io.minik.agent.streaming;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** The streams of one exec or attach, as the client opened them. On the agent's context. */
interface RemoteStreams {
    Outlet stdout();

    Outlet stderr();

    /** Hands over what the client sends, from the first byte on. */
    void onStdin(Consumer<Buffer> data, Runnable end);

    void pauseStdin();

    void resumeStdin();

    /** Columns and rows of the client's terminal. */
    void onResize(BiConsumer<Integer, Integer> resize);

    /** The client went away. */
    void onClose(Runnable action);

    /** Sends the outcome, a v1 Status, and closes. */
    Future<Void> finish(Buffer status);
}
