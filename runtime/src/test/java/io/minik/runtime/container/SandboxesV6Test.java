package io.minik.runtime.container;

import static io.minik.runtime.container.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import io.minik.runtime.net.BridgeNetwork;
import io.minik.runtime.net.Network;
import io.minik.runtime.sandbox.Sandboxes.Sandbox;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.KeyedWorker;
import io.minik.runtime.sys.LinuxSys;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pods on a bridge that knows IPv6 alone, and on one that knows both families. */
@Tag("root")
class SandboxesV6Test {
    private static final String BRIDGE = "mkrt6";
    private static final Network.Ranges V6 = new Network.Ranges(
            List.of(Cidr.parse("fd42:215::/64")),
            List.of(Cidr.parse("fd42:215::/56")),
            List.of(Cidr.parse("fd42:216::/112")));
    private static final Network.Ranges BOTH = new Network.Ranges(
            List.of(Cidr.parse("10.217.0.0/24"), Cidr.parse("fd42:215::/64")),
            List.of(Cidr.parse("10.217.0.0/16"), Cidr.parse("fd42:215::/56")),
            List.of(Cidr.parse("10.218.0.0/24"), Cidr.parse("fd42:216::/112")));

    @TempDir
    Path dir;

    private final Vertx vertx = Vertx.vertx();
    private BridgeNetwork network;
    private TestNode node;

    @BeforeEach
    void start() {
        network = new BridgeNetwork(
                new KeyedWorker(vertx.createSharedWorkerExecutor("network", 2)),
                new Kernel(new LinuxSys()),
                dir.resolve("data"),
                BRIDGE,
                "mkrt6_masq");
        node = new TestNode(dir, network);
    }

    @AfterEach
    void stop() {
        node.close();
        network.removeAll();
        await(vertx.close());
        assertThat(Path.of("/sys/class/net", BRIDGE)).doesNotExist();
    }

    private List<String> run(String pod, String id, String script) {
        node.runToEnd(node.config(pod, id, "sh", "-c", script));
        return node.log(id);
    }

    @Test
    void podsOfIpv6AloneReachEachOtherAndTheirNode() throws Exception {
        await(network.configure(V6, 1450));
        Sandbox a = await(node.sandboxes.run(TestNode.pod("a")));
        Sandbox b = await(node.sandboxes.run(TestNode.pod("b")));

        assertThat(a.ips()).containsExactly("fd42:215::2");
        assertThat(b.ips()).containsExactly("fd42:215::3");
        String script = "ping -6 -c 1 -W 5 fd42:215::3 >/dev/null && echo pod;"
                + " ping -6 -c 1 -W 5 fd42:215::1 >/dev/null && echo node; ip -6 route | grep default | cut -d' ' -f1-3";
        assertThat(run("a", "c1", script))
                .containsExactly("stdout F pod", "stdout F node", "stdout F default via fd42:215::1");
        assertThat(Files.readString(Path.of("/proc/net/ipv6_route")))
                .as("the host reaches Services without a default route")
                .containsPattern("fd420216000000000000000000000000 70 .*" + BRIDGE);
    }

    @Test
    void podsOfBothFamiliesHaveAnAddressOfEachAndKeepThem() {
        await(network.configure(BOTH, 1450));
        Sandbox a = await(node.sandboxes.run(TestNode.pod("a")));
        Sandbox b = await(node.sandboxes.run(TestNode.pod("b")));
        assertThat(a.ips()).containsExactly("10.217.0.2", "fd42:215::2");
        assertThat(run(
                        "a",
                        "c1",
                        "ping -c 1 -W 5 " + b.ips().get(0) + " >/dev/null && echo four; ping -6 -c 1 -W 5 "
                                + b.ips().get(1) + " >/dev/null && echo six"))
                .containsExactly("stdout F four", "stdout F six");
        assertThat(await(node.sandboxes.run(TestNode.pod("a"))).ips()).isEqualTo(a.ips());
    }

    @Test
    void aNodeOfTheOtherFamilyCostsItsRouteAlone() {
        await(network.configure(BOTH, 1450));
        Map<Cidr, String> refused = await(network.routes(Map.of(
                Cidr.parse("fd42:215:0:1::/64"), Address.parse("fd42:215::9"),
                Cidr.parse("fd42:215:0:2::/64"), Address.parse("10.217.0.9"),
                Cidr.parse("10.217.3.0/24"), Address.parse("10.217.0.9"))));
        assertThat(refused)
                .containsOnly(Map.entry(
                        Cidr.parse("fd42:215:0:2::/64"),
                        "fd42:215:0:2::/64 can't be reached by 10.217.0.9, of the other family"));
    }

    @Test
    void rangesOfDifferentFamiliesAreRefused() {
        assertThatThrownBy(() -> new Network.Ranges(BOTH.pods(), V6.cluster(), BOTH.services()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not of the same families");
    }
}
