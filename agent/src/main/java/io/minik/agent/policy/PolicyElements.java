package io.minik.agent.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.api.selector.LabelSelector;
import io.minik.ground.json.Json;
import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import io.minik.runtime.nft.Element;
import io.minik.runtime.nft.Family;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the kernel of one node must have for the policies that there are. Pure.
 *
 * <p>The cluster DNS is no pod here, but policies are written for one: it counts as a pod of kube-system with the label
 * {@code k8s-app=kube-dns} at its Service's address and port 53.
 */
final class PolicyElements {
    private static final int DNS_PORT = 53;
    private static final Map<String, String> DNS_LABELS = Map.of("k8s-app", "kube-dns");
    private static final String DNS_NAMESPACE = "kube-system";
    private static final Set<String> PROTOCOLS = Set.of("TCP", "UDP", "SCTP");
    /** Enough that two rules never meet: 64 bits. */
    private static final int HASH_DIGITS = 16;

    /**
     * What is known.
     *
     * @param namespaces labels by name
     * @param dns the address of the cluster DNS
     */
    record World(
            Collection<KubeObject> policies,
            Map<String, Map<String, String>> namespaces,
            Collection<PolicyPod> pods,
            Optional<Address> dns) {}

    private enum Direction {
        INGRESS("Ingress", "from", "in"),
        EGRESS("Egress", "to", "out");

        private final String type;
        private final String rules;
        private final String peers;
        private final String map;

        Direction(String type, String peers, String map) {
            this.type = type;
            this.rules = type.toLowerCase(Locale.ROOT);
            this.peers = peers;
            this.map = map;
        }

        /** The other end of a packet: {@code ip saddr} of one that comes in. */
        String other(Family family) {
            return this == INGRESS ? family.source() : family.destination();
        }

        boolean governs(KubeObject policy) {
            List<String> types = Json.stringList(policy.tree(), "spec", "policyTypes");
            return types.isEmpty()
                    ? this == INGRESS || !policy.at("spec", "egress").isEmpty()
                    : types.contains(type);
        }
    }

    private final World world;
    private final Map<Element, String> elements = new TreeMap<>();

    private PolicyElements(World world) {
        this.world = world;
    }

    static Map<Element, String> of(World world) {
        PolicyElements plan = new PolicyElements(world);
        for (PolicyPod pod : world.pods()) {
            if (pod.here()) {
                for (Direction direction : Direction.values()) {
                    plan.pod(pod, direction);
                }
            }
        }
        return plan.elements;
    }

    private void pod(PolicyPod pod, Direction direction) {
        List<KubeObject> own = world.policies().stream()
                .filter(policy -> policy.namespace().equals(pod.namespace()))
                .filter(direction::governs)
                .filter(policy ->
                        LabelSelector.of(policy.at("spec", "podSelector")).matches(pod.labels()))
                .toList();
        if (own.isEmpty()) {
            return;
        }
        Set<String> lines = new LinkedHashSet<>();
        Set<String> dns = new LinkedHashSet<>();
        for (KubeObject policy : own) {
            for (JsonNode rule : policy.at("spec", direction.rules)) {
                lines.addAll(lines(policy.namespace(), rule, pod, direction));
                if (direction == Direction.EGRESS) {
                    dns.addAll(dnsProtocols(policy.namespace(), rule));
                }
            }
        }
        List<String> body = new ArrayList<>(lines.stream().sorted().toList());
        body.add("drop");
        String text = String.join("\n", body);
        String chain = direction.map + "_" + hash(text);
        elements.put(new Element(Element.CHAIN, chain), text);
        for (Address address : pod.addresses()) {
            Family family = Family.of(address);
            elements.put(new Element(family.named(direction.map), address.toString()), "jump " + chain);
            elements.put(new Element(family.named("self"), address + " . " + address), "");
            dns.forEach(protocol -> elements.put(
                    new Element(family.named("dns"), address + " . " + protocol.toLowerCase(Locale.ROOT)), ""));
        }
    }

    /** What a rule lets pass, in nft's words: a peer and a port each. */
    private List<String> lines(String namespace, JsonNode rule, PolicyPod pod, Direction direction) {
        List<String> lines = new ArrayList<>();
        List<String> peers = new ArrayList<>();
        JsonNode given = rule.path(direction.peers);
        if (given.isEmpty()) {
            peers.add("");
        }
        for (JsonNode peer : given) {
            peers.addAll(
                    peer.path("ipBlock").isObject()
                            ? block(peer.path("ipBlock"), direction)
                            : members(namespace, peer, direction));
        }
        if (rule.path("ports").isEmpty()) {
            peers.forEach(peer -> lines.add(peer + "return"));
        }
        for (JsonNode port : rule.path("ports")) {
            String protocol = Json.textOr("TCP", port, "protocol");
            if (!PROTOCOLS.contains(protocol)) {
                continue;
            }
            if (port.path("port").isTextual() && direction == Direction.EGRESS) {
                lines.addAll(
                        namedThere(namespace, given, protocol, port.path("port").asText()));
                continue;
            }
            for (String match : ports(port, protocol, pod)) {
                peers.forEach(peer -> lines.add(peer + match + "return"));
            }
        }
        return lines;
    }

    private static List<String> ports(JsonNode port, String protocol, PolicyPod pod) {
        String name = protocol.toLowerCase(Locale.ROOT);
        if (port.path("port").isMissingNode() || port.path("port").isNull()) {
            return List.of("meta l4proto " + name + " ");
        }
        String match = name + " dport ";
        if (port.path("port").isTextual()) {
            return pod.numbers(port.path("port").asText(), protocol).stream()
                    .map(number -> match + number + " ")
                    .toList();
        }
        int first = port.path("port").asInt();
        int last = Json.intOr(first, port, "endPort");
        return List.of(match + (last > first ? first + "-" + last : Integer.toString(first)) + " ");
    }

