package io.minik.server.authz;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.authn.User;
import io.minik.server.request.Target;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeAuthorizerTest {
    private final PodReferences references = new PodReferences();
    private final NodeAuthorizer authorizer = new NodeAuthorizer(
            references, new IngressReferences(), BootstrapPolicy.load().clusterRoleRules("system:node"));
    private final Map<String, KubeObject> pods = new HashMap<>();

    private static User node(String name) {
        return User.system(NodeUser.USER_PREFIX + name, NodeUser.GROUP);
    }

    private void pod(String namespace, String name, String node, String spec) {
        ObjectNode tree = Json.object().put("apiVersion", "v1").put("kind", "Pod");
        tree.putObject("metadata").put("namespace", namespace).put("name", name);
        ObjectNode body = Json.parseObject(spec.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
        tree.set("spec", body.put("nodeName", node));
        put(KubeObject.of(tree));
    }

    private void put(KubeObject pod) {
        Optional<KubeObject> before = Optional.ofNullable(pods.put(pod.key().toString(), pod));
        references.pod(before, Optional.of(pod));
    }

    private void remove(String key) {
        references.pod(Optional.ofNullable(pods.remove(key)), Optional.empty());
    }

    /** @param what {@code secrets}, {@code pods/status} */
    private boolean may(String node, String verb, String what, String namespace, String name) {
        String[] parts = what.split("/");
        Target whole = Target.of(verb, "", parts[0], namespace, name);
        return authorizer
                .authorize(node(node), parts.length > 1 ? whole.part(parts[1]) : whole)
                .allowed();
    }

    /** Each place of a pod that names an object which its kubelet needs, after the fields of core/v1. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "secrets; {'imagePullSecrets':[{'name':'it'}]}",
                "secrets; {'containers':[{'envFrom':[{'secretRef':{'name':'it'}}]}]}",
                "secrets; {'initContainers':[{'env':[{'name':'A','valueFrom':{'secretKeyRef':{'name':'it','key':'k'}}}]}]}",
                "secrets; {'ephemeralContainers':[{'envFrom':[{'secretRef':{'name':'it'}}]}]}",
                "secrets; {'volumes':[{'name':'v','secret':{'secretName':'it'}}]}",
                "secrets; {'volumes':[{'name':'v','projected':{'sources':[{'secret':{'name':'it'}}]}}]}",
                "secrets; {'volumes':[{'name':'v','csi':{'driver':'d','nodePublishSecretRef':{'name':'it'}}}]}",
                "secrets; {'volumes':[{'name':'v','cephfs':{'secretRef':{'name':'it'}}}]}",
                "secrets; {'volumes':[{'name':'v','cinder':{'secretRef':{'name':'it'}}}]}",
                "secrets; {'volumes':[{'name':'v','azureFile':{'secretName':'it'}}]}",
                "configmaps; {'containers':[{'envFrom':[{'configMapRef':{'name':'it'}}]}]}",
                "configmaps; {'containers':[{'env':[{'name':'A','valueFrom':{'configMapKeyRef':{'name':'it','key':'k'}}}]}]}",
                "configmaps; {'volumes':[{'name':'v','configMap':{'name':'it'}}]}",
                "configmaps; {'volumes':[{'name':'v','projected':{'sources':[{'configMap':{'name':'it'}}]}}]}",
                "persistentvolumeclaims; {'volumes':[{'name':'v','persistentVolumeClaim':{'claimName':'it'}}]}",
            })
    void aNodeReadsWhatItsOwnPodsNameAndNothingElse(String what, String spec) {
        pod("shop", "web", "n1", spec);
        assertThat(may("n1", "get", what, "shop", "it")).isTrue();
        for (String other : List.of("secrets", "configmaps", "persistentvolumeclaims")) {
            assertThat(may("n1", "get", other, "shop", "it")).as(other).isEqualTo(other.equals(what));
        }
        assertThat(may("n2", "get", what, "shop", "it")).as("another node").isFalse();
        assertThat(may("n1", "get", what, "other", "it"))
                .as("another namespace")
                .isFalse();
        assertThat(may("n1", "get", what, "shop", "web")).as("another name").isFalse();
        assertThat(may("n1", "list", what, "shop", "")).as("all of them").isFalse();
        for (String verb : List.of("update", "patch", "delete", "create", "deletecollection")) {
            assertThat(may("n1", verb, what, "shop", "it")).as(verb).isFalse();
        }
        remove("shop/web");
        assertThat(may("n1", "get", what, "shop", "it")).as("once it is gone").isFalse();
    }

    @Test
    void whatANodeMadeUpItselfGivesItNothing() {
        ObjectNode tree = Json.object().put("apiVersion", "v1").put("kind", "Pod");
        tree.putObject("metadata")
                .put("namespace", "shop")
                .put("name", "static")
                .putObject("annotations")
                .put("kubernetes.io/config.mirror", "x");
        ObjectNode spec = tree.putObject("spec").put("nodeName", "n1").put("serviceAccountName", "it");
        spec.putArray("imagePullSecrets").addObject().put("name", "it");
        put(KubeObject.of(tree));
        assertThat(may("n1", "get", "secrets", "shop", "it")).isFalse();
        assertThat(may("n1", "create", "serviceaccounts/token", "shop", "it")).isFalse();
        assertThat(may("n1", "get", "pods", "shop", "static")).isTrue();
    }

    @Test
    void tokensAreMadeForTheAccountsOfItsPods() {
        pod("shop", "web", "n1", "{'serviceAccountName':'bot'}");
        assertThat(may("n1", "create", "serviceaccounts/token", "shop", "bot")).isTrue();
        assertThat(may("n2", "create", "serviceaccounts/token", "shop", "bot")).isFalse();
        assertThat(may("n1", "create", "serviceaccounts/token", "shop", "default"))
                .isFalse();
        assertThat(may("n1", "create", "serviceaccounts", "shop", "bot")).isFalse();
        assertThat(may("n1", "get", "serviceaccounts/token", "shop", "bot")).isFalse();
    }

    @Test
    void aVolumeIsReadByWhoeverRunsAPodWithItsClaim() {
        pod("shop", "web", "n1", "{'volumes':[{'name':'scratch','ephemeral':{}}]}");
        KubeObject volume = KubeObject.named("v1", "PersistentVolume", ObjectKey.cluster("pv"), tree -> Json.child(
                        Json.child(tree, "spec"), "claimRef")
                .put("namespace", "shop")
                .put("name", "web-scratch"));
        references.volume(Optional.empty(), Optional.of(volume));
        assertThat(may("n1", "get", "persistentvolumes", "", "pv")).isTrue();
        assertThat(may("n2", "get", "persistentvolumes", "", "pv")).isFalse();
        assertThat(may("n1", "list", "persistentvolumes", "", "")).isFalse();
        assertThat(may("n1", "update", "persistentvolumeclaims/status", "shop", "web-scratch"))
                .isTrue();
        assertThat(may("n1", "update", "persistentvolumeclaims", "shop", "web-scratch"))
                .isFalse();
        references.volume(Optional.of(volume), Optional.empty());
        assertThat(may("n1", "get", "persistentvolumes", "", "pv")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "update,nodes,n1,true", "update,nodes,n2,false", "patch,nodes/status,n1,true", "patch,nodes/status,n2,false",
        "delete,nodes,n2,false", "get,nodes,n1,true", "deletecollection,nodes,'',false", "get,nodes/proxy,n2,false",
    })
    void aNodeWritesItsOwnNodeAlone(String verb, String what, String name, boolean allowed) {
        assertThat(may("n1", verb, what, "", name)).isEqualTo(allowed);
    }

    @Test
    void podsAreListedByTheNodeThatRunsThem() {
        Target all = Target.of("list", "", "pods", "", "");
        assertThat(authorizer.authorize(node("n1"), all).allowed()).isFalse();
        for (String fields :
                List.of("spec.nodeName=n1", "spec.nodeName==n1", "status.phase!=Failed,spec.nodeName=n1")) {
            assertThat(authorizer.authorize(node("n1"), all.selecting(fields)).allowed())
                    .as(fields)
                    .isTrue();
            assertThat(authorizer.authorize(node("n2"), all.selecting(fields)).allowed())
                    .as(fields)
                    .isFalse();
        }
        for (String fields :
                List.of("spec.nodeName!=n1", "status.phase!=a\\,spec.nodeName=n1", "spec.nodeName=n1\\,")) {
            assertThat(authorizer.authorize(node("n1"), all.selecting(fields)).allowed())
                    .as(fields)
                    .isFalse();
        }
        for (String what : List.of("pods/exec", "pods/log", "pods/binding", "pods/ephemeralcontainers")) {
            assertThat(may("n1", "create", what, "shop", "web")).as(what).isFalse();
        }
    }

    @Test
    void whoIsNotOfTheGroupIsNoNode() {
        pod("shop", "web", "n1", "{'imagePullSecrets':[{'name':'it'}]}");
        Target secret = Target.of("get", "", "secrets", "shop", "it");
        assertThat(authorizer.authorize(node("n1"), secret).allowed()).isTrue();
        for (User user : List.of(
                User.system("system:node:n1"),
                User.system("system:node:", NodeUser.GROUP),
                User.system("n1", NodeUser.GROUP),
                User.system("system:node:n1", "system:nodes2"))) {
            assertThat(authorizer.authorize(user, secret).allowed())
                    .as("%s", user)
                    .isFalse();
        }
    }

    /** Pods come, move and go; what each node may read is always what the pods of now say. */
    @Test
    void rightsFollowThePods() {
        Random random = new Random(Long.getLong("seed", 1));
        Map<String, String> where = new HashMap<>();
        Map<String, String> named = new HashMap<>();
        for (int step = 0; step < 2_000; step++) {
            String pod = "p" + random.nextInt(6);
            if (random.nextInt(3) == 0) {
                remove("shop/" + pod);
                where.remove(pod);
                named.remove(pod);
            } else {
                String node = random.nextInt(4) == 0 ? "" : "n" + random.nextInt(3);
                String secret = "s" + random.nextInt(4);
                pod("shop", pod, node, "{'imagePullSecrets':[{'name':'" + secret + "'}]}");
                where.put(pod, node);
                named.put(pod, secret);
            }
            for (int n = 0; n < 3; n++) {
                TreeSet<String> wanted = new TreeSet<>();
                TreeSet<String> granted = new TreeSet<>();
                for (int s = 0; s < 4; s++) {
                    if (may("n" + n, "get", "secrets", "shop", "s" + s)) {
                        granted.add("s" + s);
                    }
                }
                for (Map.Entry<String, String> place : where.entrySet()) {
                    if (place.getValue().equals("n" + n)) {
                        wanted.add(named.get(place.getKey()));
                    }
                }
                assertThat(granted).isEqualTo(wanted);
            }
        }
    }
}
