package io.minik.server.table;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;

/** Durations as kubectl prints them (apimachinery's HumanDuration): two figures at most, exact where it matters. */
public final class Ages {
    private static final String UNKNOWN = "<unknown>";
    private static final int SECONDS_SHOWN = 120;
    private static final int MINUTES_WITH_SECONDS = 10;
    private static final int MINUTES_SHOWN = 180;
    private static final int HOURS_WITH_MINUTES = 8;
    private static final int HOURS_SHOWN = 48;
    private static final int HOURS_WITH_DAYS = 192;
    private static final int DAYS_SHOWN_YEARS = 2;
    private static final int DAYS_WITH_YEARS = 8;
    private static final int DAYS_A_YEAR = 365;
    private static final int HOURS_A_DAY = 24;
    private static final int MINUTES_AN_HOUR = 60;
    private static final int SECONDS_A_MINUTE = 60;

    private Ages() {}

    /** Age of an RFC 3339 time, {@code <unknown>} if it is empty or no time. */
    public static String of(String timestamp, Instant now) {
        if (timestamp.isEmpty()) {
            return UNKNOWN;
        }
        try {
            Instant then = DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(timestamp, Instant::from);
            return human(Duration.between(then, now));
        } catch (DateTimeException e) {
            return UNKNOWN;
        }
    }

    public static String human(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < -1) {
            return "<invalid>";
        }
        if (seconds < 0) {
            return "0s";
        }
        if (seconds < SECONDS_SHOWN) {
            return seconds + "s";
        }
        long minutes = seconds / SECONDS_A_MINUTE;
        if (minutes < MINUTES_WITH_SECONDS) {
            return pair(minutes, "m", seconds % SECONDS_A_MINUTE, "s");
        }
        if (minutes < MINUTES_SHOWN) {
            return minutes + "m";
        }
        long hours = minutes / MINUTES_AN_HOUR;
        if (hours < HOURS_WITH_MINUTES) {
            return pair(hours, "h", minutes % MINUTES_AN_HOUR, "m");
        }
        if (hours < HOURS_SHOWN) {
            return hours + "h";
        }
        long days = hours / HOURS_A_DAY;
        if (hours < HOURS_WITH_DAYS) {
            return pair(days, "d", hours % HOURS_A_DAY, "h");
        }
        if (days < (long) DAYS_A_YEAR * DAYS_SHOWN_YEARS) {
            return days + "d";
        }
        long years = days / DAYS_A_YEAR;
        if (days < (long) DAYS_A_YEAR * DAYS_WITH_YEARS) {
            return pair(years, "y", days % DAYS_A_YEAR, "d");
        }
        return years + "y";
    }

    private static String pair(long major, String majorUnit, long minor, String minorUnit) {
        return minor == 0 ? major + majorUnit : major + majorUnit + minor + minorUnit;
    }
}
