package io.minik.api.schema;

/** The form of a body. PROTOBUF is Kubernetes' envelope and messages. */
public enum Format {
    JSON,
    YAML,
    PROTOBUF
}
