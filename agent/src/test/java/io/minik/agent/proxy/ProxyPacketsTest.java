package io.minik.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import io.minik.runtime.nft.Element;
import io.minik.runtime.nft.Packet;
import io.minik.runtime.nft.RuleTable;
import io.minik.runtime.nft.Ruleset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Services and endpoints by chance, told to the rules of a kernel in memory, change after change. Then a pod, this machine and a
 * stranger each ask every address of every Service: each endpoint that Kubernetes' documentation names is reached by some roll of
 * the dice, and nobody else.
 */
class ProxyPacketsTest {
    private static final int STORIES = Integer.getInteger("proxy.stories", 60);
    private static final int CHANGES = 8;
    private static final int SERVICES = 4;
    /** More than any Service's endpoints: each is chosen at least once. */
    private static final int ROLLS = 12;

    private static final List<String> PROTOCOLS = List.of("TCP", "UDP", "SCTP");
    private static final String TABLE = "minik";
    private static final long MARK = 0x4000;
    private static final Place HERE = new Place("here", "");
    private static final List<Cidr> CLUSTER = List.of(Cidr.parse("10.42.0.0/16"), Cidr.parse("fd42::/48"));

    private final Map<Integer, KubeObject> services = new TreeMap<>();
    private final Map<Integer, List<KubeObject>> slices = new TreeMap<>();

    private enum Client {
        POD("10.42.0.99", "fd42::99", "prerouting", false),
        MACHINE("192.0.2.10", "2001:db8::10", "output", true),
        STRANGER("198.51.100.7", "2001:db8:1::7", "prerouting", false);

        private final Address v4;
        private final Address v6;
        private final String hook;
        private final boolean ours;

        Client(String v4, String v6, String hook, boolean ours) {
            this.v4 = Address.parse(v4);
            this.v6 = Address.parse(v6);
            this.hook = hook;
            this.ours = ours;
        }

        Address address(boolean four) {
            return four ? v4 : v6;
        }
    }

