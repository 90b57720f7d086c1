package io.minik.server.authz;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The roles and bindings of {@code bootstrap-roles.txt}, as objects; that file explains its own syntax. */
final class BootstrapPolicy {
    /** "false" on an object: leave it as the administrator made it. */
    static final String AUTO_UPDATE = "rbac.authorization.kubernetes.io/autoupdate";

    private static final String FILE = "bootstrap-roles.txt";
    private static final Map<String, String> VERB_SETS = Map.of(
            "READ", "get,list,watch",
            "WRITE", "create,delete,deletecollection,patch,update",
            "ALL", "create,delete,deletecollection,get,list,patch,update,watch");

    private final Map<Resource, Map<ObjectKey, KubeObject>> objects = new LinkedHashMap<>();

    private BootstrapPolicy(List<String> lines) {
        for (Resource resource : List.of(
                Resources.CLUSTER_ROLES, Resources.ROLES, Resources.CLUSTER_ROLE_BINDINGS, Resources.ROLE_BINDINGS)) {
            objects.put(resource, new LinkedHashMap<>());
        }
        List<String> block = new ArrayList<>();
        for (String line : lines) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (!line.startsWith(" ") && !block.isEmpty()) {
                add(block);
                block = new ArrayList<>();
            }
            block.add(line.strip());
        }
        add(block);
    }

    static BootstrapPolicy load() {
        try (InputStream in = BootstrapPolicy.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException(FILE + " is not in the program");
            }
            return new BootstrapPolicy(new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Map<ObjectKey, KubeObject> of(Resource resource) {
        return objects.getOrDefault(resource, Map.of());
    }

    Iterable<Resource> resources() {
        return objects.keySet();
    }

    List<PolicyRule> clusterRoleRules(String name) {
        KubeObject role = of(Resources.CLUSTER_ROLES).get(ObjectKey.cluster(name));
        if (role == null) {
            throw new IllegalStateException("no bootstrap role " + name);
        }
        return PolicyRule.all(role.at("rules"));
    }

    private void add(List<String> block) {
        String[] head = block.get(0).split(" ");
        Resource resource =
                switch (head[0]) {
                    case "clusterrole" -> Resources.CLUSTER_ROLES;
                    case "role" -> Resources.ROLES;
                    case "clusterrolebinding" -> Resources.CLUSTER_ROLE_BINDINGS;
                    case "rolebinding" -> Resources.ROLE_BINDINGS;
                    default -> throw new IllegalStateException(FILE + ": " + block.get(0));
                };
        int slash = head[1].indexOf('/');
        ObjectKey key = resource.namespaced()
                ? ObjectKey.of(head[1].substring(0, slash), head[1].substring(slash + 1))
                : ObjectKey.cluster(head[1]);
        KubeObject object = KubeObject.named(resource.apiVersion(), resource.kind(), key, tree -> {
            ObjectNode meta = Json.child(tree, "metadata");
            meta.putObject("annotations").put(AUTO_UPDATE, "true");
            meta.putObject("labels").put("kubernetes.io/bootstrapping", "rbac-defaults");
            if (head[0].endsWith("binding")) {
                binding(tree, resource, key, head);
            } else {
                role(tree, head, block.subList(1, block.size()));
            }
        });
        objects.getOrDefault(resource, Map.of()).put(key, object);
    }

    private static void role(ObjectNode tree, String[] head, List<String> rules) {
        for (int i = 2; i < head.length; i += 2) {
            if (head[i].equals("label")) {
                Json.child(Json.child(tree, "metadata"), "labels").put(head[i + 1], "true");
            } else if (head[i].equals("aggregates")) {
                tree.putObject("aggregationRule")
                        .putArray("clusterRoleSelectors")
                        .addObject()
                        .putObject("matchLabels")
                        .put(head[i + 1], "true");
            } else {
                throw new IllegalStateException(FILE + ": " + String.join(" ", head));
            }
        }
        if (!tree.has("aggregationRule")) {
            ArrayNode list = tree.putArray("rules");
            rules.forEach(rule -> list.add(rule(rule).tree()));
        }
    }

    private static PolicyRule rule(String line) {
        String[] parts = line.split(" +");
        List<String> verbs = List.of(VERB_SETS.getOrDefault(parts[0], parts[0]).split(","));
        if (parts[1].equals("url")) {
            return new PolicyRule(verbs, List.of(), List.of(), List.of(), List.of(parts[2].split(",")));
        }
        List<String> groups = new ArrayList<>();
        for (String group : parts[1].split(",")) {
            groups.add(group.equals("core") ? "" : group);
        }
        List<String> names = parts.length > 3 ? List.of(parts[3].split(",")) : List.of();
        return new PolicyRule(verbs, groups, List.of(parts[2].split(",")), names, List.of());
    }

    private static void binding(ObjectNode tree, Resource resource, ObjectKey key, String[] head) {
        int first = head.length > 3 && head[2].equals("to") ? 4 : 2;
        tree.putObject("roleRef")
                .put("apiGroup", resource.group())
                .put("kind", resource.namespaced() ? "Role" : "ClusterRole")
                .put("name", first == 4 ? head[3] : key.name());
        ArrayNode subjects = tree.putArray("subjects");
        for (int i = first; i < head.length; i++) {
            int colon = head[i].indexOf(':');
            String kind = head[i].substring(0, colon);
            String name = head[i].substring(colon + 1);
            if (kind.equals("ServiceAccount")) {
                int slash = name.indexOf('/');
                subjects.addObject()
                        .put("kind", kind)
                        .put("name", name.substring(slash + 1))
                        .put("namespace", name.substring(0, slash));
            } else {
                subjects.addObject()
                        .put("apiGroup", resource.group())
                        .put("kind", kind)
                        .put("name", name);
            }
        }
    }
}
