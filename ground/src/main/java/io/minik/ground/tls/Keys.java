package io.minik.ground.tls;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keys: ours are EC P-256 (small, fast to make on a device); those of others may also be RSA or Ed25519. */
public final class Keys {
    private static final String P256 = "1.2.840.10045.3.1.7";
    private static final String EC_PUBLIC_KEY = "1.2.840.10045.2.1";
    private static final String EC_KEY = "EC PRIVATE KEY";
    private static final String RSA_KEY = "RSA PRIVATE KEY";
    private static final String RSA = "1.2.840.113549.1.1.1";
    private static final int EC_BYTES = 32;
    private static final int NULL = 0x05;

    static final String ECDSA_SHA256 = "1.2.840.10045.4.3.2";
    static final String RSA_SHA256 = "1.2.840.113549.1.1.11";

    /** Signature algorithms that a request may be signed with. SHA-1 and MD5 are not among them. */
    private static final Map<String, String> SIGNATURES = Map.of(
            ECDSA_SHA256,
            "SHA256withECDSA",
            "1.2.840.10045.4.3.3",
            "SHA384withECDSA",
            "1.2.840.10045.4.3.4",
            "SHA512withECDSA",
            RSA_SHA256,
            "SHA256withRSA",
            "1.2.840.113549.1.1.12",
            "SHA384withRSA",
            "1.2.840.113549.1.1.13",
            "SHA512withRSA",
            "1.3.101.112",
            "Ed25519");

    private static final Map<String, String> KEY_TYPES =
            Map.of(EC_PUBLIC_KEY, "EC", RSA, "RSA", "1.3.101.112", "Ed25519");

    private Keys() {}

