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

    private static final Pattern BSON_ID = Pattern.compile("[0-9a-fA-F]{24}");
    private static final Pattern SSN = Pattern.compile("\\d{3}[- ]?\\d{2}[- ]?\\d{4}");
    private static final String BYTE = "\\s*(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])\\s*";
    private static final Pattern RGB = Pattern.compile("rgb\\(" + BYTE + "," + BYTE + "," + BYTE + "\\)");
    private static final Pattern CARD = Pattern.compile("4\\d{12}(\\d{3})?|5[1-5]\\d{14}|6(011|5\\d\\d)\\d{12}"
            + "|3[47]\\d{13}|3(0[0-5]|[68]\\d)\\d{11}|(2131|1800|35\\d{3})\\d{11}");
    private static final int ISBN10 = 10;
    private static final int ISBN13 = 13;

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
            case "bsonobjectid" -> BSON_ID.matcher(value).matches();
            case "ssn" -> SSN.matcher(value).matches();
            case "rgbcolor" -> RGB.matcher(value).matches();
            case "creditcard" -> isCard(value.replaceAll("[^0-9]+", ""));
            case "isbn" -> isIsbn(value, ISBN10) || isIsbn(value, ISBN13);
            case "isbn10" -> isIsbn(value, ISBN10);
            case "isbn13" -> isIsbn(value, ISBN13);
            default -> true;
        };
    }

    /** Luhn's sum over a number that some issuer could have given. */
    private static boolean isCard(String digits) {
        int sum = 0;
        for (int at = 0; at < digits.length(); at++) {
            int digit = digits.charAt(digits.length() - 1 - at) - '0';
            int twice = 2 * digit;
            sum += at % 2 == 0 ? digit : twice > 9 ? twice - 9 : twice;
        }
        return CARD.matcher(digits).matches() && sum % 10 == 0;
    }

    private static boolean isIsbn(String value, int length) {
        String digits = value.replaceAll("[\\s-]+", "");
        if (!digits.matches(length == ISBN10 ? "\\d{9}[\\dX]" : "\\d{13}")) {
            return false;
        }
        int sum = 0;
        for (int at = 0; at < length; at++) {
            int digit = digits.charAt(at) == 'X' ? 10 : digits.charAt(at) - '0';
            sum += digit * (length == ISBN10 ? at + 1 : at % 2 == 0 ? 1 : 3);
        }
        return sum % (length == ISBN10 ? 11 : 10) == 0;
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