    private static List<String> block(JsonNode block, Direction direction) {
        Optional<Cidr> range = Cidr.find(Json.text(block, "cidr"));
        if (range.isEmpty()) {
            return List.of();
        }
        Family family = Family.of(range.get());
        String other = direction.other(family);
        StringBuilder match = new StringBuilder();
        // What is everything is no range to nft; only the family is left to say.
        match.append(range.get().prefix() == 0 ? family.only() + " " : other + " " + range.get() + " ");
        for (String text : Json.stringList(block, "except")) {
            Cidr.find(text).ifPresent(except -> match.append(other + " != " + except + " "));
        }
        return List.of(match.toString());
    }

    private boolean selects(String namespace, JsonNode peer, String otherNamespace, Map<String, String> labels) {
        boolean inside = peer.path("namespaceSelector").isObject()
                ? LabelSelector.of(peer.path("namespaceSelector"))
                                .matches(world.namespaces().getOrDefault(otherNamespace, Map.of()))
                        && world.namespaces().containsKey(otherNamespace)
                : otherNamespace.equals(namespace);
        return inside
                && (!peer.path("podSelector").isObject()
                        || LabelSelector.of(peer.path("podSelector")).matches(labels));
    }

    private List<PolicyPod> selected(String namespace, JsonNode peer) {
        return world.pods().stream()
                .filter(pod -> selects(namespace, peer, pod.namespace(), pod.labels()))
                .toList();
    }

    /** Sets of the addresses of the pods that a peer selects, one for each family. */
    private List<String> members(String namespace, JsonNode peer, Direction direction) {
        // Of a peer without a namespaceSelector the policy's namespace is part of the question.
        String home = peer.path("namespaceSelector").isObject() ? "" : namespace;
        String name = "pods_" + hash(home + "\n" + Json.canonical(peer));
        List<String> matches = new ArrayList<>();
        for (Family family : Family.values()) {
            String set = family.named(name + "_");
            if (elements.putIfAbsent(new Element(Element.SET, set), "type " + family.type() + ";") == null) {
                selected(namespace, peer).forEach(pod -> pod.addresses().stream()
                        .filter(address -> Family.of(address) == family)
                        .forEach(address -> elements.put(new Element(set, address.toString()), "")));
            }
            matches.add(direction.other(family) + " @" + set + " ");
        }
        return matches;
    }

    /** A port by its name in the pods that one wants to reach: each may give it another number. */
    private List<String> namedThere(String namespace, JsonNode peers, String protocol, String port) {
        List<String> lines = new ArrayList<>();
        List<JsonNode> asked = new ArrayList<>();
        peers.forEach(asked::add);
        if (asked.isEmpty()) {
            asked.add(Json.object().set("namespaceSelector", Json.object()));
        }
        for (JsonNode peer : asked) {
            String home = peer.path("namespaceSelector").isObject() ? "" : namespace;
            String name = "ports_"
                    + hash(String.join(
                            "\n", home, protocol, port, Json.canonical(peer).toString()));
            for (Family family : Family.values()) {
                String set = family.named(name + "_");
                elements.put(new Element(Element.SET, set), "type " + family.type() + " . inet_service;");
                JsonNode block = peer.path("ipBlock");
                for (PolicyPod pod : block.isObject() ? world.pods() : selected(namespace, peer)) {
                    for (int number : pod.numbers(port, protocol)) {
                        pod.addresses().stream()
                                .filter(address -> Family.of(address) == family)
                                .filter(address -> !block.isObject() || holds(block, address))
                                .forEach(address -> elements.put(new Element(set, address + " . " + number), ""));
                    }
                }
                lines.add(family.destination() + " . " + protocol.toLowerCase(Locale.ROOT) + " dport @" + set
                        + " return");
            }
        }
        return lines;
    }

    /** By which protocols a rule lets a pod ask the cluster DNS. */
    private Set<String> dnsProtocols(String namespace, JsonNode rule) {
        boolean reaches = rule.path("to").isEmpty();
        for (JsonNode peer : rule.path("to")) {
            JsonNode block = peer.path("ipBlock");
            reaches |= block.isObject()
                    ? world.dns().map(dns -> holds(block, dns)).orElse(false)
                    : selects(namespace, peer, DNS_NAMESPACE, DNS_LABELS);
        }
        Set<String> protocols = new LinkedHashSet<>();
        for (String protocol : List.of("TCP", "UDP")) {
            boolean open = rule.path("ports").isEmpty();
            for (JsonNode port : rule.path("ports")) {
                open |= Json.textOr("TCP", port, "protocol").equals(protocol) && isDns(port, protocol);
            }
            if (reaches && open) {
                protocols.add(protocol);
            }
        }
        return protocols;
    }

    private static boolean isDns(JsonNode port, String protocol) {
        JsonNode number = port.path("port");
        if (number.isMissingNode() || number.isNull()) {
            return true;
        }
        if (number.isTextual()) {
            // CoreDNS' names.
            return number.asText().equals(protocol.equals("TCP") ? "dns-tcp" : "dns");
        }
        return number.asInt() <= DNS_PORT && DNS_PORT <= Json.intOr(number.asInt(), port, "endPort");
    }

    private static boolean holds(JsonNode block, Address address) {
        return Cidr.find(Json.text(block, "cidr"))
                        .map(range -> range.contains(address))
                        .orElse(false)
                && Json.stringList(block, "except").stream()
                        .flatMap(text -> Cidr.find(text).stream())
                        .noneMatch(except -> except.contains(address));
    }

    static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return String.format("%064x", new BigInteger(1, digest)).substring(0, HASH_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
