package io.minik.charts.functions;

import static io.minik.charts.template.Function.Kind.INT;
import static io.minik.charts.template.Function.Kind.STRING;

import io.minik.charts.template.Function.Arguments;
import io.minik.charts.template.GoStrings;
import io.minik.charts.template.TemplateException;
import io.minik.ground.password.Bcrypt;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.zip.Adler32;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Hashes, encodings, chance, passwords. */
final class SprigCrypto {
    /** What one hash costs of a chart's budget: some tenth of a second. */
    private static final long BCRYPT_UNITS = 1_000_000;

    private static final String DIGITS = "0123456789";
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int MOST_RANDOM = 100_000;
    private static final int AES_BLOCK = 16;
    private static final int AES_KEY = 32;

    private SprigCrypto() {}

    static void add(SprigFunctions to, RandomGenerator random) {
        to.add("sha1sum", in -> hash("SHA-1", in), STRING);
        to.add("sha256sum", in -> hash("SHA-256", in), STRING);
        to.add("sha512sum", in -> hash("SHA-512", in), STRING);
        to.add("adler32sum", in -> adler(in.string(0)), STRING);
        to.add("b64enc", in -> Base64.getEncoder().encodeToString(GoStrings.bytes(in.string(0))), STRING);
        to.add("b64dec", in -> b64dec(in.string(0)), STRING);
        to.add("b32enc", in -> Bytes32.encode(GoStrings.bytes(in.string(0))), STRING);
        to.add("b32dec", in -> b32dec(in.string(0)), STRING);
        to.add("uuidv4", in -> uuid(random));
        to.add("randAlphaNum", in -> chosen(in, LETTERS + DIGITS, random), INT);
        to.add("randAlpha", in -> chosen(in, LETTERS, random), INT);
        to.add("randNumeric", in -> chosen(in, DIGITS, random), INT);
        to.add("randAscii", in -> chosen(in, ascii(), random), INT);
        to.add("randBytes", in -> Base64.getEncoder().encodeToString(bytes(in.integer(0), random)), INT);
        to.add("bcrypt", in -> bcrypt(in, in.string(0), random), STRING);
        to.add("htpasswd", in -> htpasswd(in, random), STRING, STRING);
        // Its scrypt takes 32 MiB at a time, which a small machine has not to spare.
        to.rest("derivePassword", in -> {
            throw new TemplateException("not offered by minik: use randAlphaNum with lookup, or a value");
        });
        to.add("encryptAES", in -> encrypt(in, bytes(AES_BLOCK, random)), STRING, STRING);
        to.add("decryptAES", SprigCrypto::decrypt, STRING, STRING);
    }

    static byte[] digest(String algorithm, byte[] bytes) {
        try {
            return MessageDigest.getInstance(algorithm).digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }

    private static String hash(String algorithm, Arguments in) {
        return HexFormat.of().formatHex(digest(algorithm, GoStrings.bytes(in.string(0))));
    }

    private static String adler(String text) {
        Adler32 sum = new Adler32();
        sum.update(GoStrings.bytes(text));
        return Long.toString(sum.getValue());
    }

    private static String b64dec(String text) {
        String bare = text.replace("\n", "").replace("\r", "");
        if (bare.length() % 4 != 0) {
            return "illegal base64 data at input byte " + Math.max(0, bare.length() / 4 * 4);
        }
        try {
            return GoStrings.of(Base64.getDecoder().decode(bare));
        } catch (IllegalArgumentException e) {
            return "illegal base64 data at input byte " + firstWrong(bare);
        }
    }

    private static int firstWrong(String text) {
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            if (letter >= 0x80 || (!Character.isLetterOrDigit(letter) && "+/=".indexOf(letter) < 0)) {
                return i;
            }
        }
        return Math.max(0, text.indexOf('='));
    }

    private static String b32dec(String text) {
        try {
            return GoStrings.of(Bytes32.decode(text));
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }

    static byte[] bytes(int count, RandomGenerator random) {
        if (count < 0 || count > MOST_RANDOM) {
            throw new TemplateException("makes at most " + MOST_RANDOM + " random bytes");
        }
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private static String ascii() {
        StringBuilder all = new StringBuilder();
        for (char letter = ' '; letter < 0x7f; letter++) {
            all.append(letter);
        }
        return all.toString();
    }

    private static String chosen(Arguments in, String from, RandomGenerator random) {
        int count = in.integer(0);
        if (count > MOST_RANDOM) {
            throw new TemplateException("makes at most " + MOST_RANDOM + " random letters");
        }
        in.budget().letters(Math.max(0, count));
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < count; i++) {
            out.append(from.charAt(random.nextInt(from.length())));
        }
        return out.toString();
    }

    private static String uuid(RandomGenerator random) {
        byte[] bytes = bytes(AES_BLOCK, random);
        bytes[6] = (byte) ((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte) ((bytes[8] & 0x3f) | 0x80);
        String hex = HexFormat.of().formatHex(bytes);
        return String.join(
                "-",
                hex.substring(0, 8),
                hex.substring(8, 12),
                hex.substring(12, 16),
                hex.substring(16, 20),
                hex.substring(20));
    }

    private static String htpasswd(Arguments in, RandomGenerator random) {
        if (in.string(0).contains(":")) {
            return "invalid username: " + in.string(0);
        }
        return in.string(0) + ":" + bcrypt(in, in.string(1), random);
    }

    private static String bcrypt(Arguments in, String password, RandomGenerator random) {
        in.budget().spend(BCRYPT_UNITS);
        return Bcrypt.hash(GoStrings.bytes(password), bytes(Bcrypt.SALT_BYTES, random));
    }

    private static byte[] key(String password) {
        return Arrays.copyOf(GoStrings.bytes(password), AES_KEY);
    }

    private static String encrypt(Arguments in, byte[] iv) {
        if (in.string(0).isEmpty()) {
            throw new TemplateException("encryption needs a password");
        }
        try {
            Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key(in.string(0)), "AES"), new IvParameterSpec(iv));
            byte[] sealed = cipher.doFinal(GoStrings.bytes(in.string(1)));
            byte[] all = Arrays.copyOf(iv, AES_BLOCK + sealed.length);
            System.arraycopy(sealed, 0, all, AES_BLOCK, sealed.length);
            return Base64.getEncoder().encodeToString(all);
        } catch (GeneralSecurityException e) {
            throw new TemplateException(String.valueOf(e.getMessage()));
        }
    }

    private static String decrypt(Arguments in) {
        try {
            byte[] all = Base64.getDecoder().decode(in.string(1));
            if (all.length < 2 * AES_BLOCK) {
                throw new TemplateException("crypto/cipher: input not full blocks");
            }
            Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    new SecretKeySpec(key(in.string(0)), "AES"),
                    new IvParameterSpec(Arrays.copyOf(all, AES_BLOCK)));
            return GoStrings.of(cipher.doFinal(all, AES_BLOCK, all.length - AES_BLOCK));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new TemplateException(String.valueOf(e.getMessage()));
        }
    }
}
