package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * core/v1 PodSecurityContext: what holds for all containers that do not say otherwise.
 *
 * @param seccompProfile {@code RuntimeDefault}, {@code Unconfined} or {@code Localhost/<path>}; empty = not said
 * @param fsGroupChangePolicy Always or OnRootMismatch
 * @param supplementalGroupsPolicy Merge (with the image's group file) or Strict
 */
public record PodSecurityContext(
        OptionalLong runAsUser,
        OptionalLong runAsGroup,
        Optional<Boolean> runAsNonRoot,
        OptionalLong fsGroup,
        String fsGroupChangePolicy,
        List<Long> supplementalGroups,
        String supplementalGroupsPolicy,
        Map<String, String> sysctls,
        String seccompProfile) {

    public static PodSecurityContext of(JsonNode context) {
        Map<String, String> sysctls = new LinkedHashMap<>();
        for (JsonNode sysctl : context.path("sysctls")) {
            sysctls.put(Json.text(sysctl, "name"), Json.text(sysctl, "value"));
        }
        return new PodSecurityContext(
                Views.number(context.path("runAsUser")),
                Views.number(context.path("runAsGroup")),
                Views.flag(context.path("runAsNonRoot")),
                Views.number(context.path("fsGroup")),
                Json.textOr("Always", context, "fsGroupChangePolicy"),
                Views.list(context.path("supplementalGroups"), JsonNode::longValue),
                Json.textOr("Merge", context, "supplementalGroupsPolicy"),
                Collections.unmodifiableMap(sysctls),
                Views.seccomp(context.path("seccompProfile")));
    }
}
