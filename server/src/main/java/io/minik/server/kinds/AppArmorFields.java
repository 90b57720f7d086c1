package io.minik.server.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The annotations that named AppArmor profiles before there were fields: of a new pod they become its containers' fields, so that
 * nodes and admission need look at one place alone (upstream's version skew of AppArmor, since 1.30).
 */
final class AppArmorFields {
    private static final String ANNOTATION = "container.apparmor.security.beta.kubernetes.io/";
    private static final String LOCALHOST = "localhost/";
    private static final String PROFILE = "appArmorProfile";

    private AppArmorFields() {}

    /** @return what the client is warned of: each annotation that meant something beyond the fields, or nothing at all */
    static List<String> copy(ObjectNode pod) {
        JsonNode annotations = Json.at(pod, "metadata", "annotations");
        if (annotations.isEmpty() || Json.text(pod, "spec", "os", "name").equals("windows")) {
            return List.of();
        }
        List<String> warnings = new ArrayList<>();
        JsonNode ofPod = Json.at(pod, "spec", "securityContext", PROFILE);
        for (String list : List.of("initContainers", "containers", "ephemeralContainers")) {
            for (JsonNode container : Json.at(pod, "spec", list)) {
                String key = ANNOTATION + Json.text(container, "name");
                if (!annotations.has(key)
                        || Json.at(container, "securityContext").has(PROFILE)) {
                    continue;
                }
                Optional<ObjectNode> profile = profile(Json.text(annotations, key));
                if (profile.isEmpty() || !profile.get().equals(ofPod)) {
                    profile.ifPresent(field -> Json.child((ObjectNode) container, "securityContext")
                            .set(PROFILE, field));
                    warnings.add("metadata.annotations[" + key
                            + "]: deprecated since v1.30; use the \"appArmorProfile\" field instead");
                }
            }
        }
        return warnings;
    }

    private static Optional<ObjectNode> profile(String annotation) {
        if (annotation.equals("unconfined")) {
            return Optional.of(Json.object().put("type", "Unconfined"));
        }
        if (annotation.equals("runtime/default")) {
            return Optional.of(Json.object().put("type", "RuntimeDefault"));
        }
        String local = annotation.startsWith(LOCALHOST) ? annotation.substring(LOCALHOST.length()) : "";
        return local.isEmpty() || !local.equals(local.strip())
                ? Optional.empty()
                : Optional.of(Json.object().put("type", "Localhost").put("localhostProfile", local));
    }
}
