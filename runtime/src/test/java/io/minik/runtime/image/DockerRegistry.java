package io.minik.runtime.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real docker-registry on a loopback port, filled by skopeo. */
final class DockerRegistry implements AutoCloseable {
    private final Path dir;
    private final int port;
    private final List<String> skopeoOptions = new ArrayList<>();
    private Process process;

    @SuppressWarnings("NullAway.Init") // started right after it is made
    private DockerRegistry(Path dir, int port) {
        this.dir = dir;
        this.port = port;
    }

    static DockerRegistry open(Path dir) {
        return start(dir, "", "");
    }

    /** @param htpasswd a line of user:bcrypt */
    static DockerRegistry withPassword(Path dir, String htpasswd, String userAndPassword) {
        try {
            Files.createDirectories(dir);
            Files.writeString(dir.resolve("htpasswd"), htpasswd + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        DockerRegistry registry =
                start(dir, "auth:\n  htpasswd:\n    realm: test\n    path: " + dir.resolve("htpasswd") + "\n", "");
        registry.skopeoOptions.add("--dest-creds=" + userAndPassword);
        return registry;
    }

    /** With a certificate of its own for 127.0.0.1, made by openssl: {@code dir/cert.pem}. */
    static DockerRegistry withTls(Path dir) {
        try {
            Files.createDirectories(dir);
            run(List.of(
                    "openssl",
                    "req",
                    "-x509",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:P-256",
                    "-nodes",
                    "-subj",
                    "/CN=registry",
                    "-addext",
                    "subjectAltName=IP:127.0.0.1",
                    "-days",
                    "2",
                    "-keyout",
                    dir.resolve("key.pem").toString(),
                    "-out",
                    dir.resolve("cert.pem").toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return start(
                dir,
                "",
                "  tls:\n    certificate: " + dir.resolve("cert.pem") + "\n    key: " + dir.resolve("key.pem") + "\n");
    }

    private static DockerRegistry start(Path dir, String top, String http) {
        try {
            Files.createDirectories(dir);
            DockerRegistry registry = new DockerRegistry(dir, freePort());
            Files.writeString(
                    dir.resolve("config.yml"),
                    "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: "
                            + dir.resolve("data") + "\n  delete:\n    enabled: true\nhttp:\n  addr: 127.0.0.1:"
                            + registry.port + "\n" + http + top);
            registry.start();
            return registry;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void start() throws IOException {
        process = new ProcessBuilder(
                        "docker-registry", "serve", dir.resolve("config.yml").toString())
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("log").toFile())
                .start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!answers()) {
            if (System.nanoTime() > deadline || !process.isAlive()) {
                throw new IOException("docker-registry did not start: " + Files.readString(dir.resolve("log")));
            }
            Thread.onSpinWait();
        }
    }

    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 200);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    String host() {
        return "127.0.0.1:" + port;
    }

    Path file(String name) {
        return dir.resolve(name);
    }

    /** Pushes an archive. @param options of skopeo copy, such as {@code --format=v2s2} */
    void push(Path ociArchive, String name, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of("skopeo", "copy", "--quiet", "--dest-tls-verify=false"));
        command.addAll(List.of(options));
        command.addAll(skopeoOptions);
        command.addAll(List.of("oci-archive:" + ociArchive, "docker://" + host() + "/" + name));
        run(command);
    }

    static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(command + ": " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
