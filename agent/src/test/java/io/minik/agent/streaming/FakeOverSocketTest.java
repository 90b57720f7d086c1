package io.minik.agent.streaming;

import io.minik.ground.loop.Loop;
import io.minik.runtime.cri.CriContract;
import io.minik.runtime.cri.FakeCri;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.List;

/** The contract through CRI on the wire, with a runtime in memory. */
class FakeOverSocketTest extends CriContract {
    @Override
    protected Node open() {
        Vertx vertx = Vertx.vertx();
        Context context = vertx.getOrCreateContext();
        FakeCri fake = new FakeCri(Loop.on(context));
        fake.local.put("busybox:1", FakeCri.FakeImage.of("busybox:1", List.of(), ""));
        return OverSocket.of(vertx, context, fake, fake, dir).node("busybox:1", () -> RealNode.await(vertx.close()));
    }
}
