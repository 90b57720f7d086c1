package io.minik.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.client.ApiClient;
import io.minik.api.client.FakeApi;
import io.minik.api.client.Informers;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.loop.Loop;
import io.minik.ground.net.Cidr;
import io.minik.runtime.HostTool;
import io.minik.runtime.nft.Nft;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node, three pods and a client outside, each a network namespace; connections through a real kernel. */
@Tag("root")
@Timeout(120)
class ProxyRootTest {
    private static final String NODE = "mkimnode";
    private static final String OUTSIDE = "mkimout";
    private static final List<String> PODS = List.of("mkimpod2", "mkimpod3", "mkimpod4");

    private static final Proxy.Redirect DNS = new Proxy.Redirect("10.43.0.10", "udp", 53, 10053);

    @TempDir
    Path dir;

    private final Vertx vertx = Vertx.vertx();
    private final List<Process> servers = new ArrayList<>();
    private final Loop loop = Loop.on(vertx.getOrCreateContext());
    private final FakeApi api = new FakeApi(loop);
    private @Nullable Proxy proxy;

    @BeforeEach
    void buildNetwork() throws Exception {
        destroyNetwork();
        sh("ip netns add " + NODE, "ip -n " + NODE + " link set lo up", "ip -n " + NODE + " link add cni0 type bridge");
        sh("ip -n " + NODE + " addr add 10.42.0.1/24 dev cni0", "ip -n " + NODE + " link set cni0 up");
        sh("ip netns exec " + NODE + " sysctl -qw net.ipv4.ip_forward=1 net.bridge.bridge-nf-call-iptables=1");
        for (String pod : PODS) {
            String last = pod.substring(pod.length() - 1);
            sh("ip netns add " + pod, "ip -n " + pod + " link set lo up");
            sh("ip -n " + NODE + " link add v" + last + " type veth peer name eth0 netns " + pod);
            sh("ip -n " + NODE + " link set v" + last + " master cni0 up");
            sh("ip -n " + NODE + " link set v" + last + " type bridge_slave hairpin on");
            sh("ip -n " + pod + " addr add 10.42.0." + last + "/24 dev eth0", "ip -n " + pod + " link set eth0 up");
            sh("ip -n " + pod + " route add default via 10.42.0.1");
        }
        sh("ip netns add " + OUTSIDE, "ip -n " + NODE + " link add out type veth peer name eth0 netns " + OUTSIDE);
        sh("ip -n " + NODE + " addr add 192.0.2.1/24 dev out", "ip -n " + NODE + " link set out up");
        sh("ip -n " + OUTSIDE + " addr add 192.0.2.2/24 dev eth0", "ip -n " + OUTSIDE + " link set eth0 up");
        sh("ip -n " + OUTSIDE + " route add 10.43.0.0/16 via 192.0.2.1");
        sh("ip -n " + NODE + " route add 10.43.0.0/16 dev cni0");
        buildV6();
        for (String pod : List.of("mkimpod2", "mkimpod3")) {
            serve(pod, "TCP4-LISTEN:8080,fork,reuseaddr");
            serve(pod, "TCP6-LISTEN:8080,fork,reuseaddr,ipv6-v6only=1");
        }
        serve("mkimpod3", "UDP-LISTEN:8053,fork,reuseaddr");
        startProxy();
    }

    private static void buildV6() throws Exception {
        sh("ip netns exec " + NODE
                + " sysctl -qw net.ipv6.conf.all.forwarding=1 net.bridge.bridge-nf-call-ip6tables=1");
        sh("ip -n " + NODE + " addr add fd42::1/64 dev cni0 nodad");
        for (String pod : PODS) {
            String last = pod.substring(pod.length() - 1);
            sh("ip -n " + pod + " addr add fd42::" + last + "/64 dev eth0 nodad");
            sh("ip -n " + pod + " route add default via fd42::1");
        }
        sh("ip -n " + NODE + " addr add fd99::1/64 dev out nodad");
        sh(
                "ip -n " + OUTSIDE + " addr add fd99::2/64 dev eth0 nodad",
                "ip -n " + OUTSIDE + " route add fd43::/112 via fd99::1");
        sh("ip -n " + NODE + " route add fd43::/112 dev cni0");
    }

