package io.minik.cli;

import io.minik.ground.json.Json;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code minik certificate}: how long the cluster's own certificates live, and new ones before their time. */
@Command(
        name = "certificate",
        description =
                "Manage the certificates of minik's own. They are renewed by themselves 120 days before their end.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "check|rotate",
        subcommands = {CertificateCommand.Check.class, CertificateCommand.Rotate.class})
final class CertificateCommand extends WordGroup {
    /** What is common to its words. */
    abstract static class Part implements Callable<Integer> {
        @Option(
                names = {"-s", "--service"},
                paramLabel = "SERVICE",
                split = ",",
                description = "admin, api-server, auth-proxy, etcd, kubelet or certificate-authority (default all)")
        List<String> services = new ArrayList<>();

        @Mixin
        ClientOptions client = new ClientOptions();
    }

    @Command(
            name = "check",
            description = "Check the certificates on this machine's disk",
            mixinStandardHelpOptions = true)
    static final class Check extends Part {
        @Option(
                names = {"-o", "--output"},
                paramLabel = "FORM",
                defaultValue = "text",
                description = "text, table, json or yaml (default ${DEFAULT-VALUE})")
        String output = "text";

        @Override
        public Integer call() {
            Instant now = InstantSource.system().instant();
            List<CertificateFiles.Certificate> found =
                    CertificateFiles.read(client.dataDir, CertificateFiles.of(services), now);
            if (found.isEmpty() && services.isEmpty()) {
                throw new StartFailure("no certificates below " + client.dataDir
                        + ": minik has not run here, or with another --data-dir, or this needs root");
            }
            System.out.print(CertificateFiles.text(found, output, now));
            return 0;
        }
    }

    @Command(
            name = "rotate",
            description = {
                "Make the certificates of minik's own anew.",
                "A server that runs shows them at once; else they are made at the next start."
            },
            mixinStandardHelpOptions = true)
    static final class Rotate extends Part {
        private static final String AUTHORITY = "certificate-authority";

        @Override
        public Integer call() {
            Preflight.ofThisMachine().root();
            if (services.contains(AUTHORITY)) {
                throw new StartFailure("authorities are not rotated by this: every node and kubeconfig trusts them");
            }
            List<String> files = new ArrayList<>(CertificateFiles.of(services));
            files.removeAll(CertificateFiles.of(List.of(AUTHORITY)));
            files.removeIf(file -> !Files.exists(client.dataDir.resolve(file)));
            if (files.isEmpty()) {
                throw new StartFailure("no certificates of these services below " + client.dataDir);
            }
            Path backup = backUp(client.dataDir, files, InstantSource.system().instant());
            System.out.println("Successfully backed up certificates to " + backup);
            List<String> ofServer =
                    files.stream().filter(file -> file.startsWith("server/")).toList();
            Optional<String> running = Daemon.running(client.runDir);
            if (running.isPresent() && !ofServer.isEmpty()) {
                live(ofServer);
                files.removeAll(ofServer);
            }
            remove(client.dataDir, files);
            if (!files.isEmpty()) {
                System.out.println("Removed " + String.join(", ", files)
                        + ": please restart minik server or agent to rotate certificates");
            }
            return 0;
        }

        private void live(List<String> files) {
            try (ServerSession session = ServerSession.open(client)) {
                Buffer body = Buffer.buffer(Json.bytes(Json.object().set("files", Json.MAPPER.valueToTree(files))));
                Buffer made = session.fetch(HttpMethod.POST, CertificatePage.PATH, body);
                System.out.println("Rotated while the server runs: "
                        + made.toString(StandardCharsets.UTF_8).strip());
            }
        }
    }

    /** Copies beside where they are, which only root reads. */
    static Path backUp(Path dataDir, List<String> files, Instant now) {
        String side = Files.isDirectory(dataDir.resolve("server/tls")) ? "server" : "agent";
        Path folder = dataDir.resolve(side).resolve("tls-" + now.getEpochSecond());
        try {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            for (String file : files) {
                for (String each : List.of(file, file.replaceFirst("\\.crt$", ".key"))) {
                    Path from = dataDir.resolve(each);
                    // By its whole name: etcd's server and the kubelet's have the same last ones.
                    Path to = folder.resolve(each.replace('/', '-'));
                    if (Files.exists(from) && !Files.exists(to)) {
                        Files.copy(from, to);
                        Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rw-------"));
                    }
                }
            }
            return folder;
        } catch (IOException e) {
            throw new StartFailure("certificates could not be copied to " + folder + ": " + e.getMessage(), e);
        }
    }

    private static void remove(Path dataDir, List<String> files) {
        for (String file : files) {
            try {
                for (Path each : Stream.of(file, file.replaceFirst("\\.crt$", ".key"))
                        .map(dataDir::resolve)
                        .toList()) {
                    Files.deleteIfExists(each);
                }
            } catch (IOException e) {
                throw new StartFailure(file + " could not be removed: " + e.getMessage(), e);
            }
        }
    }
}
