package io.minik.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.ground.json.Json;
import io.minik.ground.net.Address;
import io.minik.server.audit.AuditConfig;
import io.minik.server.audit.AuditPolicy.Decision;
import io.minik.server.audit.AuditPolicy.Level;
import io.minik.server.audit.AuditPolicy.Stage;
import io.minik.server.audit.AuditSinks;
import io.minik.server.request.Target;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** The audit step: audit.k8s.io/v1 Events of a request's stages, as much as the policy says, to wherever they are kept. */
final class AuditLog {
    private static final String TRUNCATED = "audit.k8s.io/truncated";

    private final AuditConfig config;
    private final AuditSinks sinks;
    private final InstantSource clock;

    AuditLog(Vertx vertx, AuditConfig config, InstantSource clock) {
        this.config = config;
        this.sinks = new AuditSinks(vertx, config, clock);
        this.clock = clock;
    }

    Future<Void> open() {
        return sinks.open();
    }

    Future<Void> close() {
        return sinks.close();
    }

    void measure(Metrics metrics) {
        metrics.gauge("apiserver_audit_error_total{plugin=\"log\"}", sinks::droppedOfLog);
        metrics.gauge("apiserver_audit_error_total{plugin=\"webhook\"}", sinks::droppedOfWebhook);
    }

    /** The pipeline's audit step. */
    Future<Answer> around(ApiRequest request, RequestStep.Next next) {
        if (!config.isOn()) {
            return next.handle(request);
        }
        Decision decision = config.policy().of(request.user(), request.target());
        if (decision.level() == Level.None) {
            return next.handle(request);
        }
        if (decision.level().compareTo(Level.Request) >= 0) {
            request.audit().wantBodies();
        }
        Told told = new Told(request, decision);
        return told.received()
                .recover(error -> Future.failedFuture(ApiException.internal("failed to store audit event")))
                .compose(unused -> handled(request, next))
                .transform(done -> done.succeeded()
                        ? told.answered(done.result()).otherwiseEmpty().map(done.result())
                        : told.failed(done.cause()).transform(unused -> Future.failedFuture(done.cause())));
    }

