package io.minik.server.authn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.math.BigInteger;
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

/** An issuer's keys, a JSON Web Key Set (RFC 7517), and what they have signed. Any thread. */
final class WebKeys {
    static final WebKeys NONE = new WebKeys(Map.of());
    static final Set<String> ALGORITHMS =
            Set.of("RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512");

    private static final Base64.Decoder DECODE = Base64.getUrlDecoder();
    private static final Map<String, String> CURVES =
            Map.of("P-256", "secp256r1", "P-384", "secp384r1", "P-521", "secp521r1");
    private static final int BITS_OF_BYTE = 8;

    /** People and programs that come with such tokens at a time, at some KiB each. */
    private static final int MOST_REMEMBERED = 256;

    private final Map<String, PublicKey> byId;
    private final GoodTokens good = new GoodTokens(MOST_REMEMBERED);

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

    boolean has(String id) {
        return byId.containsKey(id);
    }

    /** The claims of a token that one of these keys signed; else empty. @param read the same token */
    Optional<ObjectNode> claims(String token, Jws read) {
        return good.claims(token, () -> isTheirs(read) ? Optional.of(read.claims()) : Optional.empty());
    }

    private boolean isTheirs(Jws token) {
        PublicKey key = byId.get(token.keyId());
        String algorithm = token.algorithm();
        if (key == null
                || !ALGORITHMS.contains(algorithm)
                || algorithm.startsWith("ES") != key.getAlgorithm().equals("EC")) {
            return false;
        }
        try {
            return token.isOf(key, signature(algorithm));
        } catch (GeneralSecurityException e) {
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
