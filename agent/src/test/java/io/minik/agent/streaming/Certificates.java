package io.minik.agent.streaming;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A CA, a server's and a client's certificate, made by openssl; all PEM. */
record Certificates(
        String ca,
        String serverCert,
        String serverKey,
        String clientCert,
        String clientKey,
        String strangerCert,
        String strangerKey) {
    static Certificates make(Path directory) throws IOException, InterruptedException {
        run(
                directory,
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2",
                "-keyout",
                "ca.key",
                "-out",
                "ca.crt",
                "-subj",
                "/CN=test-ca");
        leaf(directory, "server", "/CN=system:node:n1", "subjectAltName=IP:127.0.0.1,DNS:localhost");
        leaf(directory, "client", "/O=system:masters/CN=system:kube-apiserver", "extendedKeyUsage=clientAuth");
        leaf(directory, "stranger", "/O=nobodies/CN=eve", "extendedKeyUsage=clientAuth");
        return new Certificates(
                read(directory, "ca.crt"),
                read(directory, "server.crt"),
                read(directory, "server.key"),
                read(directory, "client.crt"),
                read(directory, "client.key"),
                read(directory, "stranger.crt"),
                read(directory, "stranger.key"));
    }

    private static String read(Path directory, String file) throws IOException {
        return Files.readString(directory.resolve(file));
    }

    private static void leaf(Path directory, String name, String subject, String extension)
            throws IOException, InterruptedException {
        Files.writeString(directory.resolve(name + ".ext"), extension + "\n");
        run(
                directory,
                "req",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-keyout",
                name + ".key",
                "-out",
                name + ".csr",
                "-subj",
                subject);
        run(
                directory,
                "x509",
                "-req",
                "-in",
                name + ".csr",
                "-CA",
                "ca.crt",
                "-CAkey",
                "ca.key",
                "-CAcreateserial",
                "-days",
                "2",
                "-extfile",
                name + ".ext",
                "-out",
                name + ".crt");
    }

    private static void run(Path directory, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(command + ": " + said);
        }
    }
}
