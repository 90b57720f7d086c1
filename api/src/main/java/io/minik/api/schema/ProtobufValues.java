package io.minik.api.schema;

import io.minik.ground.json.JsonScan;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;

/** Single values from JSON into protobuf's wire format. */
class ProtobufValues {
    private static final byte[] NOTHING = {};

    /** Digits that fit a long whatever they are. */
    private static final int LONGEST_FAST = 18;

    /** Of {@code 2026-01-02T03:04:05Z}: what nearly all times look like. */
    private static final int SECONDS_LENGTH = 20;

    private static final long SECONDS_A_DAY = 86_400;

    final JsonScan in;
    final ProtobufOut out;

    ProtobufValues(byte[] json) {
        this.in = new JsonScan(json);
        this.out = new ProtobufOut(json.length / 2);
    }

    /** A text's bytes are the same in both, unless it is escaped. */
    final void text(int number) {
        in.text();
        if (in.escaped()) {
            int begun = out.begin(number);
            unescape();
            out.end(begun);
        } else {
            out.chunk(number, in.bytes(), in.from(), in.to());
        }
    }

    private void unescape() {
        byte[] json = in.bytes();
        int at = in.from();
        while (at < in.to()) {
            if (json[at] != '\\') {
                out.put(json[at++]);
                continue;
            }
            at++;
            switch (json[at]) {
                case 'n' -> out.put('\n');
                case 't' -> out.put('\t');
                case 'r' -> out.put('\r');
                case 'b' -> out.put('\b');
                case 'f' -> out.put('\f');
                case 'u' -> {
                    int code = hex(json, at + 1);
                    at += 4;
                    boolean pair = Character.isHighSurrogate((char) code) && at + 6 < in.to() && json[at + 1] == '\\';
                    if (pair) {
                        code = Character.toCodePoint((char) code, (char) hex(json, at + 3));
                        at += 6;
                    }
                    out.character(code);
                }
                default -> out.put(json[at]);
            }
            at++;
        }
    }

    private static int hex(byte[] json, int from) {
        return Integer.parseInt(new String(json, from, 4, StandardCharsets.US_ASCII), 16);
    }

    final void base64(int number) {
        in.text();
        byte[] coded = Arrays.copyOfRange(in.bytes(), in.from(), in.to());
        out.chunk(number, Base64.getDecoder().decode(coded));
    }

    final void bool(int number) {
        in.word();
        out.tag(number, ProtobufWire.VARINT);
        out.varint(in.bytes()[in.from()] == 't' ? 1 : 0);
    }

    /** The word that was read. */
    final long integer() {
        byte[] json = in.bytes();
        boolean negative = json[in.from()] == '-';
        int first = negative ? in.from() + 1 : in.from();
        if (in.to() - first > LONGEST_FAST) {
            return Long.parseLong(in.read());
        }
        long value = 0;
        for (int at = first; at < in.to(); at++) {
            if (json[at] < '0' || json[at] > '9') {
                return new BigDecimal(in.read()).longValueExact();
            }
            value = value * 10 + json[at] - '0';
        }
        return negative ? -value : value;
    }

    /** type = 1 (0 number, 1 text), intVal = 2, strVal = 3: Go writes all three. */
    final void intOrString() {
        boolean text = in.peek() == '"';
        out.tag(1, ProtobufWire.VARINT);
        out.varint(text ? 1 : 0);
        out.tag(2, ProtobufWire.VARINT);
        if (text) {
            out.varint(0);
            text(3);
        } else {
            in.word();
            out.varint(integer());
            out.chunk(3, NOTHING);
        }
    }

    /** seconds = 1, nanos = 2. */
    final void time(boolean micros) {
        in.text();
        long seconds;
        long nanos = 0;
        if (in.to() - in.from() == SECONDS_LENGTH) {
            seconds = LocalDate.of(digits(0, 4), digits(5, 2), digits(8, 2)).toEpochDay() * SECONDS_A_DAY
                    + digits(11, 2) * 3600L
                    + digits(14, 2) * 60L
                    + digits(17, 2);
        } else {
            Instant instant = OffsetDateTime.parse(in.read()).toInstant();
            seconds = instant.getEpochSecond();
            nanos = micros ? instant.truncatedTo(ChronoUnit.MICROS).get(ChronoField.NANO_OF_SECOND) : 0;
        }
        out.tag(1, ProtobufWire.VARINT);
        out.varint(seconds);
        out.tag(2, ProtobufWire.VARINT);
        out.varint(nanos);
    }

    private int digits(int from, int count) {
        int value = 0;
        for (int at = 0; at < count; at++) {
            value = value * 10 + in.bytes()[in.from() + from + at] - '0';
        }
        return value;
    }
}
