package io.minik.api.cel;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations and times of the texts that Go writes and reads. */
final class CelTimes {
    private static final Pattern PART =
            Pattern.compile("([0-9]++(?:\\.[0-9]*+)?|\\.[0-9]++)(ns|us|µs|μs|ms|s|m|h|d|w)");
    /** Go's RFC 3339: seconds are always there, a fraction may be. */
    private static final Pattern TIMESTAMP = Pattern.compile(
            "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]++)?(?:Z|[+-][0-9]{2}:[0-9]{2})");

    private static final Pattern OFFSET = Pattern.compile("([+-]?[0-9]++):([0-9]++)");
    private static final Set<String> ZONES = ZoneId.getAvailableZoneIds();
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");
    private static final Map<String, Long> NANOS = Map.of(
            "ns", 1L,
            "us", 1_000L,
            "µs", 1_000L,
            "μs", 1_000L,
            "ms", 1_000_000L,
            "s", 1_000_000_000L,
            "m", 60_000_000_000L,
            "h", 3_600_000_000_000L,
            "d", 86_400_000_000_000L,
            "w", 604_800_000_000_000L);

    private CelTimes() {}

    /** A Duration or an error, of a text of the language: Go knows no days and no weeks. */
    static Object duration(String text) {
        Object found = formattedDuration(text);
        boolean known = found instanceof Duration && !text.contains("d") && !text.contains("w");
        return known ? found : CelError.conversion("string", "google.protobuf.Duration");
    }

    /** A Duration or an error, of a text that a schema calls a duration: days and weeks are known there. */
    static Object formattedDuration(String text) {
        String rest = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
        if (rest.equals("0")) {
            return Duration.ZERO;
        }
        Matcher part = PART.matcher(rest);
        BigDecimal nanos = BigDecimal.ZERO;
        int end = 0;
        while (end < rest.length() && part.region(end, rest.length()).lookingAt()) {
            nanos = nanos.add(new BigDecimal(part.group(1))
                    .multiply(BigDecimal.valueOf(requireNonNull(NANOS.get(part.group(2))))));
            end = part.end();
        }
        if (rest.isEmpty() || end < rest.length() || nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            return new CelError("time: invalid duration \"" + text + "\"");
        }
        Duration all = Duration.ofNanos(nanos.longValue());
        return text.startsWith("-") ? all.negated() : all;
    }

    /** As Go prints it: {@code 1h0m0.5s}. */
    static String text(Duration duration) {
        if (duration.isZero()) {
            return "0s";
        }
        Duration all = duration.abs();
        BigDecimal seconds = BigDecimal.valueOf(all.toSecondsPart())
                .add(BigDecimal.valueOf(all.toNanosPart(), 9))
                .stripTrailingZeros();
        String text = seconds.toPlainString() + "s";
        if (all.toMinutes() > 0) {
            text = all.toMinutesPart() + "m" + text;
        }
        if (all.toHours() > 0) {
            text = all.toHours() + "h" + text;
        }
        return duration.isNegative() ? "-" + text : text;
    }

    /** An Instant or an error, of a text of the language. */
    static Object timestamp(String text) {
        if (!TIMESTAMP.matcher(text).matches()) {
            return CelError.conversion("string", "google.protobuf.Timestamp");
        }
        try {
            return inRange(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException e) {
            return CelError.conversion("string", "google.protobuf.Timestamp");
        }
    }

    /** The years that have four digits, and no other, are the language's. */
    static Object inRange(Instant time) {
        return time.isBefore(FIRST) || time.isAfter(LAST) ? CelError.TIMESTAMP_OVERFLOW : time;
    }

    /** As Go prints it: a fraction has no zeros at its end, and {@link Instant} writes three digits at a time. */
    static String text(Instant time) {
        String text = time.toString();
        int point = text.indexOf('.');
        if (point < 0) {
            return text;
        }
        int end = text.length() - 1;
        while (text.charAt(end - 1) == '0') {
            end--;
        }
        return text.substring(0, end) + "Z";
    }

    /** An Instant or an error, of a text that a schema calls a date-time: seconds may be missing there. */
    static Object dateTime(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            return new CelError("parsing time \"" + text + "\" as \"2006-01-02T15:04:05Z07:00\": cannot parse");
        }
    }

    static Object date(String text) {
        try {
            return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeException e) {
            return new CelError("parsing time \"" + text + "\" as \"2006-01-02\": cannot parse");
        }
    }

    /** A zone of the time zone database, or hours and minutes that UTC is behind. */
    private static Optional<ZoneId> zone(String zone) {
        if (zone.isEmpty()) {
            return Optional.of(ZoneOffset.UTC);
        }
        Matcher offset = OFFSET.matcher(zone);
        if (!offset.matches()) {
            return ZONES.contains(zone) ? Optional.of(ZoneId.of(zone)) : Optional.empty();
        }
        try {
            int hours = Integer.parseInt(offset.group(1));
            int minutes = Integer.parseInt(offset.group(2));
            return Optional.of(ZoneOffset.ofHoursMinutes(hours, zone.startsWith("-") ? -minutes : minutes));
        } catch (DateTimeException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** One part of a time, counted as JavaScript does. @param zone empty for UTC */
    static Object part(Instant time, String what, String zone) {
        Optional<ZoneId> known = zone(zone);
        if (known.isEmpty()) {
            return new CelError("unknown time zone " + zone);
        }
        ZonedDateTime local = time.atZone(known.get());
        return (long)
                switch (what) {
                    case "getFullYear" -> local.getYear();
                    case "getMonth" -> local.getMonthValue() - 1;
                    case "getDate" -> local.getDayOfMonth();
                    case "getDayOfMonth" -> local.getDayOfMonth() - 1;
                    case "getDayOfYear" -> local.getDayOfYear() - 1;
                    case "getDayOfWeek" -> local.getDayOfWeek().getValue() % 7;
                    case "getHours" -> local.getHour();
                    case "getMinutes" -> local.getMinute();
                    case "getSeconds" -> local.getSecond();
                    default -> local.getNano() / 1_000_000;
                };
    }
}
