package io.minik.server.authn;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;
import java.util.Optional;

/**
 * A token that is a JSON Web Signature in compact form (RFC 7515), read: that says nothing about whether it is good.
 *
 * @param signed what was signed
 */
record Jws(ObjectNode header, ObjectNode claims, byte[] signed, byte[] signature) {
    private static final int PARTS = 3;
    private static final Base64.Decoder DECODE = Base64.getUrlDecoder();

    static Optional<Jws> read(String token) {
        String[] parts = token.split("\\.", -1);
        if (parts.length != PARTS) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Jws(
                    Json.parseObject(DECODE.decode(parts[0])),
                    Json.parseObject(DECODE.decode(parts[1])),
                    (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII),
                    DECODE.decode(parts[2])));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** As the token says it. */
    String algorithm() {
        return Json.text(header, "alg");
    }

    String keyId() {
        return Json.text(header, "kid");
    }

    /** Whether the key's owner signed it. @param by of the algorithm that is the key's */
    boolean isOf(PublicKey key, Signature by) throws GeneralSecurityException {
        by.initVerify(key);
        by.update(signed);
        return by.verify(signature);
    }
}
