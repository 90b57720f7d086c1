package io.minik.agent.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.client.FakeApi;
import io.minik.api.core.ContainerState.Terminated;
import io.minik.api.core.Pod;
import io.minik.api.meta.Resources;
import io.minik.api.object.ObjectKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real kubectl against the kubelet's server, pods on the real runtime. */
@Tag("root")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KubectlTest {
    private static final long LIMIT_SECONDS = 25;
    private static final String SLEEPER =
            "{'terminationGracePeriodSeconds':1,'containers':[{'name':'c','image':'IMAGE','command':['sh','-c','echo hello; echo oops >&2; sleep 1000']}]}";

    @TempDir
    static Path directory;

    private static RealNode node;
    private static KubectlShim shim;

    @BeforeAll
    static void start() throws Exception {
        node = new RealNode(directory, new FakeApi(), Certificates.make(directory));
        shim = new KubectlShim(node);
    }

    @AfterAll
    static void stop() throws Exception {
        node.close();
    }

    private record Ended(int code, String out, String err) {}

    private static Process begin(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("kubectl", "--server", "http://127.0.0.1:" + shim.port()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("HOME", directory.toString());
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static Ended finish(Process process, byte[] stdin) throws Exception {
        Thread feed = new Thread(() -> {
            try (OutputStream out = process.getOutputStream()) {
                out.write(stdin);
            } catch (IOException e) {
                Thread.currentThread().interrupt();
            }
        });
        feed.start();
        CompletableFuture<byte[]> err = CompletableFuture.supplyAsync(() -> {
            try {
                return process.getErrorStream().readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        // What hangs is ended, so that the test fails with what was said until then.
        Thread guard = new Thread(() -> {
            try {
                if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        guard.setDaemon(true);
        guard.start();
        byte[] out = process.getInputStream().readAllBytes();
        assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        return new Ended(
                process.exitValue(),
                new String(out, StandardCharsets.UTF_8),
                new String(err.get(LIMIT_SECONDS, TimeUnit.SECONDS), StandardCharsets.UTF_8));
    }

    private static Ended kubectl(String... arguments) throws Exception {
        return finish(begin(Map.of(), arguments), new byte[0]);
    }

    private static void running(String name, String spec) {
        node.create(name, spec);
        node.await(name, pod -> pod.status().ready());
    }

    @Test
    void logsAreRead() throws Exception {
        running("logs", SLEEPER);
        assertThat(kubectl("logs", "logs").out()).contains("hello").contains("oops");
        assertThat(kubectl("logs", "logs", "--tail=1").out().lines()).hasSize(1);
    }

    @Test
    void aCommandRunsWithItsExitCodeAndBothOutputs() throws Exception {
        running("exec", SLEEPER);
        Ended ended = kubectl("exec", "exec", "--", "sh", "-c", "echo out; echo err >&2; exit 7");
        assertThat(ended.out()).isEqualTo("out\n");
        assertThat(ended.err()).contains("err\n").contains("command terminated with exit code 7");
        assertThat(ended.code()).isEqualTo(7);
    }

    @Test
    void stdinReachesTheCommandToItsEnd() throws Exception {
        running("stdin", SLEEPER);
        Ended ended = finish(
                begin(Map.of(), "exec", "-i", "stdin", "--", "cat"), "typed text".getBytes(StandardCharsets.UTF_8));
        assertThat(ended.out()).isEqualTo("typed text");
        assertThat(ended.code()).isZero();
    }

    @Test
    void muchDataIsCarriedWhole() throws Exception {
        running("much", SLEEPER);
        byte[] data = new byte[20 << 20];
        new Random(7).nextBytes(data);
        String sum =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
        assertThat(finish(begin(Map.of(), "exec", "-i", "much", "--", "sha256sum"), data)
                        .out())
                .startsWith(sum);
        Ended back = kubectl("exec", "much", "--", "sh", "-c", "yes 123456789 | head -c 20971520");
        assertThat(back.out()).hasSize(20_971_520).endsWith("123456789\n");
    }

    @Test
    void olderClientsSpeakSpdy() throws Exception {
        running("spdy", SLEEPER);
        Map<String, String> old = Map.of("KUBECTL_REMOTE_COMMAND_WEBSOCKETS", "false");
        Ended ended = finish(
                begin(old, "exec", "-i", "spdy", "--", "sh", "-c", "cat; echo err >&2; exit 3"),
                "in".getBytes(StandardCharsets.UTF_8));
        assertThat(ended.out()).isEqualTo("in");
        assertThat(ended.err()).contains("err");
        assertThat(ended.code()).isEqualTo(3);
    }

    @Test
    void filesAreCopiedBothWays() throws Exception {
        running("copy", SLEEPER);
        Path source = Files.writeString(directory.resolve("source.txt"), "content");
        assertThat(kubectl("cp", source.toString(), "copy:/tmp/there.txt").err())
                .isEmpty();
        Path back = directory.resolve("back.txt");
        assertThat(kubectl("cp", "copy:/tmp/there.txt", back.toString()).code()).isZero();
        assertThat(back).hasContent("content");
    }

    @Test
    void portsAreForwardedInsideAWebSocketAndBySpdy() throws Exception {
        running(
                "web",
                "{'terminationGracePeriodSeconds':1,'containers':[{'name':'c','image':'IMAGE','command':['sh','-c',"
                        + "'mkdir /tmp/w; echo it works > /tmp/w/index.html; exec httpd -f -p 8080 -h /tmp/w']}]}");
        for (String websockets : List.of("true", "false")) {
            Process forward =
                    begin(Map.of("KUBECTL_PORT_FORWARD_WEBSOCKETS", websockets), "port-forward", "web", ":8080");
            try {
                String line = new BufferedReader(
                                new InputStreamReader(forward.getInputStream(), StandardCharsets.UTF_8))
                        .readLine();
                assertThat(line).startsWith("Forwarding from 127.0.0.1:");
                int port = Integer.parseInt(line.replaceFirst(".*127.0.0.1:(\\d+) .*", "$1"));
                for (int i = 0; i < 3; i++) {
                    assertThat(get(port)).contains("it works");
                }
            } finally {
                forward.destroy();
            }
        }
    }

    private static String get(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write("GET /index.html HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aTerminalHasASize() throws Exception {
        running("tty", SLEEPER);
        Process script = new ProcessBuilder(
                        "script",
                        "-qec",
                        "stty rows 33 cols 77; kubectl --server http://127.0.0.1:" + shim.port()
                                + " exec -it tty -- sh -c 'while [ \"$(stty size)\" != \"33 77\" ]; do :; done; stty size; tty'",
                        "/dev/null")
                .redirectErrorStream(true)
                .start();
        Ended ended = finish(script, new byte[0]);
        assertThat(ended.out()).contains("33 77").contains("/dev/pts/");
    }

    @Test
    void followingEndsWithTheContainer() throws Exception {
        running(
                "follow",
                "{'restartPolicy':'Never','containers':[{'name':'c','image':'IMAGE','command':['sh','-c',"
                        + "'echo begin; while [ ! -e /tmp/go ]; do sleep 0.1; done; echo end']}]}");
        Process logs = begin(Map.of(), "logs", "-f", "follow");
        kubectl("exec", "follow", "--", "sh", "-c", "echo > /tmp/go");
        assertThat(finish(logs, new byte[0]).out()).isEqualTo("begin\nend\n");
    }

    @Test
    void aPodOfTwoSharesItsNetworkAndAVolumeAndEndsWithItsLastWords() {
        node.create(
                "two",
                "{'restartPolicy':'Never','volumes':[{'name':'v','emptyDir':{'medium':'Memory'}}],"
                        + "'initContainers':[{'name':'i','image':'IMAGE','command':['sh','-c','echo from init > /v/file'],"
                        + "'volumeMounts':[{'name':'v','mountPath':'/v'}]}],"
                        + "'containers':[{'name':'c','image':'IMAGE','env':[{'name':'IP','valueFrom':{'fieldRef':{'fieldPath':'status.podIP'}}}],"
                        + "'command':['sh','-c','cat /v/file > /dev/termination-log; echo $IP >> /dev/termination-log; exit 4'],"
                        + "'volumeMounts':[{'name':'v','mountPath':'/v'}]}]}");
        Pod pod = node.await("two", p -> p.status().phase().equals("Failed"));
        Terminated ended = (Terminated) pod.status().containerStatuses().get(0).state();
        assertThat(ended.exitCode()).isEqualTo(4);
        assertThat(ended.message()).isEqualTo("from init\n" + pod.status().podIp() + "\n");
    }

    @Test
    void aRestartAdoptsWhatRuns() throws Exception {
        Path own = Files.createDirectory(directory.resolve("own"));
        FakeApi api = new FakeApi();
        RealNode first = new RealNode(own, api, node.certificates, "mkag1", "10.217.8.0/24");
        first.create("kept", SLEEPER);
        Pod before = first.await("kept", pod -> pod.status().ready());
        first.create("gone", SLEEPER);
        first.await("gone", pod -> pod.status().ready());
        first.drop();
        api.remove(Resources.PODS, ObjectKey.of("default", "gone"));
        try (RealNode second = new RealNode(own, api, node.certificates, "mkag1", "10.217.8.0/24")) {
            second.create("new", SLEEPER);
            second.await("new", pod -> pod.status().ready());
            assertThat(second.pod("kept").status()).isEqualTo(before.status());
            second.awaitContainers(all -> all.stream()
                    .noneMatch(c -> "gone".equals(c.config().notes().labels().get("io.kubernetes.pod.name"))));
        }
    }

    @Test
    void attachingJoinsTheContainersOwnStreams() throws Exception {
        running(
                "attach",
                "{'terminationGracePeriodSeconds':1,'containers':[{'name':'c','image':'IMAGE','stdin':true,'stdinOnce':true,'command':['cat']}]}");
        Ended ended = finish(begin(Map.of(), "attach", "-i", "attach"), "spoken".getBytes(StandardCharsets.UTF_8));
        assertThat(ended.out()).isEqualTo("spoken");
    }

    @Test
    void theCipherThatNeedsNoAesInstructionsIsPreferred() throws Exception {
        Files.writeString(directory.resolve("c.crt"), node.certificates.clientCert());
        Files.writeString(directory.resolve("c.key"), node.certificates.clientKey());
        Process curl = new ProcessBuilder(
                        "curl",
                        "-skv",
                        "--cert",
                        directory.resolve("c.crt").toString(),
                        "--key",
                        directory.resolve("c.key").toString(),
                        "https://127.0.0.1:" + node.server.port() + "/healthz")
                .start();
        Ended ended = finish(curl, new byte[0]);
        assertThat(ended.out()).isEqualTo("ok");
        assertThat(ended.err()).contains("TLS_CHACHA20_POLY1305_SHA256");
    }

    private static String code(String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of("curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}"));
        command.addAll(List.of(more));
        command.add("https://127.0.0.1:" + node.server.port() + "/pods");
        return finish(new ProcessBuilder(command).start(), new byte[0]).out();
    }

    @Test
    void strangersAreRefused() throws Exception {
        Certificates keys = node.certificates;
        Path crt = Files.writeString(directory.resolve("s.crt"), keys.strangerCert());
        Path key = Files.writeString(directory.resolve("s.key"), keys.strangerKey());
        assertThat(code("--cert", crt.toString(), "--key", key.toString())).isEqualTo("403");
        assertThat(code()).isEqualTo("401");
        assertThat(code("-H", "Authorization: Bearer nonsense")).isEqualTo("401");
    }
}
