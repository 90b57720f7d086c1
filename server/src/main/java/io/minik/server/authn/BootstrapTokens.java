package io.minik.server.authn;

import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tokens {@code <id>.<secret>} kept as Secrets {@code bootstrap-token-<id>} of type bootstrap.kubernetes.io/token in
 * kube-system: short-lived tickets for new nodes.
 */
public final class BootstrapTokens {
    /** {@code usage-bootstrap-authentication}: may speak to the API; {@code usage-bootstrap-signing} is not used here. */
    public static final String AUTHENTICATION = "usage-bootstrap-authentication";

    private static final Pattern FORMAT = Pattern.compile("([a-z0-9]{6})\\.([a-z0-9]{16})");
    private static final Pattern GROUP = Pattern.compile("system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]");
    private static final String TYPE = "bootstrap.kubernetes.io/token";
    private static final String NAMESPACE = "kube-system";
    private static final String GROUP_ALL = "system:bootstrappers";

    private final ObjectLookup lookup;
    private final InstantSource clock;

    public BootstrapTokens(ObjectLookup lookup, InstantSource clock) {
        this.lookup = lookup;
        this.clock = clock;
    }

    public static boolean looksLikeOne(String token) {
        return FORMAT.matcher(token).matches();
    }

    /** {@code system:bootstrap:<id>} if the token is known, not over, and meant for authentication. */
    public Future<Optional<User>> verify(String token) {
        Matcher parts = FORMAT.matcher(token);
        if (!parts.matches()) {
            return Future.succeededFuture(Optional.empty());
        }
        String id = parts.group(1);
        return lookup.find(Resources.SECRETS, ObjectKey.of(NAMESPACE, "bootstrap-token-" + id))
                .map(found ->
                        found.filter(secret -> good(secret, id, parts.group(2))).map(secret -> user(secret, id)));
    }

    private boolean good(KubeObject secret, String id, String password) {
        return secret.text("type").equals(TYPE)
                && !secret.meta().deleting()
                && data(secret, "token-id").equals(id)
                && MessageDigest.isEqual(
                        data(secret, "token-secret").getBytes(StandardCharsets.UTF_8),
                        password.getBytes(StandardCharsets.UTF_8))
                && data(secret, AUTHENTICATION).equals("true")
                && !over(data(secret, "expiration"));
    }

    private boolean over(String expiration) {
        if (expiration.isEmpty()) {
            return false;
        }
        try {
            return !clock.instant().isBefore(OffsetDateTime.parse(expiration).toInstant());
        } catch (DateTimeException e) {
            return true;
        }
    }

    private static User user(KubeObject secret, String id) {
        List<String> groups = new ArrayList<>(List.of(GROUP_ALL));
        for (String group : data(secret, "auth-extra-groups").split(",", -1)) {
            if (GROUP.matcher(group).matches()) {
                groups.add(group);
            }
        }
        groups.add(User.AUTHENTICATED);
        return new User("system:bootstrap:" + id, "", List.copyOf(groups), Map.of());
    }

    private static String data(KubeObject secret, String field) {
        try {
            return new String(Base64.getDecoder().decode(secret.text("data", field)), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
