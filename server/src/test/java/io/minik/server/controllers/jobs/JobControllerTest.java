package io.minik.server.controllers.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.Pods;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** So many pods at a time until so many succeeded, within limits, and gone when their time is over. */
class JobControllerTest {
    private final Cluster cluster = new Cluster();

    @BeforeEach
    void start() {
        cluster.start(new JobController(cluster.context), new TtlController(cluster.context));
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
        cluster.edit(Resources.JOBS, "calc", tree -> Json.child(tree, "spec").put("suspend", true));
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
}
