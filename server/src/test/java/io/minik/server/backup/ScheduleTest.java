package io.minik.server.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.meta.CronSchedule;
import io.minik.ground.loop.Loop;
import io.minik.store.LocalStore;
import io.minik.store.memory.MemoryStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When snapshots are made by themselves. */
class ScheduleTest {
    private final Vertx vertx = Vertx.vertx();
    private final LocalStore store = new MemoryStore(vertx);
    private final Looks clock = new Looks();

    @TempDir
    Path folder;

    /** Time stands still until a look is asked for. */
    private static final class Looks implements Loop {
        private final List<Runnable> due = new ArrayList<>();
        private Instant now = Instant.parse("2026-11-30T11:58:30Z");

        @Override
        public void run(Runnable task) {
            task.run();
        }

        @Override
        public Timer after(Duration delay, Runnable task) {
            due.add(task);
            return () -> due.remove(task);
        }

        void look(Duration later) {
            now = now.plus(later);
            List<Runnable> tasks = List.copyOf(due);
            due.clear();
            tasks.forEach(Runnable::run);
        }

        @Override
        public Instant now() {
            return now;
        }

        @Override
        public long millis() {
            return now.toEpochMilli();
        }

        @Override
        public RandomGenerator random() {
            return RandomGenerator.getDefault();
        }
    }

    private Backups backups(int retention) {
        Backups.Plan plan =
                new Backups.Plan(Optional.of(CronSchedule.parse("0 */12 * * *")), "etcd-snapshot", retention, false);
        return new Backups(vertx, clock, store, plan, new Backups.Target("n1", folder, true, List::of));
    }

    @AfterEach
    void stop() {
        get(vertx.close());
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void oneIsMadeWhenTheHourComesAndTheOldGo() throws Exception {
        Backups backups = backups(2);
        get(backups.start());
        SnapshotFolder snapshots = new SnapshotFolder(folder, true);
        clock.look(Duration.ofMinutes(1));
        assertThat(snapshots.list()).isEmpty();
        List<String> made = new ArrayList<>();
        for (int half = 0; half < 4; half++) {
            clock.look(half == 0 ? Duration.ofMinutes(1) : Duration.ofHours(12));
            String name = "etcd-snapshot-n1-" + clock.now().getEpochSecond();
            made.add(name);
            int kept = Math.min(2, made.size());
            // What is written and deleted is on another thread.
            awaitNames(snapshots, made.subList(made.size() - kept, made.size()));
        }
        get(backups.stop());
        clock.look(Duration.ofHours(12));
        assertThat(snapshots.list()).hasSize(2);
    }

    private void awaitNames(SnapshotFolder snapshots, List<String> wanted) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!names(snapshots).equals(wanted)) {
            assertThat(System.nanoTime())
                    .as("%s, not %s", names(snapshots), wanted)
                    .isLessThan(end);
            Thread.onSpinWait();
            clock.look(Duration.ZERO);
        }
    }

    private static List<String> names(SnapshotFolder snapshots) throws Exception {
        return snapshots.list().stream().map(SnapshotFolder.Snapshot::name).toList();
    }

    @Test
    void oneAtATimeAndNoneOfAStrangeName() {
        Backups backups = backups(2);
        Future<SnapshotFolder.Snapshot> first = backups.save("on-demand", true);
        assertThatThrownBy(() -> get(backups.save("on-demand", false))).hasMessageContaining("already in progress");
        assertThat(get(first).name()).isEqualTo("on-demand-n1-" + clock.now().getEpochSecond() + ".zip");
        assertThatThrownBy(() -> get(backups.save("../x", false))).hasMessageContaining("no name");
    }
}
