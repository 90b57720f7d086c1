package io.minik.server.audit;

import io.minik.server.audit.AuditConfig.Mode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;

/** Where events go: all of them to each. Any thread. */
public final class AuditSinks {
    private final Optional<AuditFile> file;
    private final Optional<AuditWebhook> webhook;
    private final Mode mode;

    public AuditSinks(Vertx vertx, AuditConfig config, InstantSource clock) {
        this.file = config.file().map(where -> new AuditFile(vertx, where, clock));
        this.webhook = config.webhook().map(where -> new AuditWebhook(vertx, where));
        this.mode = config.file().map(AuditConfig.LogFile::mode).orElse(Mode.BATCH);
    }

    public Future<Void> open() {
        return file.map(AuditFile::open).orElse(Future.succeededFuture());
    }

    /** @return when whoever is told of may go on: at once, unless requests are to wait; fails if one may not go on */
    public Future<Void> tell(byte[] event) {
        webhook.ifPresent(where -> where.offer(event));
        if (file.isEmpty()) {
            return Future.succeededFuture();
        }
        byte[] line = Arrays.copyOf(event, event.length + 1);
        line[event.length] = '\n';
        Future<Void> written = file.get().write(line);
        return switch (mode) {
            case BATCH -> Future.succeededFuture();
            case BLOCKING -> written.otherwiseEmpty();
            case BLOCKING_STRICT -> written;
        };
    }

    public long droppedOfLog() {
        return file.map(AuditFile::dropped).orElse(0L);
    }

    public long droppedOfWebhook() {
        return webhook.map(AuditWebhook::dropped).orElse(0L);
    }

    public Future<Void> close() {
        return webhook.map(AuditWebhook::close)
                .orElse(Future.succeededFuture())
                .eventually(() -> file.map(AuditFile::close).orElse(Future.succeededFuture()));
    }
}
