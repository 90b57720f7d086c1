package io.minik.server.authn;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.ground.tls.AltNames;
import io.minik.ground.tls.CertificateAuthority;
import io.minik.ground.tls.CertificateAuthority.Leaf;
import io.minik.ground.tls.CertificateAuthority.Purpose;
import io.minik.ground.tls.CertificateAuthority.Validity;
import io.minik.ground.tls.Keys;
import io.minik.ground.tls.Subject;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CertificateUsersTest {
    private static final Instant START = Instant.parse("2026-06-01T00:00:00Z");
    private static final Validity YEARS = Validity.of(START, START, Duration.ofDays(3650));

    private final CertificateAuthority authority = CertificateAuthority.create("clients", YEARS);
    private final CertificateUsers users = new CertificateUsers();

    private X509Certificate leaf(Subject subject) {
        return authority.sign(
                new Leaf(subject, AltNames.NONE, Keys.generate().getPublic(), List.of(Purpose.CLIENT), YEARS));
    }

    @Test
    void whoAsksAgainIsTheSameUser() {
        X509Certificate jane = leaf(Subject.of("jane", "system:masters"));
        User first = users.of(jane).orElseThrow();
        assertThat(first.name()).isEqualTo("jane");
        assertThat(first.groups()).containsExactly("system:masters", User.AUTHENTICATED);
        assertThat(users.of(jane)).hasValueSatisfying(again -> assertThat(again).isSameAs(first));
    }

    /** More than there are places: those that meet in one place are never taken for each other. */
    @Test
    void nobodyIsTakenForWhoStoodInThePlaceBefore() throws Exception {
        List<X509Certificate> copies = new ArrayList<>();
        X509Certificate jane = leaf(Subject.of("jane", "a"));
        X509Certificate john = leaf(Subject.of("john", "b"));
        var factory = java.security.cert.CertificateFactory.getInstance("X.509");
        for (int i = 0; i < 1000; i++) {
            // Signed once: keys are slow to make. A connection of its own shows a copy of its own.
            byte[] shown = (i % 2 == 0 ? jane : john).getEncoded();
            copies.add((X509Certificate) factory.generateCertificate(new java.io.ByteArrayInputStream(shown)));
        }
        for (int turn = 0; turn < 2; turn++) {
            for (int i = 0; i < copies.size(); i++) {
                User user = users.of(copies.get(i)).orElseThrow();
                assertThat(user.name()).isEqualTo(i % 2 == 0 ? "jane" : "john");
            }
        }
    }

    @Test
    void aCertificateWithoutANameIsNobody() {
        assertThat(users.of(leaf(Subject.of("", "system:masters")))).isEmpty();
    }
}
