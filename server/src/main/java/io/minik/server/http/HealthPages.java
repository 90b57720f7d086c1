package io.minik.server.http;

import io.minik.ground.room.Room;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * /healthz, /livez and /readyz: {@code ok}, or a line a check with {@code ?verbose} or when one fails. A check is that the
 * server answers at all (ping), or a room; one alone is at {@code /readyz/NAME}, and {@code ?exclude=NAME} leaves one out.
 */
final class HealthPages {
    private static final String PING = "ping";

    private final Supplier<List<Room>> rooms;

    HealthPages(Supplier<List<Room>> rooms) {
        this.rooms = rooms;
    }

    private record Check(String name, boolean passes, String message) {}

    Future<Answer> ready(ApiRequest request) {
        return page(request, "readyz", true);
    }

    /** Alive unless a room can't go on: one that is not ready yet is no reason to be restarted. */
    Future<Answer> live(ApiRequest request) {
        String path = request.target().path();
        return page(request, path.startsWith("/healthz") ? "healthz" : "livez", false);
    }

    private List<Check> checks(boolean strict) {
        List<Check> checks = new ArrayList<>();
        Set<String> named = new HashSet<>();
        checks.add(new Check(PING, true, ""));
        for (Room room : rooms.get()) {
            if (named.add(room.name())) {
                Room.Health health = room.health();
                checks.add(new Check(
                        room.name(),
                        health.ready() || (!strict && !room.failed().failed()),
                        health.message()));
            }
        }
        return checks;
    }

    private Future<Answer> page(ApiRequest request, String name, boolean strict) {
        List<Check> checks = checks(strict);
        String one = request.target().path().replaceFirst("^/" + name + "/?", "");
        if (!one.isEmpty()) {
            checks.removeIf(check -> !check.name().equals(one));
            if (checks.isEmpty()) {
                throw Routes.noSuchPage();
            }
        }
        Set<String> excluded = new HashSet<>(excluded(request.query()));
        StringBuilder lines = new StringBuilder();
        boolean good = true;
        for (Check check : checks) {
            if (excluded.remove(check.name())) {
                lines.append("[+]").append(check.name()).append(" excluded: ok\n");
                continue;
            }
            good &= check.passes();
            lines.append(check.passes() ? "[+]" : "[-]").append(check.name());
            lines.append(check.passes() ? " ok" : " failed: " + check.message()).append('\n');
        }
        if (!excluded.isEmpty()) {
            lines.append("warn: some health checks cannot be excluded: no matches for \"")
                    .append(String.join("\", \"", excluded))
                    .append("\"\n");
        }
        if (good && (!one.isEmpty() || !request.query().containsKey("verbose"))) {
            return Future.succeededFuture(Answer.Raw.text(200, "ok"));
        }
        lines.append(name).append(good ? " check passed\n" : " check failed\n");
        return Future.succeededFuture(Answer.Raw.text(good ? 200 : 500, lines.toString()));
    }

    private static List<String> excluded(Map<String, String> query) {
        String said = query.getOrDefault("exclude", "");
        return said.isEmpty() ? List.of() : List.of(said.split(","));
    }
}
