package io.minik.server.authn;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.server.pki.ServiceAccountKeys;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** JSON Web Signatures in compact form (RFC 7515): ES256 or RS256, as the key is. The algorithm is the key's, never the token's. */
final class Jwt {
    private static final Base64.Encoder ENCODE = Base64.getUrlEncoder().withoutPadding();

    private final PrivateKey signing;
    private final String signingKeyId;
    private final Map<String, PublicKey> keysById = new LinkedHashMap<>();

    Jwt(ServiceAccountKeys keys) {
        this.signing = keys.signing();
        for (PublicKey key : keys.verifying()) {
            keysById.put(keyId(key), key);
        }
        this.signingKeyId = keyId(keys.verifying().get(0));
    }

    Map<String, PublicKey> keysById() {
        return keysById;
    }

    String sign(ObjectNode claims) {
        ObjectNode header =
                Json.object().put("alg", algorithm(signing.getAlgorithm())).put("kid", signingKeyId);
        String signed = encode(Json.bytes(header)) + "." + encode(Json.bytes(claims));
        try {
            Signature signature = signature(signing.getAlgorithm());
            signature.initSign(signing);
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + encode(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("could not sign a token", e);
        }
    }

    /** The claims if one of our keys signed them, else empty. */
    Optional<ObjectNode> verify(String token) {
        return Jws.read(token).filter(this::isOurs).map(Jws::claims);
    }

    private boolean isOurs(Jws token) {
        PublicKey key = keysById.get(token.keyId());
        try {
            return key != null
                    && token.algorithm().equals(algorithm(key.getAlgorithm()))
                    && token.isOf(key, signature(key.getAlgorithm()));
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** One of our tokens, by its look: three parts. Says nothing about whether it is good. */
    static boolean looksLikeOne(String token) {
        int first = token.indexOf('.');
        return first > 0 && token.indexOf('.', first + 1) > first;
    }

    /** Upstream's key id: the hash of the SubjectPublicKeyInfo. */
    static String keyId(PublicKey key) {
        try {
            return encode(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    /** A JSON Web Key (RFC 7517, 7518). */
    static ObjectNode jwk(String id, PublicKey key) {
        ObjectNode jwk = Json.object().put("use", "sig").put("kid", id).put("alg", algorithm(key.getAlgorithm()));
        if (key instanceof ECPublicKey ec) {
            int octets = (ec.getParams().getOrder().bitLength() + 7) / 8;
            return jwk.put("kty", "EC")
                    .put("crv", "P-256")
                    .put("x", encode(fixed(ec.getW().getAffineX().toByteArray(), octets)))
                    .put("y", encode(fixed(ec.getW().getAffineY().toByteArray(), octets)));
        }
        if (key instanceof RSAPublicKey rsa) {
            return jwk.put("kty", "RSA")
                    .put("n", encode(unsigned(rsa.getModulus().toByteArray())))
                    .put("e", encode(unsigned(rsa.getPublicExponent().toByteArray())));
        }
        throw new IllegalArgumentException("service account keys of type " + key.getAlgorithm() + " are not supported");
    }

    private static byte[] unsigned(byte[] twosComplement) {
        return twosComplement.length > 1 && twosComplement[0] == 0
                ? Arrays.copyOfRange(twosComplement, 1, twosComplement.length)
                : twosComplement;
    }

    private static byte[] fixed(byte[] twosComplement, int octets) {
        byte[] significant = unsigned(twosComplement);
        byte[] padded = new byte[octets];
        System.arraycopy(significant, 0, padded, octets - significant.length, significant.length);
        return padded;
    }

    private static String algorithm(String keyType) {
        return switch (keyType) {
            case "EC" -> "ES256";
            case "RSA" -> "RS256";
            default ->
                throw new IllegalArgumentException(
                        "service account keys of type " + keyType + " are not supported: use EC P-256 or RSA");
        };
    }

    private static Signature signature(String keyType) throws GeneralSecurityException {
        return Signature.getInstance(keyType.equals("EC") ? "SHA256withECDSAinP1363Format" : "SHA256withRSA");
    }

    private static String encode(byte[] bytes) {
        return ENCODE.encodeToString(bytes);
    }
}
