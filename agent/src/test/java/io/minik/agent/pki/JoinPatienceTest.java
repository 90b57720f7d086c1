package io.minik.agent.pki;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.join.ClusterConfig;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status;
import io.minik.ground.loop.ManualLoop;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class JoinPatienceTest {
    /** A promise and what it refers to take some hundred bytes: 10,000 of them in a chain are more than this. */
    private static final long FLAT_BYTES = 1_000_000;

    private final ManualLoop loop = new ManualLoop();
    private final JoinPatience patience = new JoinPatience(loop, "https://server:6443");
    private Future<NodeIdentity> answer = Future.failedFuture(ApiException.unavailable("away"));
    private int tries;

    private Future<NodeIdentity> wait(Future<NodeIdentity> first) {
        answer = first;
        return patience.until(() -> {
            tries++;
            return answer;
        });
    }

    private static NodeIdentity identity() {
        ClusterConfig cluster = new ClusterConfig("", "", "", "", 24, List.of(), List.of());
        return new NodeIdentity("n1", "", "", "", "", "", "", cluster, Instant.EPOCH);
    }

    private static long usedBytes() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(
                    least,
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return least;
    }

    @Test
    void aServerThatIsAwayForADayIsWaitedForInTheMemoryOfAMinute() {
        Future<NodeIdentity> came = wait(answer);
        loop.advance(Duration.ofMinutes(10));
        int soFar = tries;
        long before = usedBytes();
        loop.advance(Duration.ofHours(14));
        assertThat(tries - soFar).isGreaterThan(10_000);
        assertThat(usedBytes() - before).isLessThan(FLAT_BYTES);
        assertThat(loop.timers()).isEqualTo(1);
        assertThat(came.isComplete()).isFalse();
        answer = Future.succeededFuture(identity());
        loop.advance(Duration.ofSeconds(5));
        assertThat(came.result()).isEqualTo(identity());
        assertThat(loop.timers()).isZero();
    }

    @Test
    void whatTheServerAnsweredIsTheEnd() {
        Future<NodeIdentity> came =
                wait(Future.failedFuture(ApiException.of(Status.Reason.Forbidden, "no", Status.Details.NONE)));
        loop.advance(Duration.ofMinutes(1));
        assertThat(came.cause()).hasMessage("no");
        assertThat(tries).isEqualTo(1);
    }
}
