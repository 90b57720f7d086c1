package io.minik.ground.json;

import java.nio.charset.StandardCharsets;

/**
 * A walk through the bytes of JSON that makes nothing of them: texts and numbers are places in the bytes. For who turns one
 * encoding into another, where a tree of the object would be dropped at once.
 *
 * <p>For bytes that were JSON when they were stored: what is passed over is not checked.
 *
 * <pre>
 *   scan.enter('{');
 *   while (scan.nextField()) {          scan.enter('[');
 *       ... scan.from(), scan.to()      while (scan.nextItem()) {
 *       scan.skip();                        scan.skip();
 *   }                                   }
 * </pre>
 */
public final class JsonScan {
    private final byte[] json;
    private int at;
    /** The place of the field's name, or of the text or word that was read last, without quotes. */
    private int from;

    private int to;
    private boolean escaped;

    public JsonScan(byte[] json) {
        this.json = json;
    }

    public byte[] bytes() {
        return json;
    }

    /** Where the next value or bracket begins; to come back to it: {@link #back}. */
    public int at() {
        return at;
    }

    public void back(int place) {
        at = place;
    }

    public int from() {
        return from;
    }

    public int to() {
        return to;
    }

    /** Whether the text that was read last has escapes: then its bytes are not what it says. */
    public boolean escaped() {
        return escaped;
    }

    /** The first byte of what comes next. */
    public byte peek() {
        space();
        return byteAt(at);
    }

    /** @throws IllegalArgumentException if no such bracket comes next */
    public void enter(char bracket) {
        if (peek() != bracket) {
            throw broken();
        }
        at++;
    }

    /** Reads the next field's name, behind which its value stands; false at the end of the object. */
    public boolean nextField() {
        if (!more('}')) {
            return false;
        }
        text();
        colon();
        return true;
    }

    /** Passes over what stands between a name and its value. */
    public void colon() {
        if (peek() != ':') {
            throw broken();
        }
        at++;
        space();
    }

    /** Moves to the next item of a list; false at its end. */
    public boolean nextItem() {
        return more(']');
    }

    private boolean more(char end) {
        byte next = peek();
        if (next == ',') {
            at++;
            next = peek();
        }
        if (next == end) {
            at++;
            return false;
        }
        return true;
    }

    /** Passes over null; false if something else comes. */
    public boolean nothing() {
        if (peek() != 'n') {
            return false;
        }
        word();
        return true;
    }

    /** Reads a text. */
    public void text() {
        if (peek() != '"') {
            throw broken();
        }
        from = ++at;
        escaped = false;
        while (byteAt(at) != '"') {
            if (json[at] == '\\') {
                escaped = true;
                at++;
            }
            at++;
        }
        to = at++;
    }

    /** Reads a number, true, false or null. */
    public void word() {
        space();
        from = at;
        while (at < json.length && json[at] > ' ' && json[at] != ',' && json[at] != '}' && json[at] != ']') {
            at++;
        }
        to = at;
        if (from == to) {
            throw broken();
        }
    }

    /** What was read last, as it is written. */
    public String read() {
        return new String(json, from, to - from, StandardCharsets.UTF_8);
    }

    /** Passes over a value. @return where it begins; it ends at {@link #at} */
    public int skip() {
        byte first = peek();
        int begin = at;
        if (first == '"') {
            text();
        } else if (first == '{' || first == '[') {
            brackets();
        } else {
            word();
        }
        return begin;
    }

    private void brackets() {
        int depth = 0;
        do {
            byte each = byteAt(at);
            if (each == '"') {
                text();
                continue;
            }
            if (each == '{' || each == '[') {
                depth++;
            } else if (each == '}' || each == ']') {
                depth--;
            }
            at++;
        } while (depth > 0);
    }

    private void space() {
        while (at < json.length && (json[at] == ' ' || json[at] == '\n' || json[at] == '\r' || json[at] == '\t')) {
            at++;
        }
    }

    private byte byteAt(int place) {
        if (place >= json.length) {
            throw broken();
        }
        return json[place];
    }

    private IllegalArgumentException broken() {
        return new IllegalArgumentException("not JSON: stops making sense at byte " + at);
    }
}
