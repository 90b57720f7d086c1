package io.minik.server.authn;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Who asks (authentication.k8s.io/v1 UserInfo). {@code system:authenticated} or {@code system:unauthenticated} is among the groups. */
public record User(String name, String uid, List<String> groups, Map<String, List<String>> extra) {
    public static final String AUTHENTICATED = "system:authenticated";
    public static final String UNAUTHENTICATED = "system:unauthenticated";
    public static final String MASTERS = "system:masters";
    public static final User ANONYMOUS = new User("system:anonymous", "", List.of(UNAUTHENTICATED), Map.of());

    /** A room of ours inside the API server. */
    public static User system(String name, String... groups) {
        var all = new ArrayList<>(List.of(groups));
        all.add(AUTHENTICATED);
        return new User(name, "", List.copyOf(all), Map.of());
    }
}
