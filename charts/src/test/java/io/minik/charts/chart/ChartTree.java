package io.minik.charts.chart;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** Charts for tests, as texts by name, and as the archives that they would be. */
final class ChartTree {
    private static final int BLOCK = 512;

    private ChartTree() {}

    /** A text with a line {@code === NAME} before each file. */
    static Map<String, String> parse(String text) {
        Map<String, String> files = new LinkedHashMap<>();
        for (String part : text.split("(?m)^=== ")) {
            int end = part.indexOf('\n');
            if (end > 0) {
                files.put(part.substring(0, end).strip(), part.substring(end + 1));
            }
        }
        return files;
    }

    static Chart chart(Map<String, String> files) {
        return Chart.of(tgz("chart/", files));
    }

    static byte[] tgz(String folder, Map<String, String> files) {
        Map<String, byte[]> bytes = new LinkedHashMap<>();
        files.forEach((name, text) -> bytes.put(folder + name, text.getBytes(StandardCharsets.UTF_8)));
        return tgz(bytes);
    }

    static byte[] tgz(Map<String, byte[]> files) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                gzip.write(head(file.getKey(), file.getValue().length, '0'));
                gzip.write(file.getValue());
                gzip.write(new byte[(BLOCK - file.getValue().length % BLOCK) % BLOCK]);
            }
            gzip.write(new byte[2 * BLOCK]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static byte[] head(String name, long size, char type) {
        byte[] head = new byte[BLOCK];
        put(head, 0, name);
        put(head, 100, "0000644\0");
        put(head, 124, String.format("%011o\0", size));
        head[156] = (byte) type;
        put(head, 257, "ustar\00000");
        return head;
    }

    private static void put(byte[] head, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, head, at, bytes.length);
    }
}
