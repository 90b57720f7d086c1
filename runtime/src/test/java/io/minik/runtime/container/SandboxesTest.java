package io.minik.runtime.container;

import static io.minik.runtime.container.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.ground.net.Cidr;
import io.minik.runtime.RuntimeFault;
import io.minik.runtime.container.Containers.Container;
import io.minik.runtime.cri.Connection;
import io.minik.runtime.net.BridgeNetwork;
import io.minik.runtime.net.Network;
import io.minik.runtime.sandbox.Sandboxes;
import io.minik.runtime.sandbox.Sandboxes.Sandbox;
import io.minik.runtime.sandbox.Sandboxes.SandboxConfig;
import io.minik.runtime.sandbox.Sandboxes.State;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.KeyedWorker;
import io.minik.runtime.sys.LinuxSys;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("root")
class SandboxesTest {
    private static final String BRIDGE = "mkrt0";

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
                "mkrt_masq");
        node = new TestNode(dir, network);
        await(network.configure(
                new Network.Ranges(
                        List.of(Cidr.parse("10.215.0.0/24")),
                        List.of(Cidr.parse("10.215.0.0/16")),
                        List.of(Cidr.parse("10.216.0.0/24"))),
                1450));
    }

    @AfterEach
    void stop() {
        node.close();
        network.removeAll();
        await(vertx.close());
        assertThat(Path.of("/sys/class/net", BRIDGE)).doesNotExist();
    }

    private List<String> run(String pod, String id, String script) {
        Container ended = node.runToEnd(node.config(pod, id, "sh", "-c", script));
        assertThat(node.log(id)).as("exit %s", ended.exitCode()).isNotNull();
        return node.log(id);
    }

    @Test
    void podsHaveAddressesOfTheirOwnAndReachEachOther() {
        Sandbox a = await(node.sandboxes.run(TestNode.pod("a")));
        Sandbox b = await(node.sandboxes.run(TestNode.pod("b")));

        assertThat(a.ips()).hasSize(1).doesNotContainAnyElementsOf(b.ips());
        assertThat(a.state()).isEqualTo(State.READY);
        assertThat(run(
                        "a",
                        "c1",
                        "ping -c 1 -W 5 " + b.ips().get(0)
                                + " >/dev/null && echo reached; cat /sys/class/net/eth0/mtu"))
                .containsExactly("stdout F reached", "stdout F 1450");
        assertThat(run("b", "c2", "ip route | cut -d' ' -f1-3"))
                .containsExactly("stdout F default via 10.215.0.1", "stdout F 10.215.0.0/24 dev eth0");
    }

    @Test
    void theHostReachesServicesWithoutADefaultRoute() throws Exception {
        await(network.routes(Map.of()));
        assertThat(Files.readString(Path.of("/proc/net/route")))
                .as("10.216.0.0, bytes in the machine's order")
                .containsPattern(BRIDGE + "\\s+0000D80A\\s");
        assertThat(Files.readString(Path.of("/proc/sys/net/ipv4/conf", BRIDGE, "route_localnet")))
                .startsWith("1");
    }

    @Test
    void cve20208558PodsAreKeptFromTheNodesLoopback() throws Exception {
        // Needed for host ports at 127.0.0.1, it would let every pod reach what listens there alone.
        assertThat(Files.readString(Path.of("/proc/sys/net/ipv4/conf", BRIDGE, "route_localnet")))
                .startsWith("1");
        Process nft = new ProcessBuilder("nft", "list", "ruleset").start();
        assertThat(new String(nft.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("iifname \"" + BRIDGE + "\" ip daddr 127.0.0.0/8 drop");
    }

    @Test
    void runningItAgainFindsItAndRemovingItTwiceIsFine() {
        Sandbox first = await(node.sandboxes.run(TestNode.pod("a")));
        Sandbox again = await(node.sandboxes.run(TestNode.pod("a")));

        assertThat(again).isEqualTo(first);
        await(node.sandboxes.remove("a"));
        await(node.sandboxes.remove("a"));
        assertThat(await(node.sandboxes.find("a"))).isEmpty();
    }

    private void listen(String command) throws Exception {
        await(node.sandboxes.run(TestNode.pod("a")));
        await(node.containers.create(node.config("a", "c1", "sh", "-c", "echo ready; " + command)));
        await(node.containers.start("c1"));
        await(node.containers.execSync(
                "c1",
                List.of("sh", "-c", "until grep -q ':1F90 ' /proc/net/tcp /proc/net/tcp6; do usleep 10000; done"),
                20_000));
    }

    /** All that port 8080 says until it ends. */
    private String asked(String question) throws Exception {
        Connection stream = await(node.sandboxes.connect("a", 8080));
        CompletableFuture<String> answer = new CompletableFuture<>();
        Buffer all = Buffer.buffer();
        stream.in().handler(all::appendBuffer);
        stream.in().endHandler(v -> answer.complete(all.toString()));
        await(stream.out().write(Buffer.buffer(question)));
        await(stream.out().end());
        return answer.get(30, TimeUnit.SECONDS);
    }

    @Test
    void aPortOfThePodsLoopbackCanBeReached() throws Exception {
        listen("nc -l -p 8080 -e cat");
        assertThat(asked("through the pod")).isEqualTo("through the pod");
        assertThatThrownBy(() -> await(node.sandboxes.connect("a", 8081)))
                .isInstanceOf(RuntimeFault.class)
                .hasMessageContaining("127.0.0.1:8081 in the pod: ECONNREFUSED");
    }

    @Test
    void aServerThatListensInIpv6AloneIsReachedToo() throws Exception {
        listen("httpd -f -h / -p [::1]:8080");
        assertThat(asked("GET /none HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 404 Not Found");
    }

    @Test
    void aSharedProcessNamespaceHasItsOwnProcessOneThatReaps() {
        await(node.sandboxes.run(TestNode.pod(
                "a",
                new Sandboxes.Sharing(false, false, false, true),
                Map.of("net.ipv4.ip_local_port_range", "40000 41000"))));
        await(node.containers.create(node.config("a", "other", "sleep", "1000")));
        await(node.containers.start("other"));

        List<String> seen = run(
                "a",
                "c1",
                "[ $$ != 1 ] && echo not first; ps | grep -c 'sleep 1000'; cat /proc/sys/net/ipv4/ip_local_port_range;"
                        + " (sh -c 'sleep 0.05 & echo' >/dev/null); sleep 0.2; grep -l 'State:.Z' /proc/[0-9]*/status 2>/dev/null | wc -l");

        assertThat(seen).contains("stdout F not first", "stdout F 40000\t41000", "stdout F 0");
        assertThat(await(node.containers.find("other")).orElseThrow().state()).isEqualTo(Containers.State.RUNNING);
    }

    @Test
    void aPodWithUsersOfItsOwnHasANetworkLikeAnyOther() throws Exception {
        Sandboxes.UserMap users = new Sandboxes.UserMap(9 << 16, 9 << 16, 1 << 16);
        Sandboxes.Sandbox made = await(node.sandboxes.run(
                TestNode.pod("a", new Sandboxes.Sharing(false, false, false, false, users), Map.of())));
        assertThat(made.ips()).hasSize(1);
        assertThat(run(
                        "a",
                        "c1",
                        "ip -4 -o addr show dev eth0 | grep -o 'inet [0-9.]*'; ip -o link show lo | grep -o UP,LOWER"))
                .containsExactly("stdout F inet " + made.ips().get(0), "stdout F UP,LOWER");
    }

    @Test
    void removingAnOldAttemptDoesNotHurtTheNewOne() {
        SandboxConfig old = TestNode.pod("a");
        await(node.sandboxes.run(old));
        await(node.sandboxes.stop("a"));
        await(node.sandboxes.run(new SandboxConfig(
                "a-1",
                new Sandboxes.PodOf("default", "pod-a", "a", 1),
                old.hostname(),
                old.sharing(),
                Map.of(),
                old.cgroupParent(),
                old.resources(),
                Map.of(),
                Map.of())));
        await(node.containers.create(TestNode.inPod(node.config("a-1", "c1", "sleep", "1000"), old.cgroupParent())));
        int pid = await(node.containers.start("c1")).pid();

        await(node.sandboxes.remove("a"));

        assertThat(Kernel.startTime(pid)).isPresent();
        assertThat(await(node.containers.find("c1")).orElseThrow().state()).isEqualTo(Containers.State.RUNNING);
    }

    @Test
    void aFailedSandboxLeavesNothing() {
        SandboxConfig bad = TestNode.pod("a", Sandboxes.Sharing.USUAL, Map.of("net.no.such", "1"));

        assertThatThrownBy(() -> await(node.sandboxes.run(bad)))
                .isInstanceOf(RuntimeFault.class)
                .hasMessage("sysctl net.no.such: ENOENT (no such file or directory)");
        assertThat(await(node.sandboxes.list())).isEmpty();
        assertThat(dir.resolve("run/sandboxes/a")).doesNotExist();
    }

    @Test
    void sandboxesAndTheirContainersAreFoundAfterARestart() throws Exception {
        Sandbox before = await(node.sandboxes.run(TestNode.pod("a")));
        await(node.containers.create(node.config(
                "a",
                "c1",
                "sh",
                "-c",
                "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo line $i; usleep 1000; done; exit 9")));
        await(node.containers.start("c1"));
        await(node.containers.create(node.config("a", "c2", "sh", "-c", "sleep 0.1; echo last words; exit 4")));
        await(node.containers.start("c2"));
        int pid = await(node.containers.find("c1")).orElseThrow().pid();
        node.drop();
        long end = Kernel.startTime(pid).orElseThrow();
        assertThat(end).isPositive();

        node = new TestNode(dir, network);

        assertThat(await(node.sandboxes.find("a"))).contains(before);
        Container again = await(node.containers.find("c1")).orElseThrow();
        if (again.state() == Containers.State.RUNNING) {
            assertThat(again.pid()).isEqualTo(pid);
            again = node.waitForExit("c1");
        }
        assertThat(again.exitCode()).isEqualTo(9);
        List<String> expected = new ArrayList<>();
        for (int i = 1; i <= 300; i++) {
            expected.add("stdout F line " + i);
        }
        assertThat(node.log("c1")).isEqualTo(expected);
        assertThat(node.waitForExit("c2").exitCode()).isEqualTo(4);
        assertThat(node.log("c2")).containsExactly("stdout F last words");
        assertThat(Files.exists(dir.resolve("run/containers/c1/status"))).isTrue();
    }
}
