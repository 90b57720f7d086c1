package io.minik.agent.streaming;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** A docker-save archive of one layer: the machine's static busybox and links to it. */
final class BusyboxArchive {
    private static final int BLOCK = 512;
    private static final List<String> APPLETS = List.of(
            "sh",
            "echo",
            "cat",
            "sleep",
            "true",
            "false",
            "id",
            "ls",
            "env",
            "kill",
            "stty",
            "tty",
            "head",
            "dd",
            "grep",
            "hostname",
            "nc",
            "seq",
            "pwd",
            "yes",
            "wc",
            "tar",
            "mkdir",
            "rm",
            "sha256sum",
            "httpd",
            "printf",
            "tail",
            "stat");

    private BusyboxArchive() {}

    static Path write(Path file, String reference) throws IOException {
        ByteArrayOutputStream layer = new ByteArrayOutputStream();
        for (String folder : List.of("bin/", "etc/", "tmp/", "root/", "proc/", "sys/", "dev/")) {
            entry(layer, folder, '5', "", new byte[0], folder.equals("tmp/") ? 01777 : 0755);
        }
        entry(layer, "bin/busybox", '0', "", Files.readAllBytes(Path.of("/bin/busybox")), 0755);
        for (String applet : APPLETS) {
            entry(layer, "bin/" + applet, '2', "busybox", new byte[0], 0777);
        }
        entry(layer, "etc/passwd", '0', "", "root:x:0:0:root:/root:/bin/sh\n".getBytes(StandardCharsets.UTF_8), 0644);
        entry(layer, "etc/group", '0', "", "root:x:0:\n".getBytes(StandardCharsets.UTF_8), 0644);
        layer.write(new byte[2 * BLOCK]);
        byte[] tar = layer.toByteArray();
        String config =
                "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{\"Env\":[\"PATH=/bin\"],\"Cmd\":[\"sh\"]},"
                        + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:" + sha256(tar) + "\"]}}";
        String configName = sha256(config.getBytes(StandardCharsets.UTF_8)) + ".json";
        String manifest =
                "[{\"Config\":\"" + configName + "\",\"RepoTags\":[\"" + reference + "\"],\"Layers\":[\"layer.tar\"]}]";
        try (OutputStream out = Files.newOutputStream(file)) {
            entry(out, "layer.tar", '0', "", tar, 0644);
            entry(out, configName, '0', "", config.getBytes(StandardCharsets.UTF_8), 0644);
            entry(out, "manifest.json", '0', "", manifest.getBytes(StandardCharsets.UTF_8), 0644);
            out.write(new byte[2 * BLOCK]);
        }
        return file;
    }

    private static void entry(OutputStream out, String name, char type, String link, byte[] content, int mode)
            throws IOException {
        byte[] head = new byte[BLOCK];
        put(head, 0, name);
        put(head, 100, String.format("%07o", mode));
        put(head, 108, "0000000");
        put(head, 116, "0000000");
        put(head, 124, String.format("%011o", content.length));
        put(head, 136, "00000000000");
        head[156] = (byte) type;
        put(head, 157, link);
        put(head, 257, "ustar");
        put(head, 263, "00");
        Arrays.fill(head, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : head) {
            sum += b & 0xff;
        }
        put(head, 148, String.format("%06o", sum));
        head[154] = 0;
        out.write(head);
        out.write(content);
        out.write(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    }

    private static void put(byte[] head, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, head, at, bytes.length);
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
