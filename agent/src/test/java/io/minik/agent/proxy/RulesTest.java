package io.minik.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.object.KubeObject;
import io.minik.ground.net.Cidr;
import io.minik.runtime.criapi.HostPorts;
import io.minik.runtime.nft.Element;
import io.minik.runtime.nft.Family;
import io.minik.runtime.nft.RuleTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RulesTest {
    private static final Path GOLDEN = Path.of("src/test/resources/proxy/full.nft");

    private static Map<Element, String> rules(KubeObject service, KubeObject... slices) {
        return ProxyElements.of(new Place("here", "z1"), service, List.of(slices));
    }

    private static Element element(String map, String key) {
        return new Element(map, key);
    }

    @Test
    void aClusterAddressLeadsToItsReadyEndpoints() {
        Map<Element, String> rules = rules(
                Objects.service("web", "10.43.0.5", Objects.port("http", 80, ""), ""),
                Objects.slice("web", "http", 8080, "10.42.0.2@here", "10.42.1.2@there", "10.42.1.3@there!"),
                Objects.slice("web", "other", 9090, "10.42.0.9@here"));
        assertThat(rules)
                .containsOnly(
                        Map.entry(element("cluster_ips", "10.43.0.5"), ""),
                        Map.entry(element("tcp_vip", "10.43.0.5 . 80"), "goto tcp_c2"),
                        Map.entry(element("tcp_ep", "10.43.0.5 . 80 . 0"), "10.42.0.2 . 8080"),
                        Map.entry(element("tcp_ep", "10.43.0.5 . 80 . 1"), "10.42.1.2 . 8080"),
                        Map.entry(element("hairpin", "10.42.0.2 . 10.42.0.2"), ""));
    }

    @Test
    void eachFamilyOfAServiceHasItsOwnMapsAndEndpoints() {
        Map<Element, String> rules = rules(
                Objects.parse(
                        "{\"metadata\":{\"name\":\"web\",\"namespace\":\"d\"},\"spec\":{\"clusterIP\":\"fd43::5\",\"clusterIPs\":"
                                + "[\"fd43::5\",\"10.43.0.5\"],\"externalIPs\":[\"2001:DB8:0:0::7\"],\"ports\":["
                                + Objects.port("http", 80, "") + "]}}"),
                Objects.slice("web", "http", 8080, "10.42.0.2@here"),
                Objects.slice("web", "http", 8080, "fd42:0:0::3@there", "fd42::2@there"));
        assertThat(rules)
                .containsOnly(
                        Map.entry(element("cluster_ips", "10.43.0.5"), ""),
                        Map.entry(element("tcp_vip", "10.43.0.5 . 80"), "goto tcp_c1"),
                        Map.entry(element("tcp_ep", "10.43.0.5 . 80 . 0"), "10.42.0.2 . 8080"),
                        Map.entry(element("hairpin", "10.42.0.2 . 10.42.0.2"), ""),
                        Map.entry(element("cluster_ips6", "fd43::5"), ""),
                        Map.entry(element("tcp_vip6", "fd43::5 . 80"), "goto tcp6_c2"),
                        Map.entry(element("tcp_vip6", "2001:db8::7 . 80"), "goto tcp6_x2"),
                        Map.entry(element("tcp_ep6", "fd43::5 . 80 . 0"), "fd42::2 . 8080"),
                        Map.entry(element("tcp_ep6", "fd43::5 . 80 . 1"), "fd42::3 . 8080"),
                        Map.entry(element("tcp_ep6", "2001:db8::7 . 80 . 0"), "fd42::2 . 8080"),
                        Map.entry(element("tcp_ep6", "2001:db8::7 . 80 . 1"), "fd42::3 . 8080"));
        assertThat(NftScript.chainsOf(rules)).containsExactly("tcp6_c2", "tcp6_x2", "tcp_c1");
    }

    @Test
    void flowsOfIpv6AreAskedForAndForgottenAsSuch() {
        Map<Element, String> elements =
                Map.of(element("cluster_ips6", "fd43::7"), "", element("udp_ep6", "fd43::7 . 53 . 0"), "fd42::3 . 53");
        String dump = line("fd42::9", "fd43::7", 53, "fd42::2");
        assertThat(StaleFlows.ofAll(Family.IPV6, elements, Set.of(), dump))
                .extracting(words -> String.join(" ", words))
                .containsExactly("-D -f ipv6 -p udp --orig-dst fd43::7 --orig-port-dst 53 --reply-src fd42::2");
    }

    @Test
    void nobodyReadyMeansRejected() {
        Map<Element, String> rules = rules(
                Objects.service(
                        "web",
                        "10.43.0.5",
                        Objects.port("http", 80, "\"nodePort\":30080"),
                        "\"type\":\"NodePort\",\"externalIPs\":[\"192.0.2.7\"]"),
                Objects.slice("web", "http", 8080, "10.42.0.2@here!"));
        assertThat(rules.keySet())
                .containsOnly(
                        element("cluster_ips", "10.43.0.5"),
                        element("tcp_reject", "192.0.2.7 . 80"),
                        element("tcp_nreject", "30080"));
    }

    @Test
    void aLocalPolicyKeepsOutsidersOnThisNodeAndUnmasqueraded() {
        KubeObject service = Objects.service(
                "web",
                "10.43.0.5",
                Objects.port("", 80, "\"nodePort\":30080"),
                "\"type\":\"LoadBalancer\",\"externalTrafficPolicy\":\"Local\"");
        Map<Element, String> rules =
                rules(service, Objects.slice("web", "", 8080, "10.42.0.2@here", "10.42.1.2@there"));
        assertThat(rules)
                .containsEntry(element("tcp_noutside", "30080"), "goto tcp_m1")
                .containsEntry(element("tcp_nep", "30080 . 65536"), "10.42.0.2 . 8080")
                .containsEntry(element("tcp_node", "30080"), "goto tcp_k2")
                .containsEntry(element("tcp_nep", "30080 . 1"), "10.42.1.2 . 8080");
        assertThat(rules(service, Objects.slice("web", "", 8080, "10.42.1.2@there")))
                .as("none here")
                .containsEntry(element("tcp_noutside", "30080"), "drop");
    }

    @Test
    void internalPolicyLocalDropsWhereNobodyIsLocal() {
        KubeObject service =
                Objects.service("web", "10.43.0.5", Objects.port("", 80, ""), "\"internalTrafficPolicy\":\"Local\"");
        assertThat(rules(service, Objects.slice("web", "", 80, "10.42.1.2@there")))
                .containsEntry(element("tcp_vip", "10.43.0.5 . 80"), "drop");
        assertThat(rules(service, Objects.slice("web", "", 80, "10.42.1.2@there", "10.42.0.2@here")))
                .containsEntry(element("tcp_vip", "10.43.0.5 . 80"), "goto tcp_i1");
    }

    @Test
    void aClientIsRememberedForAsLongAsTheServiceSays() {
        KubeObject service = Objects.service(
                "web",
                "10.43.0.5",
                Objects.port("", 80, ""),
                "\"sessionAffinity\":\"ClientIP\",\"sessionAffinityConfig\":{\"clientIP\":{\"timeoutSeconds\":10}}");
        RuleTable table = new RuleTable();
        table.want("web", rules(service, Objects.slice("web", "", 80, "10.42.1.2@b", "10.42.1.3@b")));
        Map<Element, String> two = table.takeAll();
        assertThat(two.entrySet().stream().filter(entry -> entry.getKey().map().equals(Element.SET)))
                .hasSize(2)
                .allMatch(entry -> entry.getValue().equals("type ipv4_addr; flags dynamic,timeout; timeout 10s;"));

        table.want("web", rules(service, Objects.slice("web", "", 80, "10.42.1.2@b", "10.42.1.4@b")));
        RuleTable.Changes changes = table.takeChanges();
        assertThat(changes.put().keySet().stream()
                        .filter(element -> element.map().equals(Element.SET)))
                .as("who stays keeps its clients")
                .hasSize(1);
        String script =
                new NftScript("t", List.of(Cidr.parse("10.42.0.0/16")), List.of()).changes(changes, new TreeSet<>());
        assertThat(script.lines().toList())
                .as("first what points there goes, then a chain, then what it used")
                .containsSubsequence(
                        "delete element inet t tcp_vip { 10.43.0.5 . 80 }",
                        "delete chain inet t " + only(changes.removed(), "sticky_"),
                        "delete chain inet t " + only(changes.removed(), "to_"),
                        "delete set inet t " + only(changes.removed(), "clients_"));
    }

    @Test
    void aNewTableTakesTheClientsOfTheOldOneAlong() {
        Map<Element, String> wanted = Map.of(element(Element.SET, "clients_1f"), "type ipv4_addr;");
        String listing = """
                table inet t {
                	set cluster_ips {
                		elements = { 10.43.0.1 }
                	}
                	set clients_1f {
                		timeout 3h
                		elements = { 10.42.0.3 expires 2h59m59s980ms,
                			     10.42.0.4 expires 1s }
                	}
                	set clients_2f {
                		elements = { 10.42.0.5 expires 1s }
                	}
                }
                """;
        assertThat(StickyClients.restored("t", listing, wanted))
                .isEqualTo("add element inet t clients_1f { 10.42.0.3 expires 2h59m59s980ms, 10.42.0.4 expires 1s }\n");
    }

    private static String only(Map<Element, String> elements, String prefix) {
        return elements.keySet().stream()
                .filter(element -> element.isObject() && element.key().startsWith(prefix))
                .map(Element::key)
                .reduce((one, other) -> one + " and " + other)
                .orElseThrow();
    }

    @Test
    void hintsKeepTrafficNearIfEveryEndpointHasOne() {
        KubeObject service = Objects.service("web", "10.43.0.5", Objects.port("", 80, ""), "");
        String near = "{'forZones':[{'name':'z1'}]}";
        String far = "{'forZones':[{'name':'z2'}]}";
        Map<Element, String> zones = rules(service, hinted(near, far, near));
        assertThat(zones).containsEntry(element("tcp_vip", "10.43.0.5 . 80"), "goto tcp_c2");
        assertThat(rules(service, hinted(near, far, "{}")))
                .containsEntry(element("tcp_vip", "10.43.0.5 . 80"), "goto tcp_c3");
        assertThat(rules(service, hinted(far, far, far)))
                .as("nobody near")
                .containsEntry(element("tcp_vip", "10.43.0.5 . 80"), "goto tcp_c3");
        assertThat(rules(service, hinted("{'forNodes':[{'name':'here'}]}", "{'forNodes':[{'name':'there'}]}")))
                .containsEntry(element("tcp_ep", "10.43.0.5 . 80 . 0"), "10.42.1.0 . 80")
                .containsEntry(element("tcp_vip", "10.43.0.5 . 80"), "goto tcp_c1");
    }

    private static KubeObject hinted(String... hints) {
        StringBuilder endpoints = new StringBuilder();
        for (int i = 0; i < hints.length; i++) {
            endpoints
                    .append(i == 0 ? "" : ",")
                    .append("{'addresses':['10.42.1.")
                    .append(i);
            endpoints.append("'],'nodeName':'there','hints':").append(hints[i]).append('}');
        }
        return Objects.parse(("{'apiVersion':'discovery.k8s.io/v1','kind':'EndpointSlice','metadata':{'name':'s'},"
                        + "'addressType':'IPv4','ports':[{'name':'','port':80}],'endpoints':[" + endpoints + "]}")
                .replace('\'', '"'));
    }

    @Test
    void headlessExternalNameAndForeignServicesAreNotOurs() {
        assertThat(rules(Objects.service("a", "None", Objects.port("", 80, ""), "")))
                .isEmpty();
        assertThat(rules(Objects.service("a", "", "", "\"type\":\"ExternalName\"")))
                .isEmpty();
    }

    @Test
    void aHostPortLeadsToThePod() {
        KubeObject pod =
                Objects.parse("{\"metadata\":{\"name\":\"p\",\"namespace\":\"d\"},\"spec\":{\"containers\":[{\"ports\":"
                        + "[{\"containerPort\":80,\"hostPort\":8080},{\"containerPort\":53,\"hostPort\":53,\"protocol\":\"UDP\","
                        + "\"hostIP\":\"192.0.2.1\"}]}]},\"status\":{\"podIP\":\"10.42.0.7\",\"phase\":\"Running\"}}");
        assertThat(HostPortRules.of(pod))
                .containsEntry(element("tcp_host", "8080"), "10.42.0.7 . 80")
                .containsEntry(element("udp_hostip", "192.0.2.1 . 53"), "10.42.0.7 . 53");
    }

    @Test
    void aChangeTouchesOnlyWhatDiffers() {
        RuleTable table = new RuleTable();
        KubeObject service = Objects.service("web", "10.43.0.5", Objects.port("", 80, ""), "");
        table.want("web", rules(service, Objects.slice("web", "", 80, "10.42.1.2@b", "10.42.1.3@b")));
        table.want("other", rules(Objects.service("o", "10.43.0.6", Objects.port("", 80, ""), "")));
        table.takeAll();
        table.want("web", rules(service, Objects.slice("web", "", 80, "10.42.1.2@b", "10.42.1.4@b", "10.42.1.5@b")));
        NftScript script = new NftScript("t", List.of(Cidr.parse("10.42.0.0/16")), List.of());
        assertThat(script.changes(table.takeChanges(), new TreeSet<>(List.of("tcp_c2"))))
                .isEqualTo("""
                        table inet t {
                          chain tcp_c3 {
                            jump mark_outsiders
                            dnat ip to ip daddr . tcp dport . numgen random mod 3 map @tcp_ep
                          }
                        }
                        delete element inet t tcp_ep { 10.43.0.5 . 80 . 1 }
                        delete element inet t tcp_vip { 10.43.0.5 . 80 }
                        add element inet t tcp_ep { 10.43.0.5 . 80 . 1 : 10.42.1.4 . 80, 10.43.0.5 . 80 . 2 : 10.42.1.5 . 80 }
                        add element inet t tcp_vip { 10.43.0.5 . 80 : goto tcp_c3 }
                        """);
        table.want("web", Map.of());
        RuleTable.Changes gone = table.takeChanges();
        assertThat(gone.put()).isEmpty();
        assertThat(gone.removed()).hasSize(5);
    }

    @Test
    void whatTwoWantStaysUntilBothAreGone() {
        RuleTable table = new RuleTable();
        table.want("a", Map.of(element("tcp_node", "30000"), "goto tcp_n1"));
        table.want("b", Map.of(element("tcp_node", "30000"), "goto tcp_n2"));
        assertThat(table.takeAll()).containsValue("goto tcp_n1").hasSize(1);
        table.want("a", Map.of());
        assertThat(table.takeChanges().put()).containsValue("goto tcp_n2");
        table.want("b", Map.of());
        assertThat(table.takeChanges().removed()).hasSize(1);
    }

    @Test
    void udpFlowsOfAGoneEndpointAreForgotten() {
        RuleTable.Changes changes = new RuleTable.Changes(
                Map.of(
                        element("udp_ep", "10.43.0.10 . 53 . 0"), "10.42.0.2 . 53",
                        element("udp_ep", "10.43.0.10 . 53 . 1"), "10.42.0.3 . 53"),
                Map.of(
                        element("udp_ep", "10.43.0.10 . 53 . 0"), "10.42.0.3 . 53",
                        element("cluster_ips", "10.43.0.10"), ""));
        assertThat(StaleFlows.of(changes))
                .containsExactly(List.of(
                        "-D",
                        "-p",
                        "udp",
                        "--orig-dst",
                        "10.43.0.10",
                        "--orig-port-dst",
                        "53",
                        "--reply-src",
                        "10.42.0.2"));
    }

    @Test
    void afterAFullLoadFlowsThatGoElsewhereThanTheRulesSayAreForgotten() {
        Map<Element, String> elements = Map.of(
                element("cluster_ips", "10.43.0.7"), "",
                element("cluster_ips", "10.43.0.8"), "",
                element("cluster_ips", "10.43.0.10"), "",
                element("udp_ep", "10.43.0.7 . 53 . 0"), "10.42.0.3 . 53",
                element("udp_nep", "30053 . 0"), "10.42.0.3 . 53");
        String dump = String.join(
                "\n",
                line("10.42.0.9", "10.43.0.7", 53, "10.42.0.2"),
                line("10.42.0.8", "10.43.0.7", 53, "10.42.0.2"),
                line("10.42.0.9", "10.43.0.7", 53, "10.42.0.3"),
                line("10.42.0.9", "10.43.0.8", 53, "10.42.0.4"),
                line("10.42.0.9", "10.43.0.10", 53, "10.42.0.1"),
                line("192.0.2.9", "192.0.2.1", 30053, "10.42.0.2"),
                line("10.42.0.9", "198.51.100.1", 30053, "198.51.100.1"),
                "conntrack v1.4.7 (conntrack-tools): 7 flow entries have been shown.");
        assertThat(StaleFlows.ofAll(Family.IPV4, elements, Set.of("10.43.0.10 . 53"), dump))
                .extracting(words -> String.join(" ", words))
                .containsExactlyInAnyOrder(
                        "-D -p udp --orig-dst 10.43.0.7 --orig-port-dst 53 --reply-src 10.42.0.2",
                        "-D -p udp --orig-dst 10.43.0.8 --orig-port-dst 53 --reply-src 10.42.0.4",
                        "-D -p udp --orig-dst 192.0.2.1 --orig-port-dst 30053 --reply-src 10.42.0.2");
    }

    private static String line(String client, String to, int port, String answeredBy) {
        return "udp      17 29 src=" + client + " dst=" + to + " sport=4444 dport=" + port + " src=" + answeredBy
                + " dst=" + client + " sport=53 dport=4444 [ASSURED] mark=0 use=1";
    }

    @Test
    void portsOfPodsThatTheApiDoesNotKnowAreAsThoseOfItsOwn() {
        Map<Element, String> elements = HostPortRules.of(
                List.of("10.42.0.9", "fd42::9"),
                List.of(new HostPorts.Port("tcp", 8080, 80, ""), new HostPorts.Port("udp", 53, 53, "127.0.0.1")));
        assertThat(elements)
                .containsEntry(element("tcp_host", "80"), "10.42.0.9 . 8080")
                .containsEntry(element("udp_hostip", "127.0.0.1 . 53"), "10.42.0.9 . 53")
                .containsEntry(new Element(Family.IPV6.named("tcp_host"), "80"), "fd42::9 . 8080")
                .containsKey(element("hairpin", "10.42.0.9 . 10.42.0.9"))
                .hasSize(5);
        assertThat(HostPortRules.of(List.of(), List.of(new HostPorts.Port("tcp", 8080, 80, ""))))
                .as("on the node's network nothing is translated")
                .isEmpty();
    }

    @Test
    void theWholeTableIsAsReviewed() throws IOException {
        RuleTable table = new RuleTable();
        table.want(
                "web",
                rules(
                        Objects.service(
                                "web",
                                "10.43.0.5",
                                Objects.port("", 80, "\"nodePort\":30080"),
                                "\"type\":\"NodePort\",\"sessionAffinity\":\"ClientIP\""),
                        Objects.slice("web", "", 8080, "10.42.0.2@here", "10.42.1.2@there")));
        String script = new NftScript(
                        "minik_proxy",
                        List.of(Cidr.parse("10.42.0.0/16")),
                        List.of(new Proxy.Redirect("10.43.0.10", "udp", 53, 10053)))
                .full(table.takeAll());
        if ("update".equals(System.getProperty("golden"))) {
            Files.createDirectories(GOLDEN.getParent());
            Files.writeString(GOLDEN, script);
        }
        assertThat(script).isEqualTo(Files.readString(GOLDEN));
    }
}
