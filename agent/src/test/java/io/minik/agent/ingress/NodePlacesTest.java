package io.minik.agent.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.object.KubeObject;
import io.minik.ground.net.Address;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NodePlacesTest {
    private final NodePlaces places = NodePlaces.of(
            List.of(object("{'metadata':{'name':'n'},'spec':{'podCIDRs':['10.42.3.0/24','fd00:3::/64','nonsense']},"
                    + "'status':{'addresses':[{'type':'InternalIP','address':'192.168.0.7'},"
                    + "{'type':'Hostname','address':'n'}],'daemonEndpoints':{'kubeletEndpoint':{'Port':10250}}}}")),
            Optional.of(object("{'spec':{'clusterIPs':['10.43.0.1']}}")),
            List.of(object("{'ports':[{'port':6443}],'endpoints':[{'addresses':['192.168.0.1']}]}")),
            Map.of(80, "the ingress"));

    private static KubeObject object(String json) {
        return KubeObject.ofBytes(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private String whose(String address, int port) {
        return places.whose(Address.parse(address), port).orElse("");
    }

    @Test
    void aNodeIsItsBridgeAsWell() {
        for (String node : List.of("192.168.0.7", "10.42.3.1", "fd00:3::1")) {
            assertThat(whose(node, 10250)).as(node).isEqualTo("which is a node's kubelet");
            assertThat(whose(node, 80)).as(node).isEqualTo("which is the ingress of a node");
            assertThat(whose(node, 8080)).as(node).isEmpty();
        }
        assertThat(whose("10.42.3.2", 10250)).as("a pod").isEmpty();
    }

    @Test
    void theApiIsWhatStandsBehindItsServiceAsWell() {
        assertThat(whose("10.43.0.1", 443)).isEqualTo("which is the API server");
        assertThat(whose("192.168.0.1", 6443)).as("a server that is no node").isEqualTo("which is the API server");
        assertThat(whose("192.168.0.1", 8080)).isEmpty();
    }
}
