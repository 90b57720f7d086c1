package io.minik.api.join;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a node shows to join: {@code K10<sha256 of the CA>::<user>:<password>} (secure), {@code K10<sha256>::<id>.<secret>} with a
 * bootstrap token, or without the K10 part the short forms, which trust the first CA that answers.
 *
 * @param caHash SHA-256 of the server CA's PEM in hex
 * @param user {@code server} or {@code node}; empty for a bootstrap token
 * @param password or the whole bootstrap token
 */
public record JoinToken(Optional<String> caHash, String user, String password) {
    /** Whoever holds the server's own token. */
    public static final String SERVER = "server";

    private static final Pattern SECURE = Pattern.compile("K10([0-9a-f]{64})::(.+)");
    private static final Pattern BOOTSTRAP = Pattern.compile("[a-z0-9]{6}\\.[a-z0-9]{16}");

    /** @throws IllegalArgumentException if it is empty or a broken secure form */
    public static JoinToken parse(String text) {
        String token = text.strip();
        Matcher secure = SECURE.matcher(token);
        Optional<String> hash = Optional.empty();
        if (secure.matches()) {
            hash = Optional.of(secure.group(1));
            token = secure.group(2);
        } else if (token.startsWith("K10")) {
            throw new IllegalArgumentException(
                    "the token begins with K10 but is not K10<64 hex digits>::<user>:<password>: was it cut off?");
        }
        if (!token.chars().allMatch(c -> c > ' ' && c < 127)) {
            // It goes into a header of HTTP, which takes no other.
            throw new IllegalArgumentException("the token has a space or a control character in it");
        }
        if (token.isEmpty()) {
            throw new IllegalArgumentException("the token is empty");
        }
        if (BOOTSTRAP.matcher(token).matches()) {
            return new JoinToken(hash, "", token);
        }
        int colon = token.indexOf(':');
        if (colon == 0 || colon == token.length() - 1) {
            throw new IllegalArgumentException(
                    "the token has no " + (colon == 0 ? "user" : "password") + " beside its colon");
        }
        return colon < 0
                ? new JoinToken(hash, SERVER, token)
                : new JoinToken(hash, token.substring(0, colon), token.substring(colon + 1));
    }

    /** What a token pins: SHA-256 of the server CA's PEM exactly as it is served, in hex. */
    public static String hash(String caPem) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(caPem.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    /** The secure form. @throws IllegalStateException if there is no hash */
    public String text() {
        String hash = caHash.orElseThrow(() -> new IllegalStateException("a short token has no secure form"));
        return "K10" + hash + "::" + (user.isEmpty() ? password : user + ":" + password);
    }

    /** Never the secret. */
    @Override
    public String toString() {
        return "JoinToken[" + (caHash.isPresent() ? "secure" : "short") + ", user=" + user + "]";
    }
}
