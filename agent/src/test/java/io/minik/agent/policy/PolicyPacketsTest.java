package io.minik.agent.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.agent.policy.PolicyPod.NamedPort;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.ground.net.Address;
import io.minik.runtime.nft.Packet;
import io.minik.runtime.nft.RuleTable;
import io.minik.runtime.nft.Ruleset;
import io.minik.runtime.nft.TableWords;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Worlds by chance, told to the rules of a kernel in memory, change after change; then a packet from everybody to everybody by
 * each protocol and port: it passes if Kubernetes' documentation says so, and only then.
 */
class PolicyPacketsTest {
    private static final int STORIES = Integer.getInteger("policy.stories", 60);
    private static final int CHANGES = 6;
    private static final String TABLE = PolicyRoom.TABLE;
    private static final Address DNS = Address.parse("10.43.0.10");
    private static final List<String> NAMESPACES = List.of("default", "shop", "kube-system");
    private static final List<String> KEYS = List.of("app", "tier");
    private static final List<String> VALUES = List.of("a", "b", "c");
    private static final List<String> PROTOCOLS = List.of("TCP", "UDP", "SCTP");
    private static final List<Integer> PORTS = List.of(53, 80, 443, 8080);
    private static final List<String> RANGES = List.of(
            "0.0.0.0/0",
            "10.42.0.0/16",
            "10.42.0.0/24",
            "10.42.0.4/30",
            "192.0.2.0/24",
            "::/0",
            "fd42::/64",
            "fd42::4/126");

    private static final List<Address> STRANGERS =
            List.of(Address.parse("192.0.2.7"), Address.parse("198.51.100.1"), Address.parse("2001:db8::7"));

    private final Map<String, KubeObject> policies = new TreeMap<>();
    private final Map<String, Map<String, String>> namespaces = new TreeMap<>();
    private final Map<Integer, PolicyPod> pods = new TreeMap<>();

