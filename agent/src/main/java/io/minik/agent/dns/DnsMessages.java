package io.minik.agent.dns;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.dns.DnsPtrRecord;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordDecoder;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** DNS messages as bytes. Pure; decoding of records is netty's. */
final class DnsMessages {
    static final int HEADER_BYTES = 12;
    /** What a client takes by UDP that says nothing of EDNS (RFC 1035). */
    private static final int PLAIN_UDP_BYTES = 512;
    /** What passes everywhere in one packet: the DNS flag day's figure. */
    private static final int MAX_UDP_BYTES = 1232;
    /** A length field has 16 bits. */
    static final int MAX_TCP_BYTES = 65535;

    private static final int FLAG_RESPONSE = 0x8000;
    private static final int FLAG_AUTHORITATIVE = 0x0400;
    private static final int FLAG_TRUNCATED = 0x0200;
    private static final int FLAG_RECURSION_DESIRED = 0x0100;
    private static final int FLAG_RECURSION_AVAILABLE = 0x0080;
    private static final int CLASS_IN = 1;
    static final int TYPE_AND_CLASS_BYTES = 4;

    /**
     * @param name plain; @param question the question's bytes as asked: its letters' case comes back to the client
     * @param udpBytes what the client takes by UDP; @param edns whether it said so
     * @param problem an error code if we should not try to answer, else 0
     */
    record Query(int id, int flags, String name, int type, byte[] question, int udpBytes, boolean edns, int problem) {}

    /** A message from an upstream server: its code and answers. */
    record Reply(int code, List<Record> answers) {}

    private DnsMessages() {}

    /** Empty if it is not even a query: nothing is answered then. */
    static Optional<Query> decode(byte[] message) {
        if (message.length < HEADER_BYTES || (message[2] & 0x80) != 0) {
            return Optional.empty();
        }
        ByteBuf in = Unpooled.wrappedBuffer(message);
        int id = in.readUnsignedShort();
        int flags = in.readUnsignedShort();
        int questions = in.readUnsignedShort();
        int others = in.readUnsignedShort() + in.readUnsignedShort();
        int additional = in.readUnsignedShort();
        if (((flags >> 11) & 0xf) != 0) {
            return Optional.of(problem(id, flags, DnsAnswer.NOT_IMPLEMENTED));
        }
        try {
            if (questions != 1 || others != 0) {
                return Optional.of(problem(id, flags, DnsAnswer.FORMAT_ERROR));
            }
            DnsQuestion question = DnsRecordDecoder.DEFAULT.decodeQuestion(in);
            if (in.readerIndex() != questionEnd(message)) {
                // A name that points elsewhere would be one name here and another one to the next reader.
                return Optional.of(problem(id, flags, DnsAnswer.FORMAT_ERROR));
            }
            byte[] asked = Arrays.copyOfRange(message, HEADER_BYTES, in.readerIndex());
            int udpBytes = PLAIN_UDP_BYTES;
            boolean edns = false;
            for (int i = 0; i < additional; i++) {
                DnsRecord record = DnsRecordDecoder.DEFAULT.decodeRecord(in);
                if (record != null && record.type().intValue() == Record.OPT) {
                    edns = true;
                    udpBytes = Math.max(PLAIN_UDP_BYTES, Math.min(record.dnsClass(), MAX_UDP_BYTES));
                }
                ReferenceCountUtil.release(record);
            }
            int problem = question.dnsClass() == CLASS_IN ? DnsAnswer.NO_ERROR : DnsAnswer.REFUSED;
            String name = Record.plain(question.name());
            return Optional.of(new Query(id, flags, name, question.type().intValue(), asked, udpBytes, edns, problem));
        } catch (Exception e) {
            // netty throws several kinds for bytes that are no message.
            return Optional.of(problem(id, flags, DnsAnswer.FORMAT_ERROR));
        }
    }

    private static Query problem(int id, int flags, int code) {
        return new Query(id, flags, "", 0, new byte[0], PLAIN_UDP_BYTES, false, code);
    }

