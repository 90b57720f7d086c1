package io.minik.server.encryption;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * NaCl's secretbox: XSalsa20 and Poly1305, which Java has not. A random nonce of 24 bytes, the tag, and what is sealed. Follows
 * https://nacl.cr.yp.to/secretbox.html and Bernstein's papers on both.
 */
final class SecretBox implements Sealing {
    private static final int NONCE_BYTES = 24;
    private static final int TAG_BYTES = 16;
    private static final int BLOCK_BYTES = 64;
    /** The first half of the first block is the tag's key. */
    private static final int TAG_KEY_BYTES = 32;

    private static final int DOUBLE_ROUNDS = 10;
    /** "expand 32-byte k" */
    private static final int[] SIGMA = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};

    /** Which words of the state each quarter of a double round mixes: columns, then rows. */
    private static final int[][] QUARTERS = {
        {0, 4, 8, 12}, {5, 9, 13, 1}, {10, 14, 2, 6}, {15, 3, 7, 11},
        {0, 1, 2, 3}, {5, 6, 7, 4}, {10, 11, 8, 9}, {15, 12, 13, 14}
    };

    private static final BigInteger PRIME = BigInteger.ONE.shiftLeft(130).subtract(BigInteger.valueOf(5));
    private static final BigInteger CLAMP = new BigInteger("0ffffffc0ffffffc0ffffffc0fffffff", 16);

    private final int[] key;
    private final SecureRandom random;

    SecretBox(byte[] key, SecureRandom random) {
        this.key = words(key, 0, 8);
        this.random = random;
    }

    @Override
    public byte[] seal(byte[] plain, byte[] context) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        return sealedWith(nonce, plain);
    }

    byte[] sealedWith(byte[] nonce, byte[] plain) {
        byte[] sealed = Arrays.copyOf(nonce, NONCE_BYTES + TAG_BYTES + plain.length);
        System.arraycopy(plain, 0, sealed, NONCE_BYTES + TAG_BYTES, plain.length);
        byte[] tagKey = mix(nonce, sealed);
        System.arraycopy(tag(tagKey, sealed), 0, sealed, NONCE_BYTES, TAG_BYTES);
        return sealed;
    }

    @Override
    public byte[] open(byte[] sealed, byte[] context) throws GeneralSecurityException {
        if (sealed.length < NONCE_BYTES + TAG_BYTES) {
            throw new GeneralSecurityException("the stored data was shorter than the required size");
        }
        byte[] nonce = Arrays.copyOf(sealed, NONCE_BYTES);
        byte[] opened = sealed.clone();
        byte[] tagKey = mix(nonce, opened);
        byte[] said = Arrays.copyOfRange(sealed, NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
        if (!MessageDigest.isEqual(said, tag(tagKey, sealed))) {
            throw new GeneralSecurityException("output array was not large enough for encryption");
        }
        return Arrays.copyOfRange(opened, NONCE_BYTES + TAG_BYTES, opened.length);
    }

    /** Exclusive-or of the stream and what stands behind nonce and tag. @return the tag's key */
    private byte[] mix(byte[] nonce, byte[] whole) {
        int[] inner = hsalsa(words(nonce, 0, 4));
        int[] tail = words(nonce, TAG_BYTES, 2);
        int at = NONCE_BYTES + TAG_BYTES;
        int used = TAG_KEY_BYTES;
        byte[] tagKey = {};
        for (long block = 0; block == 0 || at < whole.length; block++) {
            int[] state = state(inner, tail[0], tail[1], (int) block, (int) (block >>> Integer.SIZE));
            int[] mixed = rounds(state);
            for (int word = 0; word < mixed.length; word++) {
                mixed[word] += state[word];
            }
            byte[] stream = bytes(mixed);
            if (block == 0) {
                tagKey = Arrays.copyOf(stream, TAG_KEY_BYTES);
            }
            for (; used < BLOCK_BYTES && at < whole.length; used++) {
                whole[at++] ^= stream[used];
            }
            used = 0;
        }
        return tagKey;
    }

    private int[] hsalsa(int[] nonce) {
        int[] mixed = rounds(state(key, nonce[0], nonce[1], nonce[2], nonce[3]));
        return new int[] {mixed[0], mixed[5], mixed[10], mixed[15], mixed[6], mixed[7], mixed[8], mixed[9]};
    }

    private static int[] state(int[] key, int a, int b, int c, int d) {
        return new int[] {
            SIGMA[0], key[0], key[1], key[2], key[3], SIGMA[1], a, b, c, d, SIGMA[2], key[4], key[5], key[6], key[7],
            SIGMA[3]
        };
    }

    private static int[] rounds(int[] state) {
        int[] x = state.clone();
        for (int round = 0; round < DOUBLE_ROUNDS; round++) {
            for (int[] quarter : QUARTERS) {
                x[quarter[1]] ^= Integer.rotateLeft(x[quarter[0]] + x[quarter[3]], 7);
                x[quarter[2]] ^= Integer.rotateLeft(x[quarter[1]] + x[quarter[0]], 9);
                x[quarter[3]] ^= Integer.rotateLeft(x[quarter[2]] + x[quarter[1]], 13);
                x[quarter[0]] ^= Integer.rotateLeft(x[quarter[3]] + x[quarter[2]], 18);
            }
        }
        return x;
    }

    /** Poly1305 of what stands behind nonce and tag. */
    private static byte[] tag(byte[] key, byte[] whole) {
        BigInteger r = number(key, 0, 16).and(CLAMP);
        BigInteger sum = BigInteger.ZERO;
        for (int at = NONCE_BYTES + TAG_BYTES; at < whole.length; at += 16) {
            int length = Math.min(16, whole.length - at);
            BigInteger part = number(whole, at, length).setBit(Byte.SIZE * length);
            sum = sum.add(part).multiply(r).mod(PRIME);
        }
        byte[] big = sum.add(number(key, 16, 16)).toByteArray();
        byte[] tag = new byte[TAG_BYTES];
        for (int at = 0; at < TAG_BYTES && at < big.length; at++) {
            tag[at] = big[big.length - 1 - at];
        }
        return tag;
    }

    /** Little-endian, without a sign. */
    private static BigInteger number(byte[] bytes, int from, int length) {
        byte[] big = new byte[length];
        for (int at = 0; at < length; at++) {
            big[at] = bytes[from + length - 1 - at];
        }
        return new BigInteger(1, big);
    }

    private static int[] words(byte[] bytes, int from, int count) {
        int[] words = new int[count];
        ByteBuffer.wrap(bytes, from, count * Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer()
                .get(words);
        return words;
    }

    private static byte[] bytes(int[] words) {
        ByteBuffer bytes = ByteBuffer.allocate(words.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(words);
        return bytes.array();
    }
}
