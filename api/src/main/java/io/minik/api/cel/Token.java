package io.minik.api.cel;

/**
 * @param text as written; of strings and numbers too
 * @param value of literals; the text of others
 */
record Token(Kind kind, String text, Object value, int at) {
    enum Kind {
        IDENT,
        /** A field's name in backticks. */
        QUOTED,
        LITERAL,
        OPERATOR,
        END
    }

    boolean is(String operator) {
        return kind == Kind.OPERATOR && text.equals(operator);
    }

    /** As ANTLR names it. */
    String shown() {
        return kind == Kind.END ? "<EOF>" : text;
    }
}
