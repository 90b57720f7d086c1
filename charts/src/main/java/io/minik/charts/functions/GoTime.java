package io.minik.charts.functions;

import io.minik.charts.template.Sized;
import io.minik.charts.template.Struct;
import io.minik.charts.template.TemplateException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Go's time.Time, with the methods that templates call. */
record GoTime(ZonedDateTime time) implements Struct {
    private static final Set<String> METHODS = Set.of(
            "Format",
            "Unix",
            "UnixNano",
            "Year",
            "Month",
            "Day",
            "Hour",
            "Minute",
            "Second",
            "YearDay",
            "Weekday",
            "UTC",
            "String",
            "IsZero");

    static GoTime at(Instant instant) {
        return new GoTime(instant.atZone(ZoneId.systemDefault()));
    }

    @Override
    public String typeName() {
        return "time.Time";
    }

    @Override
    public String text() {
        return GoLayout.format("2006-01-02 15:04:05.999999999 -0700 MST", time);
    }

    @Override
    public boolean has(String name) {
        return METHODS.contains(name);
    }

    @Override
    public boolean isMethod(String name) {
        return true;
    }

    @Override
    public @Nullable Object get(String name, List<@Nullable Object> arguments) {
        if (name.equals("Format")) {
            if (arguments.size() != 1 || !(arguments.get(0) instanceof String layout)) {
                throw new TemplateException("Format takes a layout");
            }
            return GoLayout.format(layout, time);
        }
        return switch (name) {
            case "Unix" -> Sized.int64(time.toEpochSecond());
            case "UnixNano" -> Sized.int64(time.toEpochSecond() * 1_000_000_000L + time.getNano());
            case "Year" -> (long) time.getYear();
            case "Month" -> GoLayout.format("January", time);
            case "Day" -> (long) time.getDayOfMonth();
            case "Hour" -> (long) time.getHour();
            case "Minute" -> (long) time.getMinute();
            case "Second" -> (long) time.getSecond();
            case "YearDay" -> (long) time.getDayOfYear();
            case "Weekday" -> GoLayout.format("Monday", time);
            case "UTC" -> new GoTime(time.withZoneSameInstant(ZoneId.of("UTC")));
            case "IsZero" -> time.getYear() == 1;
            default -> text();
        };
    }
}
