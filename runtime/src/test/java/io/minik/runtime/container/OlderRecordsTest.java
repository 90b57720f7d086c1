package io.minik.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.runtime.container.ContainerConfig.ImageUse;
import io.minik.runtime.container.ContainerConfig.LogFile;
import io.minik.runtime.container.ContainerConfig.Origin;
import io.minik.runtime.container.ContainerConfig.Place;
import io.minik.runtime.container.ContainerConfig.Program;
import io.minik.runtime.container.ContainerConfig.Stdio;
import io.minik.runtime.container.Containers.CapabilityNames;
import io.minik.runtime.container.Containers.KernelPaths;
import io.minik.runtime.container.Containers.Mount;
import io.minik.runtime.container.Containers.Propagation;
import io.minik.runtime.container.Containers.Recursive;
import io.minik.runtime.container.Containers.Resources;
import io.minik.runtime.container.Containers.Security;
import io.minik.runtime.container.Containers.User;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Records as earlier miniks left them, taken from their disks (paths shortened): {@code first} is of one that kept command and
 * environment in them, {@code flat} of the last one before they had parts.
 */
class OlderRecordsTest {
    private static final List<String> LOOP =
            List.of("sh", "-c", "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.2; done");

    @TempDir
    Path dir;

    private ContainerFiles files;

    @BeforeEach
    void open() {
        files = new ContainerFiles(dir.resolve("data"), dir.resolve("run"));
    }

    /** As it would lie there after an upgrade. */
    private ContainerConfig read(String age, String name) throws IOException {
        files.make(name);
        for (String file : List.of("config.json", "life.json", "process.json")) {
            try (InputStream in =
                    OlderRecordsTest.class.getResourceAsStream("records/" + age + "/" + name + "/" + file)) {
                if (in != null) {
                    String place = file.equals("process.json") ? "run" : "data";
                    Files.copy(
                            in,
                            dir.resolve(place)
                                    .resolve("containers")
                                    .resolve(name)
                                    .resolve(file));
                }
            }
        }
        return files.findConfig(name).orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"first", "flat"})
    void whatRunsWithLimitsAndVolumesIsKnownWhole(String age) throws IOException {
        ContainerConfig config = read(age, "plain");
        assertThat(config.origin().name()).isEqualTo("c");
        assertThat(config.origin().attempt()).isZero();
        assertThat(config.origin().sandboxId()).endsWith("-0");
        assertThat(config.id())
                .isEqualTo("c-" + config.origin().sandboxId().replace("-", "").substring(0, 12) + "-c-0");
        assertThat(config.image().reference()).isEqualTo("127.0.0.1:5000/minik/busybox:1");
        assertThat(config.image().id()).startsWith("sha256:");
        assertThat(config.image().layers()).singleElement().asString().startsWith("sha256:");
        assertThat(config.program().command()).isEqualTo(LOOP);
        assertThat(config.program().env()).contains("PATH=/bin", "KUBERNETES_SERVICE_HOST=10.43.0.1");
        assertThat(config.program().workingDir()).isEmpty();
        assertThat(config.program().stopSignal()).isEmpty();
        assertThat(config.mounts())
                .anySatisfy(mount -> assertThat(mount)
                        .isEqualTo(new Mount(
                                Path.of("/var/lib/minik/volume"), "/ro", true, Recursive.NO, Propagation.PRIVATE)))
                .anySatisfy(mount -> assertThat(mount.containerPath()).isEqualTo("/dev/termination-log"))
                .hasSize(7);
        assertThat(config.devices()).isEmpty();
        assertThat(config.stdio())
                .isEqualTo(new Stdio(
                        false, false, false, new LogFile(Path.of("/var/log/pods/plain/c/0.log"), 10 << 20, 5)));
        assertThat(config.security())
                .isEqualTo(new Security(
                        User.named("65534"),
                        false,
                        false,
                        true,
                        new CapabilityNames(List.of("CHOWN"), List.of("ALL")),
                        KernelPaths.HIDDEN,
                        "runtime/default"));
        assertThat(config.place().cgroupParent()).startsWith("kubepods/burstable/pod");
        assertThat(config.place().pidTarget()).isEmpty();
        assertThat(config.place().resources()).isEqualTo(new Resources(51, 20_000, 100_000, 64 << 20, 0, 998, "", ""));
        assertThat(config.notes().labels()).containsEntry("io.kubernetes.pod.name", "plain");
        assertThat(config.notes().annotations()).containsEntry("io.kubernetes.pod.terminationGracePeriod", "1");
        Life life = files.findLife("plain").orElseThrow();
        assertThat(life.state()).isEqualTo(Containers.State.RUNNING);
        assertThat(life.times().started()).isPositive();
    }

    @ParameterizedTest
    @CsvSource({
        "first,typed,true,false,true",
        "first,fed,true,true,false",
        "flat,typed,true,false,true",
        "flat,fed,true,true,false"
    })
    void whoTypesIsKnown(String age, String name, boolean stdin, boolean once, boolean tty) throws IOException {
        Stdio stdio = read(age, name).stdio();
        assertThat(stdio).isEqualTo(new Stdio(stdin, once, tty, stdio.log()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"first", "flat"})
    void aPrivilegedOneStaysIt(String age) throws IOException {
        Security security = read(age, "root").security();
        assertThat(security.privileged()).isTrue();
        assertThat(security.paths()).isEqualTo(KernelPaths.OPEN);
        assertThat(security.seccompProfile()).isEqualTo("unconfined");
    }

    @Test
    void whatThisMinikWritesItReadsAndCommandsAndEnvironmentsAreOnNoDisk() throws IOException {
        ContainerConfig config = new ContainerConfig(
                "c1",
                new Origin("p1-0", "c", 3),
                new ImageUse("sha256:1", "busybox", List.of("sha256:2")),
                new Program(List.of("sh"), List.of("PASSWORD=hunter2"), "/w", "SIGINT"),
                List.of(new Mount(Path.of("/from"), "/to", true, Recursive.YES, Propagation.BIDIRECTIONAL)),
                List.of(new Containers.Device(Path.of("/dev/fuse"), "/dev/fuse", "rw")),
                new Stdio(true, true, true, new LogFile(Path.of("/log"), 1, 2)),
                Security.of(new User("me", 5, List.of(6L), true)),
                new Place("kubepods/x", "c0", new Resources(1, 2, 3, 4, 5, 6, "0", "1")),
                new ContainerConfig.Notes(Map.of("a", "b"), Map.of("c", "d")));
        files.make("c1");
        files.write(config);
        String onDisk = Files.readString(dir.resolve("data/containers/c1/config.json"));
        assertThat(onDisk).startsWith("{\"version\":2,").doesNotContain("hunter2");
        assertThat(files.findConfig("c1")).contains(config);
    }
}
