package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * A path into the objects of a schema, {@code .spec.colour} or {@code .spec['a.b']}: of fields and of maps' entries, never
 * of lists' items (apiextensions' ValidFieldPath).
 *
 * @param text as errors name the field: {@code spec.colour}
 * @param schema of what is there
 */
record SchemaPath(String text, List<String> steps, JsonNode schema) {
    /** What is wrong with a path. */
    static final class Wrong extends Exception {
        Wrong(String message) {
            super(message, null, false, false);
        }
    }

    /** @param brackets whether {@code ['a']} is allowed */
    static SchemaPath of(String path, JsonNode schema, boolean brackets) throws Wrong {
        SchemaPath found = new SchemaPath("", List.of(), schema);
        List<String> tokens = tokens(path);
        for (int at = 0; at < tokens.size(); at++) {
            String token = tokens.get(at);
            if (token.equals(".")) {
                found = found.step(token(tokens, ++at));
            } else if (!token.equals("[")) {
                throw new Wrong("expected [ or . but got: " + token);
            } else if (!brackets) {
                throw new Wrong("array notation is not allowed");
            } else {
                String quoted = token(tokens, ++at);
                if (quoted.length() < 2 || !quoted.startsWith("'") || !quoted.endsWith("'")) {
                    throw new Wrong("expected single quoted string but got " + quoted);
                }
                found = found.step(unescaped(quoted.substring(1, quoted.length() - 1)));
                String end = token(tokens, ++at);
                if (!end.equals("]")) {
                    throw new Wrong("expected ] but got " + end);
                }
            }
        }
        return found;
    }

    private static String token(List<String> tokens, int at) throws Wrong {
        if (at >= tokens.size()) {
            throw new Wrong("unexpected end of JSON path");
        }
        return tokens.get(at);
    }

    private SchemaPath step(String name) throws Wrong {
        JsonNode properties = schema.path("properties");
        List<String> more = new ArrayList<>(steps);
        more.add(name);
        if (properties.path(name).isObject()) {
            return new SchemaPath(text.isEmpty() ? name : text + "." + name, List.copyOf(more), properties.path(name));
        }
        if (properties.isObject() || !schema.path("additionalProperties").isObject()) {
            throw new Wrong("does not refer to a valid field");
        }
        return new SchemaPath(text + "[" + name + "]", List.copyOf(more), schema.path("additionalProperties"));
    }

    /** Points, brackets, quoted names whole, and what is between. */
    private static List<String> tokens(String path) {
        List<String> tokens = new ArrayList<>();
        int at = 0;
        while (at < path.length()) {
            int end = at + 1;
            if (path.charAt(at) == '\'') {
                while (end < path.length() && !(path.charAt(end) == '\'' && path.charAt(end - 1) != '\\')) {
                    end++;
                }
                end = Math.min(end + 1, path.length());
            } else if (".[]".indexOf(path.charAt(at)) < 0) {
                while (end < path.length() && ".[]".indexOf(path.charAt(end)) < 0) {
                    end++;
                }
            }
            tokens.add(path.substring(at, end));
            at = end;
        }
        return tokens;
    }

    private static String unescaped(String text) throws Wrong {
        StringBuilder plain = new StringBuilder();
        for (int at = 0; at < text.length(); at++) {
            char letter = text.charAt(at);
            if (letter == '\\' && at + 1 < text.length()) {
                int known = "abfnrtv'\\".indexOf(text.charAt(++at));
                if (known < 0) {
                    throw new Wrong("invalid string literal: invalid escape char \\" + text.charAt(at));
                }
                letter = "\007\b\f\n\r\t\013'\\".charAt(known);
            }
            plain.append(letter);
        }
        return plain.toString();
    }

    String type() {
        return Json.text(schema, "type");
    }
}
