package io.minik.cli;

import java.time.Duration;

/** How long something takes, in few letters. */
final class Spans {
    private static final int DAY_HOURS = 24;
    private static final int YEAR_DAYS = 365;

    private Spans() {}

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
