package io.minik.server.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.Pods;
import io.minik.server.controllers.jobs.CompletedIndexes;
import io.minik.server.controllers.jobs.CronJobController;
import io.minik.server.controllers.jobs.JobController;
import io.minik.server.controllers.jobs.JobPods;
import io.minik.server.controllers.jobs.TtlController;
import io.minik.server.controllers.workloads.DaemonPods;
import io.minik.server.controllers.workloads.DaemonSetController;
import io.minik.server.controllers.workloads.StatefulSetController;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class WorkloadsTest {
    private final Cluster cluster = new Cluster();

    private List<String> images() {
        return cluster.livePods().stream()
                .map(pod -> pod.at("spec", "containers").get(0).path("image").asText())
                .sorted()
                .toList();
    }

    private static void image(ObjectNode tree, String image) {
        ((ObjectNode) tree.at("/spec/template/spec/containers/0")).put("image", image);
    }

    @Nested
    class Daemons {
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
            cluster.edit(Resources.DAEMON_SETS, "d", tree -> image(tree, "v2"));
            cluster.loop.settle();
            assertThat(cluster.livePods()).hasSize(1);
            place();
            assertThat(images()).containsExactly("v2", "v2");
            assertThat(cluster.api.all(Resources.CONTROLLER_REVISIONS)).hasSize(2);
            assertThat(Json.intOr(
                            0, cluster.get(Resources.DAEMON_SETS, "d").tree(), "status", "updatedNumberScheduled"))
                    .isEqualTo(2);
        }

        @Test
        void aRevisionKeepsTheCauseOfTheChangeAndSortedData() {
            cluster.put(Resources.DAEMON_SETS, "d", tree -> {
                Cluster.workload("d", 1, "v1").accept(tree);
                Json.child(Json.child(tree, "metadata"), "annotations").put("kubernetes.io/change-cause", "why");
            });
            cluster.loop.settle();
            KubeObject revision =
                    cluster.api.all(Resources.CONTROLLER_REVISIONS).get(0);
            assertThat(revision.annotations()).containsEntry("kubernetes.io/change-cause", "why");
            assertThat(new String(Json.bytes(revision.at("data")), StandardCharsets.UTF_8))
                    .isEqualTo(
                            "{\"spec\":{\"template\":{\"$patch\":\"replace\",\"metadata\":{\"labels\":{\"app\":\"d\"}},"
                                    + "\"spec\":{\"containers\":[{\"image\":\"v1\",\"name\":\"c\"}]}}}}");
        }

        @Test
        void aDeletedRevisionIsMadeAnew() {
            cluster.put(Resources.DAEMON_SETS, "d", Cluster.workload("d", 1, "v1"));
            place();
            KubeObject revision =
                    cluster.api.all(Resources.CONTROLLER_REVISIONS).get(0);
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
            cluster.edit(Resources.DAEMON_SETS, "d", tree -> image(tree, "v2"));
            cluster.loop.settle();
            assertThat(images()).containsExactly("v1", "v1", "v2");
            KubeObject fresh = cluster.pods().get(2);
            cluster.pods().stream().filter(pod -> !Pods.ready(pod)).forEach(pod -> cluster.run(pod, true));
            cluster.loop.settle();
            assertThat(cluster.livePods())
                    .as("the old one of that node goes")
                    .filteredOn(pod -> DaemonPods.target(pod).equals(DaemonPods.target(fresh)))
                    .hasSize(1);
            place();
            assertThat(images()).containsExactly("v2", "v2");
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

    @Nested
    class Stateful {
        @BeforeEach
        void start() {
            cluster.start(new StatefulSetController(cluster.context));
        }

        private void set(Consumer<ObjectNode> more) {
            cluster.put(Resources.STATEFUL_SETS, "db", tree -> {
                Cluster.workload("db", 3, "v1").accept(tree);
                ObjectNode spec = Json.child(tree, "spec").put("serviceName", "db");
                spec.putArray("volumeClaimTemplates")
                        .addObject()
                        .putObject("metadata")
                        .put("name", "data");
                more.accept(tree);
            });
            cluster.loop.settle();
        }

        @Test
        void podsComeOneAfterTheOtherWithTheirClaims() {
            set(tree -> {});
            assertThat(cluster.pods()).extracting(KubeObject::name).containsExactly("db-0");
            cluster.run(cluster.pods().get(0), true);
            cluster.loop.settle();
            assertThat(cluster.pods()).extracting(KubeObject::name).containsExactly("db-0", "db-1");
            cluster.everyPodRuns();
            assertThat(cluster.pods()).extracting(KubeObject::name).containsExactly("db-0", "db-1", "db-2");
            assertThat(cluster.api.all(Resources.PERSISTENT_VOLUME_CLAIMS))
                    .extracting(KubeObject::name)
                    .containsExactly("data-db-0", "data-db-1", "data-db-2");
            KubeObject pod = cluster.get(Resources.PODS, "db-1");
            assertThat(pod.text("spec", "hostname")).isEqualTo("db-1");
            assertThat(pod.text("spec", "subdomain")).isEqualTo("db");
            assertThat(pod.at("spec", "volumes")
                            .get(0)
                            .at("/persistentVolumeClaim/claimName")
                            .asText())
                    .isEqualTo("data-db-1");
        }

        @Test
        void parallelPodsComeAtOnce() {
            set(tree -> Json.child(tree, "spec").put("podManagementPolicy", "Parallel"));
            assertThat(cluster.pods()).hasSize(3);
        }

        @Test
        void scalingDownTakesTheHighestFirstAndKeepsClaims() {
            set(tree -> {});
            cluster.everyPodRuns();
            cluster.edit(Resources.STATEFUL_SETS, "db", tree -> Json.child(tree, "spec")
                    .put("replicas", 1));
            cluster.loop.settle();
            assertThat(cluster.get(Resources.PODS, "db-2").meta().deleting()).isTrue();
            assertThat(cluster.get(Resources.PODS, "db-1").meta().deleting()).isFalse();
            cluster.everyPodRuns();
            assertThat(cluster.pods()).hasSize(1);
            assertThat(cluster.api.all(Resources.PERSISTENT_VOLUME_CLAIMS)).hasSize(3);
        }

        @Test
        void anUpdateGoesFromTheHighestDownToThePartition() {
            set(tree -> {});
            cluster.everyPodRuns();
            cluster.edit(Resources.STATEFUL_SETS, "db", tree -> {
                image(tree, "v2");
                Json.child(Json.child(Json.child(tree, "spec"), "updateStrategy"), "rollingUpdate")
                        .put("partition", 1);
            });
            cluster.loop.settle();
            assertThat(cluster.get(Resources.PODS, "db-2").meta().deleting()).isTrue();
            assertThat(cluster.get(Resources.PODS, "db-1").meta().deleting()).isFalse();
            cluster.everyPodRuns();
            assertThat(images()).containsExactly("v1", "v2", "v2");
            cluster.edit(Resources.STATEFUL_SETS, "db", tree -> Json.child(Json.child(tree, "spec"), "updateStrategy")
                    .remove("rollingUpdate"));
            cluster.everyPodRuns();
            assertThat(images()).containsExactly("v2", "v2", "v2");
            var status = cluster.get(Resources.STATEFUL_SETS, "db").at("status");
            assertThat(Json.text(status, "currentRevision")).isEqualTo(Json.text(status, "updateRevision"));
            assertThat(Json.intOr(0, status, "updatedReplicas")).isEqualTo(3);
        }

        @Test
        void aFailedPodComesBackUnderItsName() {
            set(tree -> {});
            cluster.everyPodRuns();
            String uid = cluster.get(Resources.PODS, "db-1").uid();
            cluster.finish(cluster.get(Resources.PODS, "db-1"), "Failed");
            cluster.everyPodRuns();
            assertThat(cluster.get(Resources.PODS, "db-1").uid()).isNotEqualTo(uid);
            assertThat(cluster.livePods()).hasSize(3);
        }
    }

    @Nested
    class Jobs {
        @BeforeEach
        void start() {
            cluster.start(
                    new JobController(cluster.context),
                    new CronJobController(cluster.context, ZoneOffset.UTC),
                    new TtlController(cluster.context));
        }

        private void job(int completions, int parallelism, Consumer<ObjectNode> more) {
            cluster.put(Resources.JOBS, "calc", tree -> {
                ObjectNode spec = Json.child(tree, "spec")
                        .put("completions", completions)
                        .put("parallelism", parallelism)
                        .put("backoffLimit", 2);
                spec.putObject("selector").putObject("matchLabels").put("app", "calc");
                Cluster.template(spec, "calc", "v1");
                Json.child(Json.child(spec, "template"), "spec").put("restartPolicy", "Never");
                more.accept(tree);
            });
            cluster.loop.settle();
        }

        private KubeObject get() {
            return cluster.get(Resources.JOBS, "calc");
        }

        private int status(String field) {
            return Json.intOr(0, get().tree(), "status", field);
        }

        private void end(String phase) {
            cluster.livePods().forEach(pod -> cluster.finish(pod, phase));
            cluster.loop.settle();
        }

        @Test
        void runsSoManyAtATimeUntilSoManySucceeded() {
            job(5, 2, tree -> {});
            assertThat(cluster.livePods()).hasSize(2);
            end("Succeeded");
            assertThat(cluster.livePods()).hasSize(2);
            end("Succeeded");
            assertThat(cluster.livePods()).hasSize(1);
            end("Succeeded");
            assertThat(status("succeeded")).isEqualTo(5);
            assertThat(Conditions.isTrue(get().at("status"), "Complete")).isTrue();
            assertThat(get().text("status", "completionTime")).isNotEmpty();
            assertThat(cluster.pods()).noneMatch(JobPods::tracked);
            assertThat(cluster.events("Completed")).hasSize(1);
            assertThat(cluster.loop.timers()).isZero();
        }

        @Test
        void successesOfDeletedPodsStillCount() {
            job(2, 1, tree -> {});
            end("Succeeded");
            cluster.pods().stream()
                    .filter(Pods::finished)
                    .toList()
                    .forEach(pod -> cluster.api.remove(Resources.PODS, pod.key()));
            cluster.loop.settle();
            end("Succeeded");
            assertThat(status("succeeded")).isEqualTo(2);
            assertThat(Conditions.isTrue(get().at("status"), "Complete")).isTrue();
        }

        @Test
        void failuresAreRetriedLaterAndLaterUntilTheLimit() {
            job(1, 1, tree -> {});
            end("Failed");
            assertThat(cluster.livePods()).as("first it pauses").isEmpty();
            cluster.loop.advance(Duration.ofSeconds(11));
            assertThat(cluster.livePods()).hasSize(1);
            end("Failed");
            cluster.loop.advance(Duration.ofSeconds(21));
            end("Failed");
            cluster.loop.advance(Duration.ofMinutes(1));
            assertThat(Conditions.find(get().at("status"), "Failed").map(c -> Json.text(c, "reason")))
                    .contains("BackoffLimitExceeded");
            assertThat(status("failed")).isEqualTo(3);
            assertThat(cluster.livePods()).isEmpty();
        }

        @Test
        void aDeadlineEndsIt() {
            job(1, 1, tree -> Json.child(tree, "spec").put("activeDeadlineSeconds", 30));
            cluster.everyPodRuns();
            cluster.loop.advance(Duration.ofSeconds(31));
            cluster.everyPodRuns();
            assertThat(Conditions.find(get().at("status"), "Failed").map(c -> Json.text(c, "reason")))
                    .contains("DeadlineExceeded");
        }

        @Test
        void indexedPodsHaveTheirNumbers() {
            job(3, 3, tree -> Json.child(tree, "spec").put("completionMode", "Indexed"));
            assertThat(cluster.livePods()).extracting(JobPods::index).containsExactlyInAnyOrder(0, 1, 2);
            end("Succeeded");
            assertThat(get().text("status", "completedIndexes")).isEqualTo("0-2");
        }

        @Test
        void aSuspendedJobRunsNothing() {
            job(2, 2, tree -> {});
            cluster.edit(
                    Resources.JOBS, "calc", tree -> Json.child(tree, "spec").put("suspend", true));
            cluster.loop.settle();
            assertThat(cluster.livePods()).isEmpty();
            assertThat(Conditions.isTrue(get().at("status"), "Suspended")).isTrue();
        }

        @Test
        void aFinishedJobIsDeletedWhenItsTimeIsOver() {
            job(1, 1, tree -> Json.child(tree, "spec").put("ttlSecondsAfterFinished", 60));
            end("Succeeded");
            cluster.loop.advance(Duration.ofSeconds(50));
            assertThat(cluster.api.all(Resources.JOBS)).hasSize(1);
            cluster.loop.advance(Duration.ofSeconds(11));
            assertThat(get().meta().deleting()).isTrue();
        }

        private void cron(String schedule, Consumer<ObjectNode> more) {
            cluster.put(Resources.CRON_JOBS, "tick", tree -> {
                ObjectNode spec = Json.child(tree, "spec").put("schedule", schedule);
                ObjectNode jobSpec = spec.putObject("jobTemplate").putObject("spec");
                jobSpec.put("completions", 1).put("parallelism", 1);
                jobSpec.putObject("selector").putObject("matchLabels").put("app", "tick");
                Cluster.template(jobSpec, "tick", "v1");
                more.accept(spec);
            });
            cluster.loop.settle();
        }

        @Test
        void aCronJobMakesAJobAtEachTimeAndKeepsItsHistory() {
            cron("*/5 * * * *", spec -> {});
            assertThat(cluster.api.all(Resources.JOBS)).isEmpty();
            for (int i = 0; i < 8; i++) {
                cluster.loop.advance(Duration.ofMinutes(5).plusSeconds(1));
                end("Succeeded");
            }
            assertThat(cluster.api.all(Resources.JOBS)).hasSize(3);
            assertThat(cluster.events("SuccessfulCreate"))
                    .filteredOn(text -> text.startsWith("Created job"))
                    .hasSize(8);
            assertThat(cluster.get(Resources.CRON_JOBS, "tick").text("status", "lastSuccessfulTime"))
                    .isNotEmpty();
            assertThat(cluster.loop.timers()).as("one timer for the next time").isEqualTo(1);
        }

        @Test
        void forbidSkipsWhileOneRunsAndReplaceEndsIt() {
            cron("* * * * *", spec -> spec.put("concurrencyPolicy", "Forbid"));
            cluster.loop.advance(Duration.ofMinutes(3));
            assertThat(cluster.api.all(Resources.JOBS)).hasSize(1);
            cluster.edit(Resources.CRON_JOBS, "tick", tree -> Json.child(tree, "spec")
                    .put("concurrencyPolicy", "Replace"));
            String first = cluster.api.all(Resources.JOBS).get(0).name();
            cluster.loop.advance(Duration.ofMinutes(1));
            assertThat(cluster.api.find(Resources.JOBS, ObjectKey.of("default", first)))
                    .isEmpty();
            assertThat(cluster.api.all(Resources.JOBS)).hasSize(1);
        }
    }

    @Test
    void indexesAreWrittenAsRanges() {
        assertThat(CompletedIndexes.text(CompletedIndexes.parse("0,3-5,7,8"))).isEqualTo("0,3-5,7,8");
        assertThat(CompletedIndexes.parse("")).isEmpty();
    }
}
