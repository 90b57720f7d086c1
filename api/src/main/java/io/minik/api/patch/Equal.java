package io.minik.api.patch;

import com.fasterxml.jackson.databind.JsonNode;

/** Equality of JSON values: 1, 1L and 1.0 are one number. */
final class Equal {
    private Equal() {}

    static boolean same(JsonNode a, JsonNode b) {
        return a.equals(
                (left, right) -> {
                    if (left.isNumber() && right.isNumber()) {
                        return left.decimalValue().compareTo(right.decimalValue());
                    }
                    return left.equals(right) ? 0 : 1;
                },
                b);
    }
}
