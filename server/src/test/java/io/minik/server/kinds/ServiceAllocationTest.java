package io.minik.server.kinds;

import static io.minik.api.meta.Resources.SERVICES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.http.TestApi;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServiceAllocationTest {
    private TestApi api;

    @BeforeAll
    void start() {
        api = new TestApi();
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private KubeObject change(String name, String spec) {
        return api.merge(SERVICES, ObjectKey.of("default", name), "", "{'spec':" + spec + "}");
    }

    private KubeObject create(String name, String spec) {
        return api.create(SERVICES, "default", "{'metadata':{'name':'" + name + "'},'spec':" + spec + "}");
    }

    private static int nodePort(KubeObject service) {
        return service.at("spec", "ports").path(0).path("nodePort").asInt();
    }

    @Test
    void aServiceThatOnlyChangesItsTypeLosesWhatTheOldTypeHad() {
        KubeObject first = create("walk", "{'type':'NodePort','ports':[{'port':80}]}");
        String ip = first.text("spec", "clusterIP");
        int port = nodePort(first);
        KubeObject named = change("walk", "{'type':'ExternalName','externalName':'foo.example.com'}");
        assertThat(named.at("spec").properties())
                .extracting(Map.Entry::getKey)
                .doesNotContain("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "externalTrafficPolicy");
        assertThat(nodePort(named)).isZero();

        KubeObject other = create(
                "other", "{'type':'NodePort','clusterIP':'" + ip + "','ports':[{'port':80,'nodePort':" + port + "}]}");
        assertThat(other.text("spec", "clusterIP")).as("given back").isEqualTo(ip);

        KubeObject again = change("walk", "{'type':'ClusterIP','externalName':null}");
        assertThat(again.text("spec", "clusterIP")).startsWith("10.43.").isNotEqualTo(ip);
    }

    @Test
    void aBalancerThatBecomesAClusterIpGivesItsPortsBack() {
        KubeObject made = create("lb", "{'type':'LoadBalancer','externalTrafficPolicy':'Local','ports':[{'port':80}]}");
        assertThat(made.at("spec", "healthCheckNodePort").asInt()).isBetween(30000, 32767);
        api.merge(SERVICES, made.key(), "status", "{'status':{'loadBalancer':{'ingress':[{'ip':'203.0.113.1'}]}}}");
        KubeObject plain = change("lb", "{'type':'ClusterIP'}");
        assertThat(plain.at("spec").properties())
                .extracting(Map.Entry::getKey)
                .doesNotContain("healthCheckNodePort", "externalTrafficPolicy", "allocateLoadBalancerNodePorts");
        assertThat(plain.at("status", "loadBalancer")).isEmpty();
        assertThat(plain.text("spec", "clusterIP")).isEqualTo(made.text("spec", "clusterIP"));
    }

    @Test
    void familiesThatThisClusterLacksAreRefused() {
        assertThatThrownBy(() -> create("six", "{'ipFamilies':['IPv6'],'ports':[{'port':80}]}"))
                .hasMessageContaining("spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on this cluster");
        assertThatThrownBy(() -> create("dual", "{'ipFamilyPolicy':'RequireDualStack','ports':[{'port':80}]}"))
                .hasMessageContaining("spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster is not"
                        + " configured for dual-stack services");
        KubeObject either = create("either", "{'ipFamilyPolicy':'PreferDualStack','ports':[{'port':80}]}");
        assertThat(either.at("spec", "ipFamilies").toString()).isEqualTo("[\"IPv4\"]");
    }

    @Test
    void valuesThatLeadNowhereAreRefused() {
        assertThatThrownBy(() -> create("loop", "{'externalIPs':['127.0.0.1'],'ports':[{'port':80}]}"))
                .hasMessageContaining("spec.externalIPs[0]: Invalid value: \"127.0.0.1\": may not be in the loopback"
                        + " range (127.0.0.0/8, ::1/128)");
        assertThatThrownBy(() -> create("far", "{'trafficDistribution':'Far','ports':[{'port':80}]}"))
                .hasMessageContaining("spec.trafficDistribution: Unsupported value: \"Far\"");
    }

    private void range(String name, String cidr, String ready) {
        api.create(
                Resources.SERVICE_CIDRS,
                "",
                "{'metadata':{'name':'" + name + "','finalizers':['example.com/hold']},'spec':{'cidrs':['" + cidr
                        + "']}}");
        api.merge(
                Resources.SERVICE_CIDRS,
                ObjectKey.cluster(name),
                "status",
                "{'status':{'conditions':[{'type':'Ready','status':'" + ready + "','reason':'','message':'',"
                        + "'lastTransitionTime':'2026-01-01T00:00:00Z'}]}}");
    }

    @Test
    void aFurtherRangeGivesTheAddressesThatAreAskedForOnceItIsReady() {
        String spec = "{'clusterIP':'10.77.0.9','ports':[{'port':80}]}";
        assertThatThrownBy(() -> create("far", spec))
                .hasMessageContaining("failed to allocate IP 10.77.0.9: the provided IP (10.77.0.9) is not in the valid"
                        + " range. The range of valid IPs is 10.43.0.0/16");
        range("unready", "10.77.0.0/24", "False");
        assertThatThrownBy(() -> create("far", spec)).hasMessageContaining("not in the valid range");
        api.merge(
                Resources.SERVICE_CIDRS,
                ObjectKey.cluster("unready"),
                "status",
                "{'status':{'conditions':[{'type':'Ready','status':'True','reason':'','message':'',"
                        + "'lastTransitionTime':'2026-01-01T00:00:00Z'}]}}");
        assertThat(create("far", spec).text("spec", "clusterIP")).isEqualTo("10.77.0.9");
        assertThatThrownBy(() -> create("far-too", spec)).hasMessageContaining("provided IP is already allocated");
        assertThatThrownBy(() -> create("network", "{'clusterIP':'10.77.0.0','ports':[{'port':80}]}"))
                .hasMessageContaining("not in the valid range. The range of valid IPs is 10.43.0.0/16, 10.77.0.0/24");
    }

    @Test
    void aRangeThatIsOnItsWayOutGivesNothingMore() {
        range("leaving", "10.78.0.0/24", "True");
        create("early", "{'clusterIP':'10.78.0.9','ports':[{'port':80}]}");
        api.delete(Resources.SERVICE_CIDRS, ObjectKey.cluster("leaving"), "{}");
        assertThatThrownBy(() -> create("late", "{'clusterIP':'10.78.0.10','ports':[{'port':80}]}"))
                .hasMessageContaining("not in the valid range");
        assertThat(change("early", "{'ports':[{'port':81}]}").text("spec", "clusterIP"))
                .as("who has one keeps it")
                .isEqualTo("10.78.0.9");
    }
}
