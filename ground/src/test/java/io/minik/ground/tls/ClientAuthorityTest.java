package io.minik.ground.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.ground.tls.CertificateAuthority.Leaf;
import io.minik.ground.tls.CertificateAuthority.Purpose;
import io.minik.ground.tls.CertificateAuthority.Validity;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClientAuthorityTest {
    private static final Instant START = Instant.parse("2026-06-01T00:00:00Z");
    private static final Validity YEARS = Validity.of(START, START, Duration.ofDays(3650));

    private final CertificateAuthority ours = CertificateAuthority.create("clients", YEARS);
    private Instant now = START.plusSeconds(60);
    private final ClientAuthority clients = new ClientAuthority(List.of(ours.certificate()), () -> now);

    private static X509Certificate leaf(CertificateAuthority authority, Purpose purpose, Validity validity) {
        return authority.sign(new Leaf(
                Subject.of("jane", "system:masters"),
                AltNames.NONE,
                Keys.generate().getPublic(),
                List.of(purpose),
                validity));
    }

    @Test
    void whatWeSignedForClientsIsGood() {
        X509Certificate leaf = leaf(ours, Purpose.CLIENT, YEARS);
        assertThat(clients.vouchesFor(List.of(leaf))).isTrue();
        assertThat(clients.vouchesFor(List.of(leaf, ours.certificate()))).isTrue();
    }

    @Test
    void anotherAuthorityOfTheSameNameIsNotOurs() {
        CertificateAuthority theirs = CertificateAuthority.create("clients", YEARS);
        X509Certificate leaf = leaf(theirs, Purpose.CLIENT, YEARS);
        assertThat(clients.vouchesFor(List.of(leaf))).isFalse();
        assertThat(clients.vouchesFor(List.of(leaf, theirs.certificate()))).isFalse();
        assertThat(clients.vouchesFor(List.of(leaf, ours.certificate()))).isFalse();
    }

    @Test
    void aClientIsNoAuthority() {
        CertificateAuthority jane = new CertificateAuthority(
                leaf(ours, Purpose.CLIENT, YEARS), Keys.generate().getPrivate());
        X509Certificate leaf = leaf(jane, Purpose.CLIENT, YEARS);
        assertThat(clients.vouchesFor(List.of(leaf, jane.certificate()))).isFalse();
    }

    @Test
    void aServersCertificateIsNoClients() {
        assertThat(clients.vouchesFor(List.of(leaf(ours, Purpose.SERVER, YEARS))))
                .isFalse();
    }

    @Test
    void nobodyIsNotGood() {
        assertThat(clients.vouchesFor(List.of())).isFalse();
    }

    @Test
    void aCertificateEndsAlsoForWhoWasLetIn() {
        X509Certificate leaf = leaf(ours, Purpose.CLIENT, Validity.of(START, START, Duration.ofHours(1)));
        assertThat(clients.vouchesFor(List.of(leaf))).isTrue();
        now = START.plus(Duration.ofHours(2));
        assertThat(clients.vouchesFor(List.of(leaf))).isFalse();
        now = START.minusSeconds(1);
        assertThat(clients.vouchesFor(List.of(leaf(ours, Purpose.CLIENT, YEARS))))
                .isFalse();
    }
}
