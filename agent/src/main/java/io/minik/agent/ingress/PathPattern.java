package io.minik.agent.ingress;

import com.google.re2j.Matcher;
import io.minik.api.meta.GoPattern;
import java.util.Optional;

/**
 * A path that is a regular expression, from its beginning on and whatever the case, as ingress-nginx has it. Who writes it and who
 * sends paths are strangers to each other and to us: so it is Go's syntax, which never goes back over a text, and what it may cost
 * is known before it is made. An engine that goes back can be held for ever without looking at a single letter.
 */
final class PathPattern {
    /** Of the longest path that is compared. */
    static final int MOST_CHARACTERS = 1024;

    private final String text;
    private final GoPattern pattern;

    /** @throws com.google.re2j.PatternSyntaxException if it is none, or one that is too large */
    PathPattern(String text) {
        this.text = text;
        // By itself first: brackets of ours must not be the partners of its own.
        GoPattern.of(text);
        // With the anchor said, a match that can't be is given up where it can't be, not at the end of the path.
        this.pattern = GoPattern.of("(?i)\\A(?:" + text + ")");
    }

    /** Of the compiled pattern, about. */
    int steps() {
        return pattern.steps();
    }

    /** What is left for one request: letters looked at, times steps of the pattern that looks. A hundredth of a second. */
    static final class Work {
        private static final long MOST = 1_000_000;
        private long left = MOST;

        private void spend(int steps) {
            left -= steps;
            if (left < 0) {
                throw new OutOfWork();
            }
        }
    }

    /** @return what each group caught, the whole match first; empty as well when the work is used up */
    Optional<String[]> match(String path, Work work) {
        if (path.length() > MOST_CHARACTERS || work.left < 0) {
            return Optional.empty();
        }
        Matcher matcher = pattern.pattern().matcher(new Metered(path, pattern.steps(), work));
        try {
            if (!matcher.lookingAt()) {
                return Optional.empty();
            }
            String[] groups = new String[matcher.groupCount() + 1];
            for (int i = 0; i < groups.length; i++) {
                int start = matcher.start(i);
                groups[i] = start < 0 ? "" : path.substring(start, matcher.end(i));
            }
            return Optional.of(groups);
        } catch (OutOfWork tooMuch) {
            return Optional.empty();
        }
    }

    /**
     * {@code /$2} with what the groups caught.
     *
     * @throws Refusal 400 for what becomes longer than a path may be
     */
    static String fill(String target, String[] groups, int most) {
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
            if (filled.length() > most) {
                throw Refusal.bad("a path that becomes too long");
            }
        }
        return filled.toString();
    }

    @Override
    public String toString() {
        return text;
    }

    private static final class OutOfWork extends RuntimeException {
        private static final long serialVersionUID = 1;

        OutOfWork() {
            super("too much work", null, false, false);
        }
    }

    /** A text that counts how often somebody looks at it. */
    private static final class Metered implements CharSequence {
        private final String text;
        private final int steps;
        private final Work work;

        Metered(String text, int steps, Work work) {
            this.text = text;
            this.steps = steps;
            this.work = work;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            work.spend(steps);
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
