package io.minik.server.http;

import io.minik.server.admission.AdmissionChain;
import io.minik.server.admission.NamespaceLifecycle;
import io.minik.server.registry.NameSource;
import java.util.List;

/** Admission's list, in execution order. */
final class Rules {
    private Rules() {}

    static AdmissionChain chain(ApiServerConfig config, NameSource names) {
        return new AdmissionChain(List.of(new NamespaceLifecycle()));
    }
}
