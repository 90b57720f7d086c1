package io.minik.server.controllers.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a schedule means in time: zones, missed times, deadlines. The clock begins at 2026-01-01T00:00:00Z. */
class CronJobControllerTest {
    private final Cluster cluster = new Cluster();

    @BeforeEach
    void start() {
        cluster.start(new CronJobController(cluster.context, ZoneId.of("Asia/Kolkata")));
    }

    private void cron(String schedule, String created, Consumer<ObjectNode> more) {
        cluster.put(Resources.CRON_JOBS, "tick", tree -> {
            Json.child(tree, "metadata").put("creationTimestamp", created);
            ObjectNode spec = Json.child(tree, "spec").put("schedule", schedule);
            ObjectNode job = spec.putObject("jobTemplate").putObject("spec");
            Cluster.template(job, "tick", "v1");
            Json.child(Json.child(job, "template"), "spec").put("restartPolicy", "Never");
            more.accept(spec);
        });
        cluster.loop.settle();
    }

    private String last() {
        return cluster.get(Resources.CRON_JOBS, "tick").text("status", "lastScheduleTime");
    }

    @Test
    void withoutATimeZoneAScheduleIsInTheServersOwn() {
        cron("0 6 * * *", "2026-01-01T00:00:00Z", spec -> {});
        cluster.loop.advance(Duration.ofMinutes(31));
        assertThat(last()).isEqualTo("2026-01-01T00:30:00Z");
    }

    @Test
    void anActiveJobThatIsGoneIsTold() {
        cron("0 0 1 1 *", "2026-01-01T00:00:00Z", spec -> {});
        KubeObject cron = cluster.get(Resources.CRON_JOBS, "tick");
        cluster.api.put(Resources.CRON_JOBS, cron.edit(tree -> Json.child(tree, "status")
                .putArray("active")
                .addObject()
                .put("name", "tick-1")
                .put("uid", "gone")));
        cluster.loop.advance(Duration.ofSeconds(1));
        assertThat(cluster.events("MissingJob")).containsExactly("Active job went missing: tick-1");
        assertThat(cluster.get(Resources.CRON_JOBS, "tick").at("status", "active"))
                .isEmpty();
    }

    @Test
    void itsOwnTimeZoneCountsFirst() {
        cron("0 6 * * *", "2026-01-01T00:00:00Z", spec -> spec.put("timeZone", "Etc/UTC"));
        cluster.loop.advance(Duration.ofHours(6).plusSeconds(1));
        assertThat(last()).isEqualTo("2026-01-01T06:00:00Z");
    }

    @Test
    void aTimeZoneThatIsNoneIsTold() {
        cron("0 6 * * *", "2026-01-01T00:00:00Z", spec -> spec.put("timeZone", "Mars/Olympus"));
        assertThat(cluster.events("UnknownTimeZone"))
                .singleElement()
                .asString()
                .startsWith("invalid timeZone: \"Mars/Olympus\": ");
        assertThat(cluster.loop.timers()).isZero();
    }

    @Test
    void aTimeThatNeverComesIsTold() {
        cron("59 23 31 2 *", "2026-01-01T00:00:00Z", spec -> {});
        assertThat(cluster.events("InvalidSchedule"))
                .containsExactly("invalid schedule: 59 23 31 2 * : time difference between two schedules is less than 1"
                        + " second");
        assertThat(cluster.loop.timers()).isZero();
    }

    @Test
    void ofMonthsOfMissedTimesTheLastIsMadeUpForAndTold() {
        cron("* * * * *", "2025-08-01T00:00:00Z", spec -> {});
        assertThat(last()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(cluster.api.all(Resources.JOBS)).hasSize(1);
        assertThat(cluster.events("TooManyMissedTimes"))
                .containsExactly(
                        "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock"
                                + " skew");
    }

    @Test
    void theLastMissedTimeMayBeLongerAgoThanADay() {
        cron("0 0 1 * *", "2015-01-01T00:00:00Z", spec -> spec.put("timeZone", "Etc/UTC"));
        assertThat(last()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(cluster.events("TooManyMissedTimes")).hasSize(1);
    }

    @Test
    void ahundredMissedTimesAreNotTooMany() {
        cron("@hourly", "2025-12-27T20:00:00Z", spec -> spec.put("timeZone", "Etc/UTC"));
        assertThat(last()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(cluster.events("TooManyMissedTimes")).isEmpty();
    }

    @Test
    void theStartingDeadlineForgivesWhatIsOlder() {
        cron("0 0 1 * *", "2025-01-15T00:00:00Z", spec -> spec.put("timeZone", "Asia/Kolkata")
                .put("startingDeadlineSeconds", 3600));
        assertThat(cluster.api.all(Resources.JOBS)).isEmpty();
        cluster.edit(Resources.CRON_JOBS, "tick", tree -> Json.child(tree, "spec")
                .put("startingDeadlineSeconds", Long.MAX_VALUE));
        cluster.loop.settle();
        assertThat(last()).isEqualTo("2025-12-31T18:30:00Z");
    }

    @Test
    void whatWasSuspendedMakesUpForTheLastTimeOnly() {
        cron("*/10 * * * *", "2026-01-01T00:00:00Z", spec -> spec.put("suspend", true));
        cluster.loop.advance(Duration.ofMinutes(55));
        assertThat(cluster.api.all(Resources.JOBS)).isEmpty();
        cluster.edit(
                Resources.CRON_JOBS, "tick", tree -> Json.child(tree, "spec").put("suspend", false));
        cluster.loop.settle();
        assertThat(cluster.api.all(Resources.JOBS))
                .extracting(KubeObject::name)
                .containsExactly("tick-" + Instant.parse("2026-01-01T00:50:00Z").getEpochSecond() / 60);
    }
}