    public static KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new X509Exception("this Java cannot make EC P-256 keys", e);
        }
    }

    /** PKCS#8, as Vert.x, openssl and kubectl read it. */
    public static String pem(PrivateKey key) {
        return Pem.encode(Pem.PRIVATE_KEY, key.getEncoded());
    }

    /** An EC P-256 key as {@code EC PRIVATE KEY} (RFC 5915): what client libraries that know no PKCS#8 for EC read. */
    public static String ecPem(PrivateKey key) {
        if (!(key instanceof ECPrivateKey ec)) {
            throw new X509Exception("not an EC key: " + key.getAlgorithm());
        }
        byte[] number = ec.getS().toByteArray();
        byte[] secret = new byte[EC_BYTES];
        int length = Math.min(number.length, EC_BYTES);
        System.arraycopy(number, number.length - length, secret, EC_BYTES - length, length);
        return Pem.encode(
                EC_KEY,
                Der.sequence(
                        Der.integer(BigInteger.ONE),
                        Der.octetString(secret),
                        Der.tagged(Der.CONTEXT_CONSTRUCTED, Der.oid(P256))));
    }

    /** SubjectPublicKeyInfo. */
    public static String pem(PublicKey key) {
        return Pem.encode(Pem.PUBLIC_KEY, key.getEncoded());
    }

    /** @throws X509Exception unless the text holds an unencrypted key of a known type, as PKCS#8, PKCS#1 (RSA) or RFC 5915 (EC) */
    public static PrivateKey privateKey(String pem) {
        byte[] der = pkcs8(pem);
        DerReader info = new DerReader(der).next(Der.SEQUENCE, "private key").open();
        info.next(Der.INTEGER, "private key version");
        String type = keyType(info.next(Der.SEQUENCE, "private key algorithm"));
        try {
            return KeyFactory.getInstance(type).generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (GeneralSecurityException e) {
            throw new X509Exception("not a private key: " + e.getMessage(), e);
        }
    }

    private static byte[] pkcs8(String pem) {
        List<byte[]> ec = Pem.blocks(EC_KEY, pem);
        if (!ec.isEmpty()) {
            return pkcs8(Der.sequence(Der.oid(EC_PUBLIC_KEY), curve(ec.get(0))), ec.get(0));
        }
        List<byte[]> rsa = Pem.blocks(RSA_KEY, pem);
        return rsa.isEmpty()
                ? Pem.requireBlock(Pem.PRIVATE_KEY, pem)
                : pkcs8(Der.sequence(Der.oid(RSA), Der.tagged(NULL)), rsa.get(0));
    }

    /** RFC 5208, 5. */
    private static byte[] pkcs8(byte[] algorithm, byte[] key) {
        return Der.sequence(Der.integer(BigInteger.ZERO), algorithm, Der.octetString(key));
    }

    /** RFC 5915, 3: the parameters may be left out, if somebody else says them. Ours says P-256. */
    private static byte[] curve(byte[] ecKey) {
        DerReader key = new DerReader(ecKey).next(Der.SEQUENCE, "EC key").open();
        key.next(Der.INTEGER, "EC key version");
        key.next(Der.OCTET_STRING, "EC key");
        if (!key.hasNext()) {
            return Der.oid(P256);
        }
        DerReader.Element next = key.next("EC key parameters");
        return next.tag() == Der.CONTEXT_CONSTRUCTED
                ? Der.oid(next.open().next("EC curve").oid("EC curve"))
                : Der.oid(P256);
    }

    public static PublicKey publicKey(String pem) {
        return publicKey(Pem.requireBlock(Pem.PUBLIC_KEY, pem));
    }

    /** @param der SubjectPublicKeyInfo */
    public static PublicKey publicKey(byte[] der) {
        DerReader info = new DerReader(der).next(Der.SEQUENCE, "public key").open();
        String type = keyType(info.next(Der.SEQUENCE, "public key algorithm"));
        try {
            return KeyFactory.getInstance(type).generatePublic(new X509EncodedKeySpec(der));
        } catch (GeneralSecurityException e) {
            throw new X509Exception("not a public key: " + e.getMessage(), e);
        }
    }

    /** Whether the two halves belong together. */
    public static boolean match(PrivateKey key, PublicKey publicKey) {
        if (!sameFamily(key.getAlgorithm(), publicKey.getAlgorithm())) {
            return false;
        }
        byte[] probe = "minik key check".getBytes(StandardCharsets.US_ASCII);
        try {
            String algorithm = signatureName(signatureOid(key));
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(probe);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    static byte[] sign(PrivateKey key, byte[] data) {
        try {
            Signature signature = Signature.getInstance(signatureName(signatureOid(key)));
            signature.initSign(key);
            signature.update(data);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new X509Exception("could not sign with a key of type " + key.getAlgorithm(), e);
        }
    }

    static void verify(PublicKey key, String algorithmOid, byte[] data, byte[] signed) {
        boolean holds;
        try {
            Signature signature = Signature.getInstance(signatureName(algorithmOid));
            signature.initVerify(key);
            signature.update(data);
            holds = signature.verify(signed);
        } catch (GeneralSecurityException e) {
            throw new X509Exception("signature cannot be checked: " + e.getMessage(), e);
        }
        if (!holds) {
            throw new X509Exception("signature does not match the public key");
        }
    }

    /** The OID of what {@link #sign} makes with this key. */
    static String signatureOid(PrivateKey key) {
        return switch (key.getAlgorithm()) {
            case "EC" -> ECDSA_SHA256;
            case "RSA" -> RSA_SHA256;
            case "Ed25519", "EdDSA" -> "1.3.101.112";
            default -> throw new X509Exception("keys of type " + key.getAlgorithm() + " are not supported");
        };
    }

    private static boolean sameFamily(String one, String other) {
        return one.equals(other) || (one.startsWith("Ed") && other.startsWith("Ed"));
    }

    private static String signatureName(String oid) {
        return Optional.ofNullable(SIGNATURES.get(oid))
                .orElseThrow(() -> new X509Exception("signature algorithm " + oid
                        + " is not supported: use ECDSA or RSA with SHA-256, SHA-384 or SHA-512, or Ed25519"));
    }

    private static String keyType(DerReader.Element algorithm) {
        String oid = algorithm.open().next("key algorithm").oid("key algorithm");
        return Optional.ofNullable(KEY_TYPES.get(oid))
                .orElseThrow(
                        () -> new X509Exception("key algorithm " + oid + " is not supported: use EC, RSA or Ed25519"));
    }
}
