package io.minik.api.validation;

import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.regex.Pattern;

/** The formats of strings that a schema can ask for; one that is not known forbids nothing, as upstream. */
final class Formats {
    private static final Pattern UUID =
            Pattern.compile("(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?([0-9a-f])[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}");
    private static final Pattern MAC = Pattern.compile(
            "([0-9a-fA-F]{2}[:-]){5}([0-9a-fA-F]{2}[:-]?){0,2}[0-9a-fA-F]{2}|([0-9a-fA-F]{4}\\.){2}[0-9a-fA-F]{4}");
    private static final Pattern HOST = Pattern.compile(
            "(?=.{1,253}$)([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)(\\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*\\.?");
    private static final Pattern EMAIL = Pattern.compile("[^@\\s]+@[^@\\s]+");
    private static final Pattern DURATION = Pattern.compile(
            "[+-]?(0|([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))*)"
                    + "|[0-9]+ *(ns|us|µs|ms|s|m|h|d|w|nano|micro|milli|sec|min|hr|hour|day|week)s?");
    private static final Pattern HEX_COLOR = Pattern.compile("#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})");

    private Formats() {}

    static boolean fits(String format, String value) {
        return switch (format) {
            case "date" -> parses(() -> LocalDate.parse(value));
            case "date-time", "datetime" -> parses(() -> OffsetDateTime.parse(value));
            case "byte" -> parses(() -> Base64.getDecoder().decode(value.replaceAll("\\s", "")));
            case "duration" -> DURATION.matcher(value).matches();
            case "email" -> EMAIL.matcher(value).matches();
            case "hostname" -> HOST.matcher(value).matches();
            case "ipv4" -> Address.find(value).map(Address::isV4).orElse(false);
            case "ipv6" -> Address.find(value).map(found -> !found.isV4()).orElse(false);
            case "cidr" -> Cidr.find(value).isPresent();
            case "mac" -> MAC.matcher(value).matches();
            case "uri" -> isUri(value);
            case "uuid" -> UUID.matcher(value).matches();
            case "uuid3" -> isUuid(value, "3");
            case "uuid4" -> isUuid(value, "4");
            case "uuid5" -> isUuid(value, "5");
            case "hexcolor" -> HEX_COLOR.matcher(value).matches();
            default -> true;
        };
    }

    private static boolean parses(Runnable parse) {
        try {
            parse.run();
            return true;
        } catch (DateTimeException | IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isUuid(String value, String version) {
        var match = UUID.matcher(value);
        return match.matches() && match.group(1).equals(version);
    }

    private static boolean isUri(String value) {
        try {
            return new URI(value).isAbsolute() || value.startsWith("/");
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
