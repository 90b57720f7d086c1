package io.minik.agent.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.minik.ground.json.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The node's conditions from what was measured. Pure. */
final class NodeConditions {
    private NodeConditions() {}

    record Condition(String type, boolean is, String reason, String message) {}

    /** @param pressure what is short; @param notReady why the node can't run pods; empty if it can */
    static List<Condition> of(Set<NodePressure.Condition> pressure, Optional<String> notReady) {
        List<Condition> conditions = new ArrayList<>();
        conditions.add(
                pressure.contains(NodePressure.Condition.MemoryPressure)
                        ? new Condition(
                                "MemoryPressure",
                                true,
                                "KubeletHasInsufficientMemory",
                                "kubelet has insufficient memory available")
                        : new Condition(
                                "MemoryPressure",
                                false,
                                "KubeletHasSufficientMemory",
                                "kubelet has sufficient memory available"));
        conditions.add(
                pressure.contains(NodePressure.Condition.DiskPressure)
                        ? new Condition("DiskPressure", true, "KubeletHasDiskPressure", "kubelet has disk pressure")
                        : new Condition(
                                "DiskPressure", false, "KubeletHasNoDiskPressure", "kubelet has no disk pressure"));
        conditions.add(
                pressure.contains(NodePressure.Condition.PIDPressure)
                        ? new Condition(
                                "PIDPressure",
                                true,
                                "KubeletHasInsufficientPID",
                                "kubelet has insufficient PID available")
                        : new Condition(
                                "PIDPressure",
                                false,
                                "KubeletHasSufficientPID",
                                "kubelet has sufficient PID available"));
        conditions.add(notReady.map(why -> new Condition("Ready", false, "KubeletNotReady", why))
                .orElse(new Condition("Ready", true, "KubeletReady", "kubelet is posting ready status")));
        return conditions;
    }

    /** Whether others have left what was told as it was. @param theirs the node's conditions, as the API has them */
    static boolean believed(List<Condition> told, JsonNode theirs) {
        for (JsonNode condition : theirs) {
            String word = Json.text(condition, "status");
            for (Condition ours : told) {
                if (ours.type().equals(Json.text(condition, "type")) && !word.equals(ours.is() ? "True" : "False")) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The conditions as JSON; transition times are kept where the status word is the same. */
    static ArrayNode tree(List<Condition> conditions, JsonNode before, Instant now) {
        ArrayNode out = Json.array();
        String time = now.truncatedTo(ChronoUnit.SECONDS).toString();
        for (Condition condition : conditions) {
            String word = condition.is() ? "True" : "False";
            String since = time;
            for (JsonNode old : before) {
                if (Json.text(old, "type").equals(condition.type())
                        && Json.text(old, "status").equals(word)) {
                    since = Json.textOr(time, old, "lastTransitionTime");
                }
            }
            out.addObject()
                    .put("type", condition.type())
                    .put("status", word)
                    .put("lastHeartbeatTime", time)
                    .put("lastTransitionTime", since)
                    .put("reason", condition.reason())
                    .put("message", condition.message());
        }
        return out;
    }
}
