package io.minik.agent.kubelet;

import java.util.Optional;
import java.util.function.Function;

/** {@code $(NAME)} in commands, arguments and values: {@code $$} escapes, an unknown name stays as it is written. */
final class Expansion {
    private Expansion() {}

    static String expand(String text, Function<String, Optional<String>> variables) {
        StringBuilder out = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c != '$' || i + 1 == text.length()) {
                out.append(c);
                i++;
            } else if (text.charAt(i + 1) == '$') {
                out.append('$');
                i += 2;
            } else if (text.charAt(i + 1) == '(' && text.indexOf(')', i) > 0) {
                int end = text.indexOf(')', i);
                String reference = text.substring(i, end + 1);
                out.append(variables.apply(text.substring(i + 2, end)).orElse(reference));
                i = end + 1;
            } else {
                out.append('$').append(text.charAt(i + 1));
                i += 2;
            }
        }
        return out.toString();
    }
}
