package io.minik.agent.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.agent.volume.FileWork;
import io.minik.ground.loop.ManualLoop;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.FakeCri;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageGarbageTest {
    private final ManualLoop loop = new ManualLoop();
    private final FakeCri runtime = new FakeCri(loop);
    private int extra;
    /** Each image takes ten percent. */
    private final FileWork files = new FileWork() {
        @Override
        public <T> Future<T> call(Callable<T> work) {
            try {
                return Future.succeededFuture(work.call());
            } catch (Exception e) {
                return Future.failedFuture(e);
            }
        }
    };

    @TempDir
    Path directory = Path.of("");

    private ImageGarbage garbage = made(KubeletSettings.Images.DEFAULT);

    /** A folder of its own needs one that JUnit has made. */
    @BeforeEach
    void begin() {
        garbage = made(KubeletSettings.Images.DEFAULT);
    }

    private ImageGarbage made(KubeletSettings.Images settings) {
        return new ImageGarbage(
                new ImageGarbage.Parts(
                        loop,
                        runtime,
                        runtime,
                        files,
                        new ImageAccess(directory, KubeletSettings.Verification.DEFAULT, files)),
                () -> extra + 10 * runtime.local.size(),
                settings);
    }

    private void have(String... references) {
        for (String reference : references) {
            runtime.local.put(reference, FakeCri.FakeImage.of(reference, List.of(), ""));
            garbage.used(runtime.local.get(reference).told());
            loop.advance(Duration.ofSeconds(1));
        }
    }

    private void look() {
        garbage.look();
        loop.settle();
    }

    @Test
    void nothingGoesWhileThereIsRoom() {
        have("a", "b");
        extra = 65;
        look();
        assertThat(runtime.local).hasSize(2);
    }

    @Test
    void theLeastRecentlyUsedGoFirstUntilThereIsRoom() {
        have("a", "b", "c");
        garbage.used(Objects.requireNonNull(runtime.local.get("a")).told());
        loop.advance(Duration.ofMinutes(3));
        extra = 60;
        look();
        assertThat(runtime.local).containsOnlyKeys("a", "c");
    }

    @Test
    void whatWasJustPulledStays() {
        have("a");
        extra = 90;
        look();
        assertThat(runtime.local).containsOnlyKeys("a");
    }

    @Test
    void whatIsPinnedStaysThoughNobodyUsesIt() {
        Cri.Image plain = FakeCri.FakeImage.of("pinned", List.of(), "").told();
        runtime.local.put(
                "pinned", FakeCri.FakeImage.of("pinned", List.of(), "").pinned());
        garbage.used(plain);
        have("free");
        loop.advance(Duration.ofMinutes(3));
        extra = 90;
        look();
        assertThat(runtime.local).containsOnlyKeys("pinned");
    }

    @Test
    void whatAContainerUsesStays() {
        have("a");
        loop.advance(Duration.ofMinutes(3));
        extra = 90;
        Cri.PodSandboxConfig pod = new Cri.PodSandboxConfig(
                new Cri.PodSandboxMetadata("p", "u", "default", 0),
                "p",
                Path.of("/logs"),
                Map.of(),
                Map.of(),
                Cri.LinuxPodSandboxConfig.plain("kubepods"));
        Cri.ContainerConfig container = new Cri.ContainerConfig(
                new Cri.ContainerMetadata("x", 0),
                new Cri.ImageSpec("a", ""),
                Cri.ContainerProcess.of(List.of("run"), List.of(), Map.of()),
                List.of(),
                List.of(),
                Map.of(),
                Map.of(),
                "x.log",
                Cri.LinuxContainerConfig.PLAIN);
        assertThat(runtime.runPodSandbox(pod)
                        .compose(sandbox -> runtime.createContainer(sandbox, container, pod))
                        .succeeded())
                .isTrue();
        look();
        assertThat(runtime.local).containsOnlyKeys("a");
    }

    @Test
    void whatNobodyHasUsedForTooLongGoesThoughThereIsRoom() {
        garbage = made(new KubeletSettings.Images(
                85, 80, Duration.ofMinutes(2), Duration.ofHours(1), KubeletSettings.Verification.DEFAULT));
        have("old", "again");
        // Nobody has used it since the kubelet runs: its age counts from the first look.
        runtime.local.put("unknown", FakeCri.FakeImage.of("unknown", List.of(), ""));
        garbage.start();
        loop.advance(Duration.ofMinutes(50));
        garbage.used(Objects.requireNonNull(runtime.local.get("again")).told());
        loop.advance(Duration.ofMinutes(14));
        loop.settle();
        assertThat(runtime.local).containsOnlyKeys("unknown", "again");
        loop.advance(Duration.ofMinutes(6));
        loop.settle();
        assertThat(runtime.local).containsOnlyKeys("again");
        garbage.stop();
        loop.advance(Duration.ofHours(3));
        loop.settle();
        assertThat(runtime.local).as("it looks no more").containsOnlyKeys("again");
    }

    @Test
    void withoutALimitOfAgeNothingIsLookedAt() {
        have("old");
        garbage.start();
        loop.advance(Duration.ofDays(365));
        loop.settle();
        assertThat(runtime.local).containsOnlyKeys("old");
    }

    @Test
    void theDiskMayBeAsFullAsTheSettingsSay() {
        garbage = made(new KubeletSettings.Images(
                50, 30, Duration.ofMinutes(2), Duration.ZERO, KubeletSettings.Verification.DEFAULT));
        have("a", "b", "c");
        loop.advance(Duration.ofMinutes(3));
        extra = 21;
        look();
        assertThat(runtime.local).isEmpty();
    }
}
