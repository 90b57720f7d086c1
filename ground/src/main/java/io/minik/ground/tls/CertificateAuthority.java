package io.minik.ground.tls;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A certificate with the right to sign others, and its key. Thread-safe. */
public record CertificateAuthority(X509Certificate certificate, PrivateKey key) {
    /** What a leaf is good for. */
    public enum Purpose {
        SERVER("1.3.6.1.5.5.7.3.1"),
        CLIENT("1.3.6.1.5.5.7.3.2");

        private final String oid;

        Purpose(String oid) {
            this.oid = oid;
        }
    }

    /** @param notBefore and notAfter in whole seconds: X.509 knows no finer */
    public record Validity(Instant notBefore, Instant notAfter) {
        public static Validity of(Instant notBefore, Instant from, Duration length) {
            return new Validity(notBefore, from.plus(length));
        }
    }

    public record Leaf(Subject subject, AltNames altNames, PublicKey key, List<Purpose> purposes, Validity validity) {}

    /** RFC 5280 4.1.2.2: at most 20 octets, positive; 64 random bits are the accepted floor, this is more. */
    private static final int SERIAL_BITS = 127;

    private static final BigInteger VERSION_3 = BigInteger.valueOf(2);
    private static final SecureRandom RANDOM = new SecureRandom();

    /** A new self-signed authority with a new key. */
    public static CertificateAuthority create(String commonName, Validity validity) {
        KeyPair keys = Keys.generate();
        byte[] name = Subject.of(commonName).der();
        byte[] keyId = Extensions.keyId(keys.getPublic());
        byte[] body = body(
                new Signer(name, keys.getPrivate()),
                name,
                keys.getPublic(),
                validity,
                List.of(
                        Extensions.authority(),
                        Extensions.authorityUsage(),
                        Extensions.subjectKeyId(keyId),
                        Extensions.authorityKeyId(keyId)));
        return new CertificateAuthority(signed(body, keys.getPrivate()), keys.getPrivate());
    }

    /** Signs a leaf: whether its subject and names are allowed is the caller's decision. */
    public X509Certificate sign(Leaf leaf) {
        List<byte[]> extensions = new ArrayList<>();
        extensions.add(Extensions.endEntity());
        extensions.add(Extensions.leafUsage(leaf.key()));
        extensions.add(Extensions.extendedUsage(
                leaf.purposes().stream().map(purpose -> Der.oid(purpose.oid)).toArray(byte[][]::new)));
        extensions.add(Extensions.subjectKeyId(Extensions.keyId(leaf.key())));
        extensions.add(Extensions.authorityKeyId(keyId()));
        if (!leaf.altNames().isEmpty()) {
            extensions.add(Extensions.altNames(leaf.altNames()));
        }
        Signer signer = new Signer(certificate.getSubjectX500Principal().getEncoded(), key);
        return signed(body(signer, leaf.subject().der(), leaf.key(), leaf.validity(), extensions), key);
    }

    public String pem() {
        return Pem.encode(certificate);
    }

    private record Signer(byte[] name, PrivateKey key) {}

    /** The id that the certificate says, or the one that we would give the key: a CA made elsewhere may hash otherwise. */
    private byte[] keyId() {
        byte[] present = certificate.getExtensionValue(Extensions.SUBJECT_KEY_ID);
        return present == null
                ? Extensions.keyId(certificate.getPublicKey())
                : new DerReader(new DerReader(present)
                                .next(Der.OCTET_STRING, "key id")
                                .content())
                        .next(Der.OCTET_STRING, "key id")
                        .content();
    }

    private static byte[] body(
            Signer issuer, byte[] subject, PublicKey key, Validity validity, List<byte[]> extensions) {
        return Der.sequence(
                Der.tagged(Der.CONTEXT_CONSTRUCTED, Der.integer(VERSION_3)),
                Der.integer(new BigInteger(SERIAL_BITS, RANDOM).setBit(SERIAL_BITS - 1)),
                Extensions.signatureAlgorithm(issuer.key()),
                issuer.name(),
                Der.sequence(Der.time(validity.notBefore()), Der.time(validity.notAfter())),
                subject,
                key.getEncoded(),
                Der.tagged(Der.CONTEXT_CONSTRUCTED + 3, Der.sequence(extensions.toArray(byte[][]::new))));
    }

    private static X509Certificate signed(byte[] body, PrivateKey key) {
        byte[] der = Der.sequence(body, Extensions.signatureAlgorithm(key), Der.bitString(Keys.sign(key, body)));
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw new X509Exception("the JDK does not read the certificate that was just written", e);
        }
    }
}
