package io.minik.server.encryption;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES in block chaining: a random block to begin with, then the padded rest. Nothing tells who wrote it. */
final class AesCbc implements Sealing {
    private static final int BLOCK_BYTES = 16;

    private final SecretKeySpec key;
    private final SecureRandom random;

    AesCbc(byte[] key, SecureRandom random) {
        this.key = new SecretKeySpec(key, "AES");
        this.random = random;
    }

    @Override
    public byte[] seal(byte[] plain, byte[] context) throws GeneralSecurityException {
        byte[] begin = new byte[BLOCK_BYTES];
        random.nextBytes(begin);
        byte[] rest = cipher(Cipher.ENCRYPT_MODE, begin).doFinal(plain);
        byte[] sealed = Arrays.copyOf(begin, BLOCK_BYTES + rest.length);
        System.arraycopy(rest, 0, sealed, BLOCK_BYTES, rest.length);
        return sealed;
    }

    @Override
    public byte[] open(byte[] sealed, byte[] context) throws GeneralSecurityException {
        if (sealed.length < BLOCK_BYTES) {
            throw new GeneralSecurityException("the stored data was shorter than the required size");
        }
        if (sealed.length % BLOCK_BYTES != 0) {
            throw new GeneralSecurityException("the stored data is not a multiple of the block size");
        }
        try {
            return cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(sealed, BLOCK_BYTES))
                    .doFinal(sealed, BLOCK_BYTES, sealed.length - BLOCK_BYTES);
        } catch (BadPaddingException e) {
            throw new GeneralSecurityException("invalid padding on input", e);
        }
    }

    private Cipher cipher(int mode, byte[] begin) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
        cipher.init(mode, key, new IvParameterSpec(begin));
        return cipher;
    }
}
