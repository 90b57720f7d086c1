package io.minik.server.pki;

import io.minik.ground.loop.Loop;
import io.minik.ground.room.Room;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renews leaves while the server runs: {@link io.minik.ground.tls.LeafLifetime} says when to look and what is due. */
public final class CertificateRenewal implements Room {
    private static final Logger log = LoggerFactory.getLogger(CertificateRenewal.class);

    private final Vertx vertx;
    private final Pki pki;
    private final InstantSource clock;
    private final Consumer<List<String>> renewed;
    private volatile Loop.Timer timer = Loop.Timer.NONE;

    /** @param renewed hears the names of new leaves: servers take their new options, the kubeconfig is written anew */
    public CertificateRenewal(Vertx vertx, Pki pki, InstantSource clock, Consumer<List<String>> renewed) {
        this.vertx = vertx;
        this.pki = pki;
        this.clock = clock;
        this.renewed = renewed;
    }

    @Override
    public String name() {
        return "certificate-renewal";
    }

    @Override
    public Future<Void> start() {
        timer = Loop.here(vertx).every(pki.lifetime().lookEvery(), () -> check().onFailure(
                        error -> log.atError().setCause(error).log("certificates could not be renewed, trying again")));
        return Future.succeededFuture();
    }

    /** Makes these anew whatever their age; answers with the names of all that was made. */
    public Future<List<String>> rotate(Set<String> names) {
        return told(vertx.executeBlocking(() -> pki.rotate(names, clock.instant()), false));
    }

    /** Looks now; answers with the names of what was made. */
    public Future<List<String>> check() {
        return told(vertx.executeBlocking(() -> pki.renewIfDue(clock.instant()), false));
    }

    private Future<List<String>> told(Future<List<String>> made) {
        return made.onSuccess(names -> {
            if (!names.isEmpty()) {
                log.atInfo().addKeyValue("names", names).log("certificates renewed");
                renewed.accept(names);
            }
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
