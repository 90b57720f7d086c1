package io.minik.agent.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.core.ContainerState.Terminated;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A container may leave 4 KiB, a pod's containers together 12 KiB. */
class LastWordsTest {
    @TempDir
    Path directory;

    private String told(int containers, String words) throws IOException {
        KubeletHarness node = new KubeletHarness(directory).start();
        node.runtime.registry.add("busybox:1");
        node.create(
                "p",
                "{'restartPolicy':'Never','containers':["
                        + IntStream.range(0, containers)
                                .mapToObj(i -> "{'name':'c" + i + "','image':'busybox:1'}")
                                .collect(Collectors.joining(","))
                        + "]}");
        Path file = node.runtime.only("c0").config().mounts().stream()
                .filter(mount -> mount.containerPath().equals("/dev/termination-log"))
                .findFirst()
                .orElseThrow()
                .hostPath();
        Files.writeString(file, words);
        node.exit("c0", 1);
        return ((Terminated) node.pod("p").status().containerStatuses().get(0).state()).message();
    }

    @Test
    void oneContainerHasFourKibibytes() throws IOException {
        assertThat(told(1, "x".repeat(5000))).hasSize(4096);
    }

    @Test
    void threeHaveFourEach() throws IOException {
        assertThat(told(3, "x".repeat(5000))).hasSize(4096);
    }

    @Test
    void sixShareTwelve() throws IOException {
        assertThat(told(6, "x".repeat(2048))).hasSize(2048);
        assertThat(told(6, "x".repeat(2049))).hasSize(2048);
    }

    @Test
    void noCharacterIsCut() throws IOException {
        assertThat(told(6, "x" + "é".repeat(1500))).isEqualTo("x" + "é".repeat(1023));
    }
}
