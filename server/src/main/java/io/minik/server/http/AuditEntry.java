package io.minik.server.http;

import java.util.LinkedHashMap;
import java.util.Map;

/** Annotations that steps leave for the audit log. Owned by the request's loop. */
public final class AuditEntry {
    private final Map<String, String> annotations = new LinkedHashMap<>();

    void annotate(String key, String value) {
        annotations.put(key, value);
    }

    Map<String, String> annotations() {
        return annotations;
    }
}
