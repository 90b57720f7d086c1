package io.minik.agent.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.core.Pod;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PodDnsTest {
    private static final String NODE =
            "# made\nnameserver 192.0.2.1\nsearch old\nsearch lan\noptions timeout:1 rotate\n";

    private static PodDns dns(String spec, String nodeResolvConf) {
        Pod pod = Pod.of(KubeObject.named(
                "v1",
                "Pod",
                ObjectKey.of("shop", "p"),
                tree -> tree.set("spec", Json.parse(spec.replace('\'', '"').getBytes(StandardCharsets.UTF_8)))));
        return PodDns.of(pod, List.of("10.43.0.10"), "cluster.local", nodeResolvConf);
    }

    @Test
    void eachPolicyHasItsServers() {
        assertThat(dns("{'dnsPolicy':'ClusterFirst'}", NODE).text()).isEqualTo("""
                        search shop.svc.cluster.local svc.cluster.local cluster.local lan
                        nameserver 10.43.0.10
                        options ndots:5
                        """);
        assertThat(dns("{'dnsPolicy':'Default'}", NODE).text())
                .isEqualTo("search lan\nnameserver 192.0.2.1\noptions timeout:1 rotate\n");
        assertThat(dns("{'dnsPolicy':'ClusterFirst','hostNetwork':true}", NODE).servers())
                .containsExactly("192.0.2.1");
        assertThat(dns("{'dnsPolicy':'ClusterFirstWithHostNet','hostNetwork':true}", NODE)
                        .servers())
                .containsExactly("10.43.0.10");
        assertThat(dns("{'dnsPolicy':'None','dnsConfig':{'nameservers':['192.0.2.9'],'searches':['x']}}", NODE)
                        .text())
                .isEqualTo("search x\nnameserver 192.0.2.9\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"127.0.0.53", "127.0.0.1", "127.1", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "0.0.0.0", "::"
            })
    void loopbackIsNotHandedOut(String server) {
        PodDns alone = dns("{'dnsPolicy':'Default'}", "nameserver " + server + "\n");
        assertThat(alone.servers()).as("the cluster's DNS asks it").containsExactly("10.43.0.10");
        assertThat(alone.notices()).singleElement().asString().contains("at loopback");
        PodDns withAnother = dns("{'dnsPolicy':'Default'}", "nameserver " + server + "\n" + NODE);
        assertThat(withAnother.servers()).containsExactly("192.0.2.1");
        assertThat(withAnother.notices()).isEmpty();
        assertThat(dns("{'dnsPolicy':'Default','hostNetwork':true}", "nameserver " + server + "\n")
                        .servers())
                .as("in the node's network it answers")
                .containsExactly(server);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.1.1.1", "10.0.0.1", "2001:db8::1", "fe80::1%eth0", "192.168.127.1", "fd00::10:1"})
    void otherServersAre(String server) {
        assertThat(dns("{'dnsPolicy':'Default'}", "nameserver " + server).servers())
                .containsExactly(server);
    }

    @Test
    void whatAResolverWouldNotReadIsLeftOutAndSaid() {
        PodDns many =
                dns("{'dnsPolicy':'Default','dnsConfig':{'nameservers':['192.0.2.2','192.0.2.3','192.0.2.4']}}", NODE);
        assertThat(many.servers()).containsExactly("192.0.2.1", "192.0.2.2", "192.0.2.3");
        assertThat(many.notices())
                .containsExactly("Nameserver limits were exceeded, some nameservers have been omitted, the applied"
                        + " nameserver line is: 192.0.2.1 192.0.2.2 192.0.2.3");
        String names =
                String.join(" ", IntStream.range(0, 40).mapToObj(i -> "d" + i).toList());
        PodDns searching = dns("{'dnsPolicy':'Default'}", "nameserver 192.0.2.1\nsearch " + names + "\n");
        assertThat(searching.searches()).hasSize(32).last().isEqualTo("d31");
        assertThat(searching.notices()).singleElement().asString().startsWith("Search Line limits were exceeded");
        String wide = String.join(
                " ", IntStream.range(0, 20).mapToObj(i -> "a".repeat(200) + i).toList());
        assertThat(String.join(
                        " ",
                        dns("{'dnsPolicy':'Default'}", "nameserver 192.0.2.1\nsearch " + wide)
                                .searches()))
                .hasSizeLessThanOrEqualTo(2048)
                .hasSizeGreaterThan(1800);
    }
}
