package io.minik.server.controllers;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A cron expression: five fields (minute, hour, day of month, month, day of week) or one of the @ words, in a time zone.
 * Pure. If both days are restricted either counts, as in cron.
 */
final class CronSchedule {
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final List<String> DAYS = List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");
    private static final Map<String, String> WORDS = Map.of(
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *",
            "@monthly", "0 0 1 * *",
            "@weekly", "0 0 * * 0",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@hourly", "0 * * * *");
    /** 29 February that is a given weekday comes once in 28 years, over a century's turn in 40. */
    private static final int MOST_YEARS = 41;

    private final BitSet minutes;
    private final BitSet hours;
    private final BitSet daysOfMonth;
    private final BitSet months;
    private final BitSet daysOfWeek;
    private final boolean anyDayOfMonth;
    private final boolean anyDayOfWeek;
    private final ZoneId zone;

    private CronSchedule(String[] fields, ZoneId zone) {
        this.minutes = field(fields[0], 0, 59, List.of());
        this.hours = field(fields[1], 0, 23, List.of());
        this.daysOfMonth = field(fields[2], 1, 31, List.of());
        this.months = field(fields[3], 1, 12, MONTHS);
        this.daysOfWeek = field(fields[4], 0, 7, DAYS);
        if (daysOfWeek.get(7)) {
            daysOfWeek.set(0);
        }
        this.anyDayOfMonth = fields[2].startsWith("*") || fields[2].startsWith("?");
        this.anyDayOfWeek = fields[4].startsWith("*") || fields[4].startsWith("?");
        this.zone = zone;
    }

    /** @param timeZone an IANA name; empty: UTC. @throws IllegalArgumentException with what can't be read */
    static CronSchedule parse(String expression, String timeZone) {
        ZoneId zone;
        try {
            zone = timeZone.isEmpty() ? ZoneId.of("UTC") : ZoneId.of(timeZone);
        } catch (java.time.DateTimeException e) {
            throw new IllegalArgumentException("unknown time zone " + timeZone, e);
        }
        String plain = WORDS.getOrDefault(expression.trim().toLowerCase(Locale.ROOT), expression.trim());
        String[] fields = plain.split("\\s+");
        if (fields.length != 5) {
            throw new IllegalArgumentException(
                    "expected exactly 5 fields, found " + fields.length + ": [" + expression + "]");
        }
        return new CronSchedule(fields, zone);
    }

    private static BitSet field(String text, int least, int most, List<String> names) {
        BitSet set = new BitSet();
        for (String part : text.toLowerCase(Locale.ROOT).split(",")) {
            int slash = part.indexOf('/');
            String range = slash < 0 ? part : part.substring(0, slash);
            int step = slash < 0 ? 1 : number(part.substring(slash + 1), List.of(), text);
            int from = least;
            int to = most;
            if (!range.equals("*") && !range.equals("?")) {
                int dash = range.indexOf('-');
                from = number(dash < 0 ? range : range.substring(0, dash), names, text);
                to = dash >= 0 ? number(range.substring(dash + 1), names, text) : slash < 0 ? from : most;
            }
            if (from < least || to > most || from > to || step < 1) {
                throw new IllegalArgumentException("out of range " + least + "-" + most + ": " + text);
            }
            for (int value = from; value <= to; value += step) {
                set.set(value);
            }
        }
        return set;
    }

    private static int number(String text, List<String> names, String whole) {
        int named = names.indexOf(text);
        if (named >= 0) {
            return names.size() == 12 ? named + 1 : named;
        }
        if (!text.matches("[0-9]{1,3}")) {
            throw new IllegalArgumentException("failed to parse " + text + " in " + whole);
        }
        return Integer.parseInt(text);
    }

    /** The first time after; empty: never. */
    Optional<Instant> next(Instant after) {
        ZonedDateTime time = after.atZone(zone).truncatedTo(ChronoUnit.MINUTES).plusMinutes(1);
        ZonedDateTime limit = time.plusYears(MOST_YEARS);
        while (time.isBefore(limit)) {
            if (!months.get(time.getMonthValue())) {
                time = time.withDayOfMonth(1).truncatedTo(ChronoUnit.DAYS).plusMonths(1);
            } else if (!day(time)) {
                time = time.truncatedTo(ChronoUnit.DAYS).plusDays(1);
            } else if (!hours.get(time.getHour())) {
                time = time.truncatedTo(ChronoUnit.HOURS).plusHours(1);
            } else if (!minutes.get(time.getMinute())) {
                time = time.plusMinutes(1);
            } else {
                return Optional.of(time.toInstant());
            }
        }
        return Optional.empty();
    }

    private boolean day(ZonedDateTime time) {
        boolean ofMonth = daysOfMonth.get(time.getDayOfMonth());
        DayOfWeek weekday = time.getDayOfWeek();
        boolean ofWeek = daysOfWeek.get(weekday.getValue() % 7);
        return (anyDayOfMonth || anyDayOfWeek) ? (ofMonth && ofWeek) : (ofMonth || ofWeek);
    }
}
