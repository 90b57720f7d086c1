package io.minik.api.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.ground.loop.ManualLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WorkQueueTest {
    private final ManualLoop loop = new ManualLoop();
    private final List<String> begun = new ArrayList<>();
    private final Map<String, Promise<Optional<Duration>>> open = new LinkedHashMap<>();

    private WorkQueue<String> queue(int concurrency) {
        WorkQueue<String> queue = new WorkQueue<>("test", loop, concurrency, key -> {
            begun.add(key);
            Promise<Optional<Duration>> promise = Promise.promise();
            open.put(key, promise);
            return promise.future();
        });
        queue.open();
        return queue;
    }

    private void finish(String key) {
        Promise<Optional<Duration>> promise = open.remove(key);
        assertThat(promise).isNotNull();
        promise.complete(Optional.empty());
        loop.settle();
    }

    @Test
    void workThatNeverEndsShowsOnceOthersWaitBehindIt() {
        WorkQueue<String> queue = queue(1);
        queue.add("hangs");
        loop.settle();
        loop.advance(Duration.ofMinutes(5));
        assertThat(queue.stuckFor()).isZero();
        queue.add("waits");
        loop.settle();
        loop.advance(Duration.ofMinutes(5));
        assertThat(queue.stuckFor()).isEqualTo(Duration.ofMinutes(5));
        finish("hangs");
        assertThat(queue.stuckFor()).isZero();
        assertThat(begun).containsExactly("hangs", "waits");
    }

    @Test
    void aKeyAddedTwiceRunsOnce() {
        WorkQueue<String> queue = queue(4);
        queue.add("a");
        queue.add("a");
        loop.settle();
        assertThat(begun).containsExactly("a");
    }

    @Test
    void aKeyAddedWhileItRunsRunsAgainAfterwardsAndNeverBesides() {
        WorkQueue<String> queue = queue(4);
        queue.add("a");
        loop.settle();
        queue.add("a");
        queue.add("a");
        loop.settle();
        assertThat(begun).containsExactly("a");
        finish("a");
        assertThat(begun).containsExactly("a", "a");
        finish("a");
        assertThat(begun).hasSize(2);
        assertThat(queue.idle()).isTrue();
    }

    @Test
    void noMoreRunThanAllowed() {
        WorkQueue<String> queue = queue(2);
        List.of("a", "b", "c").forEach(queue::add);
        loop.settle();
        assertThat(begun).containsExactly("a", "b");
        finish("b");
        assertThat(begun).containsExactly("a", "b", "c");
    }

    @Test
    void aFailedKeyComesBackLaterAndLater() {
        List<Long> at = new ArrayList<>();
        WorkQueue<String> queue = new WorkQueue<>("test", loop, 1, key -> {
            at.add(loop.now().toEpochMilli());
            return at.size() <= 5 ? Future.failedFuture("no") : Future.succeededFuture(Optional.empty());
        });
        queue.open();
        queue.add("a");
        loop.advance(Duration.ofMinutes(1));
        List<Long> gaps = new ArrayList<>();
        for (int i = 1; i < at.size(); i++) {
            gaps.add(at.get(i) - at.get(i - 1));
        }
        assertThat(gaps).containsExactly(5L, 10L, 20L, 40L, 80L);
        assertThat(loop.timers()).isZero();
    }

    @Test
    void aKeyThatIsAlwaysAddedAgainLeavesTheMachineToOthers() {
        List<WorkQueue<String>> self = new ArrayList<>();
        WorkQueue<String> queue = new WorkQueue<>("test", loop, 1, key -> {
            begun.add(key);
            if (key.equals("spins")) {
                self.get(0).add("spins");
            }
            return Future.succeededFuture(Optional.empty());
        });
        self.add(queue);
        queue.open();
        queue.add("spins");
        loop.settle();
        int atOnce = begun.size();
        assertThat(atOnce).isBetween(10, 100);
        queue.add("other");
        loop.settle();
        assertThat(begun).hasSize(atOnce + 1).endsWith("other");
        assertThat(queue.stuckFor()).isZero();
        loop.advance(Duration.ofSeconds(10));
        assertThat(begun).hasSizeLessThanOrEqualTo(11 * atOnce + 1).hasSizeGreaterThan(9 * atOnce);
        // Who has spun waits for no more than its pace, and after a rest for nothing.
        begun.clear();
        loop.advance(Duration.ofMillis(20));
        assertThat(begun).containsExactly("spins");
        queue.stop();
        assertThat(queue.idle()).isTrue();
        assertThat(loop.timers()).isZero();
    }

    @Test
    void aDelayThatNoClockCanBeMovedByIsALongOne() {
        WorkQueue<String> queue = new WorkQueue<>("test", loop, 1, key -> Future.succeededFuture(Optional.empty()));
        queue.open();
        queue.addAfter("a", Duration.ofSeconds(Long.MAX_VALUE));
        loop.advance(Duration.ofDays(1));
        assertThat(queue.idle()).isFalse();
        queue.addAfter("a", Duration.ofSeconds(3));
        loop.advance(Duration.ofSeconds(3));
        assertThat(queue.idle()).isTrue();
    }

    @Test
    void theEarliestDelayCounts() {
        WorkQueue<String> queue = queue(1);
        queue.addAfter("a", Duration.ofSeconds(10));
        queue.addAfter("a", Duration.ofSeconds(3));
        queue.addAfter("a", Duration.ofSeconds(30));
        loop.advance(Duration.ofSeconds(2));
        assertThat(begun).isEmpty();
        loop.advance(Duration.ofSeconds(2));
        assertThat(begun).containsExactly("a");
        assertThat(loop.timers()).isZero();
    }

    @Test
    void nothingRunsBeforeItOpens() {
        WorkQueue<String> queue = new WorkQueue<>("test", loop, 1, key -> {
            begun.add(key);
            return Future.succeededFuture(Optional.empty());
        });
        queue.add("a");
        loop.settle();
        assertThat(begun).isEmpty();
        queue.open();
        loop.settle();
        assertThat(begun).containsExactly("a");
    }

    @Test
    void whatItDoesIsCountedUnderUpstreamsNames() {
        WorkQueue<String> queue = queue(1);
        queue.add("a");
        queue.add("b");
        queue.add("b");
        loop.settle();
        loop.advance(Duration.ofSeconds(2));
        String figures = QueueFigures.text(List.of(queue.figures()));
        assertThat(figures.lines())
                .contains(
                        "workqueue_adds_total{name=\"test\"} 2",
                        "workqueue_depth{name=\"test\"} 1",
                        "workqueue_longest_running_processor_seconds{name=\"test\"} 2",
                        "workqueue_unfinished_work_seconds{name=\"test\"} 2",
                        "workqueue_queue_duration_seconds_count{name=\"test\"} 1",
                        "workqueue_work_duration_seconds_count{name=\"test\"} 0",
                        "workqueue_retries_total{name=\"test\"} 0");
        finish("a");
        queue.addAfter("c", Duration.ofSeconds(9));
        loop.advance(Duration.ofSeconds(1));
        assertThat(QueueFigures.text(List.of(queue.figures())).lines())
                .contains(
                        "workqueue_depth{name=\"test\"} 0",
                        "workqueue_longest_running_processor_seconds{name=\"test\"} 1",
                        "workqueue_queue_duration_seconds_bucket{name=\"test\",le=\"1\"} 1",
                        "workqueue_queue_duration_seconds_sum{name=\"test\"} 2",
                        "workqueue_work_duration_seconds_bucket{name=\"test\",le=\"10\"} 1",
                        "workqueue_retries_total{name=\"test\"} 1");
        finish("b");
        assertThat(QueueFigures.text(List.of(queue.figures())))
                .contains("workqueue_unfinished_work_seconds{name=\"test\"} 0\n");
        assertThat(Queued.figures(List.of("no queue"))).isEmpty();
        Queued one = () -> List.of(queue.figures());
        assertThat(Queued.figures(List.of("no queue", one))).contains("workqueue_adds_total{name=\"test\"} 2\n");
    }
}
