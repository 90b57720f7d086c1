package io.minik.server.leader;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.client.ApiClient;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.controllers.Cluster;
import io.minik.server.simulation.MortalLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServerPresenceTest {
    private static final ObjectKey KUBERNETES = ObjectKey.of("default", "kubernetes");

    private final Cluster cluster = new Cluster();

    private record Running(ServerPresence presence, MortalLoop loop) {}

    private Running start(String host, String address) {
        MortalLoop loop = new MortalLoop(cluster.loop);
        ServerPresence presence = new ServerPresence(
                loop,
                new ApiClient(cluster.api, "kube-apiserver"),
                new ServerPresence.Here(host, host + "_1", address, () -> 6443));
        cluster.start(presence);
        return new Running(presence, loop);
    }

    private void pass(Duration time) {
        for (long left = time.toMillis(); left > 0; left -= 1_000) {
            cluster.loop.advance(Duration.ofSeconds(1));
            cluster.loop.settle();
        }
    }

    private List<String> addresses() {
        List<String> endpoints = new ArrayList<>();
        cluster.api
                .require(Resources.ENDPOINTS, KUBERNETES)
                .tree()
                .at("/subsets/0/addresses")
                .forEach(each -> endpoints.add(each.path("ip").asText()));
        List<String> slice = new ArrayList<>();
        cluster.api
                .require(Resources.ENDPOINT_SLICES, KUBERNETES)
                .tree()
                .path("endpoints")
                .forEach(each -> slice.add(each.at("/addresses/0").asText()));
        assertThat(slice).isEqualTo(endpoints);
        return endpoints;
    }

    private List<KubeObject> leases() {
        return cluster.api.all(Resources.LEASES).stream()
                .filter(lease -> lease.name().startsWith("apiserver-"))
                .toList();
    }

    @Test
    void theServiceHasTheAddressesOfAllServers() {
        start("one", "10.0.0.2");
        assertThat(addresses()).containsExactly("10.0.0.2");
        start("two", "10.0.0.1");
        assertThat(addresses()).containsExactly("10.0.0.1", "10.0.0.2");
        assertThat(leases()).hasSize(2).allSatisfy(lease -> assertThat(
                        lease.meta().labels())
                .containsEntry("apiserver.kubernetes.io/identity", "kube-apiserver"));
        pass(Duration.ofMinutes(10));
        assertThat(addresses()).containsExactly("10.0.0.1", "10.0.0.2");
        assertThat(cluster.api
                        .require(Resources.ENDPOINTS, KUBERNETES)
                        .tree()
                        .at("/subsets/0/ports/0/port")
                        .asInt())
                .isEqualTo(6443);
    }

    @Test
    void aServerThatStopsTakesItsAddressAlong() {
        start("one", "10.0.0.1");
        Running two = start("two", "10.0.0.2");
        two.presence().stop();
        cluster.loop.settle();
        assertThat(addresses()).containsExactly("10.0.0.1");
        assertThat(leases()).hasSize(1);
    }

    @Test
    void aServerThatFallsSilentLosesItsAddressAndLaterItsLease() {
        start("one", "10.0.0.1");
        Running two = start("two", "10.0.0.2");
        two.loop().die();
        pass(ServerPresence.RENEW.multipliedBy(3));
        assertThat(addresses()).containsExactly("10.0.0.1");
        assertThat(leases()).hasSize(2);
        pass(ServerPresence.FORGOTTEN);
        assertThat(leases()).hasSize(1);
        start("two", "10.0.0.3");
        assertThat(addresses()).containsExactly("10.0.0.1", "10.0.0.3");
    }

    @Test
    void anAddressOfLoopbackIsNobodysToReach() {
        start("one", "127.0.0.1");
        start("two", "10.0.0.2");
        assertThat(addresses()).containsExactly("10.0.0.2");
    }

    @Test
    void aWordThatIsNoAddressKeepsNobodyOut() {
        start("one", "10.0.0.1");
        for (String wrong : List.of("", "elsewhere", "10.0.0.1/8", "::1", "::ffff:127.0.0.1")) {
            start("two", wrong);
            start("three", "10.0.0.3");
            assertThat(addresses()).as(wrong).containsExactly("10.0.0.1", "10.0.0.3");
        }
    }

    @Test
    void nothingIsWrittenToTheServiceWhileNothingChanges() {
        start("one", "10.0.0.1");
        String before =
                cluster.api.require(Resources.ENDPOINTS, KUBERNETES).meta().resourceVersion();
        pass(Duration.ofMinutes(5));
        assertThat(cluster.api.require(Resources.ENDPOINTS, KUBERNETES).meta().resourceVersion())
                .isEqualTo(before);
    }
}
