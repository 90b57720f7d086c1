package io.minik.runtime.image;

import io.minik.runtime.RuntimeFault;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** The name of some bytes: {@code sha256:…} or {@code sha512:…}. */
public record Digest(String algorithm, String hex) {
    private static final Pattern FORM = Pattern.compile("sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}");

    public static boolean isDigest(String text) {
        return FORM.matcher(text).matches();
    }

    /** @throws RuntimeFault if it is not a digest of a kind we can verify */
    public static Digest parse(String text) {
        if (!isDigest(text)) {
            throw new RuntimeFault(RuntimeFault.Kind.IMAGE_PULL, "digest", "invalid digest \"" + text + "\"", 0);
        }
        int colon = text.indexOf(':');
        return new Digest(text.substring(0, colon), text.substring(colon + 1));
    }

    public static Digest sha256(byte[] bytes) {
        return of("sha256", hasher("sha256").digest(bytes));
    }

    /** The same algorithm's digest of these bytes. */
    public Digest again(byte[] bytes) {
        return of(algorithm, hasher().digest(bytes));
    }

    MessageDigest hasher() {
        return hasher(algorithm);
    }

    static Digest of(String algorithm, byte[] hash) {
        return new Digest(algorithm, HexFormat.of().formatHex(hash));
    }

    private static MessageDigest hasher(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm.equals("sha256") ? "SHA-256" : "SHA-512");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }

    @Override
    public String toString() {
        return algorithm + ":" + hex;
    }
}
