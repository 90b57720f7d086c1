package io.minik.ground.tls;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.Arrays;

/** The extensions that our certificates carry. */
final class Extensions {
    static final String ALT_NAMES = "2.5.29.17";
    static final String SUBJECT_KEY_ID = "2.5.29.14";
    private static final String KEY_USAGE = "2.5.29.15";
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final String AUTHORITY_KEY_ID = "2.5.29.35";
    private static final String EXTENDED_KEY_USAGE = "2.5.29.37";

    private static final int DIGITAL_SIGNATURE = 0x80;
    private static final int KEY_ENCIPHERMENT = 0x20;
    private static final int CERTIFICATE_AND_CRL_SIGN = 0x06;
    /** RFC 7093 2 (1): the leftmost 160 bits of the SHA-256 of the key. */
    private static final int KEY_ID_OCTETS = 20;

    private Extensions() {}

    static byte[] extension(String oid, boolean critical, byte[] value) {
        return critical
                ? Der.sequence(Der.oid(oid), Der.bool(true), Der.octetString(value))
                : Der.sequence(Der.oid(oid), Der.octetString(value));
    }

    static byte[] authority() {
        return extension(BASIC_CONSTRAINTS, true, Der.sequence(Der.bool(true)));
    }

    static byte[] endEntity() {
        return extension(BASIC_CONSTRAINTS, true, Der.sequence());
    }

    static byte[] authorityUsage() {
        return extension(KEY_USAGE, true, Der.namedBits(DIGITAL_SIGNATURE | CERTIFICATE_AND_CRL_SIGN));
    }

    static byte[] leafUsage(PublicKey key) {
        int bits = key.getAlgorithm().equals("RSA") ? DIGITAL_SIGNATURE | KEY_ENCIPHERMENT : DIGITAL_SIGNATURE;
        return extension(KEY_USAGE, true, Der.namedBits(bits));
    }

    static byte[] extendedUsage(byte[]... purposes) {
        return extension(EXTENDED_KEY_USAGE, false, Der.sequence(purposes));
    }

    static byte[] altNames(AltNames names) {
        return extension(ALT_NAMES, false, names.der());
    }

    static byte[] subjectKeyId(byte[] keyId) {
        return extension(SUBJECT_KEY_ID, false, Der.octetString(keyId));
    }

    static byte[] authorityKeyId(byte[] keyId) {
        return extension(AUTHORITY_KEY_ID, false, Der.sequence(Der.tagged(Der.CONTEXT, keyId)));
    }

    static byte[] keyId(PublicKey key) {
        byte[] bits = subjectPublicKeyBits(key);
        try {
            return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(bits), KEY_ID_OCTETS);
        } catch (NoSuchAlgorithmException e) {
            throw new X509Exception("this Java has no SHA-256", e);
        }
    }

    static byte[] signatureAlgorithm(PrivateKey key) {
        String oid = Keys.signatureOid(key);
        // RFC 4055 2.1: RSA's parameters are NULL; RFC 5758 3.2, RFC 8410 3: the others' are absent.
        return oid.equals(Keys.RSA_SHA256)
                ? Der.sequence(Der.oid(oid), new byte[] {0x05, 0x00})
                : Der.sequence(Der.oid(oid));
    }

    private static byte[] subjectPublicKeyBits(PublicKey key) {
        DerReader info =
                new DerReader(key.getEncoded()).next(Der.SEQUENCE, "public key").open();
        info.next(Der.SEQUENCE, "public key algorithm");
        return info.next("public key").bits("public key");
    }
}
