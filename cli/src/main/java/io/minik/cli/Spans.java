package io.minik.cli;

import java.time.Duration;

/** How long something takes, in few letters. */
final class Spans {
    private static final int DAY_HOURS = 24;
    private static final int WEEK_DAYS = 7;
    private static final int MONTH_DAYS = 30;
    private static final int YEAR_DAYS = 365;

    private Spans() {}

    /** One number and its unit, in whole words; what is over, too. */
    static String words(Duration span) {
        long days = span.abs().toDays();
        long hours = span.abs().toHours();
        if (days >= 2 * YEAR_DAYS) {
            return days / YEAR_DAYS + " years";
        }
        if (days >= 2 * MONTH_DAYS) {
            return days / MONTH_DAYS + " months";
        }
        if (days >= 2 * WEEK_DAYS) {
            return days / WEEK_DAYS + " weeks";
        }
        if (days >= 2) {
            return days + " days";
        }
        return hours >= 2 ? hours + " hours" : span.abs().toMinutes() + " minutes";
    }

    /** As kubectl and kubeadm write it: one number and its unit. */
    static String shortest(Duration span) {
        long seconds = span.toSeconds();
        if (seconds < 0) {
            return "<invalid>";
        }
        if (span.toMinutes() < 1) {
            return seconds + "s";
        }
        if (span.toHours() < 1) {
            return span.toMinutes() + "m";
        }
        if (span.toHours() < DAY_HOURS) {
            return span.toHours() + "h";
        }
        long days = span.toDays();
        return days < YEAR_DAYS ? days + "d" : days / YEAR_DAYS + "y";
    }
}
