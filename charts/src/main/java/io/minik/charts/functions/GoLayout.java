package io.minik.charts.functions;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDateTime;
import java.time.Month;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Go's layouts: how the second of January 2006 would be written. */
final class GoLayout {
    /** In the order in which they are looked for: the longer of two that begin alike first. */
    private static final List<String> PARTS = List.of(
            "January",
            "Jan",
            "Monday",
            "Mon",
            "MST",
            "2006",
            "Z07:00:00",
            "Z070000",
            "Z07:00",
            "Z0700",
            "Z07",
            "-07:00:00",
            "-070000",
            "-07:00",
            "-0700",
            "-07",
            "01",
            "02",
            "03",
            "04",
            "05",
            "06",
            "002",
            "15",
            "PM",
            "pm",
            "__2",
            "_2006",
            "_2",
            "1",
            "2",
            "3",
            "4",
            "5");

    private GoLayout() {}

    private static Optional<String> part(String layout, int at) {
        for (String part : PARTS) {
            if (layout.startsWith(part, at)) {
                boolean word = part.equals("Jan") || part.equals("Mon");
                boolean goesOn = at + 3 < layout.length() && Character.isLowerCase(layout.charAt(at + 3));
                if (!word || !goesOn) {
                    return Optional.of(part);
                }
            }
        }
        return Optional.empty();
    }

    /** The dots and digits of {@code .000} and {@code .999} at this place. */
    private static String fraction(String layout, int at) {
        if (layout.charAt(at) != '.' && layout.charAt(at) != ',') {
            return "";
        }
        int end = at + 1;
        while (end < layout.length()
                && (layout.charAt(end) == '0' || layout.charAt(end) == '9')
                && layout.charAt(end) == layout.charAt(at + 1)) {
            end++;
        }
        boolean digitFollows = end < layout.length() && Character.isDigit(layout.charAt(end));
        return end == at + 1 || digitFollows ? "" : layout.substring(at, end);
    }

    static String format(String layout, ZonedDateTime time) {
        StringBuilder out = new StringBuilder();
        for (int at = 0; at < layout.length(); ) {
            String fraction = fraction(layout, at);
            if (!fraction.isEmpty()) {
                out.append(nanos(fraction, time.getNano()));
                at += fraction.length();
                continue;
            }
            Optional<String> part = part(layout, at);
            if (part.isPresent()) {
                out.append(written(part.get(), time));
                at += part.get().length();
            } else {
                out.append(layout.charAt(at++));
            }
        }
        return out.toString();
    }

    private static String nanos(String fraction, int nanos) {
        String digits = String.format(Locale.ROOT, "%09d", nanos);
        digits = digits.substring(0, Math.min(9, fraction.length() - 1));
        if (fraction.charAt(1) == '9') {
            digits = digits.replaceAll("0+$", "");
        }
        return digits.isEmpty() ? "" : fraction.charAt(0) + digits;
    }

    private static String written(String part, ZonedDateTime time) {
        int hour = time.getHour() % 12 == 0 ? 12 : time.getHour() % 12;
        return switch (part) {
            case "January" -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case "Jan" -> time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case "Monday" -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case "Mon" -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case "MST" -> zone(time);
            case "2006" -> two("%04d", time.getYear());
            case "_2006" -> "_" + two("%04d", time.getYear());
            case "06" -> two("%02d", time.getYear() % 100);
            case "01" -> two("%02d", time.getMonthValue());
            case "1" -> String.valueOf(time.getMonthValue());
            case "02" -> two("%02d", time.getDayOfMonth());
            case "_2" -> two("%2d", time.getDayOfMonth());
            case "2" -> String.valueOf(time.getDayOfMonth());
            case "002" -> two("%03d", time.getDayOfYear());
            case "__2" -> two("%3d", time.getDayOfYear());
            case "15" -> two("%02d", time.getHour());
            case "03" -> two("%02d", hour);
            case "3" -> String.valueOf(hour);
            case "04" -> two("%02d", time.getMinute());
            case "4" -> String.valueOf(time.getMinute());
            case "05" -> two("%02d", time.getSecond());
            case "5" -> String.valueOf(time.getSecond());
            case "PM" -> time.getHour() < 12 ? "AM" : "PM";
            case "pm" -> time.getHour() < 12 ? "am" : "pm";
            default -> offset(part, time.getOffset().getTotalSeconds());
        };
    }

    private static String two(String form, int number) {
        return String.format(Locale.ROOT, form, number);
    }

    private static String zone(ZonedDateTime time) {
        if (time.getZone() instanceof ZoneOffset && time.getOffset().getTotalSeconds() != 0) {
            return offset("-07", time.getOffset().getTotalSeconds());
        }
        String name = DateTimeFormatter.ofPattern("zzz", Locale.ENGLISH).format(time);
        return name.equals("Z") ? "UTC" : name;
    }

