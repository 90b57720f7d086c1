package io.minik.agent.ingress;

import io.minik.api.object.ObjectKey;
import io.minik.ground.tls.NamedIdentities;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The data path on loopback, with whatever routes a test wants. */
final class LivePath implements AutoCloseable {
    static final ObjectKey INGRESS = ObjectKey.of("a", "i");

    final RouteFigures figures = new RouteFigures();
    final NamedIdentities identities = new NamedIdentities(DefaultCertificate.make(Instant.now()));
    private final DataPath path;
    final int plain;
    final int tls;

    LivePath() throws Exception {
        path = await(DataPath.open(
                Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(2)),
                2,
                figures,
                Optional.empty()));
        plain = await(path.listen(new DataPath.Place("127.0.0.1", 0, false), identities));
        tls = await(path.listen(new DataPath.Place("127.0.0.1", 0, true), identities));
    }

    static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    Vertx vertx() {
        return path.vertx();
    }

    static RouteOptions options(String... annotations) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < annotations.length; i += 2) {
            all.put(annotations[i], annotations[i + 1]);
        }
        return IngressAnnotations.of(all).options();
    }

    /** Everything goes there. */
    LivePath to(RouteOptions options, BackendProtocol protocol, BackendEndpoint... endpoints) {
        RoutingTable.Builder table = new RoutingTable.Builder();
        table.fallback(new Route(
                INGRESS,
                "/",
                false,
                Optional.empty(),
                Optional.empty(),
                options,
                ServiceBackend.of("a-s-80", options.protocol().orElse(protocol), List.of(endpoints))));
        path.route(table.build());
        return this;
    }

    LivePath to(BackendEndpoint... endpoints) {
        return to(options(), BackendProtocol.HTTP, endpoints);
    }

    RawClient client() throws Exception {
        return new RawClient(plain);
    }

    @Override
    public void close() throws IOException {
        try {
            await(path.close());
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