    /** @param limit bytes; what does not fit is left out and the client told to ask by TCP */
    static byte[] encode(Query query, DnsAnswer answer, int limit) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(query.question());
        int room = limit - HEADER_BYTES - (query.edns() ? 11 : 0);
        int[] counts = new int[3];
        boolean truncated = false;
        List<List<Record>> sections = List.of(answer.answers(), answer.authority(), answer.additional());
        for (int section = 0; section < sections.size() && !truncated; section++) {
            for (Record record : sections.get(section)) {
                byte[] bytes = encode(record, query);
                if (body.size() + bytes.length > room) {
                    // Additional records are a courtesy: leaving them out is no truncation (RFC 2181, 9).
                    truncated = section < 2;
                    break;
                }
                body.writeBytes(bytes);
                counts[section]++;
            }
        }
        if (query.edns()) {
            body.writeBytes(new byte[] {0, 0, Record.OPT, MAX_UDP_BYTES >> 8, (byte) MAX_UDP_BYTES, 0, 0, 0, 0, 0, 0});
            counts[2]++;
        }
        int flags = FLAG_RESPONSE
                | FLAG_RECURSION_AVAILABLE
                | (query.flags() & (FLAG_RECURSION_DESIRED | 0x7800))
                | (answer.authoritative() ? FLAG_AUTHORITATIVE : 0)
                | (truncated ? FLAG_TRUNCATED : 0)
                | answer.code();
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        for (int value :
                new int[] {query.id(), flags, query.question().length == 0 ? 0 : 1, counts[0], counts[1], counts[2]}) {
            message.write(value >>> 8);
            message.write(value);
        }
        message.writeBytes(body.toByteArray());
        return message.toByteArray();
    }

    private static byte[] encode(Record record, Query query) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (record.name().equals(query.name())) {
            // A pointer to the question, which is always at 12.
            out.write(0xc0);
            out.write(HEADER_BYTES);
        } else {
            out.writeBytes(Record.encodeName(record.name()));
        }
        int ttl = record.ttlSeconds();
        int length = record.data().length;
        out.writeBytes(new byte[] {
            (byte) (record.type() >>> 8),
            (byte) record.type(),
            0,
            CLASS_IN,
            (byte) (ttl >>> 24),
            (byte) (ttl >>> 16),
            (byte) (ttl >>> 8),
            (byte) ttl,
            (byte) (length >>> 8),
            (byte) length
        });
        out.writeBytes(record.data());
        return out.toByteArray();
    }

    /** The name in a record's data. Only for what this room or netty's decoder wrote: not compressed. */
    static String name(byte[] data) {
        StringBuilder name = new StringBuilder();
        for (int at = 0; at < data.length && data[at] != 0; at += data[at] + 1) {
            name.append(name.length() == 0 ? "" : ".");
            name.append(new String(data, at + 1, data[at], StandardCharsets.ISO_8859_1));
        }
        return name.toString();
    }

    /** Where the bytes of a message's one question end: a name, a type and a class. */
    static int questionEnd(byte[] message) {
        int at = HEADER_BYTES;
        while (at < message.length && message[at] != 0) {
            at += (message[at] & 0xff) + 1;
        }
        return Math.min(message.length, at + 1 + TYPE_AND_CLASS_BYTES);
    }

    /** An answer to the same question for another asker: with the id and the letters' case of that one. */
    static byte[] forQuestion(byte[] answer, byte[] question) {
        byte[] copy = answer.clone();
        copy[0] = question[0];
        copy[1] = question[1];
        System.arraycopy(question, HEADER_BYTES, copy, HEADER_BYTES, questionEnd(question) - HEADER_BYTES);
        return copy;
    }

    /** More was to be said than fits: ask by TCP. */
    static boolean isTruncated(byte[] message) {
        return message.length >= HEADER_BYTES && (message[2] & (FLAG_TRUNCATED >> 8)) != 0;
    }

    /** A question of our own. */
    static byte[] question(int id, String name, int type) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) (id >>> 8), (byte) id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0});
        out.writeBytes(Record.encodeName(name));
        out.writeBytes(new byte[] {(byte) (type >>> 8), (byte) type, 0, CLASS_IN});
        return out.toByteArray();
    }

    /** Addresses and aliases of an upstream's message; empty if it is none. */
    static Optional<Reply> reply(byte[] message) {
        if (message.length < HEADER_BYTES || (message[2] & 0x80) == 0) {
            return Optional.empty();
        }
        ByteBuf in = Unpooled.wrappedBuffer(message);
        int code = in.getUnsignedByte(3) & 0xf;
        int questions = in.getUnsignedShort(4);
        int answers = in.getUnsignedShort(6);
        in.readerIndex(HEADER_BYTES);
        List<Record> records = new ArrayList<>();
        try {
            for (int i = 0; i < questions; i++) {
                DnsRecordDecoder.DEFAULT.decodeQuestion(in);
            }
            for (int i = 0; i < answers; i++) {
                DnsRecord record = DnsRecordDecoder.DEFAULT.decodeRecord(in);
                if (record instanceof DnsRawRecord raw) {
                    byte[] data = new byte[raw.content().readableBytes()];
                    raw.content().getBytes(raw.content().readerIndex(), data);
                    records.add(
                            new Record(Record.plain(raw.name()), raw.type().intValue(), (int) raw.timeToLive(), data));
                }
                if (record instanceof DnsPtrRecord pointer) {
                    records.add(Record.pointing(
                            Record.plain(pointer.name()), Record.PTR, Record.plain(pointer.hostname())));
                }
                ReferenceCountUtil.release(record);
            }
        } catch (Exception e) {
            return Optional.empty();
        }
        return Optional.of(new Reply(code, records));
    }
}
