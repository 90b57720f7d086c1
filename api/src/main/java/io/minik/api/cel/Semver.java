package io.minik.api.cel;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A version of Semantic Versioning 2.0. @param before what makes it older than the same without */
record Semver(List<BigInteger> numbers, List<String> before) implements Comparable<Semver> {
    private static final String NUMBER = "(0|[1-9]\\d*+)";
    private static final Pattern STRICT = Pattern.compile(
            NUMBER + "\\." + NUMBER + "\\." + NUMBER + "(?:-([0-9A-Za-z.-]++))?(?:\\+([0-9A-Za-z.-]++))?");
    /** A short one has nothing behind it. */
    private static final Pattern LOOSE =
            Pattern.compile("v?(\\d++)(?:\\.(\\d++)(?:\\.(\\d++)(?:-([0-9A-Za-z.-]++))?(?:\\+([0-9A-Za-z.-]++))?)?)?");

    /** @param normalize whether v1, 1.2 and leading zeros will do */
    static Optional<Semver> find(String text, boolean normalize) {
        Matcher match = (normalize ? LOOSE : STRICT).matcher(text);
        if (!match.matches()) {
            return Optional.empty();
        }
        String before = match.group(4) == null ? "" : match.group(4);
        List<String> parts = before.isEmpty() ? List.of() : List.of(before.split("\\.", -1));
        boolean wrong = parts.stream().anyMatch(part -> part.isEmpty() || part.matches("0\\d+"));
        return wrong
                ? Optional.empty()
                : Optional.of(new Semver(List.of(number(match, 1), number(match, 2), number(match, 3)), parts));
    }

    private static BigInteger number(Matcher match, int group) {
        String text = match.group(group);
        return text == null ? BigInteger.ZERO : new BigInteger(text);
    }

    @Override
    public int compareTo(Semver other) {
        for (int at = 0; at < numbers.size(); at++) {
            int order = numbers.get(at).compareTo(other.numbers.get(at));
            if (order != 0) {
                return order;
            }
        }
        if (before.isEmpty() || other.before.isEmpty()) {
            return Boolean.compare(before.isEmpty(), other.before.isEmpty());
        }
        for (int at = 0; at < Math.min(before.size(), other.before.size()); at++) {
            int order = comparePart(before.get(at), other.before.get(at));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(before.size(), other.before.size());
    }

    private static int comparePart(String a, String b) {
        boolean left = a.matches("\\d+");
        boolean right = b.matches("\\d+");
        if (left && right) {
            return new BigInteger(a).compareTo(new BigInteger(b));
        }
        return left == right ? a.compareTo(b) : left ? -1 : 1;
    }

    @Override
    public String toString() {
        String plain = numbers.get(0) + "." + numbers.get(1) + "." + numbers.get(2);
        return before.isEmpty() ? plain : plain + "-" + String.join(".", before);
    }
}
