package io.minik.api.meta;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A regular expression of users: Go's syntax and words, matched in time that grows with the text and never faster. What it takes is
 * known before it is made: repeated parts are written out when a pattern is compiled, so that twenty letters become a million
 * steps. Go's parser refuses these; the library alone does not.
 *
 * @param steps of the compiled pattern, about
 */
public record GoPattern(Pattern pattern, int steps) {
    /** Go's, of a repetition and of all that it lies in together. */
    private static final int MOST_REPEATS = 1000;

    /** Go's, of groups in groups. */
    private static final int MOST_DEPTH = 1000;

    /** A megabyte or two. Go takes three million: on a machine of this size that is no pattern but an attack. */
    static final int MOST_STEPS = 10_000;

    /** Steps times letters that a match may take: some tenths of a second. */
    private static final long MOST_WORK = 20_000_000;

    /** More digits are more than there may be, and not read as a number. */
    private static final int MOST_DIGITS = 9;

    /** @throws PatternSyntaxException in Go's words */
    public static GoPattern of(String text) {
        int steps = new Measure(text).steps();
        return new GoPattern(Pattern.compile(text), steps);
    }

    public String text() {
        return pattern.pattern();
    }

    public boolean isFoundIn(String value) {
        return pattern.matcher(value).find();
    }

    /** Whether it would take too long to look: then nothing is known. */
    public boolean takesLong(String value) {
        return (long) steps * value.length() > MOST_WORK;
    }

    /** Reads no more than what repeats what. What is no pattern at all is for the library to say. */
    private static final class Measure {
        private final String text;
        private final Deque<Group> groups = new ArrayDeque<>();
        private int at;

        Measure(String text) {
            this.text = text;
        }

        /** A group that is open; of its last part it is known what a repetition would multiply. */
        private static final class Group {
            private long steps = 2;
            private int repeats = 1;
            private long lastSteps;
            private int lastRepeats = 1;

            void add(long steps, int repeats) {
                this.steps += steps;
                this.repeats = Math.max(this.repeats, repeats);
                lastSteps = steps;
                lastRepeats = repeats;
            }

            /** The last part, so many times. */
            void repeat(int times, String said) {
                long repeated = (long) lastRepeats * Math.max(1, times);
                if (times > 1 && repeated > MOST_REPEATS) {
                    throw new PatternSyntaxException("invalid repeat count", said);
                }
                steps += lastSteps * Math.max(0, times - 1);
                lastSteps *= Math.max(1, times);
                lastRepeats = (int) repeated;
                repeats = Math.max(repeats, lastRepeats);
            }
        }

        int steps() {
            groups.push(new Group());
            while (at < text.length()) {
                part(text.charAt(at));
                if (groups.element().steps > MOST_STEPS) {
                    throw new PatternSyntaxException("expression too large", text);
                }
            }
            long steps = 0;
            for (Group open : groups) {
                steps += open.steps;
            }
            return (int) Math.min(steps, MOST_STEPS);
        }

        private void part(char letter) {
            switch (letter) {
                case '\\' -> escape();
                case '[' -> charClass();
                case '(' -> open();
                case ')' -> close();
                case '{' -> repeat();
                default -> {
                    groups.element().add(1, 1);
                    at++;
                }
            }
        }

        private void open() {
            if (groups.size() > MOST_DEPTH) {
                throw new PatternSyntaxException("expression nests too deeply", text);
            }
            groups.push(new Group());
            at++;
        }

        private void close() {
            if (groups.size() == 1) {
                throw new PatternSyntaxException("unexpected )", text);
            }
            Group closed = groups.pop();
            groups.element().add(closed.steps, closed.repeats);
            at++;
        }

        /** {@code {n}}, {@code {n,}} or {@code {n,m}}; all else is letters. */
        private void repeat() {
            int digits = digits(at + 1);
            int last = digits;
            if (digits > at + 1 && text.startsWith(",", digits)) {
                last = digits(digits + 1);
            }
            if (digits == at + 1 || !text.startsWith("}", last)) {
                groups.element().add(1, 1);
                at++;
                return;
            }
            String said = text.substring(at, last + 1);
            String most = last > digits + 1 ? text.substring(digits + 1, last) : text.substring(at + 1, digits);
            if (most.length() > MOST_DIGITS) {
                throw new PatternSyntaxException("invalid repeat count", said);
            }
            groups.element().repeat(Integer.parseInt(most), said);
            at = last + 1;
        }

        private int digits(int from) {
            int end = from;
            while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
                end++;
            }
            return end;
        }

        private void escape() {
            if (text.startsWith("\\Q", at)) {
                int end = text.indexOf("\\E", at);
                int quoted = (end < 0 ? text.length() : end) - at;
                groups.element().add(quoted, 1);
                at += quoted + (end < 0 ? 0 : 2);
                return;
            }
            boolean named = at + 2 < text.length()
                    && text.charAt(at + 2) == '{'
                    && "pPx".indexOf(text.charAt(at + 1)) >= 0
                    && text.indexOf('}', at) > 0;
            at = named ? text.indexOf('}', at) + 1 : at + 2;
            groups.element().add(1, 1);
        }

        private void charClass() {
            at++;
            if (text.startsWith("^", at)) {
                at++;
            }
            boolean first = true;
            while (at < text.length() && (first || text.charAt(at) != ']')) {
                first = false;
                int named = text.startsWith("[:", at) ? text.indexOf(":]", at) : -1;
                at = named > 0 ? named + 2 : text.charAt(at) == '\\' ? at + 2 : at + 1;
            }
            at++;
            groups.element().add(1, 1);
        }
    }
}
