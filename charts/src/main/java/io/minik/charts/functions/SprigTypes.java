package io.minik.charts.functions;

import static io.minik.charts.template.Function.Kind.ANY;
import static io.minik.charts.template.Function.Kind.BOOL;
import static io.minik.charts.template.Function.Kind.STRING;

import io.minik.charts.template.GoValues;
import io.minik.charts.template.Sized;
import io.minik.charts.template.TemplateException;
import org.jspecify.annotations.Nullable;

/** What a value is, what to take in its place, and as what it is taken. */
final class SprigTypes {
    private SprigTypes() {}

    static void add(SprigFunctions to) {
        to.rest("default", in -> in.size() < 2 || Casts.isEmpty(in.get(1)) ? in.get(0) : in.get(1), ANY);
        to.add("empty", in -> Casts.isEmpty(in.get(0)), ANY);
        to.rest("coalesce", in -> in.values().stream()
                .filter(value -> !Casts.isEmpty(value))
                .findFirst()
                .orElse(null));
        to.add("ternary", in -> in.bool(2) ? in.get(0) : in.get(1), ANY, ANY, BOOL);
        to.add(
                "fail",
                in -> {
                    throw new TemplateException(Said.wrap(in.string(0)));
                },
                STRING);
        to.add("required", in -> required(in.string(0), in.get(1)), STRING, ANY);
        to.add("typeOf", in -> GoValues.type(in.get(0)), ANY);
        to.add("typeIs", in -> in.string(0).equals(GoValues.type(in.get(1))), STRING, ANY);
        to.add(
                "typeIsLike",
                in -> {
                    String type = GoValues.type(in.get(1));
                    return in.string(0).equals(type) || ("*" + in.string(0)).equals(type);
                },
                STRING,
                ANY);
        to.add("kindOf", in -> GoValues.kind(in.get(0)), ANY);
        to.add("kindIs", in -> in.string(0).equals(GoValues.kind(in.get(1))), STRING, ANY);
        to.add("deepEqual", in -> GoValues.deepEqual(in.get(0), in.get(1), in.budget()), ANY, ANY);
        to.add("atoi", in -> atoi(in.string(0)), STRING);
        to.add("int", in -> Casts.int64(in.get(0)), ANY);
        to.add("int64", in -> Sized.int64(Casts.int64(in.get(0))), ANY);
        to.add("float64", in -> Casts.real(in.get(0)), ANY);
        to.add("toDecimal", in -> Sized.int64(octal(Casts.string(in.get(0), in.budget()))), ANY);
    }

    private static @Nullable Object required(String message, @Nullable Object value) {
        if (value == null || "".equals(value)) {
            throw new TemplateException(Said.wrap(message));
        }
        return value;
    }

    private static long atoi(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static long octal(String text) {
        try {
            return Long.parseLong(text, 8);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
