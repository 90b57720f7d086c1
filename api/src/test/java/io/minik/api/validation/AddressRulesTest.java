package io.minik.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Status.Cause;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressRulesTest {
    private static JsonNode tree(String json) {
        return Json.parseObject(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> wrong(String resource, String json, Optional<String> old) {
        Causes causes = new Causes();
        AddressRules.check(resource, tree(json), old.map(AddressRulesTest::tree), causes);
        return causes.list().stream()
                .map((Cause cause) -> cause.field() + ": " + cause.message())
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "services|'clusterIPs':['010.43.0.9']|spec.clusterIPs[0]|010.43.0.9|must not have leading 0s",
                "services|'externalIPs':['1.2.3.4','1.2.3.04']|spec.externalIPs[1]|1.2.3.04|must not have leading 0s",
                "services|'externalIPs':['::ffff:1.2.3.4']|spec.externalIPs[0]|::ffff:1.2.3.4|must not be an IPv4-mapped IPv6 address",
                "services|'loadBalancerSourceRanges':['10.0.0.1/8']|spec.loadBalancerSourceRanges[0]|10.0.0.1/8|must not have bits set beyond the prefix length",
                "services|'loadBalancerSourceRanges':['10.0.0.0/08']|spec.loadBalancerSourceRanges[0]|10.0.0.0/08|must not have leading 0s in IP or prefix length",
                "services|'loadBalancerSourceRanges':['::ffff:10.0.0.0/104']|spec.loadBalancerSourceRanges[0]|::ffff:10.0.0.0/104|must not have an IPv4-mapped IPv6 address",
                "pods|'hostAliases':[{'ip':'010.0.0.5'}]|spec.hostAliases[0].ip|010.0.0.5|must not have leading 0s",
                "pods|'dnsConfig':{'nameservers':['01.1.1.1']}|spec.dnsConfig.nameservers[0]|01.1.1.1|must not have leading 0s",
                "pods|'containers':[{'ports':[{'hostIP':'127.0.0.01'}]}]|spec.containers[0].ports[0].hostIP|127.0.0.01|must not have leading 0s",
                "deployments.apps|'template':{'spec':{'hostAliases':[{'ip':'1.1.1.01'}]}}|spec.template.spec.hostAliases[0].ip|1.1.1.01|must not have leading 0s",
                "nodes|'podCIDRs':['10.42.0.1/24']|spec.podCIDRs[0]|10.42.0.1/24|must not have bits set beyond the prefix length",
                "networkpolicies.networking.k8s.io|'ingress':[{'from':[{'ipBlock':{'cidr':'10.0.0.1/8'}}]}]|spec.ingress[0].from[0].ipBlock.cidr|10.0.0.1/8|must not have bits set beyond the prefix length",
            })
    void ambiguousAddressesAreRefused(String resource, String spec, String path, String value, String why) {
        String object = "{'spec':{" + spec + "}}";
        assertThat(wrong(resource, object, Optional.empty()))
                .containsExactly(path + ": Invalid value: \"" + value + "\": " + why);
        assertThat(wrong(resource, object, Optional.of(object))).isEmpty();
    }

    @Test
    void endpointsToo() {
        assertThat(wrong("endpoints", "{'subsets':[{'addresses':[{'ip':'010.0.0.1'}]}]}", Optional.empty()))
                .containsExactly("subsets[0].addresses[0].ip: Invalid value: \"010.0.0.1\": must not have leading 0s");
        assertThat(wrong(
                        "endpointslices.discovery.k8s.io",
                        "{'endpoints':[{'addresses':['10.0.0.01']}]}",
                        Optional.empty()))
                .containsExactly("endpoints[0].addresses[0]: Invalid value: \"10.0.0.01\": must not have leading 0s");
    }

    @Test
    void plainOnesAndWhatIsNoneAreLeftToOthers() {
        assertThat(wrong(
                        "services",
                        "{'spec':{'clusterIPs':['None','10.43.0.0','fd00::1'],'externalIPs':['nonsense'],"
                                + "'loadBalancerSourceRanges':[' 10.0.0.0/8 ','0.0.0.0/0','1.2.3.4/99','x/y']}}",
                        Optional.empty()))
                .isEmpty();
    }

    @Test
    void zerosAreDecimal() {
        assertThat(Addresses.sloppy("010.000.0.09")).hasToString("Optional[10.0.0.9]");
        assertThat(Addresses.sloppy("1.2.3.0256")).isEmpty();
        assertThat(Addresses.sloppy("a.02.3.4")).isEmpty();
    }
}
