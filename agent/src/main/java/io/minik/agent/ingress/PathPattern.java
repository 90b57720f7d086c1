package io.minik.agent.ingress;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A path that is a regular expression, from its beginning on and whatever the case, as ingress-nginx has it. Who writes it and who
 * sends paths are strangers to each other and to us: a match that takes too many steps is none.
 */
final class PathPattern {
    /** Of the longest path that is compared: the matcher's calls may nest once for each character. */
    static final int MOST_CHARACTERS = 1024;

    /** Characters looked at; a pattern that does not go back over and over needs a few times the path's length. */
    private static final int MOST_STEPS = 20_000;

    private final Pattern pattern;

    /** @throws java.util.regex.PatternSyntaxException if it is none */
    PathPattern(String text) {
        pattern = Pattern.compile(text, Pattern.CASE_INSENSITIVE);
    }

    /** @return what each group caught, the whole match first */
    Optional<String[]> match(String path) {
        if (path.length() > MOST_CHARACTERS) {
            return Optional.empty();
        }
        Matcher matcher = pattern.matcher(new Metered(path));
        try {
            if (!matcher.lookingAt()) {
                return Optional.empty();
            }
        } catch (OutOfSteps | StackOverflowError tooMuch) {
            return Optional.empty();
        }
        String[] groups = new String[matcher.groupCount() + 1];
        for (int i = 0; i < groups.length; i++) {
            int start = matcher.start(i);
            groups[i] = start < 0 ? "" : path.substring(start, matcher.end(i));
        }
        return Optional.of(groups);
    }

    /** {@code /$2} with what the groups caught. */
    static String fill(String target, String[] groups) {
        StringBuilder filled = new StringBuilder();
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            int number = c == '$' && i + 1 < target.length() ? target.charAt(i + 1) - '0' : -1;
            if (number >= 0 && number <= 9) {
                filled.append(number < groups.length ? groups[number] : "");
                i++;
            } else {
                filled.append(c);
            }
        }
        return filled.toString();
    }

    @Override
    public String toString() {
        return pattern.pattern();
    }

    private static final class OutOfSteps extends RuntimeException {
        private static final long serialVersionUID = 1;

        OutOfSteps() {
            super("too many steps", null, false, false);
        }
    }

    /** A text that counts how often somebody looks at it. */
    private static final class Metered implements CharSequence {
        private final String text;
        private int left = MOST_STEPS;

        Metered(String text) {
            this.text = text;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (--left < 0) {
                throw new OutOfSteps();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
