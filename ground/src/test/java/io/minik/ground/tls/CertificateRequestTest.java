package io.minik.ground.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Held against openssl, both ways. */
class CertificateRequestTest {
    @TempDir
    Path folder;

    @Test
    void opensslReadsOurRequest() throws Exception {
        KeyPair keys = Keys.generate();
        String pem = CertificateRequest.create(
                keys,
                Subject.of("system:node:tür", "system:nodes"),
                AltNames.of(List.of("node-1", "192.0.2.7", "2001:db8::1")));
        Path file = Files.writeString(folder.resolve("r.pem"), pem);

        String text = openssl("req", "-in", file.toString(), "-noout", "-text", "-verify", "-nameopt", "utf8");

        assertThat(text)
                .contains("verify OK")
                .contains("system:node:tür")
                .contains("system:nodes")
                .contains("DNS:node-1, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:1");
        CertificateRequest parsed = CertificateRequest.parsePem(pem);
        assertThat(parsed.subject()).isEqualTo(Subject.of("system:node:tür", "system:nodes"));
        assertThat(parsed.altNames().dns()).containsExactly("node-1");
        assertThat(parsed.altNames().ips()).containsExactly("192.0.2.7", "2001:db8::1");
        assertThat(parsed.publicKey()).isEqualTo(keys.getPublic());
    }

    @Test
    void requestsOfOpensslAreRead() throws Exception {
        for (List<String> kind :
                List.of(List.of("rsa:2048"), List.of("ec", "ec_paramgen_curve:P-384"), List.of("ed25519"))) {
            Path file = folder.resolve(kind.get(0).replace(':', '-') + ".pem");
            List<String> command = new ArrayList<>(List.of("req", "-new", "-nodes", "-newkey", kind.get(0)));
            if (kind.size() > 1) {
                command.addAll(List.of("-pkeyopt", kind.get(1)));
            }
            command.addAll(List.of(
                    "-keyout",
                    folder.resolve("k").toString(),
                    "-subj",
                    "/O=dev/O=ops/CN=jane",
                    "-addext",
                    "subjectAltName=DNS:a.example,IP:10.1.2.3,URI:urn:x",
                    "-out",
                    file.toString()));
            openssl(command.toArray(String[]::new));

            CertificateRequest request = CertificateRequest.parsePem(Files.readString(file));

            assertThat(request.subject()).isEqualTo(Subject.of("jane", "dev", "ops"));
            assertThat(request.altNames()).isEqualTo(new AltNames(List.of("a.example"), List.of("10.1.2.3"), 1));
        }
    }

    @Test
    void aRequestThatWasChangedIsRefused() {
        String pem = CertificateRequest.create(Keys.generate(), Subject.of("jane", "dev"), AltNames.NONE);
        byte[] der = Pem.requireBlock(Pem.REQUEST, pem);
        int at = new String(der, StandardCharsets.ISO_8859_1).indexOf("jane");
        der[at] = 'd';

        assertThatThrownBy(() -> CertificateRequest.parse(der))
                .isInstanceOf(X509Exception.class)
                .hasMessageContaining("signature does not match");
    }

    /** Whatever octets arrive, the answer is a request or an X509Exception: never another exception, never a hang. */
    @Test
    void damagedRequestsFailCleanly() {
        byte[] good = Pem.requireBlock(
                Pem.REQUEST,
                CertificateRequest.create(Keys.generate(), Subject.of("a", "b"), AltNames.of(List.of("c", "1.2.3.4"))));
        int refused = 0;
        for (int i = 0; i < good.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] bad = good.clone();
                bad[i] ^= (byte) (1 << bit);
                try {
                    CertificateRequest.parse(bad);
                } catch (X509Exception e) {
                    refused++;
                }
            }
        }
        assertThat(refused).isEqualTo(good.length * 8);
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> CertificateRequest.parse(cut)).isInstanceOf(X509Exception.class);
        }
    }

    @Test
    void anAuthorityMadeWithRsaByOpensslSignsToo() throws Exception {
        Path key = folder.resolve("ca.key");
        Path certificate = folder.resolve("ca.crt");
        openssl(
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString(),
                "-subj",
                "/CN=corp",
                "-days",
                "30");
        CertificateAuthority authority = new CertificateAuthority(
                Pem.certificates(Files.readString(certificate)).get(0), Keys.privateKey(Files.readString(key)));
        Instant now = Instant.now();
        Path leaf = Files.writeString(
                folder.resolve("leaf.crt"),
                Pem.encode(authority.sign(new CertificateAuthority.Leaf(
                        Subject.of("x"),
                        AltNames.NONE,
                        Keys.generate().getPublic(),
                        List.of(CertificateAuthority.Purpose.CLIENT),
                        CertificateAuthority.Validity.of(Instant.EPOCH, now, Duration.ofDays(40_000))))));

        assertThat(openssl("verify", "-purpose", "sslclient", "-CAfile", certificate.toString(), leaf.toString()))
                .contains("OK");
        assertThat(openssl("x509", "-in", leaf.toString(), "-noout", "-dates"))
                .contains("notBefore=Jan  1 00:00:00 1970");
    }

    static String openssl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as(String.join(" ", command) + "\n" + output)
                .isZero();
        return output;
    }
}
