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
        if (at < json.length && json[at] > ' ') {
            return json[at];
        }
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
        from = at + 1;
        at = textEnd(from);
        to = at - 1;
    }

    /** Locals: what runs for every byte is not to go through fields. @return behind the closing quote */
    private int textEnd(int begin) {
        byte[] bytes = json;
        boolean escapes = false;
        for (int i = begin; i < bytes.length; i++) {
            byte each = bytes[i];
            if (each == '"') {
                escaped = escapes;
                return i + 1;
            }
            if (each == '\\') {
                escapes = true;
                i++;
            }
        }
        at = bytes.length;
        throw broken();
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
        byte[] bytes = json;
        int depth = 0;
        for (int i = at; i < bytes.length; i++) {
            byte each = bytes[i];
            if (each == '"') {
                i = textEnd(i + 1) - 1;
            } else if (each == '{' || each == '[') {
                depth++;
            } else if ((each == '}' || each == ']') && --depth == 0) {
                at = i + 1;
                return;
            }
        }
        at = bytes.length;
        throw broken();
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
