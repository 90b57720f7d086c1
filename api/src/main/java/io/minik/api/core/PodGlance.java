package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What is asked of every pod of a cluster whenever one of them changes: read once from its tree, kept with the object.
 *
 * @param nodeName empty: not scheduled
 * @param readySince when the condition Ready changed last, as the API writes it; empty: never told
 * @param ips of the status, the first family first
 */
public record PodGlance(String nodeName, String phase, boolean ready, String readySince, List<String> ips) {
    private static final Function<KubeObject, PodGlance> READING = PodGlance::read;

    public static PodGlance of(KubeObject pod) {
        return pod.once(READING);
    }

    public boolean finished() {
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    private static PodGlance read(KubeObject pod) {
        JsonNode status = pod.part("status");
        boolean ready = false;
        String since = "";
        for (JsonNode condition : status.path("conditions")) {
            if (Json.text(condition, "type").equals("Ready")) {
                ready = Json.text(condition, "status").equals("True");
                since = Json.text(condition, "lastTransitionTime");
                break;
            }
        }
        List<String> ips = new ArrayList<>();
        status.path("podIPs").forEach(ip -> add(ips, Json.text(ip, "ip")));
        if (ips.isEmpty()) {
            add(ips, Json.text(status, "podIP"));
        }
        return new PodGlance(
                Json.text(pod.part("spec", "nodeName")).intern(),
                Json.text(status, "phase").intern(),
                ready,
                since.intern(),
                List.copyOf(ips));
    }

    private static void add(List<String> ips, String ip) {
        if (!ip.isEmpty()) {
            ips.add(ip);
        }
    }
}
