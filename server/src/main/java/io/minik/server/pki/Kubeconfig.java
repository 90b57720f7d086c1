package io.minik.server.pki;

import io.minik.ground.tls.Keys;
import io.minik.ground.tls.SecretFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Base64;
import java.util.Set;

/** Kubeconfig files with everything inside, so that they can be copied to another machine as they are. */
public final class Kubeconfig {
    private Kubeconfig() {}

    /** Who uses it. @param name without quotes and backslashes */
    public record Login(String name, String certificatePem, String keyPem) {
        /** Never the key. */
        @Override
        public String toString() {
            return "Login[" + name + "]";
        }
    }

    /** @param server {@code https://127.0.0.1:6443} */
    public static String text(String server, String caPem, Pki.Identity user) {
        return text(server, caPem, new Login("default", user.certificatePem(), user.keyPem()));
    }

    /** The same for whoever has a certificate. */
    public static String text(String server, String caPem, Login user) {
        String name = user.name().equals("default") ? "default" : "\"" + user.name() + "\"";
        return """
                apiVersion: v1
                kind: Config
                clusters:
                - name: default
                  cluster:
                    server: %s
                    certificate-authority-data: %s
                users:
                - name: %s
                  user:
                    client-certificate-data: %s
                    client-key-data: %s
                contexts:
                - name: default
                  context:
                    cluster: default
                    user: %s
                current-context: default
                preferences: {}
                """.formatted(
                        server,
                        base64(caPem),
                        name,
                        base64(user.certificatePem()),
                        base64(Keys.ecPem(Keys.privateKey(user.keyPem()))),
                        name);
    }

    /**
     * Writes the administrator's kubeconfig in one step. Blocking.
     *
     * @param mode of the file (--write-kubeconfig-mode), default {@link SecretFile#MODE_0600}
     */
    public static void write(Path file, String server, Pki pki, Set<PosixFilePermission> mode) {
        try {
            SecretFile.write(file, text(server, pki.serverCa().pem(), pki.admin()), mode);
        } catch (UncheckedIOException e) {
            throw new PkiException("the kubeconfig: " + e.getMessage(), e);
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }
}
