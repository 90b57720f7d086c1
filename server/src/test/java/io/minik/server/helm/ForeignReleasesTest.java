package io.minik.server.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.Kinds;
import io.minik.charts.chart.ChartException;
import io.minik.charts.chart.Manifests;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import io.minik.server.helm.ReleaseSteps.ReleaseName;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What whoever writes Secrets in a release's namespace may put in its place, and what other releases of the same name have. */
class ForeignReleasesTest {
    private static HelmRelease release(String namespace, String event, String hook) {
        ObjectNode body =
                Json.object().put("name", "web").put("namespace", namespace).put("version", 1);
        body.putObject("info").put("status", "deployed").put("first_deployed", "");
        body.put("manifest", "");
        ObjectNode each = body.putArray("hooks")
                .addObject()
                .put("path", "web/templates/h.yaml")
                .put("manifest", hook);
        each.putArray("events").add(event);
        each.putObject("last_run").put("phase", "");
        return new HelmRelease(body, "SHA256=1");
    }

    private static KubeObject chart(String digests) {
        return KubeObject.named(
                "helm.cattle.io/v1", "HelmChart", ObjectKey.of("kube-system", "web"), tree -> Json.child(
                                Json.child(tree, "metadata"), "annotations")
                        .put(DeleteHooks.ANNOTATION, digests));
    }

    @Test
    void hooksThatRunAtTheEndAreThoseThatTheHelmChartNames() {
        HelmRelease own = release("shop", "pre-delete", "kind: Job");
        HelmRelease forged = release("shop", "post-delete", "kind: ClusterRoleBinding");
        KubeObject chart = chart("0," + DeleteHooks.digest(own));
        assertThat(DeleteHooks.areOf(chart, own)).isTrue();
        assertThat(DeleteHooks.areOf(chart, forged)).isFalse();
        assertThat(DeleteHooks.areOf(chart(""), own)).isFalse();
        assertThat(DeleteHooks.areOf(chart(""), release("shop", "pre-install", "kind: Job")))
                .as("none that run then")
                .isTrue();
    }

    @Test
    void whenHelmRanAHookIsNotWhatItIs() {
        HelmRelease own = release("shop", "pre-delete", "kind: Job");
        HelmRelease ran = new HelmRelease(own.body().deepCopy(), "");
        ((ObjectNode) ran.body().at("/hooks/0/last_run")).put("phase", "Succeeded");
        assertThat(DeleteHooks.digest(ran)).isEqualTo(DeleteHooks.digest(own));
    }

    @Test
    void whatAHelmChartBringsItRemembersTenTimes() {
        Cluster cluster = new Cluster();
        HelmRelease own = release("shop", "pre-delete", "kind: Job");
        KubeObject full = chart("1,2,3,4,5,6,7,8,9,10");
        // Its kind is not served here: whoever is gone meanwhile has nothing to remember.
        assertThat(DeleteHooks.remember(new ApiClient(cluster.api, "test"), chart(DeleteHooks.digest(own)), own)
                        .succeeded())
                .isTrue();
        assertThat(DeleteHooks.added(full, own)).isEqualTo("2,3,4,5,6,7,8,9,10," + DeleteHooks.digest(own));
    }

    @Test
    void aSecretThatHoldsAnotherRelease() {
        ObjectNode forged = release("kube-system", "pre-delete", "kind: Job").secret();
        Json.child(forged, "metadata").put("namespace", "shop");
        assertThatThrownBy(() -> HelmRelease.of(KubeObject.of(forged)))
                .isInstanceOf(ChartException.class)
                .hasMessage("shop/sh.helm.release.v1.web.v1 holds the release of kube-system/sh.helm.release.v1.web.v1;"
                        + " delete it");
        Json.child(forged, "data").put("release", "%%%");
        assertThatThrownBy(() -> HelmRelease.of(KubeObject.of(forged)))
                .isInstanceOf(ChartException.class)
                .hasMessageStartingWith("Secret shop/sh.helm.release.v1.web.v1 is no release of Helm: ")
                .hasMessageEndingWith("; delete it");
    }

    @Test
    void whatAnotherNamespacesReleaseOfTheSameNameHasIsLeftAlone() {
        Cluster cluster = new Cluster();
        for (String namespace : List.of("shop", "mall")) {
            cluster.put(Resources.CONFIG_MAPS, "of-" + namespace, tree -> {
                ObjectNode metadata = Json.child(tree, "metadata");
                Json.child(metadata, "labels").put("app.kubernetes.io/managed-by", "Helm");
                Json.child(metadata, "annotations")
                        .put("meta.helm.sh/release-name", "web")
                        .put("meta.helm.sh/release-namespace", namespace);
            });
        }
        ReleaseSteps steps = new ReleaseSteps(
                new ApiClient(cluster.api, "helm"),
                cluster.loop,
                Kinds.builtIn(),
                new ReleaseName("web", "shop", Duration.ofMinutes(1)),
                false);
        String form = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: of-%s, namespace: default}\n";
        var items = Manifests.items("x", String.format(form, "shop") + "---\n" + String.format(form, "mall"));
        var pruned = steps.prune(items, List.of());
        cluster.loop.settle();
        assertThat(pruned.succeeded()).isTrue();
        assertThat(cluster.api.all(Resources.CONFIG_MAPS))
                .extracting(KubeObject::name)
                .contains("of-mall")
                .doesNotContain("of-shop");
    }

    @Test
    void ofEachObjectOfARevisionItIsKeptWhichOneItIs() {
        ObjectNode body =
                Json.object().put("name", "web").put("namespace", "shop").put("version", 1);
        body.put(
                "manifest",
                "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  annotations: {helm.sh/resource-policy: keep, a: b}\ndata: {}\n");
        assertThat(new HelmRelease(body, "").places()).singleElement().satisfies(item -> assertThat(
                        item.object().toString())
                .isEqualTo("{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"s\","
                        + "\"annotations\":{\"helm.sh/resource-policy\":\"keep\"}}}"));
    }
}
