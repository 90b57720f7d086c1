package io.minik.store.etcdauth;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * bcrypt, as etcd stores passwords ({@code $2a$10$…}): Blowfish with a key schedule that is repeated 2^cost times. Its tables
 * are digits of pi, which are computed once. Follows Provos and Mazières, A Future-Adaptable Password Scheme.
 */
final class PasswordHash {
    /** Of Go's bcrypt, which etcd has: some 60 ms. */
    private static final int COST = 10;

    /** Of a hash that comes with a snapshot: beyond it one try takes longer than a caller waits. */
    private static final int MOST_COST = 14;

    private static final int ROUNDS = 16;
    private static final int SUBKEYS = ROUNDS + 2;
    private static final int BOX = 256;
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 23;
    private static final int MOST_PASSWORD_BYTES = 72;
    private static final String DIGITS = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final byte[] MAGIC = "OrpheanBeholderScryDoubt".getBytes(StandardCharsets.US_ASCII);
    private static final Pattern HASH =
            Pattern.compile("\\$2[aby]?\\$([0-9]{2})\\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})");

    private final int[] subkeys = Arrays.copyOf(Pi.WORDS, SUBKEYS);
    private final int[] boxes = Arrays.copyOfRange(Pi.WORDS, SUBKEYS, SUBKEYS + 4 * BOX);
    private int left;
    private int right;

    private PasswordHash() {}

    static String hash(String password, SecureRandom random) {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return text(COST, salt, raw(password, salt, COST));
    }

    static boolean matches(String password, String hash) {
        Matcher parts = HASH.matcher(hash);
        if (!parts.matches() || Integer.parseInt(parts.group(1)) > MOST_COST) {
            return false;
        }
        int cost = Integer.parseInt(parts.group(1));
        byte[] wanted = decode(parts.group(3), HASH_BYTES);
        return MessageDigest.isEqual(wanted, raw(password, decode(parts.group(2), SALT_BYTES), cost));
    }

    private static String text(int cost, byte[] salt, byte[] hash) {
        return String.format("$2a$%02d$", cost) + encode(salt) + encode(hash);
    }

    private static byte[] raw(String password, byte[] salt, int cost) {
        byte[] utf8 = password.getBytes(StandardCharsets.UTF_8);
        // With its final zero, as C has it; what is beyond the key's length does not count.
        byte[] key = Arrays.copyOf(utf8, Math.min(utf8.length + 1, MOST_PASSWORD_BYTES));
        PasswordHash cipher = new PasswordHash();
        cipher.expand(key, salt);
        byte[] none = new byte[SALT_BYTES];
        for (long round = 1L << cost; round > 0; round--) {
            cipher.expand(key, none);
            cipher.expand(salt, none);
        }
        int[] text = new int[MAGIC.length / Integer.BYTES];
        for (int i = 0; i < text.length; i++) {
            text[i] = word(MAGIC, i * Integer.BYTES);
        }
        for (int i = 0; i < text.length; i += 2) {
            cipher.left = text[i];
            cipher.right = text[i + 1];
            for (int times = 0; times < 64; times++) {
                cipher.encipher();
            }
            text[i] = cipher.left;
            text[i + 1] = cipher.right;
        }
        byte[] hash = new byte[HASH_BYTES];
        for (int i = 0; i < HASH_BYTES; i++) {
            hash[i] = (byte) (text[i / Integer.BYTES] >>> (24 - 8 * (i % Integer.BYTES)));
        }
        return hash;
    }

    /** Four bytes from a place on, beginning again at the end. */
    private static int word(byte[] bytes, int at) {
        int word = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            word = (word << 8) | (bytes[(at + i) % bytes.length] & 0xff);
        }
        return word;
    }

    private void expand(byte[] key, byte[] salt) {
        for (int i = 0; i < SUBKEYS; i++) {
            subkeys[i] ^= word(key, i * Integer.BYTES);
        }
        left = 0;
        right = 0;
        int at = fill(subkeys, salt, 0);
        fill(boxes, salt, at);
    }

    private int fill(int[] table, byte[] salt, int from) {
        int at = from;
        for (int i = 0; i < table.length; i += 2) {
            left ^= word(salt, at);
            right ^= word(salt, at + Integer.BYTES);
            at = (at + 2 * Integer.BYTES) % salt.length;
            encipher();
            table[i] = left;
            table[i + 1] = right;
        }
        return at;
    }

    private void encipher() {
        int one = left;
        int other = right;
        for (int round = 0; round < ROUNDS; round += 2) {
            one ^= subkeys[round];
            other ^= mixed(one) ^ subkeys[round + 1];
            one ^= mixed(other);
        }
        left = other ^ subkeys[ROUNDS + 1];
        right = one ^ subkeys[ROUNDS];
    }

    private int mixed(int word) {
        int sum = boxes[word >>> 24] + boxes[BOX + ((word >>> 16) & 0xff)];
        return (sum ^ boxes[2 * BOX + ((word >>> 8) & 0xff)]) + boxes[3 * BOX + (word & 0xff)];
    }

    // ---- bcrypt's own base 64 ----

    private static String encode(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < bytes.length; i += 3) {
            int count = Math.min(3, bytes.length - i);
            int bits = 0;
            for (int j = 0; j < 3; j++) {
                bits = (bits << 8) | (j < count ? bytes[i + j] & 0xff : 0);
            }
            for (int j = 0; j <= count; j++) {
                text.append(DIGITS.charAt((bits >>> (18 - 6 * j)) & 0x3f));
            }
        }
        return text.toString();
    }

    private static byte[] decode(String text, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            int bit = i * 8;
            int first = DIGITS.indexOf(text.charAt(bit / 6)) << 6 | DIGITS.indexOf(text.charAt(bit / 6 + 1));
            bytes[i] = (byte) (first >>> (4 - bit % 6));
        }
        return bytes;
    }

    /** The fraction of pi, by Machin's formula: 16 atan(1/5) - 4 atan(1/239). */
    private static final class Pi {
        private static final int WORD_COUNT = SUBKEYS + 4 * BOX;
        private static final int GUARD_BITS = 64;
        static final int[] WORDS = words();

        private static int[] words() {
            int bits = WORD_COUNT * Integer.SIZE;
            BigInteger one = BigInteger.ONE.shiftLeft(bits + GUARD_BITS);
            BigInteger pi =
                    arctan(one, 5).shiftLeft(4).subtract(arctan(one, 239).shiftLeft(2));
            BigInteger fraction = pi.shiftRight(GUARD_BITS).mod(BigInteger.ONE.shiftLeft(bits));
            int[] words = new int[WORD_COUNT];
            for (int i = 0; i < WORD_COUNT; i++) {
                words[i] = fraction.shiftRight(bits - (i + 1) * Integer.SIZE).intValue();
            }
            return words;
        }

        private static BigInteger arctan(BigInteger one, int inverse) {
            BigInteger square = BigInteger.valueOf((long) inverse * inverse);
            BigInteger power = one.divide(BigInteger.valueOf(inverse));
            BigInteger sum = power;
            for (int n = 3; power.signum() != 0; n += 2) {
                power = power.divide(square);
                BigInteger term = power.divide(BigInteger.valueOf(n));
                sum = n % 4 == 1 ? sum.add(term) : sum.subtract(term);
            }
            return sum;
        }
    }
}