    /** Written once: the kernel refuses to write to a program that still runs for the proxy before. */
    private Path inNode(String tool) throws IOException {
        Path program = dir.resolve(tool);
        if (Files.notExists(program)) {
            Files.writeString(program, "#!/bin/sh\nexec ip netns exec " + NODE + " " + tool + " \"$@\"\n");
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return program;
    }

    private void startProxy() throws Exception {
        startProxy("10.42.0.0/16,fd42::/56");
    }

    private void startProxy(String cluster) throws Exception {
        Path nft = inNode("nft");
        Path conntrack = inNode("conntrack");
        Proxy started = new Proxy(
                vertx,
                loop,
                new Informers(loop, new ApiClient(api, "test")),
                new Proxy.Settings(
                        "here",
                        Cidr.parseAll(cluster),
                        new Nft(nft.toString()),
                        conntrack.toString(),
                        "minik_proxy",
                        List.of(DNS)));
        proxy = started;
        started.start().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        until(() -> started.health().ready());
    }

    @AfterEach
    void close() throws Exception {
        stopProxy();
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        for (Process server : servers) {
            server.descendants().forEach(ProcessHandle::destroyForcibly);
            server.destroyForcibly().waitFor();
        }
        destroyNetwork();
    }

    private void stopProxy() throws Exception {
        if (proxy != null) {
            proxy.stop().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        }
    }

    private static void destroyNetwork() throws Exception {
        for (String name : List.of(NODE, OUTSIDE, "mkimpod2", "mkimpod3", "mkimpod4")) {
            if (Files.exists(Path.of("/run/netns/" + name))) {
                sh("ip netns del " + name);
            }
        }
    }

    /** Answers each connection with who serves and who asked. */
    private void serve(String pod, String listen) throws IOException {
        servers.add(new ProcessBuilder(
                        "ip", "netns", "exec", pod, "socat", listen, "SYSTEM:echo " + pod + " $SOCAT_PEERADDR")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    private static void sh(String... commands) throws IOException {
        for (String command : commands) {
            HostTool.run(List.of("sh", "-c", command), "", Duration.ofSeconds(60));
        }
    }

    /** What answers, or the empty string. */
    private static String ask(String from, String command) {
        try {
            Process process = new ProcessBuilder("ip", "netns", "exec", from, "sh", "-c", command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            process.waitFor();
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String tcp(String from, String target) {
        return ask(from, "timeout 3 socat -u " + protocol(target) + target + ",connect-timeout=2 -");
    }

    private static String protocol(String target) {
        return target.startsWith("[") ? "TCP6:" : "TCP4:";
    }

    private static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("condition not met within 30 s");
            }
            Thread.onSpinWait();
        }
    }

    @Test
    void aServiceAnswersPodsTheNodeAndOutsiders() throws Exception {
        api.put(
                Resources.SERVICES,
                Objects.service(
                        "web", "10.43.0.5", Objects.port("", 80, "\"nodePort\":30080"), "\"type\":\"NodePort\""));
        api.put(Resources.ENDPOINT_SLICES, Objects.slice("web", "", 8080, "10.42.0.2@here", "10.42.0.3@here"));
        until(() -> !tcp("mkimpod4", "10.43.0.5:80").isEmpty());
        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < 40; i++) {
            answers.add(tcp("mkimpod4", "10.43.0.5:80"));
        }
        assertThat(answers).as("balanced, source kept").containsExactly("mkimpod2 10.42.0.4", "mkimpod3 10.42.0.4");
        assertThat(tcp(NODE, "10.43.0.5:80")).startsWith("mkimpod");
        assertThat(tcp(OUTSIDE, "192.0.2.1:30080")).as("masqueraded").endsWith(" 10.42.0.1");
        assertThat(tcp(OUTSIDE, "10.43.0.5:80")).endsWith(" 10.42.0.1");
        assertThat(tcp(NODE, "192.0.2.1:30080")).startsWith("mkimpod");

        api.put(
                Resources.SERVICES,
                Objects.service(
                        "web",
                        "10.43.0.5",
                        Objects.port("", 80, "\"nodePort\":30080"),
                        "\"type\":\"NodePort\",\"externalTrafficPolicy\":\"Local\""));
        until(() -> tcp(OUTSIDE, "192.0.2.1:30080").endsWith(" 192.0.2.2"));

        api.put(Resources.ENDPOINT_SLICES, Objects.slice("web", "", 8080, "10.42.0.2@here"));
        until(() -> tcp("mkimpod2", "10.43.0.5:80").equals("mkimpod2 10.42.0.1"));

        api.remove(Resources.ENDPOINT_SLICES, ObjectKey.of("default", "web-x"));
        until(() -> tcp("mkimpod4", "10.43.0.5:80").isEmpty());
        assertThat(refused("mkimpod4", "10.43.0.5:80"))
                .as("refused, not dropped")
                .isTrue();
        assertThat(refused(OUTSIDE, "192.0.2.1:30080")).isTrue();
    }

    private static boolean refused(String from, String target) {
        return ask(from, "socat -u " + protocol(target) + target + ",connect-timeout=3 - 2>&1")
                .contains("Connection refused");
    }

    @Test
    void affinityUdpAndHostPortsWork() throws Exception {
        api.put(
                Resources.SERVICES,
                Objects.service("sticky", "10.43.0.6", Objects.port("", 80, ""), "\"sessionAffinity\":\"ClientIP\""));
        api.put(Resources.ENDPOINT_SLICES, Objects.slice("sticky", "", 8080, "10.42.0.2@here", "10.42.0.3@here"));
        api.put(
                Resources.SERVICES,
                Objects.service("udp", "10.43.0.7", "{\"name\":\"\",\"protocol\":\"UDP\",\"port\":53}", ""));
        api.put(Resources.ENDPOINT_SLICES, Objects.slice("udp", "", "UDP", 8053, "10.42.0.3@here"));
        api.put(
                Resources.PODS,
                Objects.parse(
                        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\",\"namespace\":\"default\"},"
                                + "\"spec\":{\"nodeName\":\"here\",\"containers\":[{\"name\":\"c\",\"ports\":[{\"containerPort\":8080,"
                                + "\"hostPort\":9999}]}]},\"status\":{\"podIP\":\"10.42.0.2\",\"phase\":\"Running\"}}"));
        until(() -> !tcp("mkimpod4", "10.43.0.6:80").isEmpty());
        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < 10; i++) {
            answers.add(tcp("mkimpod4", "10.43.0.6:80"));
        }
        assertThat(answers).hasSize(1);
        String first = answers.iterator().next();
        stopProxy();
        startProxy();
        for (int i = 0; i < 10; i++) {
            assertThat(tcp("mkimpod4", "10.43.0.6:80"))
                    .as("remembered by the next run")
                    .isEqualTo(first);
        }
        api.put(
                Resources.SERVICES,
                Objects.service(
                        "sticky",
                        "10.43.0.6",
                        Objects.port("", 80, "\"nodePort\":30086"),
                        "\"type\":\"NodePort\",\"sessionAffinity\":\"ClientIP\""));
        until(() -> tcp("mkimpod4", "192.0.2.1:30086").startsWith(first.substring(0, 8)));
        String ip = first.startsWith("mkimpod2") ? "10.42.0.2" : "10.42.0.3";
        String other = first.startsWith("mkimpod2") ? "10.42.0.3" : "10.42.0.2";
        api.put(Resources.ENDPOINT_SLICES, Objects.slice("sticky", "", 8080, other + "@here"));
        until(() -> !tcp("mkimpod4", "10.43.0.6:80").equals(first));
        api.put(Resources.ENDPOINT_SLICES, Objects.slice("sticky", "", 8080, ip + "@here", other + "@here"));
        for (int i = 0; i < 10; i++) {
            assertThat(tcp("mkimpod4", "10.43.0.6:80"))
                    .as("who was remembered goes with his endpoint, and is remembered anew")
                    .isNotEqualTo(first)
                    .isNotEmpty();
        }
        api.put(Resources.SERVICES, Objects.service("sticky", "10.43.0.6", Objects.port("", 80, ""), ""));
        until(() -> tcp("mkimpod4", "10.43.0.6:80").equals(first));
        until(() -> ask("mkimpod4", "echo x | timeout 3 socat -t2 - UDP:10.43.0.7:53")
                .startsWith("mkimpod3"));
        until(() -> tcp(OUTSIDE, "192.0.2.1:9999").equals("mkimpod2 192.0.2.2"));
    }

    @Test
    void aUdpClientFollowsAServerThatMovesEvenAfterAFullLoad() throws Exception {
        KubeObject service =
                Objects.service("udp", "10.43.0.7", "{\"name\":\"\",\"protocol\":\"UDP\",\"port\":53}", "");
        String send = "echo x | timeout 3 socat -t2 - UDP:10.43.0.7:53,sourceport=4444";
        serve("mkimpod2", "UDP-LISTEN:8053,fork,reuseaddr");
        api.put(Resources.SERVICES, service);
        api.put(Resources.ENDPOINT_SLICES, Objects.slice("udp", "", "UDP", 8053, "10.42.0.3@here"));
        until(() -> ask("mkimpod4", send).startsWith("mkimpod3"));
        api.put(Resources.ENDPOINT_SLICES, Objects.slice("udp", "", "UDP", 8053, "10.42.0.2@here"));
        until(() -> ask("mkimpod4", send).startsWith("mkimpod2"));
        sh("ip netns exec " + NODE + " nft delete table inet minik_proxy");
        api.put(Resources.ENDPOINT_SLICES, Objects.slice("udp", "", "UDP", 8053, "10.42.0.3@here"));
        until(() -> ask("mkimpod4", send).startsWith("mkimpod3"));
    }

    @Test
    void theDnsAddressLeadsToTheNodeItself() throws Exception {
        // As the DNS server listens: the node's own question is translated to loopback, and the answer must come from
        // there.
        serve(NODE, "UDP-LISTEN:10053,bind=127.0.0.1,fork,reuseaddr");
        serve(NODE, "UDP-LISTEN:10053,fork,reuseaddr");
        until(() -> ask("mkimpod4", "echo x | timeout 3 socat -t2 - UDP:10.43.0.10:53")
                .equals(NODE + " 10.42.0.4"));
        until(() ->
                ask(NODE, "echo x | timeout 3 socat -t2 - UDP:10.43.0.10:53").startsWith(NODE));
    }

    @Test
    void aTableThatSomeoneFlushedComesBackWithTheNextChange() throws Exception {
        api.put(Resources.SERVICES, Objects.service("web", "10.43.0.5", Objects.port("", 80, ""), ""));
        api.put(Resources.ENDPOINT_SLICES, Objects.slice("web", "", 8080, "10.42.0.2@here"));
        until(() -> !tcp("mkimpod4", "10.43.0.5:80").isEmpty());
        sh("ip netns exec " + NODE + " nft delete table inet minik_proxy");
        api.put(Resources.ENDPOINT_SLICES, Objects.slice("web", "", 8080, "10.42.0.3@here"));
        until(() -> tcp("mkimpod4", "10.43.0.5:80").startsWith("mkimpod3"));
    }

    @Test
    void servicesOfIpv6AnswerPodsTheNodeAndOutsidersInAClusterOfThatFamilyAlone() throws Exception {
        stopProxy();
        sh("ip netns exec " + NODE + " nft delete table inet minik_proxy");
        startProxy("fd42::/56");
        api.put(
                Resources.SERVICES,
                Objects.service("web", "fd43::5", Objects.port("", 80, "\"nodePort\":30080"), "\"type\":\"NodePort\""));
        api.put(Resources.ENDPOINT_SLICES, Objects.slice("web", "", 8080, "fd42::2@here", "fd42::3@here"));
        until(() -> !tcp("mkimpod4", "[fd43::5]:80").isEmpty());
        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < 40; i++) {
            answers.add(tcp("mkimpod4", "[fd43::5]:80"));
        }
        assertThat(answers)
                .as("balanced, source kept")
                .hasSize(2)
                .allMatch(answer -> answer.endsWith("[fd42:0000:0000:0000:0000:0000:0000:0004]"));
        assertThat(tcp(NODE, "[fd43::5]:80")).startsWith("mkimpod");
        assertThat(tcp(OUTSIDE, "[fd99::1]:30080"))
                .as("masqueraded")
                .endsWith("[fd42:0000:0000:0000:0000:0000:0000:0001]");
        assertThat(ask(NODE, "nft list table inet minik_proxy")).doesNotContain("ipv4_addr");

        api.put(Resources.ENDPOINT_SLICES, Objects.slice("web", "", 8080, "fd42::2@here"));
        until(() -> tcp("mkimpod2", "[fd43::5]:80").startsWith("mkimpod2"));
        api.remove(Resources.ENDPOINT_SLICES, ObjectKey.of("default", "web-x"));
        until(() -> tcp("mkimpod4", "[fd43::5]:80").isEmpty());
        assertThat(refused("mkimpod4", "[fd43::5]:80")).isTrue();
        assertThat(refused(OUTSIDE, "[fd99::1]:30080")).isTrue();
    }

