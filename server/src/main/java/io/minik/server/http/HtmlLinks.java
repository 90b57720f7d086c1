package io.minik.server.http;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Changes the URLs in the tags of an HTML text that comes in parts. Only what is between {@code <} and {@code >} is held back,
 * and that up to a bound; text, scripts and styles pass untouched. Bytes are read as Latin-1, which keeps every other
 * encoding as it is: HTML's own characters are ASCII.
 */
final class HtmlLinks {
    /** A longer tag passes as it is: URLs in data: form make tags long, and those are no links of the site. */
    private static final int MOST_TAG_BYTES = 64 * 1024;

    /** Attributes whose value is one URL, by HTML's list of attributes. */
    private static final Set<String> LINKS = Set.of(
            "action",
            "background",
            "cite",
            "classid",
            "codebase",
            "data",
            "formaction",
            "href",
            "icon",
            "longdesc",
            "manifest",
            "poster",
            "profile",
            "src",
            "usemap");

    private static final Pattern ATTRIBUTE =
            Pattern.compile("([^\\s\"'<>/=]+)(\\s*=\\s*)(?:\"([^\"]*)\"|'([^']*)'|([^\\s\"'=<>`]+))");

    private final UnaryOperator<String> change;
    /** From {@code <} on: a tag whose end has not come yet. */
    private final StringBuilder tag = new StringBuilder();

    private boolean inTag;
    /** Within a tag: the quote that a value began with. */
    private char quote;
    /** Inside script or style the only tag is its own end. */
    private String raw = "";

    HtmlLinks(UnaryOperator<String> change) {
        this.change = change;
    }

    Buffer accept(Buffer part) {
        StringBuilder out = new StringBuilder(part.length() + tag.length());
        String text = part.toString(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (!inTag) {
                if (next == '<') {
                    inTag = true;
                    tag.append(next);
                } else {
                    out.append(next);
                }
                continue;
            }
            inTag(next, out);
        }
        return Buffer.buffer(out.toString(), StandardCharsets.ISO_8859_1.name());
    }

    /** What is still held back. */
    Buffer end() {
        String rest = tag.toString();
        release();
        return Buffer.buffer(rest, StandardCharsets.ISO_8859_1.name());
    }

    private void inTag(char next, StringBuilder out) {
        tag.append(next);
        if (tag.length() == 2 && next == '<') {
            out.append(next);
            tag.setLength(1);
            return;
        }
        boolean noTag = tag.length() == 2 && !startsTag(next);
        if (noTag || tag.length() > MOST_TAG_BYTES || endsRaw()) {
            out.append(tag);
            release();
        } else if (quote != 0) {
            quote = next == quote ? 0 : quote;
        } else if ((next == '"' || next == '\'') && tag.indexOf("=") >= 0) {
            quote = next;
        } else if (next == '>') {
            out.append(changed(tag.toString()));
            release();
        }
    }

    /** {@code <a}, {@code </a}; comments and declarations hold no links. */
    private boolean startsTag(char second) {
        return raw.isEmpty() ? Character.isLetter(second) || second == '/' : second == '/';
    }

    /** {@code </x} in a script is text unless it is the script's end. */
    private boolean endsRaw() {
        int known = Math.min(tag.length() - 2, raw.length());
        return !raw.isEmpty() && tag.length() > 2 && !raw.regionMatches(true, 0, tag.substring(2), 0, known);
    }

    private void release() {
        tag.setLength(0);
        inTag = false;
        quote = 0;
    }

    private String changed(String whole) {
        String name = name(whole);
        raw = name.equals("script") || name.equals("style") ? name : "";
        Matcher attributes = ATTRIBUTE.matcher(whole);
        StringBuilder out = new StringBuilder();
        int from = 0;
        while (attributes.find()) {
            int group = attributes.group(3) != null ? 3 : attributes.group(4) != null ? 4 : 5;
            if (LINKS.contains(attributes.group(1).toLowerCase(Locale.ROOT))) {
                out.append(whole, from, attributes.start(group)).append(change.apply(attributes.group(group)));
                from = attributes.end(group);
            }
        }
        return out.append(whole, from, whole.length()).toString();
    }

    private static String name(String whole) {
        int end = 1;
        while (end < whole.length() && Character.isLetterOrDigit(whole.charAt(end))) {
            end++;
        }
        return whole.substring(1, end).toLowerCase(Locale.ROOT);
    }
}
