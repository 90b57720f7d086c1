package io.minik.charts.template;

import io.minik.charts.template.TemplateToken.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A template's text as tokens. It stops at what is no token: the last one says why. */
final class TemplateLexer {
    private static final String LEFT = "{{";
    private static final String RIGHT = "}}";
    private static final String COMMENT = "/*";
    private static final String COMMENT_END = "*/";
    private static final Set<String> KEYWORDS =
            Set.of("block", "break", "continue", "define", "else", "end", "if", "range", "template", "with");

    private final String text;
    private final List<TemplateToken> tokens = new ArrayList<>();
    private int at;
    private int start;
    private int line = 1;
    private int lineAt;
    private int parens;

    private TemplateLexer(String text) {
        this.text = text;
    }

    static List<TemplateToken> tokens(String text) {
        TemplateLexer lexer = new TemplateLexer(text);
        while (lexer.text()) {
            // Each turn is a text and an action.
        }
        return lexer.tokens;
    }

    /** False at the end. */
    private boolean text() {
        int open = text.indexOf(LEFT, at);
        if (open < 0) {
            at = text.length();
            if (at > start) {
                emit(Kind.TEXT);
            }
            emit(Kind.EOF);
            return false;
        }
        boolean trims = trimsAfter(open + LEFT.length());
        int end = open;
        while (trims && end > start && isSpace(text.charAt(end - 1))) {
            end--;
        }
        at = end;
        if (at > start) {
            emit(Kind.TEXT);
        }
        at = open;
        start = open;
        return action(trims);
    }

    private boolean action(boolean trims) {
        int after = at + LEFT.length() + (trims ? 2 : 0);
        if (text.startsWith(COMMENT, after)) {
            return comment(after);
        }
        at = open(trims);
        parens = 0;
        while (true) {
            int end = atRight();
            if (end >= 0) {
                return close(end);
            }
            if (!inside()) {
                return false;
            }
        }
    }

    private int open(boolean trims) {
        int open = at;
        at = open + LEFT.length();
        emit(Kind.LEFT_DELIM);
        at += trims ? 2 : 0;
        start = at;
        return at;
    }

    private boolean comment(int from) {
        int end = text.indexOf(COMMENT_END, from);
        if (end < 0) {
            return error("unclosed comment");
        }
        at = end + COMMENT_END.length();
        boolean trims = trimsBefore(at);
        int close = trims ? at + 2 : at;
        if (!text.startsWith(RIGHT, close)) {
            return error("comment ends before closing delimiter");
        }
        at = close + RIGHT.length();
        skip(trims);
        return true;
    }

    /** Where the delimiter begins if one is here, behind a trim marker or not. */
    private int atRight() {
        if (trimsBefore(at) && text.startsWith(RIGHT, at + 2)) {
            return at + 2;
        }
        return text.startsWith(RIGHT, at) ? at : -1;
    }

    private boolean close(int delimiter) {
        if (parens > 0) {
            return error("unclosed left paren");
        }
        boolean trims = delimiter > at;
        at = delimiter;
        start = at;
        at += RIGHT.length();
        emit(Kind.RIGHT_DELIM);
        skip(trims);
        return true;
    }

    private void skip(boolean trims) {
        while (trims && at < text.length() && isSpace(text.charAt(at))) {
            at++;
        }
        start = at;
    }

    /** One token of an action. */
    private boolean inside() {
        if (at >= text.length()) {
            return error("unclosed action");
        }
        char letter = text.charAt(at);
        at++;
        switch (letter) {
            case '=' -> emit(Kind.ASSIGN);
            case ':' -> {
                if (!text.startsWith("=", at)) {
                    return error("expected :=");
                }
                at++;
                emit(Kind.DECLARE);
            }
            case '|' -> emit(Kind.PIPE);
            case '"' -> {
                return quoted('"', Kind.STRING, "unterminated quoted string");
            }
            case '`' -> {
                return raw();
            }
            case '\'' -> {
                return quoted('\'', Kind.CHAR_CONSTANT, "unterminated character constant");
            }
            case '$' -> {
                return variable();
            }
            case '(' -> {
                parens++;
                emit(Kind.LEFT_PAREN);
            }
            case ')' -> {
                if (--parens < 0) {
                    return error("unexpected right paren");
                }
                emit(Kind.RIGHT_PAREN);
            }
            default -> {
                return other(letter);
            }
        }
        return true;
    }

