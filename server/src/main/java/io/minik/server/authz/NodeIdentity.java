package io.minik.server.authz;

import io.minik.server.authn.User;
import java.util.Optional;

/** The name of the node that a user is: {@code system:node:<name>} in group system:nodes. */
public final class NodeIdentity {
    public static final String GROUP = "system:nodes";
    public static final String USER_PREFIX = "system:node:";

    private NodeIdentity() {}

    public static Optional<String> of(User user) {
        return user.groups().contains(GROUP)
                        && user.name().startsWith(USER_PREFIX)
                        && user.name().length() > USER_PREFIX.length()
                ? Optional.of(user.name().substring(USER_PREFIX.length()))
                : Optional.empty();
    }
}
