package io.minik.server.authz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.cel.Program;
import io.minik.ground.json.Json;
import io.minik.server.authn.User;
import io.minik.server.outside.ReviewClient;
import io.minik.server.request.Target;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks another server whether somebody may: authorization.k8s.io SubjectAccessReview. Decisions are remembered for a while. Any thread. */
final class AccessWebhook implements Authorizer {
    private static final int MOST_REMEMBERED = 8192;

    /** Upstream's bound of what is remembered at all. */
    private static final int LONGEST_KEY = 10_000;

    /** All keys and reasons together. */
    private static final long MOST_BYTES = 4L << 20;

    /** Upstream's PerCallLimit. */
    private static final long MOST_COST = 1_000_000;

    private static final Decision NO_OPINION = new Decision(Outcome.NO_OPINION, "");

    private final AuthorizationConfig.Webhook config;
    private final ReviewClient client;
    private final InstantSource clock;
    /** Guarded by this. */
    private final Map<String, Known> known = new LinkedHashMap<>(64, 0.75f, true);

    private long bytes;

    private record Known(Decision decision, long untilMillis) {}

    AccessWebhook(AuthorizationConfig.Webhook config, ReviewClient client, InstantSource clock) {
        this.config = config;
        this.client = client;
        this.clock = clock;
    }

    @Override
    public Future<Decision> authorize(User user, Target asked) {
        ObjectNode spec = AccessSpec.of(user, asked);
        String why = unconcerned(spec);
        if (why != null) {
            return why.isEmpty() ? Future.succeededFuture(NO_OPINION) : failed(why);
        }
        String key = spec.toString();
        Known before = find(key);
        return before != null
                ? Future.succeededFuture(before.decision())
                : client.post(AccessSpec.review(spec, config.version()), config.timeout())
                        .compose(
                                answer -> decided(key, answer.path("status")),
                                error -> failed(String.valueOf(error.getMessage())));
    }

    /** Null: it is to be asked; empty: a condition says no; else the error of a condition. */
    private @Nullable String unconcerned(ObjectNode spec) {
        String error = null;
        Map<String, Object> variables =
                config.conditions().isEmpty() ? Map.of() : Map.of("request", AccessSpec.DECL.value(spec));
        for (Program condition : config.conditions()) {
            Program.Outcome outcome = condition.eval(variables, MOST_COST);
            if (!outcome.failed() && Boolean.FALSE.equals(outcome.value())) {
                return "";
            }
            error = outcome.failed() ? outcome.error() : error;
        }
        return error;
    }

    private Future<Decision> failed(String why) {
        return Future.succeededFuture(
                new Decision(config.deniesOnFailure() ? Outcome.DENY : Outcome.NO_OPINION, "", why));
    }

    private Future<Decision> decided(String key, JsonNode status) {
        boolean allowed = Json.bool(status, "allowed");
        boolean denied = Json.bool(status, "denied");
        String reason = Json.text(status, "reason");
        if (allowed && denied) {
            return Future.succeededFuture(new Decision(
                    Outcome.DENY, reason, "webhook subject access review returned both allow and deny response"));
        }
        Decision decision = new Decision(allowed ? Outcome.ALLOW : denied ? Outcome.DENY : Outcome.NO_OPINION, reason);
        Duration held = allowed ? config.allowedHeld() : config.othersHeld();
        if (key.length() + reason.length() <= LONGEST_KEY && !held.isZero()) {
            remember(key, new Known(decision, clock.millis() + held.toMillis()));
        }
        return Future.succeededFuture(decision);
    }

    private synchronized @Nullable Known find(String key) {
        Known before = known.get(key);
        return before != null && before.untilMillis() > clock.millis() ? before : null;
    }

    private synchronized void remember(String key, Known decision) {
        Known before = known.put(key, decision);
        bytes += size(key, decision) - (before == null ? 0 : size(key, before));
        var eldest = known.entrySet().iterator();
        while (known.size() > MOST_REMEMBERED || bytes > MOST_BYTES) {
            Map.Entry<String, Known> next = eldest.next();
            bytes -= size(next.getKey(), next.getValue());
            eldest.remove();
        }
    }

    private static int size(String key, Known decision) {
        return key.length() + decision.decision().reason().length();
    }
}
