package io.minik.server.pki;

import io.minik.ground.tls.CertificateAuthority.Validity;
import io.minik.ground.tls.LeafLifetime;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/**
 * How long certificates live, on devices whose clock may be wrong. A board without a battery starts in 1970 until the network
 * tells it the time: so nothing of ours is "not yet valid" then (notBefore is 1970), and nothing that is made in that state is
 * already expired afterwards (lengths count from {@link #BUILT} at the earliest). notBefore protects nothing here: who has
 * the CA's key can write any date.
 */
public final class Lifetimes {
    /** Any true clock is later than this program. */
    public static final Instant BUILT = Instant.parse("2026-01-01T00:00:00Z");

    public static final Duration AUTHORITY = Duration.ofDays(3650);

    private Lifetimes() {}

    static Validity authority(Instant now) {
        return Validity.of(Instant.EPOCH, notBeforeBuilt(now), AUTHORITY);
    }

    /** Never longer than the authority itself lives: chains are checked link by link. */
    public static Validity leaf(LeafLifetime lifetime, Instant now, X509Certificate authority) {
        Instant end = notBeforeBuilt(now).plus(lifetime.length());
        Instant last = authority.getNotAfter().toInstant();
        return new Validity(Instant.EPOCH, end.isBefore(last) ? end : last);
    }

    private static Instant notBeforeBuilt(Instant now) {
        return now.isBefore(BUILT) ? BUILT : now;
    }
}
