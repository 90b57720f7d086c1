package io.minik.agent.ingress;

import io.minik.ground.tls.AltNames;
import io.minik.ground.tls.CertificateAuthority;
import io.minik.ground.tls.Keys;
import io.minik.ground.tls.NamedIdentities;
import io.minik.ground.tls.Pem;
import io.minik.ground.tls.Subject;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** What is shown where no Secret has a certificate for the name: nobody trusts it, and its key is in memory alone. */
final class DefaultCertificate {
    private static final Duration LIFE = Duration.ofDays(3650);
    /** A client's clock may be behind. */
    private static final Duration SKEW = Duration.ofDays(1);

    private DefaultCertificate() {}

    static NamedIdentities.Identity make(Instant now) {
        CertificateAuthority.Validity validity =
                CertificateAuthority.Validity.of(now.minus(SKEW).truncatedTo(ChronoUnit.SECONDS), now, LIFE);
        CertificateAuthority signer = CertificateAuthority.create("minik ingress", validity);
        KeyPair keys = Keys.generate();
        var certificate = signer.sign(new CertificateAuthority.Leaf(
                Subject.of("minik ingress default certificate"),
                AltNames.of(List.of("ingress.local")),
                keys.getPublic(),
                List.of(CertificateAuthority.Purpose.SERVER),
                validity));
        return NamedIdentities.Identity.of(Pem.encode(certificate), Keys.pem(keys.getPrivate()));
    }
}
