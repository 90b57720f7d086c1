package io.minik.agent.proxy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a load balancer asks each node about a Service with externalTrafficPolicy Local: whether it has an endpoint of it.
 * One HTTP server for each healthCheckNodePort, which answers any path as kube-proxy does. On the loop.
 */
final class HealthChecks {
    private static final Logger LOG = LoggerFactory.getLogger(HealthChecks.class);
    private static final String WEIGHT = "X-Load-Balancing-Endpoint-Weight";

    private final Vertx vertx;
    private final Map<ObjectKey, Check> checks = new HashMap<>();

    HealthChecks(Vertx vertx) {
        this.vertx = vertx;
    }

    /** @param port that the API server allocated; @param endpoints ready ones on this node */
    record Wish(int port, int endpoints) {}

    private static final class Check {
        final HttpServer server;
        Wish wish;

        Check(HttpServer server, Wish wish) {
            this.server = server;
            this.wish = wish;
        }
    }

    /**
     * @param wish empty: the service is gone, or has no such port
     * @return done when the port answers, or is free; fails if somebody else has it
     */
    Future<Void> want(ObjectKey service, Optional<Wish> wish) {
        Check running = checks.get(service);
        if (running != null && wish.map(Wish::port).equals(Optional.of(running.wish.port()))) {
            running.wish = wish.get();
            return Future.succeededFuture();
        }
        Future<Void> freed = running == null ? Future.succeededFuture() : stop(service, running);
        return wish.map(wanted -> start(service, wanted, freed)).orElse(freed);
    }

    private Future<Void> start(ObjectKey service, Wish wish, Future<Void> portFree) {
        Check check = new Check(vertx.createHttpServer(), wish);
        checks.put(service, check);
        check.server.requestHandler(request -> answer(service, check, request));
        return portFree.compose(free -> check.server.listen(wish.port(), "0.0.0.0"))
                .onFailure(why -> checks.remove(service, check))
                .mapEmpty();
    }

    private Future<Void> stop(ObjectKey service, Check check) {
        checks.remove(service);
        return check.server.close().recover(why -> Future.succeededFuture());
    }

    private static void answer(ObjectKey service, Check check, HttpServerRequest request) {
        int endpoints = check.wish.endpoints();
        ObjectNode body = Json.object();
        body.putObject("service").put("namespace", service.namespace()).put("name", service.name());
        body.put("localEndpoints", endpoints).put("serviceProxyHealthy", true);
        request.response()
                .setStatusCode(endpoints > 0 ? 200 : 503)
                .putHeader("Content-Type", "application/json")
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader(WEIGHT, Integer.toString(endpoints))
                .end(body.toString())
                .onFailure(why -> LOG.atDebug().log("health check hung up"));
    }

    Future<Void> close() {
        List<Future<Void>> closing = new ArrayList<>();
        Map.copyOf(checks).forEach((service, check) -> closing.add(stop(service, check)));
        return Future.join(closing).mapEmpty();
    }
}
