package io.minik.api.validation;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Whether a text is a cron schedule: five fields, or a word such as {@code @daily}. */
final class CronSchedule {
    private static final Set<String> WORDS =
            Set.of("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly");
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final List<String> DAYS = List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");
    private static final int[] LEAST = {0, 0, 1, 1, 0};
    private static final int[] MOST = {59, 23, 31, 12, 6};

    private CronSchedule() {}

    static boolean valid(String schedule) {
        return why(schedule).isEmpty();
    }

    /** What is wrong; empty if nothing is. */
    static String why(String schedule) {
        String text = schedule.strip();
        if (text.startsWith("@")) {
            boolean known = WORDS.contains(text) || text.matches("@every ([0-9.]+(ns|us|ms|s|m|h))+");
            return known ? "" : "unrecognized descriptor: " + text;
        }
        String[] fields = text.split("\\s+");
        if (fields.length != LEAST.length) {
            return "expected exactly 5 fields, found " + fields.length + ": [" + String.join(" ", fields) + "]";
        }
        for (int at = 0; at < fields.length; at++) {
            for (String part : fields[at].split(",", -1)) {
                String wrong = part(part, at);
                if (!wrong.isEmpty()) {
                    return wrong;
                }
            }
        }
        return "";
    }

    private static String part(String part, int field) {
        String[] step = part.split("/", -1);
        if (step.length > 2) {
            return "too many slashes: " + part;
        }
        if (step.length == 2 && !step[1].matches("[1-9][0-9]{0,3}")) {
            return "step of range should be a positive number: " + part;
        }
        if (step[0].equals("*") || step[0].equals("?")) {
            return "";
        }
        String[] range = step[0].split("-", -1);
        if (range.length > 2) {
            return "too many hyphens: " + part;
        }
        int last = -1;
        for (String end : range) {
            int value = number(end, field);
            if (value < 0) {
                return "failed to parse int from " + end + ": strconv.Atoi: parsing \"" + end + "\": invalid syntax";
            }
            if (value < LEAST[field]) {
                return "beginning of range (" + value + ") below minimum (" + LEAST[field] + "): " + part;
            }
            if (value > MOST[field]) {
                return "end of range (" + value + ") above maximum (" + MOST[field] + "): " + part;
            }
            if (last > value) {
                return "beginning of range (" + last + ") beyond end of range (" + value + "): " + part;
            }
            last = value;
        }
        return "";
    }

    private static int number(String text, int field) {
        if (text.matches("[0-9]{1,4}")) {
            return Integer.parseInt(text);
        }
        String word = text.toLowerCase(Locale.ROOT);
        if (field == 3 && MONTHS.contains(word)) {
            return MONTHS.indexOf(word) + 1;
        }
        return field == 4 ? DAYS.indexOf(word) : -1;
    }
}
