package io.minik.server.authz;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.authn.User;
import io.minik.server.request.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Roles and bindings by chance that come, change and go, in whatever order: everybody may at each time what Kubernetes'
 * documentation of RBAC says, read from the objects themselves. And nobody can give away what he does not have.
 */
class RbacModelTest {
    private static final List<String> VERBS = List.of("get", "list", "create", "*");
    private static final List<String> GROUPS = List.of("", "apps", "*");
    private static final List<String> RESOURCES =
            List.of("pods", "pods/log", "secrets", "deployments", "deployments/scale", "*", "*/scale", "*/log");
    private static final List<String> NAMES = List.of("a", "b");
    private static final List<String> URLS = List.of("/api", "/api/*", "/metrics", "/metrics/*", "/m*", "*");
    private static final List<String> NAMESPACES = List.of("shop", "other");
    private static final List<User> USERS = List.of(
            User.system("jane"),
            User.system("joe", "dev"),
            User.system("ann", "dev", "ops"),
            User.system("system:serviceaccount:shop:bot", "system:serviceaccounts:shop"));

    /** All that is asked: also of what no role names. */
    private static final List<Target> UNIVERSE = universe();

    private final RbacIndex index = new RbacIndex();
    private final ClusterAuthorizer authorizer =
            new ClusterAuthorizer(index, new NodeAuthorizer(new PodReferences(), new IngressReferences(), List.of()));
    private final RoleEscalation escalation = new RoleEscalation(index, authorizer);
    private final Map<String, KubeObject> roles = new TreeMap<>();
    private final Map<String, KubeObject> bindings = new TreeMap<>();

    private static List<Target> universe() {
        List<Target> all = new ArrayList<>();
        for (String verb : List.of("get", "list", "create", "patch")) {
            for (String group : List.of("", "apps", "batch")) {
                for (String resource : List.of("pods", "secrets", "deployments", "jobs")) {
                    for (String part : List.of("", "log", "scale")) {
                        for (String namespace : List.of("", "shop", "other")) {
                            for (String name : List.of("", "a", "c")) {
                                all.add(Target.of(verb, group, resource, namespace, name)
                                        .part(part));
                            }
                        }
                    }
                }
            }
            for (String path : List.of("/", "/api", "/api/v1", "/apis", "/metrics", "/metrics/x", "/more")) {
                all.add(Target.ofPath(verb, path));
            }
        }
        return all;
    }

