package io.minik.agent.streaming;

import io.minik.runtime.linux.LinuxCriTest;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.Tag;

/** The contract through CRI on the wire, with real containers. */
@Tag("root")
class LinuxOverSocketTest extends LinuxCriTest {
    @Override
    protected Node open() throws Exception {
        Node below = super.open();
        Vertx vertx = Vertx.vertx();
        return OverSocket.of(vertx, vertx.getOrCreateContext(), below.runtime(), below.images(), dir)
                .node(below.image(), () -> {
                    below.down().close();
                    RealNode.await(vertx.close());
                });
    }
}
