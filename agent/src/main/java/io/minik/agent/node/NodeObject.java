package io.minik.agent.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Builds what the API hears of this node. Pure. */
final class NodeObject {
    /** As upstream's nodeStatusMaxImages: the object is written often and read by many. */
    private static final int MOST_IMAGES = 50;

    private static final int MOST_IMAGE_NAMES = 5;

    /** Runtime classes' handlers: the default one, and what it is called by. */
    private static final List<String> HANDLERS = List.of("", "minik", "runc");

    private NodeObject() {}

    /** The object as it is registered, without a status. */
    static KubeObject fresh(NodeConfig config) {
        return KubeObject.named("v1", "Node", ObjectKey.cluster(config.nodeName()), tree -> {
            ObjectNode labels = Json.child(tree, "metadata").putObject("labels");
            own(config).forEach(labels::put);
            config.labels().forEach(labels::put);
            ObjectNode spec = tree.putObject("spec");
            if (!config.taints().isEmpty()) {
                var taints = spec.putArray("taints");
                config.taints().forEach(text -> taint(taints.addObject(), text));
            }
        });
    }

    /** Labels that the node keeps right, also after registration. */
    static Map<String, String> own(NodeConfig config) {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put("beta.kubernetes.io/arch", NodeFigures.architecture());
        labels.put("beta.kubernetes.io/os", "linux");
        labels.put("kubernetes.io/arch", NodeFigures.architecture());
        labels.put("kubernetes.io/hostname", config.hostname());
        labels.put("kubernetes.io/os", "linux");
        return labels;
    }

    /** {@code key=value:Effect} or {@code key:Effect}. */
    private static void taint(ObjectNode out, String text) {
        int colon = text.lastIndexOf(':');
        String effect = colon < 0 ? "NoSchedule" : text.substring(colon + 1);
        String rest = colon < 0 ? text : text.substring(0, colon);
        int equals = rest.indexOf('=');
        out.put("key", equals < 0 ? rest : rest.substring(0, equals));
        if (equals >= 0) {
            out.put("value", rest.substring(equals + 1));
        }
        out.put("effect", effect);
    }

    /** All of the status but its conditions. @param present the node as the API has it */
    static ObjectNode status(NodeConfig config, NodeFacts facts, KubeObject present) {
        ObjectNode status = Json.object();
        ObjectNode capacity = status.putObject("capacity");
        facts.capacity().forEach(capacity::put);
        ObjectNode allocatable = status.putObject("allocatable");
        facts.allocatable().forEach(allocatable::put);
        keepExtended(capacity, allocatable, present);
        var addresses = status.putArray("addresses");
        config.addresses()
                .forEach(ip -> addresses.addObject().put("type", "InternalIP").put("address", ip));
        config.externalAddresses()
                .forEach(ip -> addresses.addObject().put("type", "ExternalIP").put("address", ip));
        addresses.addObject().put("type", "Hostname").put("address", config.hostname());
        status.putObject("daemonEndpoints").putObject("kubeletEndpoint").put("Port", config.kubeletPort());
        ObjectNode info = status.putObject("nodeInfo");
        facts.system().forEach(info::put);
        info.put("containerRuntimeVersion", config.runtimeVersion())
                .put("kubeletVersion", config.kubeletVersion())
                .put("kubeProxyVersion", config.kubeletVersion());
        status.putObject("features").put("supplementalGroupsPolicy", true);
        ArrayNode handlers = status.putArray("runtimeHandlers");
        for (String name : HANDLERS) {
            ObjectNode handler = handlers.addObject();
            if (!name.isEmpty()) {
                handler.put("name", name);
            }
            handler.putObject("features")
                    .put("recursiveReadOnlyMounts", true)
                    .put("userNamespaces", facts.runtime().userNamespaces());
        }
        // The API drops an empty list: told again and again, it would look like news each time.
        if (!facts.runtime().images().isEmpty()
                || !present.at("status", "images").isEmpty()) {
            images(status.putArray("images"), facts.runtime().images());
        }
        return status;
    }

    /** The largest first, as upstream: that is where it matters to the scheduler. */
    private static void images(ArrayNode out, List<NodeImage> images) {
        images.stream()
                .sorted(Comparator.comparingLong(NodeImage::sizeBytes)
                        .reversed()
                        .thenComparing(image -> String.join(" ", image.names())))
                .limit(MOST_IMAGES)
                .forEach(image -> {
                    ObjectNode entry = out.addObject();
                    ArrayNode names = entry.putArray("names");
                    image.names().stream().limit(MOST_IMAGE_NAMES).forEach(names::add);
                    entry.put("sizeBytes", image.sizeBytes());
                });
    }

    /** Whether the API has these fields, and believes us ready if we are: the lifecycle controller may have given us up. */
    static boolean covers(KubeObject object, ObjectNode status, List<NodeConditions.Condition> told) {
        return status.properties().stream()
                        .allMatch(field -> within(field.getValue(), object.at("status", field.getKey())))
                && NodeConditions.believed(told, object.at("status", "conditions"));
    }

    /** Others may add to an object, as extended resources to the capacity. */
    static boolean within(JsonNode ours, JsonNode theirs) {
        return ours.isObject()
                ? ours.properties().stream().allMatch(f -> f.getValue().equals(theirs.get(f.getKey())))
                : ours.equals(theirs);
    }

    /** What others advertise as the node's capacity is kept, and can be allocated; as kubelets do. */
    private static void keepExtended(ObjectNode capacity, ObjectNode allocatable, KubeObject present) {
        Json.strings(present.tree(), "status", "capacity").forEach((resource, amount) -> {
            if (!capacity.has(resource)) {
                capacity.put(resource, amount);
                allocatable.put(resource, amount);
            }
        });
        Json.strings(present.tree(), "status", "allocatable").keySet().stream()
                .filter(resource -> !allocatable.has(resource))
                .forEach(allocatable::putNull);
    }

    /** @param system fields of nodeInfo */
    record NodeFacts(
            Map<String, String> capacity,
            Map<String, String> allocatable,
            Map<String, String> system,
            RuntimeFacts runtime) {
        NodeFacts with(RuntimeFacts now) {
            return new NodeFacts(capacity, allocatable, system, now);
        }
    }
}
