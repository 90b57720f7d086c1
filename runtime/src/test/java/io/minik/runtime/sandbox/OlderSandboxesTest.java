package io.minik.runtime.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.runtime.sandbox.SandboxFiles.Entry;
import io.minik.runtime.sandbox.Sandboxes.PodOf;
import io.minik.runtime.sandbox.Sandboxes.PodResources;
import io.minik.runtime.sandbox.Sandboxes.SandboxConfig;
import io.minik.runtime.sandbox.Sandboxes.Sharing;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sandboxes as earlier miniks left them on disk. */
class OlderSandboxesTest {
    @TempDir
    Path dir;

    private Entry read(String age, String name) throws IOException {
        Path folder = Files.createDirectories(dir.resolve("data/sandboxes").resolve(name));
        try (InputStream in =
                OlderSandboxesTest.class.getResourceAsStream("records/" + age + "/" + name + "/sandbox.json")) {
            Files.copy(Objects.requireNonNull(in), folder.resolve("sandbox.json"));
        }
        return new SandboxFiles(dir.resolve("data"), dir.resolve("run")).require(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"first", "flat"})
    void aPodsSandboxIsKnownWhole(String age) throws IOException {
        Entry entry = read(age, "plain");
        SandboxConfig config = entry.config();
        assertThat(config.id()).isEqualTo(config.pod().uid() + "-0");
        assertThat(config.pod())
                .isEqualTo(new PodOf("default", "plain", config.pod().uid(), 0));
        assertThat(config.hostname()).isEqualTo("plain");
        assertThat(config.sharing()).isEqualTo(Sharing.USUAL);
        assertThat(config.cgroupParent())
                .isEqualTo("kubepods/burstable/pod" + config.pod().uid());
        assertThat(config.resources().cpuPeriodMicros()).isEqualTo(100_000);
        assertThat(config.labels())
                .containsEntry("io.kubernetes.pod.uid", config.pod().uid());
        assertThat(config.annotations()).containsEntry("io.kubernetes.pod.terminationGracePeriod", "1");
        assertThat(entry.ips()).singleElement().asString().startsWith("10.42.0.");
        assertThat(entry.stopped()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"first", "flat"})
    void whatIsSharedStaysShared(String age) throws IOException {
        assertThat(read(age, "shared").config().sharing()).isEqualTo(new Sharing(false, false, false, true));
        assertThat(new SandboxFiles(dir.resolve("data"), dir.resolve("run"))
                        .require("shared")
                        .holderPid())
                .isPositive();
        assertThat(read(age, "host").config().sharing()).isEqualTo(new Sharing(true, true, false, false));
        assertThat(new SandboxFiles(dir.resolve("data"), dir.resolve("run"))
                        .require("host")
                        .ips())
                .isEmpty();
    }

    @Test
    void whatThisMinikWritesItReads() {
        SandboxConfig config = new SandboxConfig(
                "u-1",
                new PodOf("ns", "p", "u", 1),
                "h",
                new Sharing(true, false, true, false),
                Map.of("kernel.shm_rmid_forced", "1"),
                "kubepods/u",
                new PodResources(1, 2, 3, 4, 5),
                Map.of("a", "b"),
                Map.of("c", "d"));
        Entry entry = new Entry(config, 7, List.of("10.0.0.1"), 8, 9, true);
        new SandboxFiles(dir.resolve("data"), dir.resolve("run")).write("u-1", entry);
        assertThat(dir.resolve("data/sandboxes/u-1/sandbox.json")).content().startsWith("{\"version\":2,");
        assertThat(new SandboxFiles(dir.resolve("data"), dir.resolve("run")).find("u-1"))
                .contains(entry);
    }
}