    private static String offset(String part, int seconds) {
        if (part.startsWith("Z") && seconds == 0) {
            return "Z";
        }
        String colon = part.contains(":") ? ":" : "";
        int size = Math.abs(seconds);
        String out = (seconds < 0 ? "-" : "+") + two("%02d", size / 3600);
        int digits = part.replace(":", "").length();
        if (digits >= 5) {
            out += colon + two("%02d", size / 60 % 60);
        }
        return digits >= 7 ? out + colon + two("%02d", size % 60) : out;
    }

    /** Empty: the text is not so written. */
    static Optional<ZonedDateTime> parse(String layout, String text, ZoneId zone) {
        try {
            return new Reading(layout, text, zone).read();
        } catch (DateTimeException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static final class Reading {
        private final String layout;
        private final String text;
        private ZoneId zone;
        private int at;
        private int year;
        private int month = 1;
        private int day = 1;
        private int hour;
        private int minute;
        private int second;
        private int nanos;
        private boolean afternoon;
        private boolean halves;

        Reading(String layout, String text, ZoneId zone) {
            this.layout = layout;
            this.text = text;
            this.zone = zone;
        }

        Optional<ZonedDateTime> read() {
            for (int from = 0; from < layout.length(); ) {
                String fraction = fraction(layout, from);
                if (!fraction.isEmpty()) {
                    fractionOf();
                    from += fraction.length();
                    continue;
                }
                Optional<String> part = part(layout, from);
                if (part.isPresent()) {
                    take(part.get());
                    if (part.get().endsWith("5") && !part.get().equals("15")) {
                        fractionOf();
                    }
                    from += part.get().length();
                } else if (at < text.length() && text.charAt(at) == layout.charAt(from)) {
                    at++;
                    from++;
                } else {
                    return Optional.empty();
                }
            }
            if (at != text.length()) {
                return Optional.empty();
            }
            int hours = halves ? hour % 12 + (afternoon ? 12 : 0) : hour;
            return Optional.of(LocalDateTime.of(year, month, day, hours, minute, second, nanos)
                    .atZone(zone));
        }

        private void fractionOf() {
            if (at + 1 < text.length() && text.charAt(at) == '.' && Character.isDigit(text.charAt(at + 1))) {
                int from = ++at;
                while (at < text.length() && Character.isDigit(text.charAt(at))) {
                    at++;
                }
                nanos = Integer.parseInt((text.substring(from, at) + "000000000").substring(0, 9));
            }
        }

        private int number(int least, int most) {
            int from = at;
            while (at < text.length() && at - from < most && Character.isDigit(text.charAt(at))) {
                at++;
            }
            if (at - from < least) {
                throw new DateTimeException("no number");
            }
            return Integer.parseInt(text.substring(from, at));
        }

        private void take(String part) {
            switch (part) {
                case "2006" -> year = number(4, 4);
                case "06" -> {
                    int two = number(2, 2);
                    year = two >= 69 ? 1900 + two : 2000 + two;
                }
                case "01" -> month = number(2, 2);
                case "1" -> month = number(1, 2);
                case "02" -> day = number(2, 2);
                case "2", "_2" -> {
                    if (at < text.length() && text.charAt(at) == ' ') {
                        at++;
                    }
                    day = number(1, 2);
                }
                case "15" -> hour = number(2, 2);
                case "03" -> hour = number(2, 2);
                case "3" -> hour = number(1, 2);
                case "04" -> minute = number(2, 2);
                case "4" -> minute = number(1, 2);
                case "05" -> second = number(2, 2);
                case "5" -> second = number(1, 2);
                case "PM", "pm" -> {
                    halves = true;
                    afternoon = text.regionMatches(true, at, "PM", 0, 2);
                    at += 2;
                }
                case "January", "Jan", "Monday", "Mon" -> name(part);
                default -> zoned(part);
            }
        }

        private void name(String part) {
            TextStyle style = part.length() > 3 ? TextStyle.FULL : TextStyle.SHORT;
            if (part.startsWith("J")) {
                for (Month candidate : Month.values()) {
                    String name = candidate.getDisplayName(style, Locale.ENGLISH);
                    if (text.regionMatches(true, at, name, 0, name.length())) {
                        month = candidate.getValue();
                        at += name.length();
                        return;
                    }
                }
            }
            for (DayOfWeek candidate : DayOfWeek.values()) {
                String name = candidate.getDisplayName(style, Locale.ENGLISH);
                if (part.startsWith("M") && text.regionMatches(true, at, name, 0, name.length())) {
                    at += name.length();
                    return;
                }
            }
            throw new DateTimeException("no name");
        }

        private void zoned(String part) {
            if (part.equals("MST")) {
                int from = at;
                while (at < text.length() && Character.isUpperCase(text.charAt(at))) {
                    at++;
                }
                String name = text.substring(from, at);
                zone = name.equals("UTC") || name.equals("GMT") ? ZoneOffset.UTC : zone;
                return;
            }
            if (part.startsWith("Z") && text.startsWith("Z", at)) {
                at++;
                zone = ZoneOffset.UTC;
                return;
            }
            String offset = text.substring(at, Math.min(text.length(), at + part.length()));
            at += offset.length();
            zone = ZoneOffset.of(offset);
        }
    }
}
