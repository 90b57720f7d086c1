package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * core/v1 SecurityContext of a container.
 *
 * @param procMount Default or Unmasked; empty = not said
 * @param seccompProfile as in {@link PodSecurityContext}
 */
public record SecurityContext(
        OptionalLong runAsUser,
        OptionalLong runAsGroup,
        Optional<Boolean> runAsNonRoot,
        boolean privileged,
        boolean readOnlyRootFilesystem,
        Optional<Boolean> allowPrivilegeEscalation,
        List<String> addCapabilities,
        List<String> dropCapabilities,
        String procMount,
        String seccompProfile) {

    public static SecurityContext of(JsonNode context) {
        return new SecurityContext(
                Views.number(context.path("runAsUser")),
                Views.number(context.path("runAsGroup")),
                Views.flag(context.path("runAsNonRoot")),
                Json.bool(context, "privileged"),
                Json.bool(context, "readOnlyRootFilesystem"),
                Views.flag(context.path("allowPrivilegeEscalation")),
                Json.stringList(context, "capabilities", "add"),
                Json.stringList(context, "capabilities", "drop"),
                Json.text(context, "procMount"),
                Views.seccomp(context.path("seccompProfile")));
    }
}
