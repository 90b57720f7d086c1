package io.minik.charts.functions;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a chart says itself when it fails, by {@code fail} and {@code required}: its own words reach the user without those of the
 * templates around them, as in Helm.
 */
public final class Said {
    private static final String START = "\u0001";
    private static final String END = "\u0002";
    private static final Pattern WORDS = Pattern.compile(START + "([^" + END + "]*)" + END);
    private static final Pattern PLACE = Pattern.compile("^template: ([^ ]+): ");

    private Said() {}

    static String wrap(String message) {
        return START + message.replace(START, "").replace(END, "") + END;
    }

    /** An error of a rendering as Helm words it. */
    public static String sentence(String error) {
        Matcher words = WORDS.matcher(error);
        Matcher place = PLACE.matcher(error);
        if (words.find() && place.find()) {
            return "execution error at (" + place.group(1) + "): " + words.group(1);
        }
        return error.replace(START, "").replace(END, "");
    }
}
