package io.minik.agent.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeReservedTest {
    private static final Map<String, String> CAPACITY =
            Map.of("cpu", "2", "memory", "8192000Ki", "ephemeral-storage", "1000000Ki", "pods", "110");

    @Test
    void allocatableIsTheCapacityLessWhatIsReservedAndWhatEvictionKeepsFree() {
        NodeReserved reserved = new NodeReserved(
                Map.of("cpu", "100m", "memory", "200Mi"),
                Map.of("cpu", "200m", "memory", "300Mi", "ephemeral-storage", "1000Ki"),
                Threshold.hard("memory.available<100Mi,nodefs.available<10%,nodefs.inodesFree<5%"));
        assertThat(reserved.allocatable(CAPACITY))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "cpu", "1700m",
                        "memory", (8192000 - 600 * 1024) + "Ki",
                        "ephemeral-storage", "899000Ki",
                        "pods", "110"));
        assertThat(reserved.forPods(CAPACITY))
                .as("what is only kept free may be used for a while")
                .containsEntry("memory", (8192000 - 500 * 1024) + "Ki");
    }

    @Test
    void withoutAnythingTheCapacityIsGivenAsItIs() {
        NodeReserved nothing = new NodeReserved(Map.of(), Map.of(), List.of());
        assertThat(nothing.allocatable(CAPACITY)).isEqualTo(CAPACITY);
        assertThat(nothing.named()).isFalse();
    }

    @Test
    void moreThanThereIsCantBeReserved() {
        NodeReserved reserved = new NodeReserved(Map.of("cpu", "1500m"), Map.of("cpu", "1"), List.of());
        assertThatThrownBy(() -> reserved.check(CAPACITY))
                .hasMessage("invalid Node Allocatable configuration. Resource \"cpu\" has a reservation of 2500m but"
                        + " capacity of 2. Expected capacity >= reservation.");
        new NodeReserved(Map.of("cpu", "1"), Map.of("cpu", "1"), List.of()).check(CAPACITY);
    }
}
