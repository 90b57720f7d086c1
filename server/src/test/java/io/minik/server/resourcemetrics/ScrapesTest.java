package io.minik.server.resourcemetrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.ground.loop.ManualLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScrapesTest {
    private final ManualLoop loop = new ManualLoop();
    private final List<Promise<String>> asked = new ArrayList<>();
    private final Scrapes scrapes = new Scrapes(loop, node -> {
        Promise<String> answer = Promise.promise();
        asked.add(answer);
        return answer.future();
    });

    private void answer(double cpuSeconds) {
        asked.get(asked.size() - 1)
                .complete("node_cpu_usage_seconds_total " + cpuSeconds + " "
                        + loop.now().toEpochMilli() + "\nnode_memory_working_set_bytes 1\n");
        loop.settle();
    }

    private static long cores(Future<Scrapes.Pair> pair) {
        return pair.result().node().orElseThrow().cpuNanos();
    }

    private Future<Scrapes.Pair> first() {
        Future<Scrapes.Pair> pair = scrapes.of("a");
        answer(10);
        assertThat(pair.isComplete()).isFalse();
        loop.advance(Duration.ofSeconds(1));
        answer(10.5);
        return pair;
    }

    @Test
    void whoAsksFirstWaitsForASecondSample() {
        assertThat(cores(first())).isEqualTo(500_000_000);
        assertThat(asked).hasSize(2);
    }

    @Test
    void whoAsksAtOnceAgainGetsTheSame() {
        Future<Scrapes.Pair> pair = first();
        loop.advance(Duration.ofSeconds(4));
        assertThat(scrapes.of("a").result()).isSameAs(pair.result());
        assertThat(asked).hasSize(2);
    }

    @Test
    void laterOneSampleIsEnough() {
        first();
        loop.advance(Duration.ofSeconds(20));
        Future<Scrapes.Pair> pair = scrapes.of("a");
        answer(12.5);
        assertThat(cores(pair)).isEqualTo(100_000_000);
        assertThat(asked).hasSize(3);
    }

    @Test
    void whatIsLongAgoIsNotThePresent() {
        first();
        loop.advance(Duration.ofMinutes(10));
        Future<Scrapes.Pair> pair = scrapes.of("a");
        answer(500);
        assertThat(pair.isComplete()).isFalse();
        loop.advance(Duration.ofSeconds(1));
        answer(501);
        assertThat(cores(pair)).isEqualTo(1_000_000_000);
    }

    @Test
    void askersOfOneMomentShareTheQuestion() {
        Future<Scrapes.Pair> one = scrapes.of("a");
        Future<Scrapes.Pair> other = scrapes.of("a");
        answer(1);
        loop.advance(Duration.ofSeconds(1));
        answer(2);
        assertThat(asked).hasSize(2);
        assertThat(other.result()).isSameAs(one.result());
    }

    @Test
    void aNodeThatFailedIsAskedAgain() {
        Future<Scrapes.Pair> pair = scrapes.of("a");
        asked.get(0).fail("no route");
        loop.settle();
        assertThat(pair.failed()).isTrue();
        scrapes.of("a");
        assertThat(asked).hasSize(2);
    }

    @Test
    void nodesThatAreGoneAreForgotten() {
        first();
        scrapes.keepOnly(Set.of("b"));
        assertThat(scrapes.of("a").isComplete()).isFalse();
    }
}
