package io.minik.server.encryption;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** AES-GCM with a key of its own for every value, derived from a seed and 32 random bytes that stand before it: HKDF's expansion. */
final class SeedGcm implements Sealing {
    static final int SEED_BYTES = 32;
    private static final int SALT_BYTES = 32;

    private final byte[] seed;
    private final SecureRandom random;

    SeedGcm(byte[] seed, SecureRandom random) {
        this.seed = seed.clone();
        this.random = random;
    }

    @Override
    public byte[] seal(byte[] plain, byte[] context) throws GeneralSecurityException {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        byte[] sealed = key(salt).seal(plain, context);
        byte[] whole = Arrays.copyOf(salt, SALT_BYTES + sealed.length);
        System.arraycopy(sealed, 0, whole, SALT_BYTES, sealed.length);
        return whole;
    }

    @Override
    public byte[] open(byte[] sealed, byte[] context) throws GeneralSecurityException {
        if (sealed.length < SALT_BYTES) {
            throw new GeneralSecurityException("the stored data was shorter than the required size");
        }
        return key(Arrays.copyOf(sealed, SALT_BYTES))
                .open(Arrays.copyOfRange(sealed, SALT_BYTES, sealed.length), context);
    }

    /** RFC 5869, its second step alone: one block of SHA-256 is a key. */
    private AesGcm key(byte[] salt) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(seed, "HmacSHA256"));
        mac.update(salt);
        return new AesGcm(mac.doFinal(new byte[] {1}), random);
    }
}
