package io.minik.server.authz;

import io.minik.api.object.KubeObject;
import io.minik.server.authn.User;
import java.util.Optional;

/** The name of the node that a user is: {@code system:node:<name>} in group system:nodes. */
public final class NodeUser {
    public static final String GROUP = "system:nodes";
    public static final String USER_PREFIX = "system:node:";

    private NodeUser() {}

    /** One kind of object that a pod refers to, in the plural, if any: through such a pod a node could read it. */
    public static Optional<String> referred(KubeObject pod) {
        return PodReferences.references(pod).stream()
                .map(reference -> switch (reference.kind()) {
                    case SECRET -> "secrets";
                    case CONFIG_MAP -> "configmaps";
                    case CLAIM -> "persistentvolumeclaims";
                    case RESOURCE_CLAIM -> "resourceclaims";
                    case SERVICE_ACCOUNT -> "a service account";
                })
                .sorted()
                .findFirst();
    }

    public static Optional<String> of(User user) {
        return user.groups().contains(GROUP)
                        && user.name().startsWith(USER_PREFIX)
                        && user.name().length() > USER_PREFIX.length()
                ? Optional.of(user.name().substring(USER_PREFIX.length()))
                : Optional.empty();
    }
}
