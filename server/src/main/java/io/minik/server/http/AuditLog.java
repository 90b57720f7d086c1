package io.minik.server.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.ground.json.Json;
import io.minik.server.authn.User;
import io.minik.server.request.Target;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit log: audit.k8s.io/v1 Events at level Metadata, one JSON object a line, when a request comes in and when it is
 * answered. Appends asynchronously; when the disk can't follow, lines are dropped and counted, requests never wait.
 */
final class AuditLog {
    private static final Logger log = LoggerFactory.getLogger(AuditLog.class);

    /** Bytes that may wait for the disk: seconds of a busy server's lines. */
    private static final int MAX_WAITING_BYTES = 1 << 20;

    private final Vertx vertx;
    private final String path;
    private final InstantSource clock;
    private volatile @Nullable AsyncFile file;
    private final LongAdder dropped = new LongAdder();

    /** @param path empty: no audit log */
    AuditLog(Vertx vertx, String path, InstantSource clock) {
        this.vertx = vertx;
        this.path = path;
        this.clock = clock;
    }

    Future<Void> open() {
        if (path.isEmpty()) {
            return Future.succeededFuture();
        }
        return vertx.fileSystem()
                .open(
                        path,
                        new OpenOptions()
                                .setCreate(true)
                                .setWrite(true)
                                .setAppend(true)
                                .setPerms("rw-------"))
                .onSuccess(opened -> file = opened.setWriteQueueMaxSize(MAX_WAITING_BYTES))
                .mapEmpty();
    }

    Future<Void> close() {
        AsyncFile open = file;
        file = null;
        return open == null ? Future.succeededFuture() : open.close();
    }

    long dropped() {
        return dropped.sum();
    }

    /** The pipeline's audit step. */
    Future<Answer> around(ApiRequest request, RequestStep.Next next) {
        if (file == null) {
            return next.handle(request);
        }
        write(event(request, "RequestReceived"));
        return next.handle(request)
                .onSuccess(answer -> complete(request, answer.code(), ""))
                .onFailure(error -> complete(
                        request,
                        error instanceof ApiException api ? api.status().code() : 500,
                        String.valueOf(error.getMessage())));
    }

    private void complete(ApiRequest request, int code, String message) {
        ObjectNode event = event(request, "ResponseComplete");
        ObjectNode status = event.putObject("responseStatus");
        status.putObject("metadata");
        if (code >= 400) {
            status.put("status", "Failure").put("message", message);
        }
        status.put("code", code);
        if (!request.audit().annotations().isEmpty()) {
            ObjectNode annotations = event.putObject("annotations");
            request.audit().annotations().forEach(annotations::put);
        }
        write(event);
    }

    private ObjectNode event(ApiRequest request, String stage) {
        Target target = request.target();
        ObjectNode event = Json.object()
                .put("kind", "Event")
                .put("apiVersion", "audit.k8s.io/v1")
                .put("level", "Metadata")
                .put("auditID", request.id())
                .put("stage", stage)
                .put(
                        "requestURI",
                        request.wire().map(wire -> wire.request().uri()).orElse(target.path()))
                .put("verb", target.verb());
        User user = request.user();
        ObjectNode who = event.putObject("user").put("username", user.name());
        if (!user.uid().isEmpty()) {
            who.put("uid", user.uid());
        }
        user.groups().forEach(who.putArray("groups")::add);
        request.wire().ifPresent(wire -> {
            event.putArray("sourceIPs").add(wire.remoteAddress());
            event.put("userAgent", wire.header("User-Agent"));
        });
        if (target.resourceRequest()) {
            ObjectNode ref = event.putObject("objectRef").put("resource", target.resource());
            put(ref, "namespace", target.namespace());
            put(ref, "name", target.name());
            put(ref, "apiGroup", target.group());
            ref.put("apiVersion", target.version());
            put(ref, "subresource", target.subresource());
        }
        return event.put("requestReceivedTimestamp", micros(request.received()))
                .put("stageTimestamp", micros(clock.instant()));
    }

    private static void put(ObjectNode node, String field, String value) {
        if (!value.isEmpty()) {
            node.put(field, value);
        }
    }

    private static String micros(Instant time) {
        return time.truncatedTo(ChronoUnit.MICROS).toString();
    }

    private void write(ObjectNode event) {
        AsyncFile open = file;
        if (open == null) {
            return;
        }
        if (open.writeQueueFull()) {
            dropped.increment();
            return;
        }
        open.write(Buffer.buffer(Json.bytes(event)).appendByte((byte) '\n'))
                .onFailure(
                        e -> log.atError().addKeyValue("path", path).setCause(e).log("audit log write failed"));
    }
}
