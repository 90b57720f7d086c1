package io.minik.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class LaunchPlanTest {
    private static final int CAP_SYS_RESOURCE = 24;

    @Test
    void whoMayNotLowerOomScoresMakesNobodySaferThanItself() {
        assertThat(LaunchPlan.oomScore(-997, Set.of(CAP_SYS_RESOURCE), 0)).isEqualTo(-997);
        assertThat(LaunchPlan.oomScore(-997, Set.of(), -500)).isEqualTo(-500);
        assertThat(LaunchPlan.oomScore(1000, Set.of(), 0)).isEqualTo(1000);
    }
}
