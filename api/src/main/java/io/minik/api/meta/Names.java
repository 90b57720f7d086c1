package io.minik.api.meta;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The shapes of names (apimachinery's util/validation): each check answers with what is wrong, in Kubernetes' words. */
public final class Names {
    private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final String SUBDOMAIN = LABEL + "(\\." + LABEL + ")*";
    private static final String LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
    private static final String QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    private static final String LABEL_VALUE = "(" + QUALIFIED + ")?";
    private static final String CONFIG_KEY = "[-._a-zA-Z0-9]+";

    public static final int LABEL_LENGTH = 63;
    public static final int SUBDOMAIN_LENGTH = 253;

    private Names() {}

    /** RFC 1123 label: namespaces, containers, volumes. */
    public static List<String> dns1123Label(String name) {
        if (name.length() <= LABEL_LENGTH && name.contains(".") && isSubdomain(name)) {
            return List.of("must not contain dots");
        }
        return check(
                name,
                LABEL_LENGTH,
                Names::isLabel,
                () -> shape(
                        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and"
                                + " end with an alphanumeric character",
                        LABEL,
                        "my-name",
                        "123-abc"));
    }

    /** RFC 1123 subdomain: most kinds. */
    public static List<String> dns1123Subdomain(String name) {
        return check(
                name,
                SUBDOMAIN_LENGTH,
                Names::isSubdomain,
                () -> shape(
                        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must"
                                + " start and end with an alphanumeric character",
                        SUBDOMAIN,
                        "example.com"));
    }

    /** A subdomain behind {@code *.}: hosts of Ingresses. */
    public static List<String> wildcardSubdomain(String name) {
        return check(
                name,
                SUBDOMAIN_LENGTH,
                wildcard -> wildcard.startsWith("*.") && isSubdomain(wildcard.substring(2)),
                () -> shape(
                        "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist"
                                + " of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
                        "\\*\\." + SUBDOMAIN,
                        "*.example.com"));
    }

    /** RFC 1035 label: services. */
    public static List<String> dns1035Label(String name) {
        return check(
                name,
                LABEL_LENGTH,
                name1035 -> isLabel(name1035) && isLower(name1035.charAt(0)),
                () -> shape(
                        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic"
                                + " character, and end with an alphanumeric character",
                        LABEL_1035,
                        "my-name",
                        "abc-123"));
    }

    /** RBAC's names: what can stand in a path. */
    public static List<String> pathSegment(String name) {
        if (name.equals(".") || name.equals("..")) {
            return List.of("may not be '" + name + "'");
        }
        List<String> wrong = new ArrayList<>();
        for (String illegal : List.of("/", "%")) {
            if (name.contains(illegal)) {
                wrong.add("may not contain '" + illegal + "'");
            }
        }
        return wrong;
    }

    /** {@code prefix/name} or {@code name}: label keys, annotation keys, extended resources. */
    public static List<String> qualifiedName(String value) {
        List<String> wrong = new ArrayList<>();
        String[] parts = value.split("/", -1);
        String name = parts[parts.length - 1];
        if (parts.length == 2) {
            if (parts[0].isEmpty()) {
                wrong.add("prefix part must be non-empty");
            } else {
                dns1123Subdomain(parts[0]).forEach(why -> wrong.add("prefix part " + why));
            }
        } else if (parts.length > 2) {
            wrong.add("a qualified name "
                    + shape(
                            "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an"
                                    + " alphanumeric character",
                            QUALIFIED,
                            "MyName",
                            "my.name",
                            "123-abc")
                    + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
            return wrong;
        }
        if (name.isEmpty()) {
            wrong.add("name part must be non-empty");
        } else if (name.length() > LABEL_LENGTH) {
            wrong.add("name part " + tooLong(LABEL_LENGTH));
        }
        if (!isQualified(name)) {
            wrong.add("name part "
                    + shape(
                            "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an"
                                    + " alphanumeric character",
                            QUALIFIED,
                            "MyName",
                            "my.name",
                            "123-abc"));
        }
        return wrong;
    }

    public static List<String> labelValue(String value) {
        List<String> wrong = new ArrayList<>();
        if (value.length() > LABEL_LENGTH) {
            wrong.add(tooLong(LABEL_LENGTH));
        }
        if (!value.isEmpty() && !isQualified(value)) {
            wrong.add(shape(
                    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and"
                            + " must start and end with an alphanumeric character",
                    LABEL_VALUE,
                    "MyValue",
                    "my_value",
                    "12345"));
        }
        return wrong;
    }

    /** Keys of ConfigMaps and Secrets. */
    public static List<String> configMapKey(String key) {
        List<String> wrong = new ArrayList<>();
        if (key.length() > SUBDOMAIN_LENGTH) {
            wrong.add(tooLong(SUBDOMAIN_LENGTH));
        }
        if (!isConfigKey(key)) {
            wrong.add(shape(
                    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
                    CONFIG_KEY,
                    "key.name",
                    "KEY_NAME",
                    "key-name"));
        }
        if (key.equals(".")) {
            wrong.add("must not be '.'");
        } else if (key.startsWith("..")) {
            wrong.add(key.equals("..") ? "must not be '..'" : "must not start with '..'");
        }
        return wrong;
    }

    /** Environment variables: any printable ASCII but {@code =}. */
    public static List<String> envVarName(String name) {
        if (name.isEmpty()) {
            return List.of("environment variable name must not be empty");
        }
        for (int at = 0; at < name.length(); at++) {
            char c = name.charAt(at);
            if (c < ' ' || c > '~' || c == '=') {
                return List.of("a valid environment variable name must consist only of printable ASCII characters other"
                        + " than '='");
            }
        }
        return List.of();
    }

    /** The names of ports: IANA_SVC_NAME. */
    public static List<String> portName(String name) {
        List<String> wrong = new ArrayList<>();
        if (name.length() > 15) {
            wrong.add(tooLong(15));
        }
        if (!name.matches("[-a-z0-9]*")) {
            wrong.add("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
        }
        if (!name.matches(".*[a-z].*")) {
            wrong.add("must contain at least one letter (a-z)");
        }
        if (name.contains("--")) {
            wrong.add("must not contain consecutive hyphens");
        }
        if (name.startsWith("-") || name.endsWith("-")) {
            wrong.add("must not begin or end with a hyphen");
        }
        return wrong;
    }

    public static String tooLong(int most) {
        return "must be no more than " + most + " characters";
    }

    // The patterns that the errors tell, read in one pass: a name may be as long as a body, and java.util.regex
    // recurses.

    private static boolean isLabel(String name) {
        return isLabel(name, 0, name.length());
    }

    private static boolean isLabel(String name, int from, int to) {
        if (from == to || !isLowerOrDigit(name.charAt(from)) || !isLowerOrDigit(name.charAt(to - 1))) {
            return false;
        }
        for (int at = from + 1; at < to - 1; at++) {
            if (name.charAt(at) != '-' && !isLowerOrDigit(name.charAt(at))) {
                return false;
            }
        }
        return true;
    }

    /** Labels, with a dot between each two. */
    public static boolean isSubdomain(String name) {
        int from = 0;
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', from)) {
            if (!isLabel(name, from, dot)) {
                return false;
            }
            from = dot + 1;
        }
        return isLabel(name, from, name.length());
    }

    private static boolean isQualified(String name) {
        return !name.isEmpty()
                && isConfigKey(name)
                && isLetterOrDigit(name.charAt(0))
                && isLetterOrDigit(name.charAt(name.length() - 1));
    }

    private static boolean isConfigKey(String key) {
        for (int at = 0; at < key.length(); at++) {
            char c = key.charAt(at);
            if (!isLetterOrDigit(c) && c != '-' && c != '.' && c != '_') {
                return false;
            }
        }
        return !key.isEmpty();
    }

    private static boolean isLetterOrDigit(char c) {
        return isLowerOrDigit(c) || (c >= 'A' && c <= 'Z');
    }

    private static boolean isLowerOrDigit(char c) {
        return isLower(c) || (c >= '0' && c <= '9');
    }

    private static boolean isLower(char c) {
        return c >= 'a' && c <= 'z';
    }

    private static List<String> check(String name, int most, Predicate<String> shape, Supplier<String> words) {
        List<String> wrong = new ArrayList<>();
        if (name.length() > most) {
            wrong.add(tooLong(most));
        }
        if (!shape.test(name)) {
            wrong.add(words.get());
        }
        return wrong;
    }

    private static String shape(String words, String regex, String... examples) {
        StringBuilder text = new StringBuilder(words).append(" (e.g. ");
        for (int at = 0; at < examples.length; at++) {
            text.append(at == 0 ? "'" : " or '").append(examples[at]).append("', ");
        }
        return text.append("regex used for validation is '")
                .append(regex)
                .append("')")
                .toString();
    }
}