    static List<Long> seeds() {
        long first = Long.getLong("seed", 1);
        return LongStream.range(first, first + STORIES).boxed().toList();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void packetsReachTheEndpointsThatTheServiceHasForThem(long seed) {
        Random random = new Random(seed);
        NftScript script = new NftScript(TABLE, CLUSTER, List.of());
        Ruleset kernel = new Ruleset();
        RuleTable table = new RuleTable();
        Set<String> chains = new TreeSet<>();
        kernel.apply(script.full(table.takeAll()));
        for (int change = 0; change < CHANGES; change++) {
            change(random, table);
            kernel.apply(script.changes(table.takeChanges(), chains));
            Ruleset anew = new Ruleset();
            RuleTable all = new RuleTable();
            services.keySet().forEach(number -> all.want("service " + number, elements(number)));
            anew.apply(script.full(all.takeAll()));
            Predicate<String> shared =
                    name -> Treatment.ofVerdict("goto " + name).isPresent();
            assertThat(kernel.text(TABLE, shared))
                    .as("changes come to what a new table is")
                    .isEqualTo(anew.text(TABLE, shared));
            services.keySet().forEach(number -> everybodyAsks(kernel, number));
        }
    }

    private Map<Element, String> elements(int number) {
        return ProxyElements.of(HERE, service(number), slices.getOrDefault(number, List.of()));
    }

    private KubeObject service(int number) {
        return Optional.ofNullable(services.get(number)).orElseThrow();
    }

    // ---- what documentation says

    /** @param masquerade who asks is hidden from the endpoint */
    private record Wanted(Set<String> endpoints, String otherwise, boolean masquerade) {}

    private void everybodyAsks(Ruleset kernel, int number) {
        KubeObject service = service(number);
        for (Client client : Client.values()) {
            for (JsonNode port : service.at("spec", "ports")) {
                for (String ip : Json.stringList(service.tree(), "spec", "clusterIPs")) {
                    ask(kernel, number, client, port, Address.parse(ip), "cluster");
                }
                for (String ip : Json.stringList(service.tree(), "spec", "externalIPs")) {
                    ask(kernel, number, client, port, Address.parse(ip), "external");
                }
                for (JsonNode ingress : service.at("status", "loadBalancer", "ingress")) {
                    ask(
                            kernel,
                            number,
                            client,
                            port,
                            Address.parse(ingress.path("ip").asText()),
                            "balancer");
                }
                if (port.has("nodePort")) {
                    ask(kernel, number, client, port, Client.MACHINE.v4, "node");
                }
            }
        }
    }

    private Wanted wanted(int number, Client client, JsonNode port, boolean four, String how) {
        KubeObject service = service(number);
        Set<String> all = endpoints(number, port, four, false);
        Set<String> local = endpoints(number, port, four, true);
        boolean outside = client == Client.STRANGER;
        if (how.equals("cluster")) {
            boolean near = service.text("spec", "internalTrafficPolicy").equals("Local");
            return all.isEmpty()
                    ? new Wanted(Set.of(), "reject", false)
                    : new Wanted(near ? local : all, "drop", client != Client.POD);
        }
        if (how.equals("balancer") && outside && !admitted(service, client.address(four))) {
            return new Wanted(Set.of(), "drop", false);
        }
        if (all.isEmpty()) {
            return new Wanted(Set.of(), "reject", false);
        }
        boolean near = service.text("spec", "externalTrafficPolicy").equals("Local");
        return near && outside
                ? new Wanted(local, "drop", false)
                : new Wanted(all, "drop", !near || client != Client.POD);
    }

    private static boolean admitted(KubeObject service, Address client) {
        List<String> ranges = Json.stringList(service.tree(), "spec", "loadBalancerSourceRanges");
        return ranges.isEmpty()
                || ranges.stream()
                        .map(Cidr::parse)
                        .anyMatch(range -> range.isV4() == client.isV4() && range.contains(client));
    }

    /** Those that are ready; else those that end and still serve. */
    private Set<String> endpoints(int number, JsonNode port, boolean four, boolean local) {
        Set<String> ready = new TreeSet<>();
        Set<String> ending = new TreeSet<>();
        for (KubeObject slice : slices.getOrDefault(number, List.of())) {
            if (slice.text("addressType").equals(four ? "IPv4" : "IPv6")) {
                for (JsonNode offered : slice.at("ports")) {
                    if (offered.path("name").equals(port.path("name"))
                            && offered.path("protocol").equals(port.path("protocol"))) {
                        int target = offered.path("port").asInt();
                        slice.at("endpoints").forEach(endpoint -> sort(endpoint, target, local, ready, ending));
                    }
                }
            }
        }
        return ready.isEmpty() ? ending : ready;
    }

    private static void sort(JsonNode endpoint, int port, boolean local, Set<String> ready, Set<String> ending) {
        JsonNode is = endpoint.path("conditions");
        String target = Address.parse(endpoint.path("addresses").path(0).asText()) + " " + port;
        if (local && !endpoint.path("nodeName").asText().equals(HERE.node())) {
            return;
        }
        if (is.path("ready").asBoolean(true)) {
            ready.add(target);
        } else if (is.path("serving").asBoolean() && is.path("terminating").asBoolean()) {
            ending.add(target);
        }
    }

    private void ask(Ruleset kernel, int number, Client client, JsonNode port, Address address, String how) {
        boolean four = address.isV4();
        boolean toNode = how.equals("node");
        Wanted wanted = wanted(number, client, port, four, how);
        Packet plain = new Packet(
                        client.address(four),
                        address,
                        port.path("protocol").asText().toLowerCase(Locale.ROOT),
                        port.path(toNode ? "nodePort" : "port").asInt())
                .from(client.address(four), client.ours);
        Packet packet = toNode ? plain.toThisMachine() : plain;
        Set<String> reached = new TreeSet<>();
        Set<String> otherwise = new TreeSet<>();
        Set<Boolean> masquerades = new TreeSet<>();
        for (int roll = 0; roll < ROLLS; roll++) {
            int dice = roll;
            Ruleset.Outcome outcome = kernel.judge(TABLE, client.hook, packet, below -> dice % below);
            if (!outcome.verdict().equals("accept")) {
                otherwise.add(outcome.verdict());
            } else if (outcome.packet().equals(packet)) {
                String filter = client.ours ? "filter_output" : toNode ? "filter_input" : "filter_forward";
                otherwise.add(kernel.verdict(TABLE, filter, packet).replaceAll(" .*", ""));
            } else {
                reached.add(
                        outcome.packet().destination() + " " + outcome.packet().port());
                masquerades.add((outcome.mark() & MARK) != 0);
            }
        }
        String question = client + " asks " + how + " " + address + " " + port + " of "
                + service(number).tree() + " with "
                + slices.getOrDefault(number, List.of()).stream()
                        .map(KubeObject::tree)
                        .toList();
        assertThat(reached).as(question).isEqualTo(wanted.endpoints());
        assertThat(otherwise).as(question).isEqualTo(reached.isEmpty() ? Set.of(wanted.otherwise()) : Set.of());
        if (!reached.isEmpty()) {
            assertThat(masquerades).as(question).containsExactly(wanted.masquerade());
        }
    }

    // ---- by chance

    private void change(Random random, RuleTable table) {
        for (int i = 0; i <= random.nextInt(3); i++) {
            int number = random.nextInt(SERVICES);
            switch (random.nextInt(5)) {
                case 0 -> services.remove(number);
                case 1 -> slices.remove(number);
                case 2 -> services.put(number, service(random, number));
                default -> {
                    services.computeIfAbsent(number, absent -> service(random, absent));
                    slices.put(number, slices(random, number));
                }
            }
            table.want("service " + number, services.containsKey(number) ? elements(number) : Map.of());
        }
    }

    private static <T> T one(Random random, List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private static KubeObject service(Random random, int number) {
        return KubeObject.named("v1", "Service", ObjectKey.of("default", "s" + number), tree -> {
            ObjectNode spec = tree.putObject("spec");
            boolean dual = random.nextBoolean();
            spec.put("clusterIP", "10.43.0." + (number + 20));
            spec.putArray("clusterIPs").add("10.43.0." + (number + 20));
            String type = one(random, List.of("ClusterIP", "NodePort", "LoadBalancer"));
            spec.put("type", type);
            if (dual) {
                spec.withArray("clusterIPs").add("fd43::" + (number + 20));
            }
            for (int i = 0; i <= random.nextInt(2); i++) {
                ObjectNode port = spec.withArray("ports").addObject();
                port.put("name", "p" + i).put("protocol", one(random, PROTOCOLS));
                port.put("port", 80 + i);
                if (!type.equals("ClusterIP")) {
                    port.put("nodePort", 30_000 + 10 * number + i);
                }
            }
            spec.put("internalTrafficPolicy", one(random, List.of("Cluster", "Local")));
            if (!type.equals("ClusterIP")) {
                spec.put("externalTrafficPolicy", one(random, List.of("Cluster", "Local")));
            }
            if (random.nextInt(3) == 0) {
                spec.put("sessionAffinity", "ClientIP");
            }
            if (random.nextInt(3) == 0) {
                spec.putArray("externalIPs").add("203.0.113." + (number + 1));
            }
            if (type.equals("LoadBalancer")) {
                tree.putObject("status")
                        .putObject("loadBalancer")
                        .putArray("ingress")
                        .addObject()
                        .put("ip", "203.0.113." + (number + 100));
                for (int i = 0; i < random.nextInt(3); i++) {
                    spec.withArray("loadBalancerSourceRanges")
                            .add(one(
                                    random,
                                    List.of("198.51.100.0/24", "198.51.100.7/32", "203.0.0.0/8", "2001:db8::/32")));
                }
            }
        });
    }

    private static List<KubeObject> slices(Random random, int number) {
        List<KubeObject> slices = new ArrayList<>();
        for (int i = 0; i < random.nextInt(4); i++) {
            boolean four = random.nextInt(3) > 0;
            String prefix = four ? "10.42.1." : "fd42::1:";
            slices.add(KubeObject.named("discovery.k8s.io/v1", "EndpointSlice", ObjectKey.of("default", "x"), tree -> {
                tree.put("addressType", four ? "IPv4" : "IPv6");
                for (int port = 0; port < 2; port++) {
                    for (String protocol : PROTOCOLS) {
                        ObjectNode offered = tree.withArray("ports").addObject();
                        offered.put("name", "p" + port).put("port", 8080 + port).put("protocol", protocol);
                    }
                }
                for (int j = 0; j < random.nextInt(4); j++) {
                    ObjectNode endpoint = tree.withArray("endpoints").addObject();
                    endpoint.putArray("addresses").add(prefix + (10 + 4 * number + random.nextInt(4)));
                    endpoint.put("nodeName", one(random, List.of("here", "there")));
                    ObjectNode conditions = endpoint.putObject("conditions");
                    boolean ready = random.nextInt(3) > 0;
                    conditions.put("ready", ready);
                    if (!ready) {
                        conditions.put("serving", random.nextBoolean()).put("terminating", random.nextBoolean());
                    }
                }
            }));
        }
        return slices;
    }
}