    private boolean other(char letter) {
        if (isSpace(letter)) {
            while (at < text.length() && isSpace(text.charAt(at)) && atRight() < 0) {
                at++;
            }
            // A marker's own space belongs to the marker.
            emit(Kind.SPACE);
            return true;
        }
        if (letter == '.') {
            boolean digit = at < text.length() && Character.isDigit(text.charAt(at));
            if (!digit) {
                return field();
            }
        }
        if (letter == '+' || letter == '-' || letter == '.' || (letter >= '0' && letter <= '9')) {
            at--;
            return number();
        }
        if (isWord(letter)) {
            return word();
        }
        if (letter < 0x80 && letter > ' ') {
            emit(Kind.CHAR);
            return true;
        }
        int point = text.codePointAt(at - 1);
        return error(String.format(
                Locale.ROOT, "unrecognized character in action: U+%04X '%s'", point, Character.toString(point)));
    }

    private boolean quoted(char end, Kind kind, String open) {
        while (at < text.length()) {
            char letter = text.charAt(at++);
            if (letter == '\\' && at < text.length() && text.charAt(at) != '\n') {
                at++;
            } else if (letter == '\n') {
                return error(open);
            } else if (letter == end) {
                emit(kind);
                return true;
            }
        }
        return error(open);
    }

    private boolean raw() {
        int end = text.indexOf('`', at);
        if (end < 0) {
            return error("unterminated raw quoted string");
        }
        at = end + 1;
        emit(Kind.RAW_STRING);
        return true;
    }

    private boolean variable() {
        words();
        return ended(Kind.VARIABLE);
    }

    private boolean field() {
        if (atEnd()) {
            emit(Kind.DOT);
            return true;
        }
        words();
        return ended(Kind.FIELD);
    }

    private boolean word() {
        words();
        String word = text.substring(start, at);
        Kind kind = KEYWORDS.contains(word)
                ? Kind.KEYWORD
                : word.equals("nil")
                        ? Kind.NIL
                        : word.equals("true") || word.equals("false") ? Kind.BOOL : Kind.IDENTIFIER;
        return ended(kind);
    }

    private void words() {
        while (at < text.length() && isWord(text.charAt(at))) {
            at++;
        }
    }

    private boolean ended(Kind kind) {
        if (!atEnd()) {
            int point = text.codePointAt(at);
            return error(String.format(Locale.ROOT, "bad character U+%04X '%s'", point, Character.toString(point)));
        }
        emit(kind);
        return true;
    }

    /** Whether what is here may end a word: a dot does, so that fields chain. */
    private boolean atEnd() {
        if (at >= text.length() || isSpace(text.charAt(at))) {
            return true;
        }
        return ".,|:)(".indexOf(text.charAt(at)) >= 0 || text.charAt(at) == '=' || text.startsWith(RIGHT, at);
    }

    private boolean number() {
        if (text.charAt(at) == '+' || text.charAt(at) == '-') {
            at++;
        }
        String digits = "0123456789_";
        if (text.startsWith("0", at)) {
            at++;
            if (accept("xX")) {
                digits = "0123456789abcdefABCDEF_";
            } else if (accept("oO")) {
                digits = "01234567_";
            } else if (accept("bB")) {
                digits = "01_";
            }
        }
        run(digits);
        if (accept(".")) {
            run(digits);
        }
        if (digits.length() == 11 && accept("eE")) {
            accept("+-");
            run("0123456789_");
        }
        if (digits.length() > 20 && accept("pP")) {
            accept("+-");
            run("0123456789_");
        }
        accept("i");
        if (at < text.length() && isWord(text.charAt(at))) {
            at++;
            return error("bad number syntax: " + Quoted.of(text.substring(start, at)));
        }
        if (at == start + 1 && "+-".indexOf(text.charAt(start)) >= 0) {
            return error("bad number syntax: " + Quoted.of(text.substring(start, at)));
        }
        emit(Kind.NUMBER);
        return true;
    }

    private boolean accept(String letters) {
        if (at < text.length() && letters.indexOf(text.charAt(at)) >= 0) {
            at++;
            return true;
        }
        return false;
    }

    private void run(String letters) {
        while (accept(letters)) {
            // The loop's condition does the work.
        }
    }

    private boolean trimsAfter(int from) {
        return from + 1 < text.length() && text.charAt(from) == '-' && isSpace(text.charAt(from + 1));
    }

    private boolean trimsBefore(int from) {
        return from + 1 < text.length() && isSpace(text.charAt(from)) && text.charAt(from + 1) == '-';
    }

    private static boolean isSpace(char letter) {
        return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n';
    }

    private static boolean isWord(char letter) {
        return letter == '_' || Character.isLetterOrDigit(letter) || Character.isSurrogate(letter);
    }

    private void emit(Kind kind) {
        tokens.add(new TemplateToken(kind, start, text.substring(start, at), lineOf(start)));
        start = at;
    }

    private boolean error(String why) {
        tokens.add(new TemplateToken(Kind.ERROR, start, why, lineOf(start)));
        return false;
    }

    private int lineOf(int position) {
        for (; lineAt < position; lineAt++) {
            if (text.charAt(lineAt) == '\n') {
                line++;
            }
        }
        return line;
    }
}