    @Test
    void aServiceOfBothFamiliesKeepsItsClientsInBoth() throws Exception {
        KubeObject both = Objects.parse(
                "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"namespace\":\"default\",\"name\":\"both\"},"
                        + "\"spec\":{\"clusterIP\":\"10.43.0.9\",\"clusterIPs\":[\"10.43.0.9\",\"fd43::9\"],\"sessionAffinity\":\"ClientIP\","
                        + "\"ports\":[" + Objects.port("", 80, "") + "]}}");
        api.put(Resources.SERVICES, both);
        api.put(Resources.ENDPOINT_SLICES, Objects.slice("both", "", 8080, "10.42.0.2@here", "10.42.0.3@here"));
        api.put(
                Resources.ENDPOINT_SLICES,
                Objects.named(Objects.slice("both", "", 8080, "fd42::2@here", "fd42::3@here"), "both-y"));
        for (String address : List.of("10.43.0.9:80", "[fd43::9]:80")) {
            until(() -> !tcp("mkimpod4", address).isEmpty());
            String first = tcp("mkimpod4", address);
            for (int i = 0; i < 10; i++) {
                assertThat(tcp("mkimpod4", address)).isEqualTo(first);
            }
        }
        stopProxy();
        String first = tcp("mkimpod4", "[fd43::9]:80");
        startProxy();
        for (int i = 0; i < 10; i++) {
            assertThat(tcp("mkimpod4", "[fd43::9]:80"))
                    .as("remembered by the next run")
                    .isEqualTo(first);
        }
    }
}
