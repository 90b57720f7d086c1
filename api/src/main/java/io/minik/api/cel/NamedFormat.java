package io.minik.api.cel;

import com.google.re2j.Pattern;
import io.minik.api.meta.Names;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** A format of strings that Kubernetes names. */
record NamedFormat(String name, Function<String, List<String>> check) {
    /** With all of its padding. */
    private static final Pattern BASE64 =
            Pattern.compile("([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})");

    static final Map<String, NamedFormat> ALL = all();

    private static Map<String, NamedFormat> all() {
        Map<String, NamedFormat> all = new TreeMap<>();
        for (NamedFormat format : List.of(
                new NamedFormat("dns1123Label", Names::dns1123Label),
                new NamedFormat("dns1123Subdomain", Names::dns1123Subdomain),
                new NamedFormat("dns1035Label", Names::dns1035Label),
                new NamedFormat("qualifiedName", Names::qualifiedName),
                new NamedFormat("labelValue", Names::labelValue),
                prefixed("dns1123LabelPrefix", Names::dns1123Label),
                prefixed("dns1123SubdomainPrefix", Names::dns1123Subdomain),
                prefixed("dns1035LabelPrefix", Names::dns1035Label),
                new NamedFormat(
                        "uri",
                        text -> fails(
                                () -> uri(text), "parse " + TextFormat.quoted(text) + ": invalid URI for request")),
                new NamedFormat(
                        "uuid",
                        text -> Pattern.matches(
                                        "(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", text)
                                ? List.of()
                                : List.of("does not match the UUID format")),
                new NamedFormat("byte", text -> BASE64.matches(text) ? List.of() : List.of("invalid base64")),
                new NamedFormat("date", text -> fails(() -> LocalDate.parse(text), "invalid date")),
                new NamedFormat(
                        "datetime",
                        text -> CelTimes.dateTime(text) instanceof CelError
                                ? List.of("invalid datetime")
                                : List.of()))) {
            all.put(format.name(), format);
        }
        return all;
    }

    private static NamedFormat prefixed(String name, Function<String, List<String>> check) {
        return new NamedFormat(
                name, text -> check.apply(text.endsWith("-") ? text.substring(0, text.length() - 1) + "a" : text));
    }

    private static void uri(String text) {
        try {
            if (!new URI(text).isAbsolute() && !text.startsWith("/")) {
                throw new IllegalArgumentException(text);
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static List<String> fails(Runnable parse, String why) {
        try {
            parse.run();
            return List.of();
        } catch (IllegalArgumentException | DateTimeException e) {
            return List.of(why);
        }
    }

    /** What is wrong with a text; empty if nothing is. */
    List<Object> wrong(String text) {
        return new ArrayList<>(check.apply(text));
    }

    @Override
    public String toString() {
        return name;
    }
}