    private static Future<Answer> handled(ApiRequest request, RequestStep.Next next) {
        try {
            return next.handle(request);
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    /** One request, from stage to stage. */
    private final class Told {
        private final ApiRequest request;
        private final Decision decision;

        Told(ApiRequest request, Decision decision) {
            this.request = request;
            this.decision = decision;
        }

        Future<Void> received() {
            return decision.tells(Stage.RequestReceived)
                    ? sinks.tell(Json.bytes(event(Stage.RequestReceived, request.received())))
                    : Future.succeededFuture();
        }

        /** What goes on for long has begun with this answer; it is complete when it ends. */
        Future<Void> answered(Answer answer) {
            boolean goesOn = answer instanceof Answer.Watching || answer instanceof Answer.Taken;
            if (!goesOn) {
                return tell(Stage.ResponseComplete, code(answer.code()), Optional.of(answer));
            }
            request.wire().ifPresent(wire -> request.audit().whenEnded(() -> {
                Future<Void> last = tell(
                        Stage.ResponseComplete, code(wire.request().response().getStatusCode()), Optional.empty());
                last.onFailure(ProxyPipe::quietly);
            }));
            return tell(Stage.ResponseStarted, code(answer.code()), Optional.empty());
        }

        Future<Void> failed(Throwable error) {
            if (error instanceof ApiException api) {
                ObjectNode status = api.status().tree();
                status.remove(List.of("kind", "apiVersion"));
                return tell(Stage.ResponseComplete, status, Optional.empty());
            }
            ObjectNode status = ApiException.internal("").status().tree();
            status.remove(List.of("kind", "apiVersion"));
            status.put("message", "APIServer panic'd: " + error.getMessage());
            return tell(Stage.Panic, status, Optional.empty());
        }

        private ObjectNode code(int code) {
            ObjectNode status = Json.object();
            status.putObject("metadata");
            return status.put("code", code);
        }

        private Future<Void> tell(Stage stage, ObjectNode status, Optional<Answer> answer) {
            if (!decision.tells(stage)) {
                return Future.succeededFuture();
            }
            ObjectNode event = event(stage, clock.instant());
            answer.ifPresent(given -> complete(event, given));
            event.set("responseStatus", status);
            if (decision.level().compareTo(Level.Request) >= 0) {
                request.audit().body().ifPresent(body -> event.set("requestObject", clean(body)));
            }
            if (decision.level() == Level.RequestResponse) {
                answer.flatMap(AuditBodies::answered).ifPresent(object -> event.set("responseObject", clean(object)));
            }
            annotate(event, false);
            byte[] bytes = Json.bytes(event);
            if (bytes.length > AuditBodies.MOST_BYTES) {
                event.remove(List.of("requestObject", "responseObject"));
                annotate(event, true);
                bytes = Json.bytes(event);
            }
            return sinks.tell(bytes);
        }

        private void annotate(ObjectNode event, boolean truncated) {
            if (truncated || !request.audit().annotations().isEmpty()) {
                ObjectNode annotations = event.putObject("annotations");
                request.audit().annotations().forEach(annotations::put);
                if (truncated) {
                    annotations.put(TRUNCATED, "true");
                }
            }
        }

        private JsonNode clean(JsonNode body) {
            return decision.omitManagedFields() ? AuditBodies.withoutManagedFields(body) : body;
        }

        /** What was created has its name now. */
        private void complete(ObjectNode event, Answer answer) {
            if (event.get("objectRef") instanceof ObjectNode ref
                    && answer instanceof Answer.One one
                    && !ref.has("name")
                    && !one.result().object().name().isEmpty()) {
                ref.put("name", one.result().object().name());
            }
        }

        private ObjectNode event(Stage stage, Instant at) {
            Target target = request.target();
            ObjectNode event = Json.object()
                    .put("kind", "Event")
                    .put("apiVersion", "audit.k8s.io/v1")
                    .put("level", decision.level().name())
                    .put("auditID", request.id())
                    .put("stage", stage.name())
                    .put(
                            "requestURI",
                            request.wire().map(wire -> wire.request().uri()).orElse(target.path()))
                    .put("verb", target.verb());
            event.set("user", request.user().tree());
            request.audit().impersonated().ifPresent(user -> event.set("impersonatedUser", user.tree()));
            request.wire().ifPresent(wire -> {
                addresses(event.putArray("sourceIPs"), wire);
                put(event, "userAgent", wire.header("User-Agent"));
            });
            if (target.resourceRequest()) {
                reference(event.putObject("objectRef"), target);
            }
            return event.put("requestReceivedTimestamp", micros(request.received()))
                    .put("stageTimestamp", micros(at));
        }
    }

    /** Those that proxies on the way tell of come first, as upstream has them. */
    private static void addresses(ArrayNode list, HttpExchange wire) {
        for (String each : (wire.header("X-Forwarded-For") + "," + wire.header("X-Real-Ip")).split(",")) {
            String address = each.trim();
            boolean known = false;
            for (JsonNode told : list) {
                known |= told.asText().equals(address);
            }
            if (!known && Address.find(address).isPresent()) {
                list.add(address);
            }
        }
        list.add(wire.remoteAddress());
    }

    private static void reference(ObjectNode ref, Target target) {
        ref.put("resource", target.resource());
        put(ref, "namespace", target.namespace());
        put(ref, "name", target.name());
        put(ref, "apiGroup", target.group());
        ref.put("apiVersion", target.version());
        put(ref, "subresource", target.subresource());
    }

    private static void put(ObjectNode node, String field, String value) {
        if (!value.isEmpty()) {
            node.put(field, value);
        }
    }

    private static String micros(Instant time) {
        return time.truncatedTo(ChronoUnit.MICROS).toString();
    }
}
