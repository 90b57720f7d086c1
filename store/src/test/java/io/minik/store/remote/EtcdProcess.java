package io.minik.store.remote;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** The one member of a real etcd, as inttest/tools.sh has fetched it from Debian. Without it, tests say so and are skipped. */
final class EtcdProcess implements AutoCloseable {
    private static final long SECONDS = 30;

    private final Path program;
    private final Path data;
    private final List<String> options;
    private final int port;
    private final int peer;
    private Process process;

    private EtcdProcess(Path program, Path data, List<String> options, int port, int peer) throws IOException {
        this.program = program;
        this.data = data;
        this.options = options;
        this.port = port;
        this.peer = peer;
        this.process = run();
    }

    /** @param name of the program in .work/tools */
    static EtcdProcess start(String name, Path data, String... options) throws Exception {
        EtcdProcess etcd = launch(name, data, List.of(options));
        etcd.awaitHealth();
        return etcd;
    }

    private static EtcdProcess launch(String name, Path data, List<String> options) throws IOException {
        Path tools = Path.of("../.work/tools").toAbsolutePath().normalize();
        Path program = tools.resolve(name);
        Assumptions.assumeTrue(Files.isExecutable(program), program + " is not there: inttest/tools.sh fetches it");
        return new EtcdProcess(program, data, options, freePort(), freePort());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** An election takes a tenth of a second instead of one, and no fsync is waited for: what is tested is not its disk. */
    private Process run() throws IOException {
        String client = "http://127.0.0.1:" + port;
        String peers = "http://127.0.0.1:" + peer;
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "--data-dir",
                data.toString(),
                "--log-level",
                "error",
                "--listen-client-urls",
                client,
                "--advertise-client-urls",
                client,
                "--listen-peer-urls",
                peers,
                "--initial-advertise-peer-urls",
                peers,
                "--initial-cluster",
                "default=" + peers,
                "--heartbeat-interval",
                "20",
                "--election-timeout",
                "200"));
        command.addAll(options);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(data.resolveSibling(data.getFileName() + ".log").toFile())
                .start();
    }

    private void awaitHealth() throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest health = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health"))
                .timeout(Duration.ofSeconds(SECONDS))
                .build();
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (System.nanoTime() < giveUp && process.isAlive()) {
            try {
                if (http.send(health, HttpResponse.BodyHandlers.ofString())
                        .body()
                        .contains("true")) {
                    return;
                }
            } catch (IOException notYet) {
                Thread.onSpinWait();
            }
        }
        throw new AssertionError("etcd does not start: see " + data + ".log");
    }

    EtcdEndpoint endpoint() {
        return new EtcdEndpoint(false, "127.0.0.1", port);
    }

    /** @return what etcdctl printed */
    String etcdctl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(program.resolveSibling("etcdctl").toString(), "--endpoints", "127.0.0.1:" + port));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("ETCDCTL_API", "3");
        Process ran = builder.start();
        String output = new String(ran.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (ran.waitFor() != 0) {
            throw new AssertionError(command + ": " + output);
        }
        return output;
    }

    /** SIGSTOP or SIGCONT. */
    void signal(String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                .start()
                .waitFor();
    }

    void kill() {
        process.destroyForcibly().onExit().join();
    }

    void restart() throws Exception {
        kill();
        process = run();
        awaitHealth();
    }

    @Override
    public void close() {
        kill();
    }
}
