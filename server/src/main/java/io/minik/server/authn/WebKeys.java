package io.minik.server.authn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** An issuer's keys, a JSON Web Key Set (RFC 7517), and what they sign. Immutable. */
final class WebKeys {
    static final WebKeys NONE = new WebKeys(Map.of());
    static final Set<String> ALGORITHMS =
            Set.of("RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512");

    private static final Base64.Decoder DECODE = Base64.getUrlDecoder();
    private static final Map<String, String> CURVES =
            Map.of("P-256", "secp256r1", "P-384", "secp384r1", "P-521", "secp521r1");
    private static final int BITS_OF_BYTE = 8;

    private final Map<String, PublicKey> byId;

    private WebKeys(Map<String, PublicKey> byId) {
        this.byId = Map.copyOf(byId);
    }

    /** Keys of other kinds are left out. */
    static WebKeys parse(JsonNode set) {
        Map<String, PublicKey> keys = new HashMap<>();
        for (JsonNode key : set.path("keys")) {
            usable(key).ifPresent(found -> keys.put(Json.text(key, "kid"), found));
        }
        return new WebKeys(keys);
    }

    /** A key that is none signs nothing: its tokens are refused as those of any unknown key. */
    private static Optional<PublicKey> usable(JsonNode key) {
        try {
            return key(key);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<PublicKey> key(JsonNode key) throws GeneralSecurityException {
        return switch (Json.text(key, "kty")) {
            case "RSA" ->
                Optional.of(KeyFactory.getInstance("RSA")
                        .generatePublic(new RSAPublicKeySpec(number(key, "n"), number(key, "e"))));
            case "EC" -> {
                String curve = CURVES.get(Json.text(key, "crv"));
                if (curve == null) {
                    yield Optional.empty();
                }
                AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
                parameters.init(new ECGenParameterSpec(curve));
                yield Optional.of(KeyFactory.getInstance("EC")
                        .generatePublic(new ECPublicKeySpec(
                                new ECPoint(number(key, "x"), number(key, "y")),
                                parameters.getParameterSpec(ECParameterSpec.class))));
            }
            default -> Optional.empty();
        };
    }

    private static BigInteger number(JsonNode key, String field) {
        return new BigInteger(1, DECODE.decode(Json.text(key, field)));
    }

    /** The header of a token, or what cannot be read as one. */
    static Optional<ObjectNode> part(String token, int which) {
        try {
            return Optional.of(Json.parseObject(DECODE.decode(token.split("\\.", -1)[which])));
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    boolean has(String id) {
        return byId.containsKey(id);
    }

    /** Whether one of these keys signed a token, of the name that its header gives. */
    boolean signed(String token, ObjectNode header) {
        PublicKey key = byId.get(Json.text(header, "kid"));
        String algorithm = Json.text(header, "alg");
        String[] parts = token.split("\\.", -1);
        if (key == null || parts.length != 3 || !ALGORITHMS.contains(algorithm)) {
            return false;
        }
        boolean elliptic = algorithm.startsWith("ES");
        if (elliptic != key.getAlgorithm().equals("EC")) {
            return false;
        }
        try {
            Signature signature = signature(algorithm);
            signature.initVerify(key);
            signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
            return signature.verify(DECODE.decode(parts[2]));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    private static Signature signature(String algorithm) throws GeneralSecurityException {
        String bits = algorithm.substring(2);
        if (algorithm.startsWith("ES")) {
            return Signature.getInstance("SHA" + bits + "withECDSAinP1363Format");
        }
        if (algorithm.startsWith("RS")) {
            return Signature.getInstance("SHA" + bits + "withRSA");
        }
        Signature pss = Signature.getInstance("RSASSA-PSS");
        String digest = "SHA-" + bits;
        pss.setParameter(new PSSParameterSpec(
                digest, "MGF1", new MGF1ParameterSpec(digest), Integer.parseInt(bits) / BITS_OF_BYTE, 1));
        return pss;
    }
}
