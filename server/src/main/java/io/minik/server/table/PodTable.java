package io.minik.server.table;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code kubectl get pods}: one word for all that a pod can be in the middle of. */
final class PodTable {
    static final TableKind KIND = Printed.of(
            "Name, Ready, Status, Restarts, Age, +IP, +Node, +Nominated Node, +Readiness Gates", PodTable::cells);

    private PodTable() {}

    private static List<Object> cells(KubeObject pod, Instant now) {
        Summary summary = new Summary(pod);
        String ip = Json.textOr(
                pod.text("status", "podIP"), pod.at("status", "podIPs").path(0), "ip");
        return List.of(
                pod.name(),
                summary.ready + "/" + summary.total,
                summary.reason,
                summary.restarts(now),
                Cells.age(pod, now),
                Cells.orNone(ip),
                Cells.orNone(pod.text("spec", "nodeName")),
                Cells.orNone(pod.text("status", "nominatedNodeName")),
                readinessGates(pod));
    }

    private static String readinessGates(KubeObject pod) {
        List<JsonNode> gates = Json.items(pod.tree(), "spec", "readinessGates");
        long met = gates.stream()
                .filter(gate -> condition(pod, Json.text(gate, "conditionType")))
                .count();
        return gates.isEmpty() ? Cells.NONE : met + "/" + gates.size();
    }

    private static boolean condition(KubeObject pod, String type) {
        for (JsonNode condition : pod.at("status", "conditions")) {
            if (Json.text(condition, "type").equals(type)) {
                return Json.text(condition, "status").equals("True");
            }
        }
        return false;
    }

    /** The rules, in upstream's order: later ones overrule earlier ones. */
    private static final class Summary {
        private static final Set<String> TERMINAL = Set.of("Succeeded", "Failed");

        private final KubeObject pod;
        private final Map<String, JsonNode> sidecars = new HashMap<>();
        private String reason;
        private int total;
        private int ready;
        private long restarts;
        private Instant lastRestart = Instant.MIN;
        private long sidecarRestarts;
        private Instant lastSidecarRestart = Instant.MIN;

        Summary(KubeObject pod) {
            this.pod = pod;
            this.reason = Json.textOr(pod.text("status", "phase"), pod.tree(), "status", "reason");
            for (JsonNode condition : pod.at("status", "conditions")) {
                if (Json.text(condition, "type").equals("PodScheduled")
                        && Json.text(condition, "reason").equals("SchedulingGated")) {
                    reason = "SchedulingGated";
                }
            }
            this.total = pod.at("spec", "containers").size();
            for (JsonNode container : pod.at("spec", "initContainers")) {
                if (Json.text(container, "restartPolicy").equals("Always")) {
                    sidecars.put(Json.text(container, "name"), container);
                    total++;
                }
            }
            boolean initializing = initContainers();
            if (!initializing || condition(pod, "Initialized")) {
                containers();
            }
            if (pod.meta().deleting()) {
                if (pod.text("status", "reason").equals("NodeLost")) {
                    reason = "Unknown";
                } else if (!TERMINAL.contains(pod.text("status", "phase"))) {
                    reason = "Terminating";
                }
            }
        }

        private boolean initContainers() {
            List<JsonNode> statuses = Json.items(pod.tree(), "status", "initContainerStatuses");
            for (int i = 0; i < statuses.size(); i++) {
                JsonNode status = statuses.get(i);
                boolean sidecar = sidecars.containsKey(Json.text(status, "name"));
                count(status, sidecar);
                JsonNode terminated = Json.at(status, "state", "terminated");
                JsonNode waiting = Json.at(status, "state", "waiting");
                if (terminated.isObject() && Json.intOr(0, terminated, "exitCode") == 0) {
                    continue;
                }
                if (sidecar && Json.bool(status, "started")) {
                    ready += Json.bool(status, "ready") ? 1 : 0;
                    continue;
                }
                String why = Json.text(waiting, "reason");
                if (terminated.isObject()) {
                    reason = "Init:" + ended(terminated);
                } else if (!why.isEmpty() && !why.equals("PodInitializing")) {
                    reason = "Init:" + why;
                } else {
                    reason =
                            "Init:" + i + "/" + pod.at("spec", "initContainers").size();
                }
                return true;
            }
            return false;
        }

        private void containers() {
            restarts = sidecarRestarts;
            lastRestart = lastSidecarRestart;
            boolean running = false;
            List<JsonNode> statuses = Json.items(pod.tree(), "status", "containerStatuses");
            for (int i = statuses.size() - 1; i >= 0; i--) {
                JsonNode status = statuses.get(i);
                count(status, false);
                JsonNode terminated = Json.at(status, "state", "terminated");
                String waiting = Json.text(status, "state", "waiting", "reason");
                if (!waiting.isEmpty()) {
                    reason = waiting;
                } else if (terminated.isObject()) {
                    reason = ended(terminated);
                } else if (Json.bool(status, "ready")
                        && Json.at(status, "state", "running").isObject()) {
                    running = true;
                    ready++;
                }
            }
            if (reason.equals("Completed") && running) {
                reason = condition(pod, "Ready") ? "Running" : "NotReady";
            }
        }

        private static String ended(JsonNode terminated) {
            String why = Json.text(terminated, "reason");
            if (!why.isEmpty()) {
                return why;
            }
            int signal = Json.intOr(0, terminated, "signal");
            return signal != 0 ? "Signal:" + signal : "ExitCode:" + Json.intOr(0, terminated, "exitCode");
        }

        private void count(JsonNode status, boolean sidecar) {
            long times = Json.longOr(0, status, "restartCount");
            Instant at = time(Json.text(status, "lastState", "terminated", "finishedAt"));
            restarts += times;
            lastRestart = at.isAfter(lastRestart) ? at : lastRestart;
            if (sidecar) {
                sidecarRestarts += times;
                lastSidecarRestart = at.isAfter(lastSidecarRestart) ? at : lastSidecarRestart;
            }
        }

        private static Instant time(String text) {
            try {
                return text.isEmpty() ? Instant.MIN : Instant.parse(text);
            } catch (DateTimeException e) {
                return Instant.MIN;
            }
        }

        /** {@code 3 (2m ago)}. */
        String restarts(Instant now) {
            return restarts == 0 || lastRestart.equals(Instant.MIN)
                    ? Long.toString(restarts)
                    : restarts + " (" + Ages.of(lastRestart.toString(), now) + " ago)";
        }
    }
}
