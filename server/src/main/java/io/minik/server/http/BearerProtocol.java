package io.minik.server.http;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** A bearer token in a WebSocket subprotocol, for browsers, which can't set headers. */
final class BearerProtocol {
    private static final String PREFIX = "base64url.bearer.authorization.k8s.io.";

    private BearerProtocol() {}

    static String token(String protocols) {
        for (String protocol : protocols.split(",")) {
            String word = protocol.trim();
            if (word.startsWith(PREFIX)) {
                try {
                    byte[] token = Base64.getUrlDecoder().decode(word.substring(PREFIX.length()));
                    return new String(token, StandardCharsets.UTF_8);
                } catch (IllegalArgumentException e) {
                    return "";
                }
            }
        }
        return "";
    }
}
