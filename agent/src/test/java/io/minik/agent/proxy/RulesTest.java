package io.minik.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.object.KubeObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RulesTest {
    private static final Path GOLDEN = Path.of("src/test/resources/proxy/full.nft");

    private static Map<Element, String> rules(KubeObject service, KubeObject... slices) {
        return ServiceRules.of("here", service, List.of(slices));
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
        NftScript script = new NftScript("t", "10.42.0.0/16", List.of());
        assertThat(script.changes(table.takeChanges(), new TreeSet<>(List.of("tcp_c2"))))
                .isEqualTo("""
                        table ip t {
                          chain tcp_c3 {
                            ip saddr != 10.42.0.0/16 meta mark set meta mark | 0x4000
                            dnat ip to ip daddr . tcp dport . numgen random mod 3 map @tcp_ep
                          }
                        }
                        delete element ip t tcp_ep { 10.43.0.5 . 80 . 1 }
                        delete element ip t tcp_vip { 10.43.0.5 . 80 }
                        add element ip t tcp_ep { 10.43.0.5 . 80 . 1 : 10.42.1.4 . 80, 10.43.0.5 . 80 . 2 : 10.42.1.5 . 80 }
                        add element ip t tcp_vip { 10.43.0.5 . 80 : goto tcp_c3 }
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
                        "--dst-nat",
                        "10.42.0.2"));
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
                        "minik_proxy", "10.42.0.0/16", List.of(new Proxy.Redirect("10.43.0.10", "udp", 53, 10053)))
                .full(table.takeAll());
        if ("update".equals(System.getProperty("golden"))) {
            Files.createDirectories(GOLDEN.getParent());
            Files.writeString(GOLDEN, script);
        }
        assertThat(script).isEqualTo(Files.readString(GOLDEN));
    }
}
