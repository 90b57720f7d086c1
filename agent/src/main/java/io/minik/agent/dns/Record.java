package io.minik.agent.dns;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One resource record, class IN.
 *
 * @param name lower case, without the closing dot
 * @param data as on the wire, names in it not compressed
 */
record Record(String name, int type, int ttlSeconds, byte[] data) {
    static final int A = 1;
    static final int NS = 2;
    static final int CNAME = 5;
    static final int SOA = 6;
    static final int PTR = 12;
    static final int TXT = 16;
    static final int AAAA = 28;
    static final int SRV = 33;
    static final int OPT = 41;
    static final int ANY = 255;

    /** As CoreDNS answers: clients hear of a new endpoint after 5 s at the latest. */
    static final int TTL_SECONDS = 5;

    private static final int MAX_LABEL = 63;

    static Record address(String name, byte[] ip) {
        return new Record(name, ip.length == 4 ? A : AAAA, TTL_SECONDS, ip);
    }

    static Record pointing(String name, int type, String target) {
        return new Record(name, type, TTL_SECONDS, encodeName(target));
    }

    static Record srv(String name, int weight, int port, String target) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        short16(data, 0);
        short16(data, weight);
        short16(data, port);
        data.writeBytes(encodeName(target));
        return new Record(name, SRV, TTL_SECONDS, data.toByteArray());
    }

    static Record text(String name, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.write(bytes.length);
        data.writeBytes(bytes);
        return new Record(name, TXT, TTL_SECONDS, data.toByteArray());
    }

    /** @param serial seconds; nobody transfers this zone, so only its presence counts */
    static Record soa(String zone, int serial) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.writeBytes(encodeName("ns.dns." + zone));
        data.writeBytes(encodeName("hostmaster." + zone));
        for (int value : new int[] {serial, 7200, 1800, 86400, TTL_SECONDS}) {
            short16(data, value >>> 16);
            short16(data, value);
        }
        return new Record(zone, SOA, TTL_SECONDS, data.toByteArray());
    }

    static byte[] encodeName(String name) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String label : labels(name)) {
            byte[] raw = label.getBytes(StandardCharsets.ISO_8859_1);
            int length = Math.min(raw.length, MAX_LABEL);
            bytes.write(length);
            bytes.write(raw, 0, length);
        }
        bytes.write(0);
        return bytes.toByteArray();
    }

    static List<String> labels(String name) {
        List<String> labels = new ArrayList<>();
        for (String label : name.split("\\.")) {
            if (!label.isEmpty()) {
                labels.add(label);
            }
        }
        return labels;
    }

    /** Lower case, without the closing dot: how names are compared. */
    static String plain(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private static void short16(ByteArrayOutputStream out, int value) {
        out.write(value >>> 8);
        out.write(value);
    }
}
