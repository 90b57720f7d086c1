package io.minik.api.schema;

/** The text form of a body. */
public enum Format {
    JSON,
    YAML
}
