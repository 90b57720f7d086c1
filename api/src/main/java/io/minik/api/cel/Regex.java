package io.minik.api.cel;

import com.google.re2j.Pattern;

/** A pattern that an expression says as a constant: compiled once. */
record Regex(String text, Pattern pattern) {
    static Regex of(Object said) {
        return said instanceof Regex made ? made : new Regex((String) said, Pattern.compile((String) said));
    }

    @Override
    public String toString() {
        return text;
    }
}
