package io.minik.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.minik.api.meta.Quantity;
import io.minik.ground.json.Json;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Values whose JSON form is their own: checked, and rewritten in the form that Kubernetes answers with. */
final class Scalars {
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    private static final Pattern DURATION = Pattern.compile("([0-9]*\\.?[0-9]*)(ns|us|µs|μs|ms|s|m|h)");
    private static final Map<String, BigDecimal> NANOS = Map.of(
            "ns", BigDecimal.ONE,
            "us", BigDecimal.valueOf(1_000L),
            "µs", BigDecimal.valueOf(1_000L),
            "μs", BigDecimal.valueOf(1_000L),
            "ms", BigDecimal.valueOf(1_000_000L),
            "s", BigDecimal.valueOf(1_000_000_000L),
            "m", BigDecimal.valueOf(60_000_000_000L),
            "h", BigDecimal.valueOf(3_600_000_000_000L));

    private Scalars() {}

    /** @throws Decoder.Mismatch in Go's words */
    static JsonNode canonical(Type.Form form, JsonNode value) {
        return switch (form) {
            case QUANTITY -> quantity(value);
            case INT_OR_STRING -> intOrString(value);
            case TIME, MICRO_TIME -> time(value, form == Type.Form.TIME);
            case DURATION -> duration(value);
            case FIELDS, RAW, JSON -> Json.canonical(value);
            default -> throw new IllegalStateException(form + " is not a scalar form");
        };
    }

    private static JsonNode quantity(JsonNode value) {
        if (value.isNull()) {
            return Json.NODES.textNode("0");
        }
        if (!value.isTextual() && !value.isNumber()) {
            throw new Decoder.Mismatch(
                    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
        }
        try {
            return Json.NODES.textNode(Quantity.parse(value.asText()).toString());
        } catch (IllegalArgumentException e) {
            throw new Decoder.Mismatch(String.valueOf(e.getMessage()));
        }
    }

    private static JsonNode intOrString(JsonNode value) {
        if (value.isTextual()) {
            return value;
        }
        if (value.isIntegralNumber() && value.canConvertToInt()) {
            return Json.NODES.numberNode(value.intValue());
        }
        if (value.isNull()) {
            return Json.NODES.numberNode(0);
        }
        throw new Decoder.Mismatch(
                "json: cannot unmarshal " + (value.isNumber() ? "number " + value.asText() : Decoder.word(value))
                        + " into Go value of type int32");
    }

    private static JsonNode time(JsonNode value, boolean seconds) {
        if (value.isNull()) {
            return NullNode.getInstance();
        }
        if (!value.isTextual()) {
            throw new Decoder.Mismatch(
                    "json: cannot unmarshal " + Decoder.word(value) + " into Go value of type string");
        }
        String text = value.textValue();
        if (seconds && isCanonical(text)) {
            return value;
        }
        try {
            Instant instant = OffsetDateTime.parse(text).toInstant();
            return Json.NODES.textNode(
                    seconds ? SECONDS.format(instant) : MICROS.format(instant.truncatedTo(ChronoUnit.MICROS)));
        } catch (DateTimeException e) {
            String layout = seconds ? "2006-01-02T15:04:05Z07:00" : "2006-01-02T15:04:05.000000Z07:00";
            throw new Decoder.Mismatch(
                    "parsing time \"" + text + "\" as \"" + layout + "\": cannot parse \"" + text + "\" as \"2006\"");
        }
    }

    /**
     * Whether it is what these times are written as, which nearly all are that come in: to find out by their formatters costs
     * as much as the rest of a small object. Of a month's last days nothing is said.
     */
    static boolean isCanonical(String text) {
        return text.length() == "2006-01-02T15:04:05Z".length()
                && digits(text, 0, 4) > 0
                && text.charAt(4) == '-'
                && within(digits(text, 5, 7), 1, 12)
                && text.charAt(7) == '-'
                && within(digits(text, 8, 10), 1, 28)
                && text.charAt(10) == 'T'
                && within(digits(text, 11, 13), 0, 23)
                && text.charAt(13) == ':'
                && within(digits(text, 14, 16), 0, 59)
                && text.charAt(16) == ':'
                && within(digits(text, 17, 19), 0, 59)
                && text.charAt(19) == 'Z';
    }

    private static boolean within(int value, int least, int most) {
        return value >= least && value <= most;
    }

    /** Negative if one of them is none. */
    private static int digits(String text, int from, int to) {
        int value = 0;
        for (int at = from; at < to; at++) {
            int digit = text.charAt(at) - '0';
            if (!within(digit, 0, 9)) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    private static JsonNode duration(JsonNode value) {
        if (!value.isTextual()) {
            throw new Decoder.Mismatch(
                    "json: cannot unmarshal " + Decoder.word(value) + " into Go value of type string");
        }
        return Json.NODES.textNode(durationText(durationNanos(value.textValue())));
    }

    /** Go's time.ParseDuration. */
    static long durationNanos(String text) {
        String bare = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
        Matcher part = DURATION.matcher(bare);
        BigDecimal nanos = BigDecimal.ZERO;
        int at = 0;
        while (part.find() && part.start() == at && part.group(1).matches(".*[0-9].*") && bare.length() < 100) {
            BigDecimal unit = NANOS.getOrDefault(part.group(2), BigDecimal.ONE);
            nanos = nanos.add(new BigDecimal(part.group(1)).multiply(unit));
            at = part.end();
        }
        boolean zero = bare.equals("0");
        if ((!zero && (at != bare.length() || bare.isEmpty()))
                || nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new Decoder.Mismatch("time: invalid duration \"" + text + "\"");
        }
        long value = nanos.setScale(0, RoundingMode.DOWN).longValueExact();
        return text.startsWith("-") ? -value : value;
    }

    /** Go's Duration.String. */
    static String durationText(long nanos) {
        if (nanos == 0) {
            return "0s";
        }
        String sign = nanos < 0 ? "-" : "";
        long size = Math.abs(nanos);
        if (size < 1_000_000_000L) {
            String unit = size < 1_000 ? "ns" : size < 1_000_000 ? "µs" : "ms";
            BigDecimal amount = BigDecimal.valueOf(size, unit.equals("ns") ? 0 : unit.equals("µs") ? 3 : 6);
            return sign + amount.stripTrailingZeros().toPlainString() + unit;
        }
        long minutes = size / 60_000_000_000L;
        String seconds = BigDecimal.valueOf(size % 60_000_000_000L, 9)
                        .stripTrailingZeros()
                        .toPlainString()
                + "s";
        return sign + (minutes >= 60 ? minutes / 60 + "h" : "") + (minutes > 0 ? minutes % 60 + "m" : "") + seconds;
    }

    static JsonNode base64(String text) {
        String bare = text.replace("\n", "").replace("\r", "");
        try {
            byte[] bytes = Base64.getDecoder().decode(bare);
            if (bare.length() % 4 == 0) {
                return Json.NODES.textNode(Base64.getEncoder().encodeToString(bytes));
            }
        } catch (IllegalArgumentException e) {
            int at = 0;
            while (at < bare.length()
                    && (Character.isLetterOrDigit(bare.charAt(at)) || "+/".indexOf(bare.charAt(at)) >= 0)) {
                at++;
            }
            throw new Decoder.Mismatch("illegal base64 data at input byte " + at);
        }
        throw new Decoder.Mismatch("illegal base64 data at input byte " + (bare.length() / 4 * 4));
    }
}
