package io.minik.ground.json;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Escapes in JSON texts what Go's encoding/json does beyond the rules of JSON: {@code < > &} and the two line separators.
 * Clients in Go compare raw JSON (the data of a ControllerRevision) byte by byte with what they would write themselves.
 */
final class GoEscapes extends CharacterEscapes {
    private static final long serialVersionUID = 1L;

    private static final Map<Integer, SerializedString> ESCAPES = Map.of(
            (int) '<',
            new SerializedString("\\u003c"),
            (int) '>',
            new SerializedString("\\u003e"),
            (int) '&',
            new SerializedString("\\u0026"),
            0x2028,
            new SerializedString("\\u2028"),
            0x2029,
            new SerializedString("\\u2029"));

    private final int[] ascii = standardAsciiEscapesForJSON();

    GoEscapes() {
        ESCAPES.keySet().stream().filter(each -> each < ascii.length).forEach(each -> ascii[each] = ESCAPE_CUSTOM);
    }

    @Override
    public int[] getEscapeCodesForAscii() {
        return ascii;
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int character) {
        return ESCAPES.get(character);
    }
}
