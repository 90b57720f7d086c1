package io.minik.server.flowcontrol;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.util.OptionalInt;

/**
 * What a PriorityLevelConfiguration says.
 *
 * @param exempt never held up
 * @param shares of all seats, next to the other levels' shares
 * @param lendable percent of its seats that others may have while it does not need them
 * @param borrowing percent of its seats that it may have of others; empty: all that is lent
 * @param queues 0: who finds no seat is refused
 * @param hand of so many queues a flow takes the shortest
 * @param length of a queue at most
 */
record LevelSpec(
        String name,
        String uid,
        boolean exempt,
        int shares,
        int lendable,
        OptionalInt borrowing,
        int queues,
        int hand,
        int length) {
    /** A flow's hash has no bits for more: what an older cluster stored may say more. */
    private static final int LARGEST_HAND = 60;

    static LevelSpec of(KubeObject object) {
        JsonNode spec = object.at("spec");
        boolean exempt = Json.text(spec, "type").equals("Exempt");
        JsonNode own = spec.path(exempt ? "exempt" : "limited");
        JsonNode response = own.path("limitResponse");
        JsonNode queuing = response.path("queuing");
        boolean queues = Json.text(response, "type").equals("Queue");
        JsonNode borrowing = own.path("borrowingLimitPercent");
        return new LevelSpec(
                object.name(),
                object.uid(),
                exempt,
                Math.max(0, Json.intOr(exempt ? 0 : 30, own, "nominalConcurrencyShares")),
                Math.max(0, Json.intOr(0, own, "lendablePercent")),
                borrowing.isNumber() ? OptionalInt.of(borrowing.intValue()) : OptionalInt.empty(),
                queues ? Math.max(1, Json.intOr(64, queuing, "queues")) : 0,
                Math.min(LARGEST_HAND, Math.max(1, Json.intOr(8, queuing, "handSize"))),
                Math.max(1, Json.intOr(50, queuing, "queueLengthLimit")));
    }
}
