package io.minik.charts.template;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Go's strings are bytes. Here they are Strings; a byte that is no UTF-8 is the lone surrogate U+DC00 plus its value, so that files
 * that are no text pass through unharmed, as {@code .Files.Get | b64enc} wants it.
 */
public final class GoStrings {
    private static final int LONE = 0xDC00;

    private GoStrings() {}

    public static String of(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return lenient(bytes);
        }
    }

    private static String lenient(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length);
        var decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length + 2);
        while (true) {
            var result = decoder.decode(in, out, true);
            out.flip();
            text.append(out);
            out.clear();
            if (!result.isError()) {
                return text.toString();
            }
            for (int i = 0; i < result.length(); i++) {
                text.append((char) (LONE + (in.get() & 0xff)));
            }
            decoder.reset();
        }
    }

    public static byte[] bytes(String text) {
        if (isAscii(text) || !hasLone(text)) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length() + 16);
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            if (isLone(point)) {
                out.write(point - LONE);
            } else {
                out.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
            }
            i += Character.charCount(point);
        }
        return out.toByteArray();
    }

    /** In bytes, as len has it. */
    public static int length(String text) {
        return isAscii(text) ? text.length() : bytes(text).length;
    }

    /** A part by bytes, as {@code s[from:to]}. */
    public static String slice(String text, int from, int to) {
        if (isAscii(text)) {
            return text.substring(from, to);
        }
        return of(Arrays.copyOfRange(bytes(text), from, to));
    }

    private static boolean isLone(int point) {
        return point >= LONE && point < LONE + 256;
    }

    private static boolean hasLone(String text) {
        return text.codePoints().anyMatch(GoStrings::isLone);
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }
}
