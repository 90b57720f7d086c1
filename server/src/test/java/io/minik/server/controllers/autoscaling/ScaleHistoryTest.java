package io.minik.server.controllers.autoscaling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.minik.ground.json.Json;
import io.minik.server.controllers.autoscaling.ScaleHistory.Bounds;
import io.minik.server.controllers.autoscaling.ScaleHistory.Decision;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ScaleHistoryTest {
    private final ScaleHistory history = new ScaleHistory();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private JsonNode behavior = MissingNode.getInstance();

    private void behavior(String json) {
        behavior = Json.parse(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private void pass(int seconds) {
        now = now.plusSeconds(seconds);
    }

    private Decision decide(int current, int desired) {
        return history.decide(current, desired, new Bounds(1, 100, behavior), now);
    }

    /** What was decided is done. */
    private int follow(int current, int desired) {
        int next = decide(current, desired).replicas();
        if (next != current) {
            history.scaled(current, next, behavior, now);
        }
        return next;
    }

    @Test
    void goesDownOnlyWhenFiveMinutesAgree() {
        history.begin(10, now);
        pass(15);
        Decision held = decide(10, 3);
        assertThat(held.replicas()).isEqualTo(10);
        assertThat(held.able().reason()).isEqualTo("ScaleDownStabilized");
        pass(300);
        assertThat(decide(10, 3)).satisfies(done -> {
            assertThat(done.replicas()).isEqualTo(3);
            assertThat(done.able().reason()).isEqualTo("ReadyForNewScale");
            assertThat(done.limited().reason()).isEqualTo("DesiredWithinRange");
        });
    }

    @Test
    void goesUpAtOnceButNotByMoreThanTheDouble() {
        Decision up = decide(5, 40);
        assertThat(up.replicas()).isEqualTo(10);
        assertThat(up.isLimited()).isTrue();
        assertThat(up.limited().reason()).isEqualTo("ScaleUpLimit");
        assertThat(decide(1, 40).replicas()).isEqualTo(4);
    }

    @Test
    void staysWithinItsBounds() {
        assertThat(history.decide(60, 200, new Bounds(1, 100, behavior), now)).satisfies(most -> {
            assertThat(most.replicas()).isEqualTo(100);
            assertThat(most.limited().reason()).isEqualTo("TooManyReplicas");
        });
        assertThat(new ScaleHistory().decide(5, 1, new Bounds(3, 100, behavior), now))
                .satisfies(least -> {
                    assertThat(least.replicas()).isEqualTo(3);
                    assertThat(least.limited().reason()).isEqualTo("TooFewReplicas");
                });
    }

    @Test
    void policiesBoundWhatAPeriodAdds() {
        behavior("{'scaleUp':{'stabilizationWindowSeconds':0,'selectPolicy':'Max','policies':"
                + "[{'type':'Pods','value':3,'periodSeconds':60}]},'scaleDown':{}}");
        assertThat(follow(2, 20)).isEqualTo(5);
        pass(15);
        assertThat(follow(5, 20)).isEqualTo(5);
        pass(60);
        assertThat(follow(5, 20)).isEqualTo(8);
    }

    @Test
    void theLargestPolicyCountsUnlessTheSmallestWasAskedFor() {
        String policies = "'policies':[{'type':'Pods','value':1,'periodSeconds':60},"
                + "{'type':'Percent','value':100,'periodSeconds':60}]";
        behavior("{'scaleUp':{'selectPolicy':'Max'," + policies + "},'scaleDown':{}}");
        assertThat(decide(4, 50).replicas()).isEqualTo(8);
        behavior("{'scaleUp':{'selectPolicy':'Min'," + policies + "},'scaleDown':{}}");
        assertThat(decide(4, 50).replicas()).isEqualTo(5);
        behavior("{'scaleUp':{'selectPolicy':'Disabled'," + policies + "},'scaleDown':{}}");
        assertThat(decide(4, 50).replicas()).isEqualTo(4);
    }

    @Test
    void downwardsTheyBoundWhatAPeriodTakes() {
        behavior("{'scaleUp':{},'scaleDown':{'stabilizationWindowSeconds':0,'selectPolicy':'Max','policies':"
                + "[{'type':'Percent','value':10,'periodSeconds':60},{'type':'Pods','value':2,'periodSeconds':60}]}}");
        assertThat(follow(50, 1)).isEqualTo(45);
        pass(61);
        assertThat(follow(10, 1)).isEqualTo(8);
    }

    @Test
    void windowsHoldBothWays() {
        behavior("{'scaleUp':{'stabilizationWindowSeconds':60,'selectPolicy':'Max','policies':"
                + "[{'type':'Pods','value':50,'periodSeconds':15}]},'scaleDown':{'stabilizationWindowSeconds':0,"
                + "'selectPolicy':'Max','policies':[{'type':'Percent','value':100,'periodSeconds':15}]}}");
        history.begin(4, now);
        pass(30);
        Decision held = decide(4, 9);
        assertThat(held.replicas()).isEqualTo(4);
        assertThat(held.able().reason()).isEqualTo("ScaleUpStabilized");
        pass(61);
        assertThat(decide(4, 9).replicas()).isEqualTo(9);
        assertThat(decide(9, 2).replicas()).isEqualTo(2);
    }

    /** A flood of looks keeps no more than the window's. */
    @Test
    void remembersNoMoreThanItsWindow() {
        for (int look = 0; look < 5_000; look++) {
            pass(15);
            follow(10, 10);
        }
        assertThat(history.remembered()).isLessThan(25);
    }
}
