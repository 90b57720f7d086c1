package io.minik.server.http;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

    /** The other protocols: the token must go no further, neither into an answer nor to who is behind a proxy. */
    static String others(String protocols) {
        return Stream.of(protocols.split(","))
                .map(String::trim)
                .filter(word -> !word.isEmpty() && !word.startsWith(PREFIX))
                .collect(Collectors.joining(", "));
    }
}
