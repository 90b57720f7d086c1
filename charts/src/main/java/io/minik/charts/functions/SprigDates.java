package io.minik.charts.functions;

import static io.minik.charts.template.Function.Kind.ANY;
import static io.minik.charts.template.Function.Kind.STRING;

import io.minik.charts.template.GoValues;
import io.minik.charts.template.Sized;
import io.minik.charts.template.TemplateException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Dates and durations. */
final class SprigDates {
    private static final Pattern PIECE = Pattern.compile("([0-9]{0,18}(?:\\.[0-9]{0,18})?)(ns|us|µs|μs|ms|s|m|h)");
    private static final long SECOND = 1_000_000_000L;

    private SprigDates() {}

    static void add(SprigFunctions to, InstantSource clock) {
        to.add("now", in -> GoTime.at(clock.instant()));
        to.add("date", in -> inZone(in.string(0), in.get(1), "Local", clock), STRING, ANY);
        to.add("dateInZone", in -> inZone(in.string(0), in.get(1), in.string(2), clock), STRING, ANY, STRING);
        to.alias("date_in_zone", "dateInZone");
        to.add("htmlDate", in -> inZone("2006-01-02", in.get(0), "Local", clock), ANY);
        to.add("htmlDateInZone", in -> inZone("2006-01-02", in.get(0), in.string(1), clock), ANY, STRING);
        to.add("dateModify", in -> modified(in.string(0), time(in.get(1)), false), STRING, ANY);
        to.alias("date_modify", "dateModify");
        to.add("mustDateModify", in -> modified(in.string(0), time(in.get(1)), true), STRING, ANY);
        to.alias("must_date_modify", "mustDateModify");
        to.add("ago", in -> ago(in.get(0), clock), ANY);
        to.add("toDate", in -> new GoTime(parsed(in.string(0), in.string(1)).orElse(zero())), STRING, STRING);
        to.add(
                "mustToDate",
                in -> new GoTime(parsed(in.string(0), in.string(1))
                        .orElseThrow(() -> new TemplateException(
                                "parsing time \"" + in.string(1) + "\" as \"" + in.string(0) + "\": cannot parse"))),
                STRING,
                STRING);
        to.add("unixEpoch", in -> Long.toString(time(in.get(0)).time().toEpochSecond()), ANY);
        to.add("duration", in -> text(Math.multiplyExact(seconds(in.get(0)), SECOND)), ANY);
        to.add("durationRound", in -> rounded(in.get(0), clock), ANY);
    }

    private static ZonedDateTime zero() {
        return ZonedDateTime.of(1, 1, 1, 0, 0, 0, 0, ZoneId.of("UTC"));
    }

    private static GoTime time(@Nullable Object value) {
        if (value instanceof GoTime time) {
            return time;
        }
        throw new TemplateException("wrong type for value; expected time.Time; got " + GoValues.type(value));
    }

    private static String inZone(String layout, @Nullable Object value, String zone, InstantSource clock) {
        Instant instant = value instanceof GoTime time
                ? time.time().toInstant()
                : GoValues.isInteger(value) ? Instant.ofEpochSecond(Casts.int64(value)) : clock.instant();
        return GoLayout.format(layout, instant.atZone(zone(zone)));
    }

    private static ZoneId zone(String name) {
        try {
            return name.equals("Local") ? ZoneId.systemDefault() : name.isEmpty() ? ZoneId.of("UTC") : ZoneId.of(name);
        } catch (DateTimeException e) {
            return ZoneId.of("UTC");
        }
    }

    private static GoTime modified(String by, GoTime time, boolean must) {
        Optional<Long> nanos = nanos(by);
        if (nanos.isEmpty() && must) {
            throw new TemplateException("time: invalid duration \"" + by + "\"");
        }
        return new GoTime(time.time().plusNanos(nanos.orElse(0L)));
    }

