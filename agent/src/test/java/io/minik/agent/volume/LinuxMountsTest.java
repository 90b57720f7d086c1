package io.minik.agent.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.sys.LinuxSys;
import io.minik.runtime.sys.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("root")
class LinuxMountsTest {
    private final LinuxMounts mounts = new LinuxMounts(new LinuxSys());

    @TempDir
    Path directory;

    @AfterEach
    void leaveNothing() {
        mounts.below(directory).forEach(mounts::unmount);
    }

    @Test
    void aTmpfsIsMountedFoundAndGone() throws IOException {
        Path target = Files.createDirectory(directory.resolve("with blank"));
        mounts.tmpfs(target, 1 << 20);
        assertThat(mounts.below(directory)).containsExactly(target);
        assertThat(Files.getFileStore(target).getTotalSpace()).isEqualTo(1 << 20);
        mounts.unmount(target);
        mounts.unmount(target);
        assertThat(mounts.below(directory)).isEmpty();
    }

    @Test
    void aSubPathIsMadeAndShown() throws IOException {
        Path volume = Files.createDirectory(directory.resolve("volume"));
        Path target = directory.resolve("target");
        mounts.subPath(volume, "a/b", target);
        Files.writeString(volume.resolve("a/b/file"), "x");
        assertThat(target.resolve("file")).hasContent("x");
    }

    @Test
    void aSubPathMayBeAFile() throws IOException {
        Path volume = Files.createDirectory(directory.resolve("volume"));
        Files.writeString(volume.resolve("file"), "content");
        Path target = directory.resolve("targets/file");
        mounts.subPath(volume, "file", target);
        assertThat(target).hasContent("content");
    }

    @Test
    void layersAreShownOverEachOtherReadOnly() throws IOException {
        Path upper = Files.createDirectory(directory.resolve("upper"));
        Path lower = Files.createDirectory(directory.resolve("lower,and:all"));
        Files.writeString(upper.resolve("file"), "upper");
        Files.writeString(lower.resolve("file"), "lower");
        Files.writeString(lower.resolve("other"), "lower");
        Path target = Files.createDirectory(directory.resolve("target"));
        mounts.overlay(List.of(upper, lower), target);
        assertThat(target.resolve("file")).hasContent("upper");
        assertThat(target.resolve("other")).hasContent("lower");
        assertThatThrownBy(() -> Files.writeString(target.resolve("new"), "x")).isInstanceOf(IOException.class);
    }

    @Test
    void aLinkOutOfTheVolumeIsRefused() throws IOException {
        Path volume = Files.createDirectory(directory.resolve("volume"));
        Files.createSymbolicLink(volume.resolve("out"), Path.of("/etc"));
        Files.createSymbolicLink(volume.resolve("up"), Path.of("../../.."));
        assertThatThrownBy(() -> mounts.subPath(volume, "out", directory.resolve("t1")))
                .isInstanceOf(VolumeFault.class)
                .hasMessageContaining("failed to prepare subPath \"out\"");
        assertThatThrownBy(() -> mounts.subPath(volume, "up/etc", directory.resolve("t2")))
                .isInstanceOf(VolumeFault.class);
        assertThat(mounts.below(directory)).isEmpty();
    }

    /** CVE-2017-1002101 and 2021-25741: each step is opened from the one before, whatever is exchanged for it meanwhile. */
    @Test
    void aDirectoryExchangedForALinkWhileItIsPreparedLeadsNowhere() throws Exception {
        Path volume = Files.createDirectory(directory.resolve("volume"));
        Path host = Files.createDirectories(directory.resolve("host/b"));
        Files.writeString(host.resolve("secret"), "of the host");
        Path place = volume.resolve("a");
        AtomicBoolean done = new AtomicBoolean();
        Thread attacker = new Thread(() -> {
            while (!done.get()) {
                exchange(place, directory.resolve("host"));
            }
        });
        attacker.start();
        try {
            for (int i = 0; i < 200; i++) {
                Path target = directory.resolve("t" + i);
                try {
                    mounts.subPath(volume, "a/b", target);
                } catch (VolumeFault | RuntimeFault e) {
                    assertThat(e.getMessage()).isNotEmpty();
                }
                assertThat(target.resolve("secret")).doesNotExist();
                mounts.unmount(target);
            }
        } finally {
            done.set(true);
            attacker.join();
        }
    }

    /** A directory, then a link at the same place; what the other side makes at that moment may be in the way. */
    private static void exchange(Path place, Path target) {
        try {
            Trees.delete(place);
            Files.createSymbolicLink(place, target);
            Files.delete(place);
            Files.createDirectories(place.resolve("b"));
        } catch (IOException e) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aSubPathIsAsOpenAsItsVolume() throws IOException {
        Path volume = Files.createDirectory(directory.resolve("volume"));
        Files.setAttribute(volume, "unix:mode", 02777);
        mounts.subPath(volume, "a/b", directory.resolve("target"));
        for (String made : List.of("a", "a/b")) {
            assertThat((int) Files.getAttribute(volume.resolve(made), "unix:mode") & 07777)
                    .isEqualTo(02777);
        }
    }
}
