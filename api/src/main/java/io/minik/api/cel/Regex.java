package io.minik.api.cel;

import com.google.re2j.Pattern;
import io.minik.api.meta.GoPattern;

/** A pattern that an expression says as a constant: compiled once. */
record Regex(String text, Pattern pattern) {
    static Regex of(Object said) {
        return said instanceof Regex made
                ? made
                : new Regex((String) said, GoPattern.of((String) said).pattern());
    }

    @Override
    public String toString() {
        return text;
    }
}
