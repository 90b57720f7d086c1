package io.minik.server.http;

import io.minik.api.schema.KindRow;
import java.util.Map;
import java.util.Optional;

/** Kinds that upstream asks not to use any more: every request for one is warned. */
final class Deprecations {
    private static final Map<String, String> WARNINGS = Map.of(
            "componentstatuses", "v1 ComponentStatus is deprecated in v1.19+",
            "endpoints", "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice");

    private Deprecations() {}

    static Optional<String> of(KindRow kind) {
        return kind.added().isPresent()
                ? kind.added().get().deprecation()
                : Optional.ofNullable(WARNINGS.get(kind.resource().groupResource()));
    }
}
