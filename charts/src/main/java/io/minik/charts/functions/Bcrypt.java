package io.minik.charts.functions;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** bcrypt ($2a$, cost 10), as htpasswd files have it. Blowfish starts with the digits of pi, which are computed when first needed. */
final class Bcrypt {
    static final int SALT = 16;

    /** What one costs of a chart's budget: some tenth of a second. */
    static final long UNITS = 1_000_000;

    private static final int COST = 10;
    private static final int ROUNDS = 16;
    private static final int SUBKEYS = ROUNDS + 2;
    private static final int BOX = 256;
    private static final int BOXES = 4;
    private static final int MOST_PASSWORD = 72;
    private static final int[] TEXT = words("OrpheanBeholderScryDoubt".getBytes(StandardCharsets.US_ASCII));
    private static final String LETTERS = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private final int[] keys;
    private final int[] boxes;

    /** The fraction of pi, 32 bits a word. */
    private static final class Pi {
        private static final int[] WORDS = words();

        private static int[] words() {
            int count = SUBKEYS + BOXES * BOX;
            int bits = count * Integer.SIZE + Long.SIZE;
            BigInteger pi = inverseTangent(5, bits)
                    .shiftLeft(4)
                    .subtract(inverseTangent(239, bits).shiftLeft(2))
                    .shiftRight(Long.SIZE);
            int[] words = new int[count];
            for (int i = count - 1; i >= 0; i--) {
                words[i] = pi.intValue();
                pi = pi.shiftRight(Integer.SIZE);
            }
            return words;
        }

        /** Of 1/divisor, times 2 to the number of bits. */
        private static BigInteger inverseTangent(long divisor, int bits) {
            BigInteger square = BigInteger.valueOf(divisor * divisor);
            BigInteger power = BigInteger.ONE.shiftLeft(bits).divide(BigInteger.valueOf(divisor));
            BigInteger sum = power;
            for (long odd = 3; power.signum() != 0; odd += 2) {
                power = power.divide(square).negate();
                sum = sum.add(power.divide(BigInteger.valueOf(odd)));
            }
            return sum;
        }
    }

    private Bcrypt() {
        keys = Arrays.copyOf(Pi.WORDS, SUBKEYS);
        boxes = Arrays.copyOfRange(Pi.WORDS, SUBKEYS, Pi.WORDS.length);
    }

    static String hash(byte[] password, byte[] salt) {
        byte[] key = Arrays.copyOf(
                password, Math.min(password.length, MOST_PASSWORD) + (password.length < MOST_PASSWORD ? 1 : 0));
        Bcrypt cipher = new Bcrypt();
        cipher.expand(words(salt), key);
        for (int i = 0; i < 1 << COST; i++) {
            cipher.expand(new int[BOXES], key);
            cipher.expand(new int[BOXES], salt);
        }
        int[] text = TEXT.clone();
        for (int at = 0; at < text.length; at += 2) {
            for (int i = 0; i < 64; i++) {
                cipher.encrypt(text, at);
            }
        }
        byte[] sealed = new byte[text.length * Integer.BYTES];
        for (int i = 0; i < sealed.length; i++) {
            sealed[i] = (byte) (text[i / Integer.BYTES] >> ((3 - i % Integer.BYTES) * Byte.SIZE));
        }
        return "$2a$" + COST + "$" + text(salt) + text(Arrays.copyOf(sealed, sealed.length - 1));
    }

    private static int[] words(byte[] bytes) {
        int[] words = new int[bytes.length / Integer.BYTES];
        for (int i = 0; i < words.length * Integer.BYTES; i++) {
            words[i / Integer.BYTES] = words[i / Integer.BYTES] << Byte.SIZE | (bytes[i] & 0xff);
        }
        return words;
    }

    private void expand(int[] salt, byte[] key) {
        int at = 0;
        for (int i = 0; i < keys.length; i++) {
            int word = 0;
            for (int j = 0; j < Integer.BYTES; j++) {
                word = word << Byte.SIZE | (key[at] & 0xff);
                at = (at + 1) % key.length;
            }
            keys[i] ^= word;
        }
        int[] block = new int[2];
        int step = fill(keys, block, salt, 0);
        fill(boxes, block, salt, step);
    }

    private int fill(int[] into, int[] block, int[] salt, int from) {
        int step = from;
        for (int i = 0; i < into.length; i += 2) {
            block[0] ^= salt[step];
            block[1] ^= salt[step + 1];
            step = (step + 2) % salt.length;
            encrypt(block, 0);
            into[i] = block[0];
            into[i + 1] = block[1];
        }
        return step;
    }

    private void encrypt(int[] block, int at) {
        int left = block[at] ^ keys[0];
        int right = block[at + 1];
        for (int i = 1; i <= ROUNDS; i += 2) {
            right ^= mixed(left) ^ keys[i];
            left ^= mixed(right) ^ keys[i + 1];
        }
        block[at] = right ^ keys[ROUNDS + 1];
        block[at + 1] = left;
    }

    private int mixed(int word) {
        int sum = boxes[word >>> 24] + boxes[BOX + (word >> 16 & 0xff)];
        return (sum ^ boxes[2 * BOX + (word >> 8 & 0xff)]) + boxes[3 * BOX + (word & 0xff)];
    }

    /** bcrypt's own base 64, without padding. */
    private static String text(byte[] bytes) {
        StringBuilder out = new StringBuilder();
        for (int bit = 0; bit < bytes.length * Byte.SIZE; bit += 6) {
            int at = bit / Byte.SIZE;
            int two = (bytes[at] & 0xff) << Byte.SIZE | (at + 1 < bytes.length ? bytes[at + 1] & 0xff : 0);
            out.append(LETTERS.charAt((two >> (10 - bit % Byte.SIZE)) & 63));
        }
        return out.toString();
    }
}
