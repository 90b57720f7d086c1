package io.minik.agent.dns;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Answers of other servers, told again while they are fresh, by RFC 2181 (TTLs count down) and RFC 2308 (denials live as long as
 * their SOA says). A question is known by all of its bytes but the id and the letters' case, so what differs in EDNS differs here.
 * Bounded in bytes, the least recently used go first; nothing wakes for it. Owned by the loop.
 */
final class AnswerCache {
    /** What entry, key and map take beside the bytes themselves. */
    private static final int OVERHEAD_BYTES = 200;

    private static final int RECORD_BYTES = 10;

    private final int budgetBytes;
    private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
    private int bytes;
    private long hits;
    private long misses;

    /** @param ttlOffsets where each record's TTL stands in the message */
    private record Entry(byte[] message, Instant storedAt, int ttlSeconds, List<Integer> ttlOffsets) {
        int bytes(String key) {
            return key.length() + message.length + ttlOffsets.size() * 20 + OVERHEAD_BYTES;
        }
    }

    AnswerCache(int budgetBytes) {
        this.budgetBytes = budgetBytes;
    }

    /** What makes two questions the same one. */
    static String key(byte[] query, boolean overTcp) {
        byte[] plain = query.clone();
        plain[0] = (byte) (overTcp ? 1 : 0);
        plain[1] = 0;
        int end = DnsMessages.questionEnd(plain) - DnsMessages.TYPE_AND_CLASS_BYTES;
        for (int i = DnsMessages.HEADER_BYTES; i < end; i++) {
            if (plain[i] >= 'A' && plain[i] <= 'Z') {
                plain[i] = (byte) (plain[i] + 'a' - 'A');
            }
        }
        return new String(plain, StandardCharsets.ISO_8859_1);
    }

    /** The answer with this question's id and letters, and with what is left of its TTLs. */
    Optional<byte[]> find(String key, byte[] query, Instant now) {
        Entry entry = entries.get(key);
        long age = entry == null ? 0 : Duration.between(entry.storedAt(), now).toSeconds();
        if (entry != null && (age >= entry.ttlSeconds() || age < 0)) {
            bytes -= entry.bytes(key);
            entries.remove(key);
            entry = null;
        }
        if (entry == null) {
            misses++;
            return Optional.empty();
        }
        hits++;
        byte[] message = DnsMessages.forQuestion(entry.message(), query);
        for (int offset : entry.ttlOffsets()) {
            put32(message, offset, Math.max(0, u32(message, offset) - age));
        }
        return Optional.of(message);
    }

    /** Keeps what may be told again: whole answers and denials that say for how long. */
    void keep(String key, byte[] message, int mostSeconds, Instant now) {
        Optional<Entry> entry = entry(message, mostSeconds, now).filter(found -> found.bytes(key) <= budgetBytes / 8);
        if (entry.isEmpty()) {
            return;
        }
        Entry before = entries.put(key, entry.get());
        bytes += entry.get().bytes(key) - (before == null ? 0 : before.bytes(key));
        Iterator<Map.Entry<String, Entry>> oldest = entries.entrySet().iterator();
        while (bytes > budgetBytes && oldest.hasNext()) {
            Map.Entry<String, Entry> next = oldest.next();
            bytes -= next.getValue().bytes(next.getKey());
            oldest.remove();
        }
    }

    void clear() {
        entries.clear();
        bytes = 0;
    }

    int bytes() {
        return bytes;
    }

    int size() {
        return entries.size();
    }

    long hits() {
        return hits;
    }

    long misses() {
        return misses;
    }

    private static Optional<Entry> entry(byte[] message, int mostSeconds, Instant now) {
        int code = message.length < DnsMessages.HEADER_BYTES ? DnsAnswer.SERVER_FAILURE : message[3] & 0xf;
        boolean tellable = code == DnsAnswer.NO_ERROR || code == DnsAnswer.NO_SUCH_NAME;
        if (!tellable || DnsMessages.isTruncated(message) || u16(message, 4) != 1) {
            return Optional.empty();
        }
        try {
            List<Integer> offsets = new ArrayList<>();
            long ttl = Long.MAX_VALUE;
            int answers = u16(message, 6);
            int authority = u16(message, 8);
            int records = answers + authority + u16(message, 10);
            boolean denied = answers == 0 || code == DnsAnswer.NO_SUCH_NAME;
            boolean bounded = !denied;
            int at = DnsMessages.questionEnd(message);
            for (int i = 0; i < records; i++) {
                at = nameEnd(message, at);
                int type = u16(message, at);
                int length = u16(message, at + RECORD_BYTES - 2);
                int end = at + RECORD_BYTES + length;
                if (end > message.length) {
                    return Optional.empty();
                }
                if (type != Record.OPT) {
                    offsets.add(at + 4);
                    ttl = Math.min(ttl, u32(message, at + 4));
                }
                boolean soa = type == Record.SOA && i >= answers && i < answers + authority && length > 20;
                if (denied && soa) {
                    ttl = Math.min(ttl, u32(message, end - 4));
                    bounded = true;
                }
                at = end;
            }
            int seconds = (int) Math.min(ttl, mostSeconds);
            return bounded && seconds > 0
                    ? Optional.of(new Entry(message.clone(), now, seconds, List.copyOf(offsets)))
                    : Optional.empty();
        } catch (IndexOutOfBoundsException cutOff) {
            return Optional.empty();
        }
    }

    private static int nameEnd(byte[] message, int from) {
        int at = from;
        while ((message[at] & 0xc0) != 0xc0) {
            if (message[at] == 0) {
                return at + 1;
            }
            at += (message[at] & 0xff) + 1;
        }
        return at + 2;
    }

    private static int u16(byte[] message, int at) {
        return ((message[at] & 0xff) << 8) | (message[at + 1] & 0xff);
    }

    private static long u32(byte[] message, int at) {
        return ((long) u16(message, at) << 16) | u16(message, at + 2);
    }

    private static void put32(byte[] message, int at, long value) {
        for (int i = 0; i < 4; i++) {
            message[at + i] = (byte) (value >>> (24 - 8 * i));
        }
    }
}
