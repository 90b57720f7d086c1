package io.minik.charts.template;

/** An integer of Go's that is no int. @param type int64, uint8, … */
public record Sized(String type, long value) {
    public static final String INT64 = "int64";

    public static Sized int64(long value) {
        return new Sized(INT64, value);
    }

    boolean unsigned() {
        return type.startsWith("u");
    }

    @Override
    public String toString() {
        return unsigned() ? Long.toUnsignedString(value) : Long.toString(value);
    }
}
