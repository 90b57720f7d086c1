package io.minik.agent.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What Kubernetes' documentation of NetworkPolicies says of one connection, asked of the policies themselves: no sets, no
 * chains, no order. Slow and plain.
 */
record PolicyModel(PolicyElements.World world) {
    /** Of a connection that this node forwards. */
    boolean allows(Address from, Address to, String protocol, int port) {
        if (from.equals(to)) {
            return true;
        }
        Optional<PolicyPod> source = pod(from);
        Optional<PolicyPod> target = pod(to);
        boolean out = source.filter(PolicyPod::here)
                .map(pod -> passes(pod, "Egress", rule -> lets(rule, "to", to, target, protocol, port)))
                .orElse(true);
        boolean in = target.filter(PolicyPod::here)
                .map(pod -> passes(pod, "Ingress", rule -> lets(rule, "from", from, target, protocol, port)))
                .orElse(true);
        return out && in;
    }

    private record Rule(String namespace, JsonNode words) {}

    private Optional<PolicyPod> pod(Address address) {
        return world.pods().stream()
                .filter(pod -> pod.addresses().contains(address))
                .findFirst();
    }

    /** A pod that no policy isolates may do all; else what one rule of any of them allows. */
    private boolean passes(PolicyPod pod, String type, Predicate<Rule> lets) {
        List<Rule> rules = new ArrayList<>();
        boolean isolated = false;
        for (KubeObject policy : world.policies()) {
            JsonNode spec = policy.tree().path("spec");
            boolean about = policy.namespace().equals(pod.namespace())
                    && matches(spec.path("podSelector"), pod.labels())
                    && types(spec).contains(type);
            if (about) {
                isolated = true;
                spec.path(type.equals("Egress") ? "egress" : "ingress")
                        .forEach(rule -> rules.add(new Rule(policy.namespace(), rule)));
            }
        }
        return !isolated || rules.stream().anyMatch(lets);
    }

    private static List<String> types(JsonNode spec) {
        List<String> types = new ArrayList<>();
        spec.path("policyTypes").forEach(type -> types.add(type.asText()));
        if (types.isEmpty()) {
            types.add("Ingress");
            if (spec.path("egress").size() > 0) {
                types.add("Egress");
            }
        }
        return types;
    }

    /** @param other the end that the rule's peers are about */
    private boolean lets(
            Rule rule, String peers, Address other, Optional<PolicyPod> target, String protocol, int port) {
        boolean anyPort = rule.words().path("ports").isEmpty();
        boolean portFits = anyPort;
        for (JsonNode each : rule.words().path("ports")) {
            portFits |= fits(each, target, protocol, port);
        }
        if (rule.words().path(peers).isEmpty()) {
            return portFits;
        }
        for (JsonNode peer : rule.words().path(peers)) {
            if (portFits && isPeer(rule.namespace(), peer, other)) {
                return true;
            }
        }
        return false;
    }

    private static boolean fits(JsonNode words, Optional<PolicyPod> target, String protocol, int port) {
        if (!words.path("protocol").asText("TCP").equalsIgnoreCase(protocol)) {
            return false;
        }
        JsonNode number = words.path("port");
        if (number.isMissingNode()) {
            return true;
        }
        if (number.isTextual()) {
            return target.isPresent()
                    && target.get().ports().stream()
                            .anyMatch(named -> named.name().equals(number.asText())
                                    && named.protocol().equalsIgnoreCase(protocol)
                                    && named.number() == port);
        }
        return number.asInt() <= port && port <= words.path("endPort").asInt(number.asInt());
    }

    private boolean isPeer(String namespace, JsonNode peer, Address other) {
        JsonNode block = peer.path("ipBlock");
        if (block.isObject()) {
            return holds(block.path("cidr"), other) && none(block.path("except"), other);
        }
        return world.pods().stream()
                .filter(pod -> pod.addresses().contains(other))
                .anyMatch(pod -> {
                    JsonNode namespaces = peer.path("namespaceSelector");
                    boolean inside = namespaces.isMissingNode()
                            ? pod.namespace().equals(namespace)
                            : world.namespaces().containsKey(pod.namespace())
                                    && matches(namespaces, world.namespaces().get(pod.namespace()));
                    return inside && matches(peer.path("podSelector"), pod.labels());
                });
    }

    private static boolean none(JsonNode ranges, Address address) {
        for (JsonNode range : ranges) {
            if (holds(range, address)) {
                return false;
            }
        }
        return true;
    }

    private static boolean holds(JsonNode range, Address address) {
        Cidr cidr = Cidr.parse(range.asText());
        return cidr.isV4() == address.isV4() && cidr.contains(address);
    }

    /** A selector that is not there, or is empty, is about everything. */
    static boolean matches(JsonNode selector, Map<String, String> labels) {
        boolean all = true;
        for (Map.Entry<String, JsonNode> pair : selector.path("matchLabels").properties()) {
            all &= pair.getValue().asText().equals(labels.get(pair.getKey()));
        }
        for (JsonNode words : selector.path("matchExpressions")) {
            String value = labels.get(words.path("key").asText());
            List<String> values = new ArrayList<>();
            words.path("values").forEach(each -> values.add(each.asText()));
            all &= switch (words.path("operator").asText()) {
                case "In" -> value != null && values.contains(value);
                case "NotIn" -> value == null || !values.contains(value);
                case "Exists" -> value != null;
                default -> value == null;
            };
        }
        return all;
    }
}