    private static String ago(@Nullable Object value, InstantSource clock) {
        Instant then = value instanceof GoTime time
                ? time.time().toInstant()
                : GoValues.isInteger(value) ? Instant.ofEpochSecond(Casts.int64(value)) : clock.instant();
        long millis = Duration.between(then, clock.instant()).toMillis();
        return text(Math.round(millis / 1000.0) * SECOND);
    }

    private static Optional<ZonedDateTime> parsed(String layout, String text) {
        return GoLayout.parse(layout, text, ZoneId.systemDefault());
    }

    private static long seconds(@Nullable Object value) {
        if (value instanceof Sized) {
            return Math.max(-9_000_000_000L, Math.min(9_000_000_000L, Casts.int64(value)));
        }
        return value instanceof String text && text.matches("-?[0-9]{1,9}") ? Long.parseLong(text) : 0;
    }

    /** time.ParseDuration, in nanoseconds. */
    static Optional<Long> nanos(String text) {
        String bare = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
        if (bare.equals("0")) {
            return Optional.of(0L);
        }
        Matcher matcher = PIECE.matcher(bare);
        int at = 0;
        BigDecimal all = BigDecimal.ZERO;
        while (at < bare.length()) {
            matcher.region(at, bare.length());
            if (!matcher.lookingAt()
                    || matcher.group(1).isEmpty()
                    || matcher.group(1).equals(".")) {
                return Optional.empty();
            }
            all = all.add(new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit(matcher.group(2)))));
            at = matcher.end();
        }
        boolean fits = all.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0;
        return bare.isEmpty() || !fits
                ? Optional.empty()
                : Optional.of(text.startsWith("-") ? -all.longValue() : all.longValue());
    }

    private static long unit(String name) {
        return switch (name) {
            case "ns" -> 1;
            case "ms" -> 1_000_000;
            case "s" -> SECOND;
            case "m" -> 60 * SECOND;
            case "h" -> 3600 * SECOND;
            default -> 1000;
        };
    }

    /** As Go's Duration prints itself: 1h2m3.5s. */
    static String text(long nanos) {
        if (nanos == 0) {
            return "0s";
        }
        String sign = nanos < 0 ? "-" : "";
        long size = Math.abs(nanos);
        if (size < SECOND) {
            long unit = size < 1000 ? 1 : size < 1_000_000 ? 1000 : 1_000_000;
            return sign + decimal(size, unit) + (unit == 1 ? "ns" : unit == 1000 ? "µs" : "ms");
        }
        long minutes = size / SECOND / 60;
        String seconds = decimal(size % (60 * SECOND), SECOND) + "s";
        String hours = minutes >= 60 ? minutes / 60 + "h" : "";
        return sign + hours + (minutes > 0 ? minutes % 60 + "m" : "") + seconds;
    }

    private static String decimal(long size, long unit) {
        return BigDecimal.valueOf(size)
                .divide(BigDecimal.valueOf(unit))
                .stripTrailingZeros()
                .toPlainString();
    }

    private static String rounded(@Nullable Object value, InstantSource clock) {
        long nanos = 0;
        if (value instanceof String text) {
            nanos = nanos(text).orElse(0L);
        } else if (value instanceof Sized sized) {
            nanos = sized.value();
        } else if (value instanceof GoTime time) {
            nanos = Duration.between(time.time().toInstant(), clock.instant()).toNanos();
        }
        long seconds = Math.abs(nanos) / SECOND;
        boolean more = Math.abs(nanos) % SECOND > 0;
        long[] units = {365L * 86400, 30L * 86400, 86400, 3600, 60, 1};
        String[] names = {"y", "mo", "d", "h", "m", "s"};
        for (int i = 0; i < units.length; i++) {
            if (seconds > units[i] || (seconds == units[i] && more)) {
                return String.format(Locale.ROOT, "%d%s", seconds / units[i], names[i]);
            }
        }
        return "0s";
    }
}
