package io.minik.server.controllers.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resources;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A CronJob with its Jobs: what it makes, keeps and ends. */
class CronHistoryTest {
    private final Cluster cluster = new Cluster();

    @BeforeEach
    void start() {
        cluster.start(new JobController(cluster.context), new CronJobController(cluster.context, ZoneOffset.UTC));
    }

    private void end(String phase) {
        cluster.livePods().forEach(pod -> cluster.finish(pod, phase));
        cluster.loop.settle();
    }

    private void cron(String schedule, Consumer<ObjectNode> more) {
        cluster.put(Resources.CRON_JOBS, "tick", tree -> {
            ObjectNode spec = Json.child(tree, "spec").put("schedule", schedule);
            ObjectNode jobSpec = spec.putObject("jobTemplate").putObject("spec");
            jobSpec.put("completions", 1).put("parallelism", 1);
            Cluster.template(jobSpec, "tick", "v1");
            Json.child(Json.child(jobSpec, "template"), "spec").put("restartPolicy", "Never");
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
        cluster.edit(
                Resources.CRON_JOBS, "tick", tree -> Json.child(tree, "spec").put("concurrencyPolicy", "Replace"));
        String first = cluster.api.all(Resources.JOBS).get(0).name();
        cluster.loop.advance(Duration.ofSeconds(61));
        assertThat(cluster.api.find(Resources.JOBS, ObjectKey.of("default", first)))
                .isEmpty();
        assertThat(cluster.api.all(Resources.JOBS)).hasSize(1);
    }
}
