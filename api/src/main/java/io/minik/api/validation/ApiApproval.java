package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.net.URI;
import java.net.URISyntaxException;

/** Kubernetes' own groups are for kinds that Kubernetes has approved: an annotation says where. */
public record ApiApproval(State state, String message) {
    public static final String ANNOTATION = "api-approved.kubernetes.io";

    public enum State {
        MISSING,
        INVALID,
        APPROVED,
        BYPASSED
    }

    public static boolean isProtected(String group) {
        return group.equals("k8s.io")
                || group.equals("kubernetes.io")
                || group.endsWith(".k8s.io")
                || group.endsWith(".kubernetes.io");
    }

    public static ApiApproval of(JsonNode definition) {
        String said = Json.text(definition.path("metadata").path("annotations"), ANNOTATION);
        if (said.isEmpty()) {
            return new ApiApproval(
                    State.MISSING,
                    "protected groups must have approval annotation \"" + ANNOTATION
                            + "\", see https://github.com/kubernetes/enhancements/pull/1111");
        }
        if (said.startsWith("unapproved")) {
            return new ApiApproval(State.BYPASSED, "not approved: \"" + said + "\"");
        }
        return isUrl(said)
                ? new ApiApproval(State.APPROVED, "approved in " + said)
                : new ApiApproval(
                        State.INVALID,
                        "protected groups must have approval annotation \"" + ANNOTATION
                                + "\" with either a URL or a reason starting with \"unapproved\", see"
                                + " https://github.com/kubernetes/enhancements/pull/1111");
    }

    private static boolean isUrl(String text) {
        try {
            URI uri = new URI(text);
            return uri.getScheme() != null && uri.getRawAuthority() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
