package io.minik.agent.streaming;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

/** One direction towards the client. */
interface Outlet {
    Future<Void> write(Buffer data);

    boolean full();

    /** Called once, when it is no longer full. */
    void onDrain(Runnable action);

    /** Nothing more comes. */
    void end();
}
