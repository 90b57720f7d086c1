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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations and times of the texts that Go writes and reads. */
final class CelTimes {
    private static final Pattern PART =
            Pattern.compile("([0-9]++(?:\\.[0-9]*+)?|\\.[0-9]++)(ns|us|µs|μs|ms|s|m|h|d|w)");
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

    /** A Duration or an error. */
    static Object duration(String text) {
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

    static Object timestamp(String text) {
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

    /** One part of a time, counted as JavaScript does. @param zone empty for UTC */
    static Object part(Instant time, String what, String zone) {
        ZonedDateTime local;
        try {
            local = time.atZone(zone.isEmpty() ? ZoneOffset.UTC : ZoneId.of(zone));
        } catch (DateTimeException e) {
            return new CelError("unknown time zone " + zone);
        }
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
