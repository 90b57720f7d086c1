package io.minik.server.http;

import io.minik.api.room.Room;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Supplier;

/** /healthz, /livez and /readyz: {@code ok}, or a line a room with {@code ?verbose} or when one is not ready. */
final class HealthPages {
    private final Supplier<List<Room>> rooms;

    HealthPages(Supplier<List<Room>> rooms) {
        this.rooms = rooms;
    }

    Future<Answer> ready(ApiRequest request) {
        return page(request, "readyz", true);
    }

    /** Alive as long as it answers: a room that is not ready yet is no reason to be restarted. */
    Future<Answer> live(ApiRequest request) {
        String path = request.target().path();
        return page(request, path.startsWith("/healthz") ? "healthz" : "livez", false);
    }

    private Future<Answer> page(ApiRequest request, String name, boolean strict) {
        StringBuilder lines = new StringBuilder();
        boolean good = true;
        for (Room room : rooms.get()) {
            Room.Health health = room.health();
            boolean passes = health.ready() || !strict;
            good &= passes;
            lines.append(passes ? "[+]" : "[-]").append(room.name());
            lines.append(passes ? " ok" : " failed: " + health.message()).append('\n');
        }
        boolean verbose = request.query().containsKey("verbose");
        if (good && !verbose) {
            return Future.succeededFuture(Answer.Raw.text(200, "ok"));
        }
        lines.append(name).append(good ? " check passed\n" : " check failed\n");
        return Future.succeededFuture(Answer.Raw.text(good ? 200 : 500, lines.toString()));
    }
}
