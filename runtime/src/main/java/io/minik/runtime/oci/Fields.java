package io.minik.runtime.oci;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.runtime.RuntimeFault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads of a JSON tree that say what is wrong. */
final class Fields {
    private Fields() {}

    static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(item -> texts.add(item.asText()));
        return texts;
    }

    static Map<String, String> map(JsonNode object) {
        Map<String, String> map = new LinkedHashMap<>();
        object.properties()
                .forEach(field -> map.put(field.getKey(), field.getValue().asText()));
        return map;
    }

    static RuntimeFault invalid(String message) {
        return new RuntimeFault(RuntimeFault.Kind.INVALID_CONFIG, "config", message, 0);
    }

    /** The kernel would end the text at a NUL, and see another one than was looked at here. */
    static String withoutNul(String text, String field) {
        if (text.indexOf('\0') >= 0) {
            throw invalid(field + ": contains a NUL byte");
        }
        return text;
    }
}
