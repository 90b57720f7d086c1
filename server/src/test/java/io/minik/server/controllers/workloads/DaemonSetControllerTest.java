package io.minik.server.controllers.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import io.minik.server.controllers.control.Pods;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One pod on each node that fits: rolled, remembered, and replaced when it fails. */
class DaemonSetControllerTest {
    private final Cluster cluster = new Cluster();

    @BeforeEach
    void start() {
        cluster.start(new DaemonSetController(cluster.context));
        node("a", false);
        node("b", false);
    }

    private void node(String name, boolean tainted) {
        cluster.put(Resources.NODES, name, tree -> {
            ObjectNode spec = Json.child(tree, "spec");
            if (tainted) {
                spec.putArray("taints").addObject().put("key", "k").put("effect", "NoSchedule");
            }
        });
    }

    private void place() {
        for (int i = 0; i < 5; i++) {
            cluster.loop.settle();
            cluster.pods()
                    .forEach(pod -> cluster.api.edit(Resources.PODS, pod.key(), tree -> Json.child(tree, "spec")
                            .put("nodeName", DaemonPods.target(pod))));
            cluster.everyPodRuns();
        }
    }

    @Test
    void eachNodeThatFitsHasOne() {
        cluster.put(Resources.DAEMON_SETS, "d", Cluster.workload("d", 1, "v1"));
        node("tainted", true);
        place();
        assertThat(cluster.pods()).extracting(DaemonPods::target).containsExactlyInAnyOrder("a", "b");
        node("c", false);
        place();
        assertThat(cluster.pods()).hasSize(3);
        var status = cluster.get(Resources.DAEMON_SETS, "d").at("status");
        assertThat(Json.intOr(0, status, "desiredNumberScheduled")).isEqualTo(3);
        assertThat(Json.intOr(0, status, "numberReady")).isEqualTo(3);
        assertThat(Json.intOr(0, status, "numberAvailable")).isEqualTo(3);
    }

    @Test
    void aNewTemplateReplacesOneNodeAtATimeAndHistoryRemembersTheOld() {
        cluster.put(Resources.DAEMON_SETS, "d", Cluster.workload("d", 1, "v1"));
        place();
        cluster.edit(Resources.DAEMON_SETS, "d", tree -> Cluster.image(tree, "v2"));
        cluster.loop.settle();
        assertThat(cluster.livePods()).hasSize(1);
        place();
        assertThat(cluster.images()).containsExactly("v2", "v2");
        assertThat(cluster.api.all(Resources.CONTROLLER_REVISIONS)).hasSize(2);
        assertThat(Json.intOr(0, cluster.get(Resources.DAEMON_SETS, "d").tree(), "status", "updatedNumberScheduled"))
                .isEqualTo(2);
    }

    @Test
    void aRevisionKeepsTheCauseOfTheChangeAndSortedData() {
        cluster.put(Resources.DAEMON_SETS, "d", tree -> {
            Cluster.workload("d", 1, "v1").accept(tree);
            Json.child(Json.child(tree, "metadata"), "annotations").put("kubernetes.io/change-cause", "why");
        });
        cluster.loop.settle();
        KubeObject revision = cluster.api.all(Resources.CONTROLLER_REVISIONS).get(0);
        assertThat(revision.annotations()).containsEntry("kubernetes.io/change-cause", "why");
        assertThat(new String(Json.bytes(revision.at("data")), StandardCharsets.UTF_8))
                .isEqualTo("{\"spec\":{\"template\":{\"$patch\":\"replace\",\"metadata\":{\"labels\":{\"app\":\"d\"}},"
                        + "\"spec\":{\"containers\":[{\"image\":\"v1\",\"imagePullPolicy\":\"Always\",\"name\":\"c\","
                        + "\"resources\":{},\"terminationMessagePath\":\"/dev/termination-log\","
                        + "\"terminationMessagePolicy\":\"File\"}],\"dnsPolicy\":\"ClusterFirst\","
                        + "\"restartPolicy\":\"Always\",\"schedulerName\":\"default-scheduler\",\"securityContext\":{},"
                        + "\"terminationGracePeriodSeconds\":30}}}}");
    }

    @Test
    void aDeletedRevisionIsMadeAnew() {
        cluster.put(Resources.DAEMON_SETS, "d", Cluster.workload("d", 1, "v1"));
        place();
        KubeObject revision = cluster.api.all(Resources.CONTROLLER_REVISIONS).get(0);
        cluster.api.remove(Resources.CONTROLLER_REVISIONS, revision.key());
        cluster.loop.settle();
        assertThat(cluster.api.all(Resources.CONTROLLER_REVISIONS))
                .extracting(KubeObject::name)
                .containsExactly(revision.name());
    }

    @Test
    void withSurgeTheNewComeBesideTheOldAndRelieveThem() {
        cluster.put(Resources.DAEMON_SETS, "d", tree -> {
            Cluster.workload("d", 1, "v1").accept(tree);
            Json.child(Json.child(Json.child(tree, "spec"), "updateStrategy"), "rollingUpdate")
                    .put("maxSurge", 1)
                    .put("maxUnavailable", 0);
        });
        place();
        cluster.edit(Resources.DAEMON_SETS, "d", tree -> Cluster.image(tree, "v2"));
        cluster.loop.settle();
        assertThat(cluster.images()).containsExactly("v1", "v1", "v2");
        KubeObject fresh = cluster.pods().get(2);
        cluster.pods().stream().filter(pod -> !Pods.ready(pod)).forEach(pod -> cluster.run(pod, true));
        cluster.loop.settle();
        assertThat(cluster.livePods())
                .as("the old one of that node goes")
                .filteredOn(pod -> DaemonPods.target(pod).equals(DaemonPods.target(fresh)))
                .hasSize(1);
        place();
        assertThat(cluster.images()).containsExactly("v2", "v2");
    }

    @Test
    void aFailedDaemonIsReplacedMoreAndMoreSeldom() {
        cluster.put(Resources.DAEMON_SETS, "d", Cluster.workload("d", 1, "v1"));
        place();
        int made = cluster.events("SuccessfulCreate").size();
        for (int i = 0; i < 300; i++) {
            cluster.livePods().forEach(pod -> cluster.finish(pod, "Failed"));
            cluster.loop.advance(Duration.ofSeconds(1));
            cluster.pods().stream()
                    .filter(pod -> pod.meta().deleting())
                    .forEach(pod -> cluster.api.remove(Resources.PODS, pod.key()));
            cluster.loop.settle();
        }
        assertThat(made).isEqualTo(2);
        assertThat(cluster.api.calls(ApiCall.Verb.CREATE, Resources.PODS)).hasSizeBetween(10, 24);
    }
}