    static List<Long> seeds() {
        long first = Long.getLong("seed", 1);
        return java.util.stream.LongStream.range(first, first + STORIES).boxed().toList();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aPacketPassesIfThePoliciesSaySo(long seed) {
        Random random = new Random(seed);
        Ruleset kernel = new Ruleset();
        RuleTable table = new RuleTable();
        NAMESPACES.forEach(name -> namespaces.put(name, labels(random)));
        for (int i = 0; i < 6; i++) {
            pods.put(i, pod(random, i));
        }
        for (int change = 0; change < CHANGES; change++) {
            change(random);
            table.want("policies", PolicyElements.of(world()));
            String script = change == 0
                    ? new PolicyScript(TABLE, Optional.of(DNS)).full(table.takeAll())
                    : new TableWords(TABLE).changes(table.takeChanges(), "");
            kernel.apply(script);
            Ruleset anew = new Ruleset();
            anew.apply(new PolicyScript(TABLE, Optional.of(DNS)).full(PolicyElements.of(world())));
            assertThat(kernel.text(TABLE, none -> false))
                    .as("changes come to what a new table is")
                    .isEqualTo(anew.text(TABLE, none -> false));
            everybodyAsksEverybody(kernel);
            podsAskTheDns(kernel);
        }
    }

    private PolicyElements.World world() {
        return new PolicyElements.World(
                List.copyOf(policies.values()),
                new HashMap<>(namespaces),
                List.copyOf(pods.values()),
                Optional.of(DNS));
    }

    private String said() {
        return policies.values().stream()
                        .map(policy -> policy.tree().toString())
                        .toList() + "\n" + namespaces + "\n" + pods;
    }

    private void everybodyAsksEverybody(Ruleset kernel) {
        PolicyModel model = new PolicyModel(world());
        Set<Address> all = new LinkedHashSet<>(STRANGERS);
        pods.values().forEach(pod -> all.addAll(pod.addresses()));
        for (Address from : all) {
            for (Address to : all) {
                if (from.isV4() != to.isV4()) {
                    continue;
                }
                for (String protocol : PROTOCOLS) {
                    for (int port : PORTS) {
                        Packet packet = new Packet(from, to, protocol.toLowerCase(Locale.ROOT), port);
                        assertThat(kernel.verdict(TABLE, "forward", packet))
                                .as("%s from %s to %s port %s under %s", protocol, from, to, port, said())
                                .isEqualTo(model.allows(from, to, protocol, port) ? "accept" : "drop");
                    }
                }
            }
        }
    }

    /** The node's own address stands for whatever of this machine a pod asks; the DNS is asked at its Service's. */
    private void podsAskTheDns(Ruleset kernel) {
        Address node = Address.parse("192.0.2.10");
        List<PolicyPod> known = new ArrayList<>(pods.values());
        known.add(new PolicyPod(
                "kube-system",
                Map.of("k8s-app", "kube-dns"),
                Set.of(DNS),
                List.of(new NamedPort("dns", "UDP", 53), new NamedPort("dns-tcp", "TCP", 53)),
                false));
        PolicyModel model =
                new PolicyModel(new PolicyElements.World(world().policies(), namespaces, known, Optional.of(DNS)));
        for (PolicyPod pod : pods.values()) {
            for (Address from : pod.addresses()) {
                if (!pod.here() || !from.isV4()) {
                    continue;
                }
                for (String protocol : List.of("TCP", "UDP")) {
                    Packet packet = new Packet(from, node, protocol.toLowerCase(Locale.ROOT), 1053).askedFor(DNS);
                    boolean asked = kernel.verdict(TABLE, "input", packet).equals("accept");
                    boolean node1053 = model.allows(from, node, protocol, 1053);
                    assertThat(asked)
                            .as("%s asks the DNS by %s under %s", from, protocol, said())
                            .isEqualTo(model.allows(from, DNS, protocol, 53) || node1053);
                }
                Packet other = new Packet(from, node, "tcp", 80);
                assertThat(kernel.verdict(TABLE, "input", other))
                        .isEqualTo(model.allows(from, node, "TCP", 80) ? "accept" : "drop");
            }
        }
    }

    // ---- by chance

    private void change(Random random) {
        for (int i = 0; i <= random.nextInt(3); i++) {
            String name = "p" + random.nextInt(5);
            if (random.nextInt(4) == 0) {
                policies.remove(name);
            } else {
                policies.put(name, policy(random, name));
            }
        }
        int pod = random.nextInt(8);
        switch (random.nextInt(4)) {
            case 0 -> pods.remove(pod);
            case 1 -> namespaces.put(one(random, NAMESPACES), labels(random));
            default -> pods.put(pod, pod(random, pod));
        }
    }

    private static <T> T one(Random random, List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private static Map<String, String> labels(Random random) {
        Map<String, String> labels = new TreeMap<>();
        KEYS.forEach(key -> {
            if (random.nextInt(4) > 0) {
                labels.put(key, one(random, VALUES));
            }
        });
        return labels;
    }

    private static PolicyPod pod(Random random, int number) {
        Set<Address> addresses = new LinkedHashSet<>();
        if (random.nextInt(5) > 0) {
            addresses.add(Address.parse("10.42." + random.nextInt(2) + "." + (number + 2)));
        }
        if (addresses.isEmpty() || random.nextInt(3) == 0) {
            addresses.add(Address.parse("fd42::" + (number + 2)));
        }
        List<NamedPort> ports = new ArrayList<>();
        for (int i = 0; i < random.nextInt(3); i++) {
            ports.add(new NamedPort(one(random, List.of("web", "sql")), one(random, PROTOCOLS), one(random, PORTS)));
        }
        return new PolicyPod(one(random, NAMESPACES), labels(random), addresses, ports, random.nextInt(3) > 0);
    }

    private static ObjectNode selector(Random random) {
        ObjectNode selector = Json.object();
        if (random.nextInt(3) == 0) {
            selector.putObject("matchLabels").put(one(random, KEYS), one(random, VALUES));
        }
        if (random.nextInt(3) == 0) {
            String operator = one(random, List.of("In", "NotIn", "Exists", "DoesNotExist"));
            ObjectNode expression = selector.putArray("matchExpressions").addObject();
            expression.put("key", one(random, KEYS)).put("operator", operator);
            if (operator.endsWith("In")) {
                expression.putArray("values").add(one(random, VALUES)).add(one(random, VALUES));
            }
        }
        return selector;
    }

    private static void peer(Random random, ObjectNode peer) {
        if (random.nextInt(3) == 0) {
            ObjectNode block = peer.putObject("ipBlock").put("cidr", one(random, RANGES));
            boolean v4 = block.path("cidr").asText().indexOf(':') < 0;
            if (random.nextBoolean()) {
                block.putArray("except").add(v4 ? "10.42.0.2/31" : "fd42::2/127");
            }
            return;
        }
        int kind = random.nextInt(3);
        if (kind != 0) {
            peer.set("podSelector", selector(random));
        }
        if (kind != 1) {
            peer.set("namespaceSelector", selector(random));
        }
    }

    private static void port(Random random, ObjectNode port) {
        if (random.nextInt(3) > 0) {
            port.put("protocol", one(random, PROTOCOLS));
        }
        switch (random.nextInt(5)) {
            case 0 -> port.put("port", one(random, List.of("web", "sql", "dns")));
            case 1 -> port.put("port", 60).put("endPort", one(random, List.of(60, 80, 443, 9000)));
            case 2, 3 -> port.put("port", one(random, PORTS));
            default -> {}
        }
    }

    private static void rules(Random random, ArrayNode rules, String peers) {
        for (int i = 0; i < random.nextInt(3); i++) {
            ObjectNode rule = rules.addObject();
            for (int j = 0; j < random.nextInt(3); j++) {
                peer(random, rule.withArray(peers).addObject());
            }
            for (int j = 0; j < random.nextInt(3); j++) {
                port(random, rule.withArray("ports").addObject());
            }
        }
    }

    private static KubeObject policy(Random random, String name) {
        ObjectNode tree =
                Json.object().put("apiVersion", "networking.k8s.io/v1").put("kind", "NetworkPolicy");
        tree.putObject("metadata").put("namespace", one(random, NAMESPACES)).put("name", name);
        ObjectNode spec = tree.putObject("spec");
        spec.set("podSelector", selector(random));
        if (random.nextBoolean()) {
            ArrayNode types = spec.putArray("policyTypes");
            one(random, List.of(List.of("Ingress"), List.of("Egress"), List.of("Ingress", "Egress")))
                    .forEach(types::add);
        }
        if (random.nextInt(4) > 0) {
            rules(random, spec.putArray("ingress"), "from");
        }
        if (random.nextInt(4) > 0) {
            rules(random, spec.putArray("egress"), "to");
        }
        return KubeObject.of(tree);
    }
}
