package io.minik.api.schema;

import io.minik.api.meta.ApiException;

/** What unknown and duplicate fields are worth: the query parameter fieldValidation. */
public enum FieldValidation {
    IGNORE,
    WARN,
    STRICT;

    /** Empty means Warn, as in every request since Kubernetes 1.27. @throws ApiException 400 */
    public static FieldValidation of(String word) {
        return switch (word) {
            case "Ignore" -> IGNORE;
            case "", "Warn" -> WARN;
            case "Strict" -> STRICT;
            default ->
                throw ApiException.badRequest(
                        "invalid fieldValidation \"" + word + "\": supported values: \"Ignore\", \"Strict\", \"Warn\"");
        };
    }
}
