package io.minik.charts.chart;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** A chart's tgz as files by name, without the folder that they all lie in. Bounded by bytes and by files; only plain files are taken. */
public final class ChartArchive {
    /** Of an archive: charts of a megabyte are large ones. */
    public static final int MOST_BYTES = 4 << 20;

    /** Of all files together; also stops archives that unpack to a thousand times their size. */
    private static final int MOST_UNPACKED = 16 << 20;

    private static final int MOST_FILES = 10_000;
    private static final int BLOCK = 512;
    private static final int NAME = 100;
    private static final int SIZE_AT = 124;
    private static final int TYPE_AT = 156;
    private static final int MAGIC_AT = 257;
    private static final int PREFIX_AT = 345;
    private static final int PREFIX = 155;
    private static final int LONGEST_NAME = 4096;

    private final InputStream in;
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private long unpacked;
    private String longName = "";

    private ChartArchive(InputStream in) {
        this.in = in;
    }

    /** @throws ChartException if it is no chart's archive or is too large */
    public static Map<String, byte[]> unpack(byte[] tgz) {
        if (tgz.length > MOST_BYTES) {
            throw new ChartException("chart archive is larger than " + MOST_BYTES + " bytes");
        }
        if (tgz.length < 2 || (tgz[0] & 0xff) != 0x1f || (tgz[1] & 0xff) != 0x8b) {
            throw new ChartException("file does not appear to be a gzipped archive");
        }
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(tgz))) {
            return new ChartArchive(in).read();
        } catch (IOException e) {
            throw new ChartException("chart archive is broken: " + e.getMessage());
        }
    }

    private Map<String, byte[]> read() throws IOException {
        while (true) {
            byte[] head = in.readNBytes(BLOCK);
            if (head.length < BLOCK || head[0] == 0) {
                break;
            }
            entry(head);
        }
        if (files.isEmpty()) {
            throw new ChartException("no files in chart archive");
        }
        return files;
    }

    private void entry(byte[] head) throws IOException {
        long size = octal(head);
        if (size < 0 || unpacked + size > MOST_UNPACKED || files.size() >= MOST_FILES) {
            throw new ChartException(
                    "chart archive unpacks to more than " + MOST_UNPACKED + " bytes or " + MOST_FILES + " files");
        }
        unpacked += size;
        char type = (char) head[TYPE_AT];
        byte[] content = in.readNBytes((int) size);
        in.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
        if (content.length < size) {
            throw new ChartException("chart archive is cut off");
        }
        switch (type) {
            case 'L' -> longName = bounded(text(content, 0, content.length));
            case 'x' -> longName = pathOf(text(content, 0, content.length), longName);
            case 'g', '5' -> longName = type == '5' ? "" : longName;
            case '0', '\0', '7' -> {
                String name = longName.isEmpty() ? name(head) : longName;
                longName = "";
                add(name, content);
            }
            // Links and devices are no part of a chart.
            default -> longName = "";
        }
    }

    private static String bounded(String name) {
        if (name.length() > LONGEST_NAME) {
            throw new ChartException("chart archive has a name of more than " + LONGEST_NAME + " letters");
        }
        return name;
    }

    private static String pathOf(String records, String otherwise) {
        for (String line : records.split("\n")) {
            int at = line.indexOf(" path=");
            if (at > 0) {
                return bounded(line.substring(at + " path=".length()));
            }
        }
        return otherwise;
    }

    private static String name(byte[] head) {
        String name = text(head, 0, NAME);
        boolean ustar = text(head, MAGIC_AT, 5).equals("ustar");
        String prefix = ustar ? text(head, PREFIX_AT, PREFIX) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private static String text(byte[] bytes, int from, int length) {
        int end = from;
        while (end < Math.min(bytes.length, from + length) && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, from, end - from, StandardCharsets.UTF_8);
    }

    private static long octal(byte[] head) {
        String digits = text(head, SIZE_AT, 12).strip();
        try {
            return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** In Helm's words: a name is one below the chart's folder, and nothing else. */
    private void add(String given, byte[] content) {
        String name = given.replace('\\', '/');
        if (name.startsWith("/") || name.matches("^[a-zA-Z]:/.*")) {
            throw new ChartException("chart illegally contains absolute paths");
        }
        if (Arrays.asList(name.split("/")).contains("..")) {
            throw new ChartException("chart illegally references parent directory");
        }
        int slash = name.startsWith("./") ? name.indexOf('/', 2) : name.indexOf('/');
        if (slash < 0) {
            // Beside the chart's folder, as what a Mac adds.
            if (name.equals("Chart.yaml")) {
                throw new ChartException("chart yaml not in base directory");
            }
            return;
        }
        files.put(name.substring(slash + 1), content);
    }
}
