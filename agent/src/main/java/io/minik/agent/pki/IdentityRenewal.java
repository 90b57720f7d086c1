package io.minik.agent.pki;

import io.minik.ground.loop.Loop;
import io.minik.ground.room.Room;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a running node's certificates from ending: looks daily, and hands a new identity to those who show it. */
public final class IdentityRenewal implements Room {
    private static final Logger log = LoggerFactory.getLogger(IdentityRenewal.class);

    private final Vertx vertx;
    private final Duration period;
    private final Supplier<Future<NodeIdentity>> obtain;
    private final Consumer<NodeIdentity> renewed;
    private volatile NodeIdentity present;
    private volatile Loop.Timer timer = Loop.Timer.NONE;

    /**
     * @param obtain answers with the present identity while it is not due: {@link NodeKeys#obtain}
     * @param renewed hears of each new one
     */
    public IdentityRenewal(
            Vertx vertx,
            Duration period,
            NodeIdentity present,
            Supplier<Future<NodeIdentity>> obtain,
            Consumer<NodeIdentity> renewed) {
        this.vertx = vertx;
        this.period = period;
        this.present = present;
        this.obtain = obtain;
        this.renewed = renewed;
    }

    @Override
    public String name() {
        return "node-certificate-renewal";
    }

    @Override
    public Future<Void> start() {
        timer = Loop.here(vertx).every(period, () -> check().onFailure(error ->
                log.atError().setCause(error).log("the node's certificates could not be renewed, trying again")));
        return Future.succeededFuture();
    }

    /** Looks now; answers whether there is a new identity. */
    public Future<Boolean> check() {
        return obtain.get().map(identity -> {
            if (identity.clientCertificate().equals(present.clientCertificate())) {
                return false;
            }
            present = identity;
            renewed.accept(identity);
            return true;
        });
    }

    @Override
    public Future<Void> stop() {
        timer.cancel();
        return Future.succeededFuture();
    }

    @Override
    public Health health() {
        return timer.equals(Loop.Timer.NONE) ? Health.notReady("not started") : Health.READY;
    }
}
