package io.minik.runtime.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PodPidsTest {
    @Test
    void aPodMayHaveAQuarterOfWhatTheKernelCanHaveWithinBounds() {
        assertThat(PodPids.of(32_768, 15_000)).isEqualTo(3_750);
        assertThat(PodPids.of(4_194_304, 1_000_000)).isEqualTo(32_768);
        assertThat(PodPids.of(4_194_304, 2_000)).isEqualTo(1_024);
    }
}
