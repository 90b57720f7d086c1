package io.minik.charts.template;

/** @param at where in the text; @param line from 1 */
record TemplateToken(Kind kind, int at, String text, int line) {
    enum Kind {
        ERROR,
        BOOL,
        CHAR,
        CHAR_CONSTANT,
        ASSIGN,
        DECLARE,
        EOF,
        FIELD,
        IDENTIFIER,
        LEFT_DELIM,
        LEFT_PAREN,
        NUMBER,
        PIPE,
        RAW_STRING,
        RIGHT_DELIM,
        RIGHT_PAREN,
        SPACE,
        STRING,
        TEXT,
        VARIABLE,
        DOT,
        NIL,
        KEYWORD
    }

    boolean is(String keyword) {
        return kind == Kind.KEYWORD && text.equals(keyword);
    }

    /** As Go's parser names it in errors. */
    @Override
    public String toString() {
        return switch (kind) {
            case EOF -> "EOF";
            case ERROR -> text;
            case KEYWORD, DOT, NIL -> "<" + text + ">";
            default -> text.length() > 10 ? Quoted.of(text.substring(0, 10)) + "..." : Quoted.of(text);
        };
    }
}
