package io.minik.ground.password;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import at.favre.lib.crypto.bcrypt.Radix64Encoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** bcrypt as Go's golang.org/x/crypto/bcrypt makes and reads it, by which etcd keeps passwords and htpasswd files have them. */
public final class Bcrypt {
    /** How long a salt is. */
    public static final int SALT_BYTES = 16;

    /** Go's default: some 60 ms. */
    private static final int COST = 10;

    private static final int LEAST_COST = BCrypt.MIN_COST;
    /** Of a hash that somebody brought: beyond it one try takes longer than a caller waits. */
    private static final int MOST_COST = 14;

    private static final int MOST_KEY_BYTES = BCrypt.Version.MAX_PW_LENGTH_BYTE;
    private static final Pattern HASH =
            Pattern.compile("\\$2[aby]?\\$([0-9]{2})\\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})");

    /** {@code $2a$}, but that the key is whole: the library would cut a long one before its final zero. */
    private static final BCrypt.Version VERSION = new BCrypt.Version(
            BCrypt.Version.VERSION_2A.versionIdentifier,
            true,
            false,
            MOST_KEY_BYTES,
            BCrypt.Version.VERSION_2A.formatter,
            BCrypt.Version.VERSION_2A.parser);

    private Bcrypt() {}

    /** @param password UTF-8; what is beyond 72 bytes does not count */
    public static String hash(byte[] password, byte[] salt) {
        return new String(hasher().hash(COST, salt, key(password)), StandardCharsets.US_ASCII);
    }

    /** Whether the hash is this password's; not, if it is no hash or would take too long to try. */
    public static boolean matches(byte[] password, String hash) {
        Matcher parts = HASH.matcher(hash);
        int cost = parts.matches() ? Integer.parseInt(parts.group(1)) : 0;
        if (cost < LEAST_COST || cost > MOST_COST) {
            return false;
        }
        byte[] made = hasher().hashRaw(cost, bytes(parts.group(2)), key(password)).rawHash;
        return MessageDigest.isEqual(bytes(parts.group(3)), made);
    }

    private static BCrypt.Hasher hasher() {
        return BCrypt.with(VERSION, LongPasswordStrategies.strict(VERSION));
    }

    /** With its final zero, as C has it. */
    private static byte[] key(byte[] password) {
        return Arrays.copyOf(password, Math.min(password.length + 1, MOST_KEY_BYTES));
    }

    private static byte[] bytes(String text) {
        return new Radix64Encoder.Default().decode(text.getBytes(StandardCharsets.US_ASCII));
    }
}
