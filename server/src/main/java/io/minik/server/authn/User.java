package io.minik.server.authn;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Who asks (authentication.k8s.io/v1 UserInfo). {@code system:authenticated} or {@code system:unauthenticated} is among the groups. */
public record User(String name, String uid, List<String> groups, Map<String, List<String>> extra) {
    public static final String AUTHENTICATED = "system:authenticated";
    public static final String UNAUTHENTICATED = "system:unauthenticated";
    public static final String MASTERS = "system:masters";
    /** Before the namespace and the name of a service account. */
    public static final String ACCOUNT = "system:serviceaccount:";

    static final String ACCOUNTS = "system:serviceaccounts";
    public static final User ANONYMOUS = new User("system:anonymous", "", List.of(UNAUTHENTICATED), Map.of());

    /** A room of ours inside the API server. */
    public static User system(String name, String... groups) {
        var all = new ArrayList<>(List.of(groups));
        all.add(AUTHENTICATED);
        return new User(name, "", List.copyOf(all), Map.of());
    }

    /** The groups of all service accounts, and of a namespace's. */
    public static List<String> accounts(String namespace) {
        return List.of(ACCOUNTS, ACCOUNTS + ":" + namespace);
    }

    /** UserInfo as a new tree; what there is none of is left out. */
    public ObjectNode tree() {
        ObjectNode tree = Json.object();
        if (!name.isEmpty()) {
            tree.put("username", name);
        }
        if (!uid.isEmpty()) {
            tree.put("uid", uid);
        }
        if (!groups.isEmpty()) {
            groups.forEach(tree.putArray("groups")::add);
        }
        if (!extra.isEmpty()) {
            ObjectNode more = tree.putObject("extra");
            extra.forEach((key, values) -> values.forEach(more.putArray(key)::add));
        }
        return tree;
    }
}
