package io.minik.server.backup;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.ground.tls.SecretFile;
import io.minik.store.etcdfile.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The files below {@code DATA/server} that make a server this one: AES-256-GCM under a key that PBKDF2 makes of the token's
 * password. The cluster's uid stands beside it in the clear, so that it is known whose a snapshot is.
 *
 * <pre>
 * {version 1, salt 16, nonce 12, ciphertext with tag} of {"tls/server-ca.crt": "…", …}
 * </pre>
 */
public final class SealedIdentity {
    public static final String BUCKET = "minik";
    static final byte[] CLUSTER = ascii("cluster");
    static final byte[] IDENTITY = ascii("identity");

    private static final byte VERSION = 1;
    private static final int SALT_BYTES = 16;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int KEY_BITS = 256;

    /** A tenth of a second a guess: the token made by minik has 256 bits, one that a person chose may have few. */
    private static final int ROUNDS = 210_000;

    /** Certificates, keys, a token and a list of encryption keys: tens of kilobytes. */
    private static final int MOST_BYTES = 4 << 20;

    /** What may stand in it, and be written by it: nothing leads elsewhere. */
    private static final Pattern NAMES =
            Pattern.compile("(tls/([a-z]+/)?[A-Za-z0-9_-]+\\.(crt|key|pub))|cluster|token|encryption\\.json");

    /** What servers of one cluster have alike; leaves, the token's file and the mark of the cluster are each one's own. */
    private static final Pattern SHARED =
            Pattern.compile("tls/(etcd/)?[a-z-]*-?ca\\.(crt|key)|tls/service\\.(key|pub)|encryption\\.json");

    private SealedIdentity() {}

    /** Names and texts of what one server has and all need. Blocking. */
    public static Map<String, String> shared(Path server) throws IOException {
        Map<String, String> files = files(server);
        files.keySet().removeIf(name -> !SHARED.matcher(name).matches());
        return files;
    }

    /** @param server {@code DATA/server}. Blocking */
    public static Table table(Path server, String password, SecureRandom random) throws IOException {
        TreeMap<byte[], byte[]> rows = new TreeMap<>(Arrays::compareUnsigned);
        SecretFile.read(server.resolve("cluster")).ifPresent(uid -> rows.put(CLUSTER, ascii(uid.strip())));
        rows.put(IDENTITY, seal(files(server), password, random));
        return new Table(BUCKET, rows);
    }

    private static Map<String, String> files(Path server) throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        List<Path> found = new ArrayList<>();
        try (Stream<Path> tree = Files.walk(server.resolve("tls"), 2)) {
            tree.filter(Files::isRegularFile).sorted().forEach(found::add);
        }
        for (String name : List.of("cluster", "token", "encryption.json")) {
            found.add(server.resolve(name));
        }
        for (Path file : found) {
            String name = server.relativize(file).toString();
            if (NAMES.matcher(name).matches() && Files.isRegularFile(file)) {
                files.put(name, Files.readString(file));
            }
        }
        return files;
    }

    public static byte[] seal(Map<String, String> files, String password, SecureRandom random) {
        ObjectNode tree = Json.object();
        files.forEach(tree::put);
        byte[] salt = new byte[SALT_BYTES];
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(salt);
        random.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, password, salt, nonce).doFinal(Json.bytes(tree));
            return ByteBuffer.allocate(1 + SALT_BYTES + NONCE_BYTES + sealed.length)
                    .put(VERSION)
                    .put(salt)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has AES-GCM", impossible);
        }
    }

    /** @throws BackupException if the password is another one, or what is in it would lead elsewhere */
    public static Map<String, String> open(byte[] sealed, String password) {
        int head = 1 + SALT_BYTES + NONCE_BYTES;
        if (sealed.length < head || sealed.length > MOST_BYTES || sealed[0] != VERSION) {
            throw new BackupException(
                    "the snapshot's certificates and keys are of another version of minik, or damaged");
        }
        byte[] salt = Arrays.copyOfRange(sealed, 1, 1 + SALT_BYTES);
        byte[] nonce = Arrays.copyOfRange(sealed, 1 + SALT_BYTES, head);
        Map<String, String> files = new LinkedHashMap<>();
        try {
            byte[] clear =
                    cipher(Cipher.DECRYPT_MODE, password, salt, nonce).doFinal(sealed, head, sealed.length - head);
            Json.parseObject(clear)
                    .properties()
                    .forEach(file -> files.put(file.getKey(), file.getValue().asText()));
        } catch (AEADBadTagException wrong) {
            throw new BackupException(
                    "the snapshot's certificates and keys can't be opened: give by --token the token that the server had"
                            + " when the snapshot was made",
                    wrong);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has AES-GCM", impossible);
        }
        for (String name : files.keySet()) {
            if (!NAMES.matcher(name).matches()) {
                throw new BackupException("the snapshot has a file that no server has: " + name);
            }
        }
        return files;
    }

    private static Cipher cipher(int mode, String password, byte[] salt, byte[] nonce) throws GeneralSecurityException {
        PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, ROUNDS, KEY_BITS);
        byte[] key = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                .generateSecret(spec)
                .getEncoded();
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        return cipher;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
