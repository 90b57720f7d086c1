package io.minik.server.controllers.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resources;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import io.minik.server.controllers.volumes.VolumeBinder;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BudgetsTest {
    private final Cluster cluster = new Cluster();

    @BeforeEach
    void start() {
        cluster.start(
                new DisruptionController(cluster.context),
                new VolumeBinder(cluster.context),
                ReplicaSetController.replicaSets(cluster.context));
    }

    private int allowed() {
        cluster.loop.advance(Duration.ofMillis(100));
        return Json.intOr(
                -1, cluster.get(Resources.POD_DISRUPTION_BUDGETS, "b").tree(), "status", "disruptionsAllowed");
    }

    @Test
    void aBudgetAllowsWhatLeavesEnoughHealthy() {
        cluster.put(Resources.REPLICA_SETS, "web", Cluster.workload("web", 4, "a"));
        cluster.put(Resources.POD_DISRUPTION_BUDGETS, "b", tree -> {
            ObjectNode spec = Json.child(tree, "spec").put("maxUnavailable", "50%");
            spec.putObject("selector").putObject("matchLabels").put("app", "web");
        });
        cluster.loop.settle();
        assertThat(allowed()).isZero();
        cluster.everyPodRuns();
        assertThat(allowed()).isEqualTo(2);
        cluster.run(cluster.pods().get(0), false);
        assertThat(allowed()).isEqualTo(1);
    }

    private String condition() {
        var condition = cluster.get(Resources.POD_DISRUPTION_BUDGETS, "b")
                .at("status", "conditions")
                .path(0);
        return Json.text(condition, "status") + " " + Json.text(condition, "reason") + " "
                + Json.text(condition, "message");
    }

    private void budget(String field, int value) {
        cluster.put(Resources.POD_DISRUPTION_BUDGETS, "b", tree -> {
            ObjectNode spec = Json.child(tree, "spec").put(field, value);
            spec.putObject("selector").putObject("matchLabels").put("app", "lone");
        });
    }

    private void pod(String name, String owner) {
        cluster.put(Resources.PODS, name, tree -> {
            ObjectNode metadata = Json.child(tree, "metadata");
            metadata.putObject("labels").put("app", "lone");
            if (!owner.isEmpty()) {
                metadata.putArray("ownerReferences")
                        .addObject()
                        .put("apiVersion", owner.substring(0, owner.lastIndexOf('/')))
                        .put("kind", owner.substring(owner.lastIndexOf('/') + 1))
                        .put("name", "owner")
                        .put("uid", "u")
                        .put("controller", true);
            }
        });
        cluster.run(cluster.get(Resources.PODS, name), true);
    }

    @Test
    void podsThatNobodyControlsDoNotCountAndAreTold() {
        pod("p", "");
        budget("maxUnavailable", 1);
        assertThat(allowed()).isZero();
        assertThat(cluster.events("UnmanagedPods"))
                .first()
                .asString()
                .startsWith(
                        "Pods selected by this PodDisruptionBudget (selector: &LabelSelector{MatchLabels:map[string]string{"
                                + "app: lone,},MatchExpressions:[]LabelSelectorRequirement{},}) were found to be unmanaged. As a"
                                + " result,");
        budget("minAvailable", 0);
        assertThat(allowed()).isEqualTo(1);
    }

    @Test
    void podsOfKindsWithoutAScaleMakeTheNumberUnknown() {
        for (String owner : java.util.List.of("batch/v1/Job", "apps/v1/DaemonSet")) {
            pod("p", owner);
            budget("maxUnavailable", 1);
            assertThat(allowed()).isZero();
            String plural = owner.equals("batch/v1/Job") ? "jobs.batch" : "daemonsets.apps";
            assertThat(condition())
                    .isEqualTo("False SyncFailed " + plural + " does not implement the scale subresource");
        }
        assertThat(cluster.events("CalculateExpectedPodCountFailed"))
                .contains("Failed to calculate the number of expected pods: jobs.batch does not implement the scale"
                        + " subresource");
    }

    @Test
    void aBudgetOfNothingTellsSo() {
        budget("minAvailable", 1);
        assertThat(allowed()).isZero();
        assertThat(cluster.events("NoPods")).containsExactly("No matching pods found");
    }

    private void volume(String name, String size) {
        cluster.put(Resources.PERSISTENT_VOLUMES, name, Cluster.volume(size));
    }

    private void claim(String name, String size) {
        cluster.put(Resources.PERSISTENT_VOLUME_CLAIMS, name, tree -> Cluster.claim(Json.child(tree, "spec"), size));
        cluster.loop.advance(Duration.ofMillis(100));
    }

    private String volumePhase(String name) {
        cluster.loop.advance(Duration.ofMillis(100));
        return cluster.get(Resources.PERSISTENT_VOLUMES, name).text("status", "phase");
    }

    @Test
    void aClaimGetsTheSmallestVolumeThatIsLargeEnough() {
        volume("large", "10Gi");
        volume("small", "1Gi");
        volume("fitting", "5Gi");
        claim("data", "2Gi");
        var claim = cluster.get(Resources.PERSISTENT_VOLUME_CLAIMS, "data");
        assertThat(claim.text("spec", "volumeName")).isEqualTo("fitting");
        assertThat(claim.text("status", "phase")).isEqualTo("Bound");
        assertThat(volumePhase("fitting")).isEqualTo("Bound");
        assertThat(volumePhase("large")).isEqualTo("Available");
        cluster.api.remove(Resources.PERSISTENT_VOLUME_CLAIMS, ObjectKey.of("default", "data"));
        assertThat(volumePhase("fitting")).isEqualTo("Released");
    }

    @Test
    void twoClaimsNeverShareAVolumeAndALateVolumeIsTaken() {
        volume("one", "1Gi");
        claim("a", "1Gi");
        claim("b", "1Gi");
        assertThat(cluster.get(Resources.PERSISTENT_VOLUME_CLAIMS, "b").text("status", "phase"))
                .isEqualTo("Pending");
        volume("two", "1Gi");
        cluster.loop.advance(Duration.ofMillis(100));
        assertThat(cluster.get(Resources.PERSISTENT_VOLUME_CLAIMS, "b").text("spec", "volumeName"))
                .isEqualTo("two");
    }
}