    static List<Long> seeds() {
        long first = Long.getLong("seed", 1);
        return LongStream.range(first, first + Integer.getInteger("rbac.stories", 25))
                .boxed()
                .toList();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everybodyMayWhatTheRolesSayAndGivesAwayNoMore(long seed) {
        Random random = new Random(seed);
        for (int step = 0; step < 25; step++) {
            change(random);
            if (step % 5 == 4) {
                for (User user : USERS) {
                    for (Target asked : UNIVERSE) {
                        assertThat(authorizer.authorize(user, asked).result().allowed())
                                .as("%s asks %s under %s %s", user, asked, roles, bindings)
                                .isEqualTo(may(user, asked));
                    }
                }
            }
            nobodyGivesAwayWhatHeDoesNotHave(random);
        }
    }

    /** Whatever passes the check of escalation lets nobody do anything that its author may not do himself. */
    private void nobodyGivesAwayWhatHeDoesNotHave(Random random) {
        User author = one(random, USERS);
        KubeObject role = role(random, "new", random.nextBoolean() ? "shop" : "");
        Resource resource = role.namespace().isEmpty() ? Resources.CLUSTER_ROLES : Resources.ROLES;
        if (escalation.check(author, resource, role, Optional.empty()).succeeded()
                && !authorizer
                        .authorize(
                                author,
                                Target.of(
                                        "escalate",
                                        "rbac.authorization.k8s.io",
                                        resource.plural(),
                                        role.namespace(),
                                        "new"))
                        .result()
                        .allowed()) {
            for (Target asked : UNIVERSE) {
                boolean where = role.namespace().isEmpty() || asked.namespace().equals("shop");
                if (where
                        && allows(role, asked)
                        && (asked.resourceRequest() || role.namespace().isEmpty())) {
                    assertThat(may(author, asked))
                            .as("%s gives away %s by %s under %s %s", author, asked, role.tree(), roles, bindings)
                            .isTrue();
                }
            }
        }
    }

    // ---- what the documentation says

    private boolean may(User user, Target asked) {
        for (KubeObject binding : bindings.values()) {
            boolean everywhere = binding.namespace().isEmpty();
            if (!everywhere && !(asked.resourceRequest() && binding.namespace().equals(asked.namespace()))) {
                continue;
            }
            KubeObject role =
                    roles.get((binding.text("roleRef", "kind").equals("ClusterRole") ? "" : binding.namespace()) + "/"
                            + binding.text("roleRef", "name"));
            if (role != null && isSubject(binding, user) && allows(role, asked)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isSubject(KubeObject binding, User user) {
        boolean found = false;
        for (var subject : binding.at("subjects")) {
            String name = subject.path("name").asText();
            found |= switch (subject.path("kind").asText()) {
                case "User" -> user.name().equals(name);
                case "Group" -> user.groups().contains(name);
                default ->
                    user.name()
                            .equals("system:serviceaccount:"
                                    + subject.path("namespace").asText(binding.namespace()) + ":" + name);
            };
        }
        return found;
    }

    private static boolean allows(KubeObject role, Target asked) {
        for (var rule : role.at("rules")) {
            List<String> verbs = Json.stringList(rule, "verbs");
            if (!verbs.contains("*") && !verbs.contains(asked.verb())) {
                continue;
            }
            if (!asked.resourceRequest()) {
                for (String url : Json.stringList(rule, "nonResourceURLs")) {
                    boolean prefix = url.endsWith("*") && asked.path().startsWith(url.substring(0, url.length() - 1));
                    if (prefix || url.equals(asked.path())) {
                        return true;
                    }
                }
                continue;
            }
            List<String> groups = Json.stringList(rule, "apiGroups");
            List<String> names = Json.stringList(rule, "resourceNames");
            boolean resource = false;
            for (String each : Json.stringList(rule, "resources")) {
                String whole = asked.resource() + (asked.subresource().isEmpty() ? "" : "/" + asked.subresource());
                resource |= each.equals("*")
                        || each.equals(whole)
                        || (!asked.subresource().isEmpty() && each.equals("*/" + asked.subresource()));
            }
            if (resource
                    && (groups.contains("*") || groups.contains(asked.group()))
                    && (names.isEmpty() || names.contains(asked.name()))) {
                return true;
            }
        }
        return false;
    }

    // ---- by chance

    private static <T> T one(Random random, List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private static void some(Random random, ArrayNode list, List<String> of) {
        for (int i = random.nextInt(2); i >= 0; i--) {
            list.add(one(random, of));
        }
    }

    private static KubeObject role(Random random, String name, String namespace) {
        boolean cluster = namespace.isEmpty();
        return KubeObject.named(
                "rbac.authorization.k8s.io/v1",
                cluster ? "ClusterRole" : "Role",
                cluster ? ObjectKey.cluster(name) : ObjectKey.of(namespace, name),
                tree -> {
                    for (int i = random.nextInt(3); i >= 0; i--) {
                        ObjectNode rule = tree.withArray("rules").addObject();
                        some(random, rule.putArray("verbs"), VERBS);
                        if (cluster && random.nextInt(4) == 0) {
                            some(random, rule.putArray("nonResourceURLs"), URLS);
                            continue;
                        }
                        some(random, rule.putArray("apiGroups"), GROUPS);
                        some(random, rule.putArray("resources"), RESOURCES);
                        if (random.nextInt(3) == 0) {
                            some(random, rule.putArray("resourceNames"), NAMES);
                        }
                    }
                });
    }

    private static KubeObject binding(Random random, String name, String namespace) {
        boolean cluster = namespace.isEmpty();
        return KubeObject.named(
                "rbac.authorization.k8s.io/v1",
                cluster ? "ClusterRoleBinding" : "RoleBinding",
                cluster ? ObjectKey.cluster(name) : ObjectKey.of(namespace, name),
                tree -> {
                    tree.putObject("roleRef")
                            .put("kind", cluster || random.nextBoolean() ? "ClusterRole" : "Role")
                            .put("name", "r" + random.nextInt(3));
                    for (int i = random.nextInt(3); i > 0; i--) {
                        ObjectNode subject = tree.withArray("subjects").addObject();
                        switch (random.nextInt(3)) {
                            case 0 ->
                                subject.put("kind", "User").put("name", one(random, List.of("jane", "joe", "dev")));
                            case 1 ->
                                subject.put("kind", "Group").put("name", one(random, List.of("dev", "ops", "jane")));
                            default ->
                                subject.put("kind", "ServiceAccount")
                                        .put("name", "bot")
                                        .put("namespace", one(random, NAMESPACES));
                        }
                    }
                });
    }

    private void change(Random random) {
        String namespace = one(random, List.of("", "shop", "other"));
        if (random.nextBoolean()) {
            String name = "r" + random.nextInt(3);
            Optional<KubeObject> before = Optional.ofNullable(roles.remove(namespace + "/" + name));
            Optional<KubeObject> now =
                    random.nextInt(4) == 0 ? Optional.empty() : Optional.of(role(random, name, namespace));
            now.ifPresent(role -> roles.put(namespace + "/" + name, role));
            index.role(before, now);
        } else {
            String name = "b" + random.nextInt(4);
            Optional<KubeObject> before = Optional.ofNullable(bindings.remove(namespace + "/" + name));
            Optional<KubeObject> now =
                    random.nextInt(4) == 0 ? Optional.empty() : Optional.of(binding(random, name, namespace));
            now.ifPresent(binding -> bindings.put(namespace + "/" + name, binding));
            index.binding(before, now);
        }
    }
}
