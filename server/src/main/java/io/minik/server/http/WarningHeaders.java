package io.minik.server.http;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Which warnings fit into an answer's head, as kube-apiserver cuts them: all of them as long as they are short together; else each
 * of 256 characters at most, and the last is the one with which they are too many.
 */
final class WarningHeaders {
    /** Proxies and clients take some kilobytes of headers, and the rest of the head wants room too. */
    private static final int MOST_CHARACTERS = 4 * 1024;

    private static final int MOST_OF_ONE = 256;

    private WarningHeaders() {}

    /** Each text once. */
    static List<String> fitting(List<String> texts) {
        List<String> said = List.copyOf(new LinkedHashSet<>(texts));
        long together = 0;
        for (String text : said) {
            together += length(text);
        }
        if (together <= MOST_CHARACTERS) {
            return said;
        }
        List<String> cut = new ArrayList<>();
        int written = 0;
        for (String text : said) {
            if (written >= MOST_CHARACTERS) {
                break;
            }
            String one = length(text) > MOST_OF_ONE ? text.substring(0, text.offsetByCodePoints(0, MOST_OF_ONE)) : text;
            cut.add(one);
            written += length(one);
        }
        return cut;
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
