package io.minik.server.authn;

import io.minik.ground.tls.Subject;
import io.minik.ground.tls.X509Exception;
import java.lang.ref.WeakReference;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Who a certificate names. A connection asks with every request and shows the same certificate each time, so the answer is
 * remembered by the certificate's identity for as long as the connection holds it: its digest alone costs more than a small
 * answer. Says nothing about who signed it. Any thread.
 */
final class CertificateUsers {
    /** Connections that ask at the same time; two that meet in one place only work their answers out anew. */
    private static final int PLACES = 256;

    private record Known(WeakReference<X509Certificate> certificate, User user) {}

    private final AtomicReferenceArray<Known> places = new AtomicReferenceArray<>(PLACES);

    /** CN is the user, O are the groups; empty: it has no CN. */
    Optional<User> of(X509Certificate certificate) {
        int place = System.identityHashCode(certificate) & (PLACES - 1);
        Known known = places.get(place);
        if (known != null && known.certificate.refersTo(certificate)) {
            return Optional.of(known.user);
        }
        Optional<User> read = read(certificate);
        read.ifPresent(user -> places.set(place, new Known(new WeakReference<>(certificate), user)));
        return read;
    }

    private static Optional<User> read(X509Certificate certificate) {
        try {
            Subject subject = Subject.of(certificate);
            if (subject.commonName().isEmpty()) {
                return Optional.empty();
            }
            List<String> groups = new ArrayList<>(subject.organizations());
            groups.add(User.AUTHENTICATED);
            String fingerprint = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
            return Optional.of(new User(
                    subject.commonName(),
                    "",
                    List.copyOf(groups),
                    Map.of("authentication.kubernetes.io/credential-id", List.of("X509SHA256=" + fingerprint))));
        } catch (X509Exception | GeneralSecurityException e) {
            return Optional.empty();
        }
    }
}
