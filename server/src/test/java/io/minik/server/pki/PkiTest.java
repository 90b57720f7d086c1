package io.minik.server.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.ground.tls.Keys;
import io.minik.ground.tls.SecretFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PkiTest {
    private static final Instant NOW = Instant.parse("2026-11-21T04:00:00Z");

    @TempDir
    Path folder;

    @Test
    void opensslAcceptsEveryChainForItsPurpose() throws Exception {
        Pki pki = open(NOW);

        verify(pki.apiServer(), "server-ca.crt", "sslserver");
        verify(pki.admin(), "client-ca.crt", "sslclient");
        verify(pki.kubeletClient(), "client-ca.crt", "sslclient");
        verify(pki.proxyClient(), "request-header-ca.crt", "sslclient");
        verify(pki.etcdServer(), "etcd/server-ca.crt", "sslserver");
        verify(pki.etcdClient(), "etcd/client-ca.crt", "sslclient");
        String text = openssl("x509", "-in", pki.apiServer().certificateFile().toString(), "-noout", "-text");
        assertThat(text)
                .contains("DNS:kubernetes.default.svc.cluster.local")
                .contains("IP Address:10.43.0.1")
                .contains("IP Address:192.0.2.10")
                .contains("DNS:box.example")
                .contains("ASN1 OID: prime256v1")
                .contains("CA:FALSE");
        assertThat(openssl("x509", "-in", pki.admin().certificateFile().toString(), "-noout", "-subject"))
                .contains("O = system:masters, CN = system:admin");
        assertThat(openssl("x509", "-in", folder.resolve("server-ca.crt").toString(), "-noout", "-text"))
                .contains("CA:TRUE")
                .contains("Certificate Sign");
        assertThat(openssl("pkey", "-in", pki.admin().keyFile().toString(), "-noout", "-text"))
                .contains("NIST CURVE: P-256");
    }

    @Test
    void aRestartReusesEveryFile() throws IOException {
        open(NOW);
        Map<String, String> before = files();

        Pki again = open(NOW.plus(Duration.ofDays(200)));

        assertThat(files()).isEqualTo(before);
        assertThat(again.renewIfDue(NOW.plus(Duration.ofDays(200)))).isEmpty();
    }

    @Test
    void everyFileIsForTheOwnerOnly() throws IOException {
        open(NOW);

        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(files.filter(Files::isRegularFile)).isNotEmpty().allSatisfy(file -> assertThat(
                            PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------"));
        }
    }

    @Test
    void leavesAreRenewedWhileRunningAndAuthoritiesStay() {
        Pki pki = open(NOW);
        String caBefore = pki.serverCa().pem();
        Pki.Identity before = pki.apiServer();
        Instant due = NOW.plus(Duration.ofDays(246));

        List<String> made = pki.renewIfDue(due);

        assertThat(made).hasSize(6).contains("serving-kube-apiserver", "client-admin", "etcd/client");
        assertThat(pki.apiServer().certificate()).isNotEqualTo(before.certificate());
        assertThat(pki.apiServer().certificate().getNotAfter().toInstant()).isEqualTo(due.plus(Duration.ofDays(365)));
        assertThat(pki.serverCa().pem()).isEqualTo(caBefore);
        assertThat(pki.renewIfDue(due)).isEmpty();
    }

    @Test
    void aNewNameIsAddedAndAnOldOneKept() throws Exception {
        open(NOW);
        Pki moved = Pki.open(
                folder,
                new PkiConfig(
                        "cluster.local",
                        List.of("10.43.0.1"),
                        "box",
                        List.of("198.51.100.4"),
                        List.of(),
                        InstantSource.fixed(NOW)));

        assertThat(openssl("x509", "-in", moved.apiServer().certificateFile().toString(), "-noout", "-text"))
                .contains("IP Address:198.51.100.4")
                .contains("IP Address:192.0.2.10");
    }

    @Test
    void aKeyThatIsNotTheCertificatesIsReplacedTogetherWithIt() {
        Pki first = open(NOW);
        SecretFile.write(first.admin().keyFile(), Keys.pem(Keys.generate().getPrivate()));

        Pki again = open(NOW);

        assertThat(again.admin().certificate()).isNotEqualTo(first.admin().certificate());
        assertThat(Keys.match(
                        Keys.privateKey(again.admin().keyPem()),
                        again.admin().certificate().getPublicKey()))
                .isTrue();
        assertThat(again.apiServer().certificate()).isEqualTo(first.apiServer().certificate());
    }

    @Test
    void anAuthorityWithoutItsKeyIsNeverReplaced() throws IOException {
        open(NOW);
        Files.delete(folder.resolve("server-ca.key"));

        assertThatThrownBy(() -> open(NOW))
                .isInstanceOf(PkiException.class)
                .hasMessageContaining("server-ca.key is not");
    }

    @Test
    void aBoardThatThinksItIs1970MakesCertificatesThatHoldThenAndLater() {
        Pki pki = open(Instant.EPOCH.plusSeconds(30));

        assertThat(pki.apiServer().certificate().getNotBefore().toInstant()).isEqualTo(Instant.EPOCH);
        assertThat(pki.apiServer().certificate().getNotAfter().toInstant())
                .isAfterOrEqualTo(Instant.parse("2027-01-01T00:00:00Z"));
        assertThat(pki.serverCa().certificate().getNotAfter().toInstant())
                .isAfterOrEqualTo(Instant.parse("2035-12-01T00:00:00Z"));
    }

    @Test
    void theKubeconfigIsReadByKubectlAndPrivate() throws Exception {
        Pki pki = open(NOW);
        Path file = folder.resolve("minik.yaml");

        Kubeconfig.write(file, "https://127.0.0.1:21400", pki, SecretFile.MODE_0600);

        assertThat(run(
                        "kubectl",
                        "--kubeconfig",
                        file.toString(),
                        "config",
                        "view",
                        "-o",
                        "jsonpath={.clusters[0].cluster.server}"))
                .isEqualTo("https://127.0.0.1:21400");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void theHashOfTheTokenIsThatOfTheFile() throws Exception {
        Pki pki = open(NOW);

        assertThat(run("sha256sum", folder.resolve("server-ca.crt").toString())).startsWith(pki.serverCaHash());
    }

    enum Damage {
        GONE {
            @Override
            void to(Path file) throws IOException {
                Files.delete(file);
            }
        },
        EMPTY {
            @Override
            void to(Path file) throws IOException {
                Files.writeString(file, "");
            }
        },
        HALF {
            @Override
            void to(Path file) throws IOException {
                byte[] all = Files.readAllBytes(file);
                Files.write(file, Arrays.copyOf(all, all.length / 2));
            }
        },
        ONE_BIT {
            @Override
            void to(Path file) throws IOException {
                byte[] all = Files.readAllBytes(file);
                all[all.length / 2] ^= 1;
                Files.write(file, all);
            }
        },
        NO_TEXT {
            @Override
            void to(Path file) throws IOException {
                Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
            }
        },
        DIRECTORY {
            @Override
            void to(Path file) throws IOException {
                Files.delete(file);
                Files.createDirectory(file);
            }
        };

        abstract void to(Path file) throws IOException;
    }

    /** Of a cluster that is there: what others trust stays as it was, or the server names the file and does not start. */
    @ParameterizedTest
    @EnumSource(Damage.class)
    void aDamagedFileIsMendedOrNamed(Damage damage) throws IOException {
        open(NOW);
        Map<String, String> before = files();
        int refusals = 0;
        for (String name : before.keySet()) {
            Path file = folder.resolve(name);
            damage.to(file);
            try {
                open(NOW, false);
            } catch (PkiException | UncheckedIOException refused) {
                refusals++;
                String said = String.valueOf(refused.getMessage());
                String bare = name.replaceAll("\\.(crt|key|pub)$", "");
                assertThat(said)
                        .as("%s of %s", damage, name)
                        .contains(folder.resolve(bare).toString());
            }
            Map<String, String> after = damage == Damage.DIRECTORY || damage == Damage.NO_TEXT ? Map.of() : files();
            for (String trusted : List.of("server-ca.crt", "client-ca.crt", "request-header-ca.crt", "service.pub")) {
                if (!trusted.equals(name) && !after.isEmpty()) {
                    assertThat(after.get(trusted)).as("%s of %s", damage, name).isEqualTo(before.get(trusted));
                }
            }
            Files.deleteIfExists(file);
            for (Map.Entry<String, String> one : before.entrySet()) {
                SecretFile.write(folder.resolve(one.getKey()), one.getValue());
            }
        }
        // Four authorities, their keys, and the service accounts' key are nobody's to make anew.
        assertThat(refusals).isGreaterThanOrEqualTo(damage == Damage.ONE_BIT ? 1 : 8);
    }

    private Pki open(Instant now) {
        return open(now, true);
    }

    private Pki open(Instant now, boolean mayBegin) {
        return Pki.open(
                folder,
                new PkiConfig(
                        "cluster.local",
                        List.of("10.43.0.1"),
                        "box",
                        List.of("192.0.2.10"),
                        List.of("box.example"),
                        InstantSource.fixed(now)),
                mayBegin);
    }

    private Map<String, String> files() throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(folder.relativize(file).toString(), Files.readString(file));
            }
        }
        return contents;
    }

    private void verify(Pki.Identity identity, String ca, String purpose) throws Exception {
        assertThat(openssl(
                        "verify",
                        "-x509_strict",
                        "-attime",
                        Long.toString(NOW.getEpochSecond()),
                        "-purpose",
                        purpose,
                        "-CAfile",
                        folder.resolve(ca).toString(),
                        identity.certificateFile().toString()))
                .contains("OK");
    }

    private static String openssl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as(String.join(" ", command) + "\n" + output)
                .isZero();
        return output;
    }
}
