package io.minik.api.meta;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When a CronJob is due: five fields (minute, hour, day of month, month, day of week), a word such as {@code @daily}, or
 * {@code @every 90s}; in a time zone. Pure. If both days are restricted either counts, as in cron.
 */
public final class CronSchedule {
    private static final Map<String, String> WORDS = Map.of(
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *",
            "@monthly", "0 0 1 * *",
            "@weekly", "0 0 * * 0",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@hourly", "0 * * * *");
    private static final String EVERY = "@every ";
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,9})?)(ns|us|ms|s|m|h)");
    private static final Map<String, Double> SECONDS =
            Map.of("ns", 1e-9, "us", 1e-6, "ms", 1e-3, "s", 1.0, "m", 60.0, "h", 3600.0);
    /** 29 February that is a given weekday comes once in 28 years, over a century's turn in 40. */
    private static final int MOST_YEARS = 41;

    // Places in the lists below.
    private static final int MINUTE = 0;
    private static final int HOUR = 1;
    private static final int DAY = 2;
    private static final int MONTH = 3;
    private static final int WEEKDAY = 4;

    /** @param firstNamed number of the first name */
    private record Field(int least, int most, List<String> names, int firstNamed) {}

    private static final List<Field> FIELDS = List.of(
            new Field(0, 59, List.of(), 0),
            new Field(0, 23, List.of(), 0),
            new Field(1, 31, List.of(), 0),
            new Field(
                    1,
                    12,
                    List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
                    1),
            new Field(0, 6, List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat"), 0));

    /** @param any it restricts nothing: a star without a step */
    private record Times(BitSet set, boolean any) {
        boolean has(int value) {
            return set.get(value);
        }
    }

    private final ZoneId zone;
    /** One a field; empty if it is {@link #every} so long. */
    private final List<Times> times;

    private final Duration every;

    private CronSchedule(ZoneId zone, List<Times> times, Duration every) {
        this.zone = zone;
        this.times = times;
        this.every = every;
    }

    /** In UTC. @throws IllegalArgumentException with what can't be read, in upstream's words */
    public static CronSchedule parse(String expression) {
        return parse(expression, ZoneId.of("UTC"));
    }

    /** @throws IllegalArgumentException with what can't be read, in upstream's words */
    public static CronSchedule parse(String expression, ZoneId zone) {
        String text = expression.strip();
        if (text.startsWith(EVERY)) {
            return new CronSchedule(zone, List.of(), duration(text));
        }
        if (text.startsWith("@") && !WORDS.containsKey(text)) {
            throw new IllegalArgumentException("unrecognized descriptor: " + text);
        }
        String[] fields = WORDS.getOrDefault(text, text).split("\\s+");
        if (fields.length != FIELDS.size()) {
            throw new IllegalArgumentException("expected exactly " + FIELDS.size() + " fields, found " + fields.length
                    + ": [" + String.join(" ", fields) + "]");
        }
        List<Times> times = new ArrayList<>();
        for (int at = 0; at < fields.length; at++) {
            times.add(times(fields[at], FIELDS.get(at)));
        }
        return new CronSchedule(zone, List.copyOf(times), Duration.ZERO);
    }

    /** Whole seconds, one at least. */
    private static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        double seconds = 0;
        int end = EVERY.length();
        while (matcher.find(end) && matcher.start() == end) {
            seconds += Double.parseDouble(matcher.group(1)) * SECONDS.getOrDefault(matcher.group(2), 0.0);
            end = matcher.end();
        }
        if (end == EVERY.length() || end != text.length()) {
            throw new IllegalArgumentException("failed to parse duration " + text);
        }
        return Duration.ofSeconds(Math.max(1, (long) seconds));
    }

    private static Times times(String text, Field field) {
        BitSet set = new BitSet();
        boolean any = false;
        for (String part : text.split(",", -1)) {
            any |= add(part, field, set);
        }
        return new Times(set, any);
    }

    /** @return whether it is a star without a step */
    private static boolean add(String part, Field field, BitSet set) {
        String[] step = part.split("/", -1);
        if (step.length > 2) {
            throw new IllegalArgumentException("too many slashes: " + part);
        }
        if (step.length == 2 && !step[1].matches("[1-9][0-9]{0,3}")) {
            throw new IllegalArgumentException("step of range should be a positive number: " + part);
        }
        String[] range = step[0].split("-", -1);
        if (range.length > 2) {
            throw new IllegalArgumentException("too many hyphens: " + part);
        }
        boolean star = step[0].equals("*") || step[0].equals("?");
        int by = step.length == 2 ? Integer.parseInt(step[1]) : 1;
        int from = star ? field.least() : number(range[0], field);
        int to =
                star || (range.length == 1 && step.length == 2) ? field.most() : number(range[range.length - 1], field);
        if (from < field.least()) {
            throw new IllegalArgumentException(
                    "beginning of range (" + from + ") below minimum (" + field.least() + "): " + part);
        }
        if (to > field.most()) {
            throw new IllegalArgumentException(
                    "end of range (" + to + ") above maximum (" + field.most() + "): " + part);
        }
        if (from > to) {
            throw new IllegalArgumentException(
                    "beginning of range (" + from + ") beyond end of range (" + to + "): " + part);
        }
        for (int value = from; value <= to; value += by) {
            set.set(value);
        }
        return star && by == 1;
    }

    private static int number(String text, Field field) {
        int named = field.names().indexOf(text.toLowerCase(Locale.ROOT));
        if (named >= 0) {
            return field.firstNamed() + named;
        }
        if (!text.matches("[0-9]{1,4}")) {
            throw new IllegalArgumentException(
                    "failed to parse int from " + text + ": strconv.Atoi: parsing \"" + text + "\": invalid syntax");
        }
        return Integer.parseInt(text);
    }

    /** The first time after; empty: never. */
    public Optional<Instant> next(Instant after) {
        if (times.isEmpty()) {
            return Optional.of(after.plus(every).truncatedTo(ChronoUnit.SECONDS));
        }
        ZonedDateTime time = after.atZone(zone).truncatedTo(ChronoUnit.MINUTES).plusMinutes(1);
        ZonedDateTime limit = time.plusYears(MOST_YEARS);
        while (time.isBefore(limit)) {
            if (!times.get(MONTH).has(time.getMonthValue())) {
                time = time.withDayOfMonth(1).truncatedTo(ChronoUnit.DAYS).plusMonths(1);
            } else if (!day(time)) {
                time = time.truncatedTo(ChronoUnit.DAYS).plusDays(1);
            } else if (!times.get(HOUR).has(time.getHour())) {
                time = time.truncatedTo(ChronoUnit.HOURS).plusHours(1);
            } else if (!times.get(MINUTE).has(time.getMinute())) {
                time = time.plusMinutes(1);
            } else {
                return Optional.of(time.toInstant());
            }
        }
        return Optional.empty();
    }

    /** The last time after the first instant and not after the second; empty: there is none. Takes some 30 looks ahead. */
    public Optional<Instant> last(Instant since, Instant now) {
        if (!since.isBefore(now)) {
            return Optional.empty();
        }
        if (times.isEmpty()) {
            long rounds = Duration.between(since, now).toSeconds() / every.toSeconds();
            return rounds == 0
                    ? Optional.empty()
                    : Optional.of(since.plusSeconds(rounds * every.toSeconds()).truncatedTo(ChronoUnit.SECONDS));
        }
        // From any moment before the last time there is one until now, from it on there is none.
        long before = since.getEpochSecond();
        long from = now.getEpochSecond();
        if (!comes(before, now)) {
            return Optional.empty();
        }
        while (from - before > 1) {
            long middle = before + (from - before) / 2;
            if (comes(middle, now)) {
                before = middle;
            } else {
                from = middle;
            }
        }
        return Optional.of(Instant.ofEpochSecond(from));
    }

    private boolean comes(long since, Instant now) {
        return next(Instant.ofEpochSecond(since))
                .map(time -> !time.isAfter(now))
                .orElse(false);
    }

    /** How many times lie after the first instant and not after the second; counts to the limit only. */
    public int count(Instant since, Instant now, int limit) {
        int count = 0;
        Optional<Instant> time = next(since);
        while (count < limit && time.isPresent() && !time.get().isAfter(now)) {
            count++;
            time = next(time.get());
        }
        return count;
    }

    private boolean day(ZonedDateTime time) {
        Times days = times.get(DAY);
        Times weekdays = times.get(WEEKDAY);
        DayOfWeek weekday = time.getDayOfWeek();
        boolean ofMonth = days.has(time.getDayOfMonth());
        boolean ofWeek = weekdays.has(weekday.getValue() % DayOfWeek.values().length);
        return (days.any() || weekdays.any()) ? (ofMonth && ofWeek) : (ofMonth || ofWeek);
    }
}
