package io.minik.server.authz;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.Informers;
import io.minik.api.client.TestApi;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.TestLoop;
import io.minik.server.authn.ServiceAccountTokens;
import io.minik.server.authn.User;
import io.minik.server.authz.Authorizer.Decision;
import io.minik.server.request.Target;
import io.minik.server.simulation.DrivenLoop;
import io.minik.server.simulation.SimulatedTime;
import io.minik.server.simulation.StoredApi;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RbacTest {
    private final SimulatedTime time = new SimulatedTime(1);
    private final TestLoop loop = new DrivenLoop(time);
    private final TestApi api = new StoredApi(time);
    private final ApiClient client = new ApiClient(api, "test");
    private final Informers informers = new Informers(loop, client);
    private final Rbac rbac = new Rbac(informers, true);
    private final RoleBootstrap bootstrap = new RoleBootstrap(client);
    private final RoleAggregation aggregation = new RoleAggregation(loop, informers, client);

    @BeforeEach
    void bootstrap() {
        var started = bootstrap.start();
        rbac.start();
        aggregation.start();
        loop.settle();
        assertThat(started.succeeded()).as("" + started.cause()).isTrue();
        assertThat(rbac.health().ready()).isTrue();
    }

    @Test
    void mastersMayDoEverythingAndStrangersNothing() {
        assertThat(may(User.system("x", User.MASTERS), "delete", "", "nodes", "", "n"))
                .isTrue();
        assertThat(may(User.ANONYMOUS, "list", "", "pods", "default", "")).isFalse();
        assertThat(mayUrl(User.ANONYMOUS, "/readyz")).isTrue();
        assertThat(mayUrl(User.ANONYMOUS, "/metrics")).isFalse();
        assertThat(mayUrl(User.ANONYMOUS, "/api")).isFalse();
        assertThat(mayUrl(User.system("jane"), "/apis/apps")).isTrue();
    }

    @Test
    void aRoleBindingReachesItsNamespaceOnly() {
        roleBinding("shop", "editors", "ClusterRole", "edit", "User", "jane");
        User jane = User.system("jane");

        assertThat(may(jane, "create", "", "pods", "shop", "")).isTrue();
        assertThat(may(jane, "create", "", "pods", "other", "")).isFalse();
        assertThat(may(jane, "create", "", "pods", "", "")).isFalse();
        assertThat(may(jane, "get", "", "pods/log", "shop", "a")).isTrue();
        assertThat(may(jane, "create", "rbac.authorization.k8s.io", "roles", "shop", ""))
                .isFalse();
        api.remove(Resources.ROLE_BINDINGS, ObjectKey.of("shop", "editors"));
        loop.settle();
        assertThat(may(jane, "create", "", "pods", "shop", "")).isFalse();
    }

    @Test
    void resourceNamesSubresourcesAndStarsAreHeeded() {
        role("shop", "r", rules -> {
            rule(rules, "get", "", "secrets").putArray("resourceNames").add("only");
            rule(rules, "get", "*", "*/scale");
            rule(rules, "*", "apps", "deployments");
        });
        roleBinding("shop", "b", "Role", "r", "ServiceAccount", "bot");
        User bot = User.system(ServiceAccountTokens.userName("shop", "bot"));

        assertThat(may(bot, "get", "", "secrets", "shop", "only")).isTrue();
        assertThat(may(bot, "get", "", "secrets", "shop", "other")).isFalse();
        assertThat(may(bot, "list", "", "secrets", "shop", "")).isFalse();
        assertThat(may(bot, "get", "apps", "statefulsets/scale", "shop", "x")).isTrue();
        assertThat(may(bot, "get", "apps", "statefulsets", "shop", "x")).isFalse();
        assertThat(may(bot, "frobnicate", "apps", "deployments", "shop", "x")).isTrue();
        assertThat(may(bot, "update", "apps", "deployments/status", "shop", "x"))
                .isFalse();
    }

    @Test
    void the403IsWordedAsUpstream() {
        User x = User.system("x");
        Target list = target("list", "", "pods", "y", "");
        assertThat(Forbidden.of(x, list, asked(x, list)))
                .hasMessage("pods is forbidden: User \"x\" cannot list resource \"pods\" in API group \"\" in the"
                        + " namespace \"y\"");
        Target scale = target("get", "apps", "deployments/scale", "y", "d");
        assertThat(Forbidden.of(x, scale, asked(x, scale)))
                .hasMessage(
                        "deployments.apps \"d\" is forbidden: User \"x\" cannot get resource \"deployments/scale\" in"
                                + " API group \"apps\" in the namespace \"y\"");
        Target nodes = target("get", "", "nodes", "", "n");
        assertThat(Forbidden.of(x, nodes, asked(x, nodes)))
                .hasMessage(
                        "nodes \"n\" is forbidden: User \"x\" cannot get resource \"nodes\" in API group \"\" at the"
                                + " cluster scope");
        Target url = Target.ofPath("get", "/metrics");
        assertThat(Forbidden.of(User.ANONYMOUS, url, asked(User.ANONYMOUS, url))
                        .status()
                        .tree()
                        .toString())
                .contains("forbidden: User \\\"system:anonymous\\\" cannot get path \\\"/metrics\\\"")
                .contains("\"code\":403");
    }

    @Test
    void aNodeReadsOnlyWhatItsPodsNeed() {
        api.put(
                Resources.PODS,
                KubeObject.named("v1", "Pod", ObjectKey.of("shop", "p"), tree -> tree.set("spec", json("""
                        {"nodeName":"n1","serviceAccountName":"web","imagePullSecrets":[{"name":"pull"}],
                         "containers":[{"name":"c","envFrom":[{"configMapRef":{"name":"env"}}],
                           "env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"key","key":"k"}}}]}],
                         "volumes":[{"name":"v","secret":{"secretName":"vol"}},
                           {"name":"d","persistentVolumeClaim":{"claimName":"data"}},
                           {"name":"t","projected":{"sources":[{"configMap":{"name":"kube-root-ca.crt"}}]}}]}"""))));
        api.put(
                Resources.PERSISTENT_VOLUMES,
                KubeObject.named(
                        "v1",
                        "PersistentVolume",
                        ObjectKey.cluster("pv-1"),
                        tree -> tree.set("spec", json("{\"claimRef\":{\"namespace\":\"shop\",\"name\":\"data\"}}"))));
        loop.settle();
        User n1 = User.system("system:node:n1", NodeUser.GROUP);
        User n2 = User.system("system:node:n2", NodeUser.GROUP);

        for (String secret : List.of("pull", "key", "vol")) {
            assertThat(may(n1, "get", "", "secrets", "shop", secret)).as(secret).isTrue();
            assertThat(may(n2, "get", "", "secrets", "shop", secret)).as(secret).isFalse();
        }
        assertThat(may(n1, "watch", "", "configmaps", "shop", "env")).isTrue();
        assertThat(may(n1, "get", "", "configmaps", "shop", "kube-root-ca.crt")).isTrue();
        assertThat(may(n1, "get", "", "secrets", "shop", "other")).isFalse();
        assertThat(may(n1, "list", "", "secrets", "shop", "")).isFalse();
        assertThat(may(n1, "update", "", "secrets", "shop", "vol")).isFalse();
        assertThat(may(n1, "get", "", "persistentvolumes", "", "pv-1")).isTrue();
        assertThat(may(n2, "get", "", "persistentvolumes", "", "pv-1")).isFalse();
        assertThat(may(n1, "create", "", "serviceaccounts/token", "shop", "web"))
                .isTrue();
        assertThat(may(n2, "create", "", "serviceaccounts/token", "shop", "web"))
                .isFalse();
        assertThat(may(n1, "update", "coordination.k8s.io", "leases", "kube-node-lease", "n1"))
                .isTrue();
        assertThat(may(n1, "update", "coordination.k8s.io", "leases", "kube-node-lease", "n2"))
                .isFalse();
        assertThat(may(n1, "patch", "", "nodes/status", "", "n1")).isTrue();
        assertThat(may(n1, "patch", "", "nodes/status", "", "n2")).isFalse();
        assertThat(may(n1, "list", "discovery.k8s.io", "endpointslices", "", ""))
                .isTrue();
        assertThat(may(n1, "get", "", "pods", "shop", "p")).isTrue();
        assertThat(may(n2, "get", "", "pods", "shop", "p")).isFalse();
        assertThat(may(n1, "patch", "", "pods/status", "shop", "p")).isTrue();
        assertThat(may(n1, "patch", "", "pods", "shop", "p")).isFalse();
        Target pods = target("watch", "", "pods", "", "");
        assertThat(asked(n1, pods).reason()).isEqualTo("can only list/watch pods with spec.nodeName field selector");
        assertThat(asked(n1, pods.selecting("a=b,spec.nodeName=n1")).allowed()).isTrue();
        assertThat(asked(n1, pods.selecting("spec.nodeName!=n1")).allowed()).isFalse();
        assertThat(asked(n1, pods.selecting("spec.nodeName=n2")).allowed()).isFalse();
        api.remove(Resources.PODS, ObjectKey.of("shop", "p"));
        loop.settle();
        assertThat(may(n1, "get", "", "secrets", "shop", "vol")).isFalse();
    }

    @Test
    void aggregatedRolesGatherAndFollowTheirSources() {
        KubeObject admin = api.require(Resources.CLUSTER_ROLES, ObjectKey.cluster("admin"));
        assertThat(admin.at("rules").toString())
                .contains("rolebindings")
                .contains("deployments/scale")
                .contains("pods/log");
        api.put(
                Resources.CLUSTER_ROLES,
                KubeObject.named("rbac.authorization.k8s.io/v1", "ClusterRole", ObjectKey.cluster("more"), tree -> {
                    Json.child(Json.child(tree, "metadata"), "labels")
                            .put("rbac.authorization.k8s.io/aggregate-to-view", "true");
                    rule(tree, "get", "example.com", "widgets");
                }));
        loop.settle();

        assertThat(api.require(Resources.CLUSTER_ROLES, ObjectKey.cluster("view"))
                        .at("rules")
                        .toString())
                .contains("widgets");
        assertThat(api.require(Resources.CLUSTER_ROLES, ObjectKey.cluster("admin"))
                        .at("rules")
                        .toString())
                .contains("widgets");
    }

    @Test
    void nobodyGrantsWhatHeDoesNotHave() {
        roleBinding("shop", "admins", "ClusterRole", "admin", "User", "jane");
        User jane = User.system("jane");
        KubeObject ok = roleObject("shop", "ok", rules -> rule(rules, "get", "", "pods"));
        KubeObject tooMuch = roleObject("shop", "big", rules -> rule(rules, "get", "", "nodes"));

        assertThat(escalation(jane, ok)).isEmpty();
        assertThat(escalation(jane, tooMuch).orElseThrow())
                .hasMessage("roles.rbac.authorization.k8s.io \"big\" is forbidden: user \"jane\""
                        + " (groups=[\"system:authenticated\"]) is attempting to grant RBAC permissions not currently"
                        + " held:\n{APIGroups:[\"\"], Resources:[\"nodes\"], Verbs:[\"get\"]}");
        KubeObject binding = binding("shop", "b", "ClusterRole", "cluster-admin", "User", "jane");
        assertThat(escalation(jane, Resources.ROLE_BINDINGS, binding, Optional.empty())
                        .orElseThrow())
                .hasMessageContaining("not currently held");
        assertThat(escalation(jane, Resources.ROLE_BINDINGS, binding, Optional.of(binding)))
                .isEmpty();
        assertThat(escalation(
                        jane,
                        Resources.ROLE_BINDINGS,
                        binding("shop", "b", "ClusterRole", "view", "User", "bob"),
                        Optional.empty()))
                .isEmpty();
        assertThat(escalation(User.system("root", User.MASTERS), Resources.ROLES, tooMuch, Optional.empty()))
                .isEmpty();
    }

    @Test
    void bootstrapRepairsAndRespectsAutoupdateFalse() {
        api.edit(Resources.CLUSTER_ROLES, ObjectKey.cluster("system:kube-dns"), tree -> {
            tree.putArray("rules");
            rule(tree, "get", "", "extra");
        });
        api.edit(Resources.CLUSTER_ROLES, ObjectKey.cluster("system:basic-user"), tree -> {
            tree.putArray("rules");
            Json.child(Json.child(tree, "metadata"), "annotations").put(BootstrapPolicy.AUTO_UPDATE, "false");
        });
        api.remove(Resources.CLUSTER_ROLE_BINDINGS, ObjectKey.cluster("system:discovery"));
        loop.settle();

        new RoleBootstrap(client).start();
        loop.settle();

        assertThat(api.require(Resources.CLUSTER_ROLES, ObjectKey.cluster("system:kube-dns"))
                        .at("rules")
                        .toString())
                .contains("extra")
                .contains("endpointslices");
        assertThat(api.require(Resources.CLUSTER_ROLES, ObjectKey.cluster("system:basic-user"))
                        .at("rules"))
                .isEmpty();
        assertThat(api.find(Resources.CLUSTER_ROLE_BINDINGS, ObjectKey.cluster("system:discovery")))
                .isPresent();
        String version = api.require(Resources.CLUSTER_ROLES, ObjectKey.cluster("system:kube-dns"))
                .meta()
                .resourceVersion();
        new RoleBootstrap(client).start();
        loop.settle();
        assertThat(api.require(Resources.CLUSTER_ROLES, ObjectKey.cluster("system:kube-dns"))
                        .meta()
                        .resourceVersion())
                .isEqualTo(version);
    }

    private Optional<ApiException> escalation(User user, KubeObject role) {
        return escalation(user, Resources.ROLES, role, Optional.empty());
    }

    private Optional<ApiException> escalation(
            User user, Resource resource, KubeObject object, Optional<KubeObject> before) {
        Future<Void> checked = rbac.escalation().check(user, resource, object, before);
        assertThat(checked.isComplete()).isTrue();
        return Optional.ofNullable((ApiException) checked.cause());
    }

    private boolean mayUrl(User user, String path) {
        return asked(user, Target.ofPath("get", path)).allowed();
    }

    private boolean may(User user, String verb, String group, String resource, String namespace, String name) {
        return asked(user, target(verb, group, resource, namespace, name)).allowed();
    }

    private Decision asked(User user, Target target) {
        Future<Decision> decided = rbac.authorizer().authorize(user, target);
        assertThat(decided.succeeded()).as("answers from memory").isTrue();
        return decided.result();
    }

    private static Target target(String verb, String group, String resource, String namespace, String name) {
        String[] parts = resource.split("/");
        return Target.of(verb, group, parts[0], namespace, name).part(parts.length > 1 ? parts[1] : "");
    }

    private void role(String namespace, String name, Consumer<ObjectNode> rules) {
        api.put(Resources.ROLES, roleObject(namespace, name, rules));
        loop.settle();
    }

    private static KubeObject roleObject(String namespace, String name, Consumer<ObjectNode> rules) {
        return KubeObject.named("rbac.authorization.k8s.io/v1", "Role", ObjectKey.of(namespace, name), rules);
    }

    private static ObjectNode rule(ObjectNode role, String verb, String group, String resource) {
        ObjectNode rule = role.withArray("rules").addObject();
        rule.putArray("apiGroups").add(group);
        rule.putArray("resources").add(resource);
        rule.putArray("verbs").add(verb);
        return rule;
    }

    private void roleBinding(
            String namespace, String name, String roleKind, String role, String subjectKind, String subject) {
        api.put(Resources.ROLE_BINDINGS, binding(namespace, name, roleKind, role, subjectKind, subject));
        loop.settle();
    }

    private static KubeObject binding(
            String namespace, String name, String roleKind, String role, String subjectKind, String subject) {
        return KubeObject.named("rbac.authorization.k8s.io/v1", "RoleBinding", ObjectKey.of(namespace, name), tree -> {
            tree.putObject("roleRef").put("kind", roleKind).put("name", role);
            tree.putArray("subjects").addObject().put("kind", subjectKind).put("name", subject);
        });
    }

    private static ObjectNode json(String text) {
        return Json.parseObject(text.getBytes(StandardCharsets.UTF_8));
    }
}
