package io.minik.server.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.core.AffinityTerm;
import io.minik.api.core.NodeSelector;
import io.minik.api.core.ResourceList;
import io.minik.api.core.Toleration;
import io.minik.api.core.TopologySpread;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.object.OwnerReference;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a pod asks of a node, read once from its spec. Immutable.
 *
 * @param scored requests for scoring: a container that asks for nothing counts as 100m and 200 MB, as upstream counts
 * @param owner uid of the controller, or empty: pods of one owner are spread
 * @param claims names of the persistent volume claims it mounts
 * @param devices names of the resource claims it asks devices by; an empty one is still to be made of a template
 */
record PodNeeds(
        KubeObject object,
        ObjectKey key,
        String nodeName,
        String owner,
        int priority,
        boolean mayPreempt,
        ResourceList requests,
        long scoredCpuMillis,
        long scoredMemoryBytes,
        Map<String, String> nodeSelector,
        Optional<NodeSelector> requiredNodes,
        List<NodeSelector.Preferred> preferredNodes,
        List<Toleration> tolerations,
        List<HostPort> hostPorts,
        List<AffinityTerm> affinity,
        List<AffinityTerm> antiAffinity,
        List<AffinityTerm> preferredAffinity,
        List<AffinityTerm> preferredAntiAffinity,
        List<TopologySpread> spread,
        List<String> images,
        List<String> claims,
        List<String> devices) {

    private static final long UNSAID_CPU_MILLIS = 100;
    private static final long UNSAID_MEMORY_BYTES = 200L << 20;

    /** @param ip empty means all addresses */
    record HostPort(String protocol, String ip, int port) {
        boolean collides(HostPort other) {
            return port == other.port
                    && protocol.equals(other.protocol)
                    && (ip.isEmpty() || other.ip.isEmpty() || ip.equals(other.ip));
        }
    }

    static PodNeeds of(KubeObject pod) {
        JsonNode spec = pod.part("spec");
        JsonNode affinity = spec.path("affinity");
        Map<String, String> labels = pod.meta().labels();
        JsonNode required = Json.at(affinity, "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution");
        List<HostPort> ports = new ArrayList<>();
        List<String> images = new ArrayList<>();
        long cpu = 0;
        long memory = 0;
        for (JsonNode container : spec.path("containers")) {
            images.add(Json.text(container, "image"));
            ResourceList own = ResourceList.of(Json.at(container, "resources", "requests"));
            cpu += own.cpuMillis() == 0 ? UNSAID_CPU_MILLIS : own.cpuMillis();
            memory += own.memoryBytes() == 0 ? UNSAID_MEMORY_BYTES : own.memoryBytes();
            readPorts(container, ports);
        }
        for (JsonNode container : spec.path("initContainers")) {
            if (Json.text(container, "restartPolicy").equals("Always")) {
                readPorts(container, ports);
            }
        }
        ResourceList requests = ResourceList.ofPod(spec);
        return new PodNeeds(
                pod,
                pod.key(),
                Json.text(spec, "nodeName"),
                pod.meta().controller().map(OwnerReference::uid).orElse(""),
                Json.intOr(0, spec, "priority"),
                !Json.text(spec, "preemptionPolicy").equals("Never"),
                requests,
                Math.max(cpu, requests.cpuMillis()),
                Math.max(memory, requests.memoryBytes()),
                Json.strings(spec, "nodeSelector"),
                required.isObject() ? Optional.of(NodeSelector.of(required)) : Optional.empty(),
                NodeSelector.preferred(
                        Json.at(affinity, "nodeAffinity", "preferredDuringSchedulingIgnoredDuringExecution")),
                Toleration.ofPod(spec),
                ports,
                AffinityTerm.required(affinity.path("podAffinity"), pod.namespace(), labels),
                AffinityTerm.required(affinity.path("podAntiAffinity"), pod.namespace(), labels),
                AffinityTerm.preferred(affinity.path("podAffinity"), pod.namespace(), labels),
                AffinityTerm.preferred(affinity.path("podAntiAffinity"), pod.namespace(), labels),
                TopologySpread.ofPod(spec, labels),
                images,
                claims(pod, spec),
                devices(pod, spec));
    }

    Map<String, String> labels() {
        return object.meta().labels();
    }

    private static void readPorts(JsonNode container, List<HostPort> ports) {
        for (JsonNode port : container.path("ports")) {
            int number = Json.intOr(0, port, "hostPort");
            if (number > 0) {
                String ip = Json.text(port, "hostIP");
                ports.add(new HostPort(
                        Json.textOr("TCP", port, "protocol"),
                        ip.equals("0.0.0.0") || ip.equals("::") ? "" : ip,
                        number));
            }
        }
    }

    private static List<String> devices(KubeObject pod, JsonNode spec) {
        List<String> devices = new ArrayList<>();
        for (JsonNode asked : spec.path("resourceClaims")) {
            String name = Json.text(asked, "resourceClaimName");
            for (JsonNode made : pod.part("status", "resourceClaimStatuses")) {
                if (Json.text(made, "name").equals(Json.text(asked, "name"))) {
                    name = Json.text(made, "resourceClaimName");
                }
            }
            devices.add(name);
        }
        return devices;
    }

    private static List<String> claims(KubeObject pod, JsonNode spec) {
        List<String> claims = new ArrayList<>();
        for (JsonNode volume : spec.path("volumes")) {
            String name = Json.text(volume, "persistentVolumeClaim", "claimName");
            if (!name.isEmpty()) {
                claims.add(name);
            } else if (volume.path("ephemeral").isObject()) {
                claims.add(pod.name() + "-" + Json.text(volume, "name"));
            }
        }
        return claims;
    }
}
