package io.minik.ground.tls;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TlsIdentityTest {
    private final Instant now = Instant.parse("2026-11-21T00:00:00Z");
    private final CertificateAuthority authority =
            CertificateAuthority.create("test-ca", CertificateAuthority.Validity.of(now, now, Duration.ofDays(1)));

    @Test
    void offersItsChainForKeysOfItsKindOnly() {
        String certificate = Pem.encode(authority.certificate());
        TlsIdentity identity = TlsIdentity.of(certificate + certificate, Keys.pem(authority.key()));

        String alias = requireNonNull(identity.chooseEngineServerAlias("EC", null, null));

        assertThat(identity.getCertificateChain(alias))
                .containsExactly(authority.certificate(), authority.certificate());
        assertThat(identity.getPrivateKey(alias)).isEqualTo(authority.key());
        assertThat(identity.chooseEngineServerAlias("RSA", null, null)).isNull();
        assertThat(identity.chooseEngineClientAlias(new String[] {"RSA", "EC"}, null, null))
                .isEqualTo(alias);
    }

    @Test
    void aRenewedOneIsShownFromTheNextHandshakeOn() {
        String certificate = Pem.encode(authority.certificate());
        TlsIdentity identity = TlsIdentity.of(certificate, Keys.pem(authority.key()));
        String begun = requireNonNull(identity.chooseEngineServerAlias("EC", null, null));

        CertificateAuthority next =
                CertificateAuthority.create("next", CertificateAuthority.Validity.of(now, now, Duration.ofDays(1)));
        identity.renew(Pem.encode(next.certificate()), Keys.pem(next.key()));

        String later = requireNonNull(identity.chooseEngineServerAlias("EC", null, null));
        assertThat(identity.getCertificateChain(later)).containsExactly(next.certificate());
        assertThat(identity.getCertificateChain(begun)).containsExactly(authority.certificate());
        assertThat(identity.getPrivateKey(begun)).isEqualTo(authority.key());
    }

    @Test
    void readsTheKeyOfAKubeconfig() {
        KeyPair keys = Keys.generate();

        PrivateKey read = Keys.privateKey(Keys.ecPem(keys.getPrivate()));

        assertThat(Keys.match(read, keys.getPublic())).isTrue();
    }

    @Test
    void saysThatThereIsNoCertificate() {
        assertThatThrownBy(() -> TlsIdentity.of("", Keys.pem(authority.key())))
                .isInstanceOf(X509Exception.class)
                .hasMessageContaining("no PEM block");
    }
}
