package io.minik.agent.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.agent.node.Threshold.Amount;
import io.minik.agent.node.Threshold.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodePressureTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final long MIB = 1 << 20;

    private static Instant at(long seconds) {
        return START.plusSeconds(seconds);
    }

    private static Map<Signal, Amount> memory(long mib) {
        return Map.of(Signal.MEMORY, new Amount(1000 * MIB, mib * MIB));
    }

    private static NodePressure node(List<Threshold> thresholds) {
        return new NodePressure(new NodePressure.Policy(thresholds, Duration.ofMinutes(5)));
    }

    @Test
    void aHardThresholdIsDueAtOnce() {
        NodePressure node = node(Threshold.hard("memory.available<100Mi"));
        assertThat(node.seen(memory(100), at(0))).isEmpty();
        assertThat(node.now()).isEmpty();
        assertThat(node.seen(memory(99), at(10))).hasSize(1);
        assertThat(node.now()).containsExactly(NodePressure.Condition.MemoryPressure);
    }

    @Test
    void aSoftOneIsDueWhenItLastsAndIsToldFromTheBeginning() {
        NodePressure node = node(Threshold.soft("memory.available<200Mi", "memory.available=1m"));
        assertThat(node.seen(memory(150), at(0))).isEmpty();
        assertThat(node.now()).containsExactly(NodePressure.Condition.MemoryPressure);
        assertThat(node.seen(memory(150), at(50))).isEmpty();
        assertThat(node.seen(memory(250), at(55))).as("a moment of plenty").isEmpty();
        assertThat(node.seen(memory(150), at(60))).as("begins anew").isEmpty();
        assertThat(node.seen(memory(150), at(120))).hasSize(1);
    }

    @Test
    void aConditionStaysForAWhileAndEachChangeIsTold() {
        NodePressure node = node(Threshold.hard("memory.available<100Mi"));
        List<Set<NodePressure.Condition>> told = new ArrayList<>();
        node.onChange(() -> told.add(node.now()));
        node.seen(memory(50), at(0));
        node.seen(memory(500), at(10));
        node.seen(memory(500), at(299));
        assertThat(node.now()).isNotEmpty();
        node.seen(memory(500), at(300));
        assertThat(node.now()).isEmpty();
        assertThat(told).containsExactly(Set.of(NodePressure.Condition.MemoryPressure), Set.of());
    }

    @Test
    void sharesAreOfAllThereIsAndMemoryComesFirst() {
        NodePressure node = node(
                Threshold.hard("pid.available<10%,nodefs.inodesFree<5%,imagefs.available<10%,memory.available<10%"));
        List<Threshold> due = node.seen(
                Map.of(
                        Signal.MEMORY, new Amount(1000, 99),
                        Signal.DISK, new Amount(1000, 99),
                        Signal.INODES, new Amount(1000, 49),
                        Signal.PIDS, new Amount(1000, 99)),
                at(0));
        assertThat(due)
                .extracting(Threshold::signal)
                .containsExactly(Signal.MEMORY, Signal.DISK, Signal.INODES, Signal.PIDS);
        assertThat(node.now()).hasSize(3);
    }

    @Test
    void whatIsNotKnownIsNotShort() {
        NodePressure node = node(Threshold.hard("nodefs.inodesFree<5%,memory.available<100Mi"));
        assertThat(node.seen(Map.of(Signal.INODES, new Amount(0, 0)), at(0))).isEmpty();
    }

    @Test
    void durationsAreGos() {
        assertThat(Threshold.duration("1m30s")).isEqualTo(Duration.ofSeconds(90));
        assertThat(Threshold.duration("2h")).isEqualTo(Duration.ofHours(2));
        assertThat(Threshold.duration("500ms")).isEqualTo(Duration.ofMillis(500));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "m", "1x", "-1s", "1m 30s", "99999999999s"})
    void whatIsNoDurationIsRefused(String text) {
        assertThatThrownBy(() -> Threshold.duration(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "memory.available",
                "memory.available<",
                "memory<1Gi",
                "memory.available<much",
                "memory.available<-1",
                "memory.available<101%",
                "memory.available>1Gi",
                ","
            })
    void whatIsNoThresholdIsRefused(String text) {
        assertThatThrownBy(() -> Threshold.hard(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aSoftThresholdNeedsItsGrace() {
        assertThatThrownBy(() -> Threshold.soft("memory.available<1Gi", ""))
                .hasMessageContaining(
                        "grace period must be specified for the soft eviction threshold memory.available");
        assertThat(Threshold.soft("", "")).isEmpty();
        assertThat(Threshold.hard(" ")).isEmpty();
    }

    @Test
    void threadsAreCountedAsTheKernelTellsThem() {
        assertThat(NodeFigures.pids("32768\n", "0.10 0.20 0.30 2/345 6789\n")).isEqualTo(new Amount(32768, 32423));
    }
}
