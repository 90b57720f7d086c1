package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.object.KubeObject;
import io.minik.ground.tls.CertificateRequest;
import io.minik.ground.tls.Keys;
import io.minik.ground.tls.Subject;
import io.minik.server.pki.Kubeconfig;
import io.minik.server.pki.Pki;
import io.minik.server.pki.PkiConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** {@code minik certificate}, {@code minik kubeconfig} and what {@code minik status} says of them. */
class CertificateCommandTest {
    private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");

    @TempDir
    Path data;

    private Pki pki;

    @BeforeEach
    void aServersFiles() {
        pki = Pki.open(
                data.resolve("server/tls"),
                new PkiConfig("cluster.local", List.of("10.43.0.1"), "s", List.of("192.0.2.1"), List.of(), () -> NOW));
    }

    private List<CertificateFiles.Certificate> read(Instant now, String... services) {
        return CertificateFiles.read(data, CertificateFiles.of(List.of(services)), now);
    }

    @Test
    void aCheckHasK3sWords() {
        assertThat(CertificateFiles.text(read(NOW, "admin", "etcd"), "text", NOW)
                        .lines())
                .containsExactly(
                        "INFO client-admin.crt: certificate system:admin (ClientAuth) is ok, expires at 2027-11-30T12:00:00Z",
                        "INFO client.crt: certificate etcd-client (ClientAuth) is ok, expires at 2027-11-30T12:00:00Z",
                        "INFO server.crt: certificate etcd-server (ServerAuth,ClientAuth) is ok, expires at"
                                + " 2027-11-30T12:00:00Z");
        Instant late = NOW.plus(Duration.ofDays(300));
        assertThat(CertificateFiles.text(read(late, "admin"), "text", late))
                .isEqualTo("WARN client-admin.crt: certificate system:admin (ClientAuth) will expire within 120 days at"
                        + " 2027-11-30T12:00:00Z\n");
        Instant over = NOW.plus(Duration.ofDays(366));
        assertThat(CertificateFiles.text(read(over, "admin"), "text", over))
                .startsWith("ERROR client-admin.crt: certificate system:admin (ClientAuth) expired at 2027-");
        Instant early = Instant.EPOCH.minusSeconds(1);
        assertThat(CertificateFiles.text(read(early, "admin"), "text", early))
                .contains("is not valid before 1970-01-01T00:00:00Z");
    }

    @Test
    void otherFormsSayTheSame() {
        List<CertificateFiles.Certificate> admin = read(NOW, "admin");
        assertThat(CertificateFiles.text(admin, "table", NOW)).isEqualTo("""

                        FILENAME           SUBJECT        USAGES       EXPIRES                  RESIDUAL TIME   STATUS
                        --------           -------        ------       -------                  -------------   ------
                        client-admin.crt   system:admin   ClientAuth   Nov 30, 2027 12:00 UTC   12 months       OK
                        """);
        assertThat(CertificateFiles.text(admin, "json", NOW))
                .startsWith(
                        "{\"Certificates\":[{\"Filename\":\"client-admin.crt\",\"Subject\":\"system:admin\",\"Issuer\":\"minik-client-ca@")
                .contains(
                        "\"Usages\":[\"ClientAuth\"],\"ExpiryTime\":\"2027-11-30T12:00:00Z\",\"ResidualTime\":31536000000000000,"
                                + "\"Status\":\"OK\"}");
        assertThat(CertificateFiles.text(admin, "yaml", NOW)).contains("Subject: system:admin");
        assertThatThrownBy(() -> CertificateFiles.text(admin, "xml", NOW))
                .hasMessageContaining("invalid output format xml");
    }

    @Test
    void servicesAreThoseOfK3s() {
        assertThat(read(NOW)).hasSize(11);
        assertThat(read(NOW, "certificate-authority")).hasSize(5).allSatisfy(each -> assertThat(each.usages())
                .containsExactly("CertSign"));
        assertThat(CertificateFiles.of(List.of("scheduler", "kube-proxy"))).isEmpty();
        assertThatThrownBy(() -> CertificateFiles.of(List.of("kublet")))
                .hasMessageStartingWith("service kublet is not recognized");
    }

