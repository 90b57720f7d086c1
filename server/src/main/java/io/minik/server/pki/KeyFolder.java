package io.minik.server.pki;

import io.minik.ground.tls.AltNames;
import io.minik.ground.tls.CertificateAuthority;
import io.minik.ground.tls.CertificateAuthority.Leaf;
import io.minik.ground.tls.CertificateAuthority.Purpose;
import io.minik.ground.tls.Keys;
import io.minik.ground.tls.LeafLifetime;
import io.minik.ground.tls.Pem;
import io.minik.ground.tls.SecretFile;
import io.minik.ground.tls.Subject;
import io.minik.ground.tls.X509Exception;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Finds or makes the {@code name.crt} and {@code name.key} pairs of one folder. */
final class KeyFolder {
    private final Path folder;
    private final LeafLifetime lifetime;
    private final boolean mayBegin;

    /** @param mayBegin whether authorities and keys that are not there may be made: only where nobody knows others yet */
    KeyFolder(Path folder, LeafLifetime lifetime, boolean mayBegin) {
        this.folder = folder;
        this.lifetime = lifetime;
        this.mayBegin = mayBegin;
    }

    /** @throws PkiException.Missing if a cluster trusts what would have been in that file */
    void begin(Path file) {
        if (!mayBegin) {
            throw new PkiException.Missing(
                    file + " is missing, and this server's cluster trusts what was in it: restore " + folder
                            + " from a backup");
        }
    }

    Path certificateFile(String name) {
        return folder.resolve(name + ".crt");
    }

    Path keyFile(String name) {
        return folder.resolve(name + ".key");
    }

    /**
     * The authority of that name; made if neither file is there. One that is there and does not work is never replaced: every
     * node and kubeconfig trusts it.
     */
    CertificateAuthority authority(String name, String commonName, Instant now) {
        Optional<String> certificate = read(certificateFile(name));
        if (certificate.isEmpty()) {
            begin(certificateFile(name));
            // Key first, certificate last: a lone key is a power cut at first start, nobody has seen its certificate.
            CertificateAuthority made = CertificateAuthority.create(commonName, Lifetimes.authority(now));
            write(keyFile(name), Keys.pem(made.key()));
            write(certificateFile(name), made.pem());
            return made;
        }
        String key = read(keyFile(name))
                .orElseThrow(() -> new PkiException(certificateFile(name) + " is there but " + keyFile(name)
                        + " is not: restore the key from a backup, or remove the certificate to start a new cluster"));
        try {
            CertificateAuthority found =
                    new CertificateAuthority(Pem.certificates(certificate.get()).get(0), Keys.privateKey(key));
            if (!Keys.match(found.key(), found.certificate().getPublicKey())) {
                throw new PkiException(keyFile(name) + " is not the key of " + certificateFile(name));
            }
            return found;
        } catch (X509Exception e) {
            throw new PkiException(
                    certificateFile(name) + " or its key can't be read: " + e.getMessage() + "; restore them", e);
        }
    }

    /** What a leaf must be. */
    record Wanted(String name, Subject subject, List<String> names, List<Purpose> purposes) {}

    record Found(Pki.Identity identity, boolean made) {}

    /** The leaf of that name: the one on disk while it serves, else a new one. Its key is kept as long as it can be read. */
    Found leaf(Wanted wanted, CertificateAuthority authority, Instant now) {
        AltNames altNames = AltNames.of(wanted.names());
        Optional<PrivateKey> key = read(keyFile(wanted.name())).flatMap(KeyFolder::parseKey);
        Optional<X509Certificate> certificate =
                read(certificateFile(wanted.name())).flatMap(KeyFolder::parseCertificate);
        if (key.isPresent()
                && certificate.isPresent()
                && serves(certificate.get(), wanted, altNames, authority, now)
                && Keys.match(key.get(), certificate.get().getPublicKey())) {
            return new Found(identity(wanted.name(), certificate.get(), key.get()), false);
        }
        KeyPair keys = Keys.generate();
        // A name once served stays: the address of a moved box may still stand in a kubeconfig.
        AltNames all = certificate
                .filter(old -> signedBy(old, authority))
                .map(AltNames::of)
                .orElse(AltNames.NONE)
                .plus(altNames);
        X509Certificate made = authority.sign(new Leaf(
                wanted.subject(),
                wanted.names().isEmpty() ? AltNames.NONE : all,
                keys.getPublic(),
                wanted.purposes(),
                Lifetimes.leaf(lifetime, now, authority.certificate())));
        write(keyFile(wanted.name()), Keys.pem(keys.getPrivate()));
        write(certificateFile(wanted.name()), Pem.encode(made));
        return new Found(identity(wanted.name(), made, keys.getPrivate()), true);
    }

    private boolean serves(
            X509Certificate certificate,
            Wanted wanted,
            AltNames altNames,
            CertificateAuthority authority,
            Instant now) {
        return !lifetime.due(certificate.getNotAfter().toInstant(), now)
                && signedBy(certificate, authority)
                && Subject.of(certificate).sameAs(wanted.subject())
                && AltNames.of(certificate).containsAll(altNames);
    }

    private static boolean signedBy(X509Certificate certificate, CertificateAuthority authority) {
        try {
            certificate.verify(authority.certificate().getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private Pki.Identity identity(String name, X509Certificate certificate, PrivateKey key) {
        return new Pki.Identity(
                certificateFile(name), keyFile(name), Pem.encode(certificate), Keys.pem(key), certificate);
    }

    private static Optional<PrivateKey> parseKey(String pem) {
        try {
            return Optional.of(Keys.privateKey(pem));
        } catch (X509Exception e) {
            return Optional.empty();
        }
    }

    private static Optional<X509Certificate> parseCertificate(String pem) {
        try {
            return Optional.of(Pem.certificates(pem).get(0));
        } catch (X509Exception e) {
            return Optional.empty();
        }
    }

    /** The next look makes it anew. */
    static void forget(Path certificate) {
        try {
            Files.deleteIfExists(certificate);
        } catch (IOException e) {
            throw new PkiException(certificate + " can't be removed: " + e.getMessage(), e);
        }
    }

    Optional<String> read(Path file) {
        try {
            return SecretFile.read(file);
        } catch (UncheckedIOException e) {
            throw new PkiException(String.valueOf(e.getMessage()), e);
        }
    }

    void write(Path file, String text) {
        try {
            SecretFile.write(file, text);
        } catch (UncheckedIOException e) {
            throw new PkiException(String.valueOf(e.getMessage()), e);
        }
    }
}