    @Test
    void whatIsRotatedIsMadeAnewAndNothingElse() {
        String serving = pki.apiServer().certificatePem();
        String admin = pki.admin().certificatePem();
        assertThat(pki.rotate(Set.of("client-admin"), NOW)).containsExactly("client-admin");
        assertThat(pki.admin().certificatePem()).isNotEqualTo(admin);
        assertThat(pki.apiServer().certificatePem()).isEqualTo(serving);
        assertThat(pki.leafNames()).contains("etcd/server");
        assertThatThrownBy(() -> pki.rotate(Set.of("server-ca"), NOW)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void copiesOfWhatIsRotatedAreForRootAlone() throws Exception {
        Path backup = CertificateCommand.backUp(
                data, List.of("server/tls/client-admin.crt", "server/tls/etcd/client.crt"), NOW);
        assertThat(backup).isEqualTo(data.resolve("server/tls-1796040000"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup)))
                .isEqualTo("rwx------");
        assertThat(backup.resolve("server-tls-client-admin.key"))
                .hasSameTextualContentAs(data.resolve("server/tls/client-admin.key"));
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(backup.resolve("server-tls-etcd-client.key"))))
                .isEqualTo("rw-------");
    }

    @Test
    void statusTellsTheFirstEnd() {
        StatusCommand.Line good = StatusCommand.certificates(read(NOW), NOW);
        assertThat(good.words()).matches("11, the first ends in 12 months \\(.*\\.crt\\)");
        assertThat(good.well()).isTrue();
        Instant over = NOW.plus(Duration.ofDays(368));
        StatusCommand.Line bad = StatusCommand.certificates(read(over), over);
        assertThat(bad.words()).contains("the first ended 3 days ago");
        assertThat(bad.well()).isFalse();
        assertThat(StatusCommand.text(List.of(good, bad), "text").lines())
                .allMatch(line -> line.startsWith("certificates:  11"));
        assertThat(StatusCommand.text(List.of(good), "json"))
                .startsWith("{\"certificates\":{\"value\":\"2027-11-30T12:00:00Z\"")
                .endsWith("\"well\":true}}\n");
    }

    private static KubeconfigCommand.Add add(String... arguments) {
        KubeconfigCommand.Add command = new KubeconfigCommand.Add();
        new CommandLine(command).parseArgs(arguments);
        return command;
    }

    @Test
    void aPersonsRequestIsOneOfKubernetes() {
        KeyPair keys = Keys.generate();
        KubeObject request = add("ada", "--group=viewers", "-g", "night").request(keys, 3600);
        assertThat(request.text("spec", "signerName")).isEqualTo("kubernetes.io/kube-apiserver-client");
        assertThat(request.at("spec", "expirationSeconds").asLong()).isEqualTo(3600);
        assertThat(request.text("metadata", "generateName")).isEqualTo("minik-kubeconfig-");
        String pem = new String(Base64.getDecoder().decode(request.text("spec", "request")), StandardCharsets.US_ASCII);
        assertThat(CertificateRequest.parsePem(pem).subject()).isEqualTo(Subject.of("ada", "viewers", "night"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "system:admin             | is no name for a user",
                "a\"b                     | is no name for a user",
                "ada --server=http://a    | --server: \"http://a\" must be https://HOST:PORT",
                "ada --server=https://a/b | --server: \"https://a/b\" must be https://HOST:PORT",
            })
    void whatCantBeAUserIsSaid(String given, String words) {
        assertThatThrownBy(() -> add(given.split(" ")).request(Keys.generate(), 3600))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining(words);
    }

    @Test
    void aKubeconfigNamesItsUser() {
        String text = Kubeconfig.text(
                "https://192.0.2.1:6443",
                "CA",
                new Kubeconfig.Login("ada l", "CERT", pki.admin().keyPem()));
        assertThat(text).contains("- name: \"ada l\"\n  user:\n").contains("    user: \"ada l\"\n");
        assertThat(new Kubeconfig.Login("ada", "CERT", "secret").toString()).doesNotContain("secret");
        assertThat(Kubeconfig.text("https://192.0.2.1:6443", "CA", pki.admin())).contains("- name: default\n  user:\n");
    }

    @ParameterizedTest
    @CsvSource({
        "1, 24 hours",
        "0, 0 minutes",
        "2, 2 days",
        "13, 13 days",
        "14, 2 weeks",
        "59, 8 weeks",
        "61, 2 months",
        "729, 24 months",
        "731, 2 years"
    })
    void longSpansAreWords(long days, String words) {
        assertThat(Spans.words(Duration.ofDays(days))).isEqualTo(words);
    }
}
