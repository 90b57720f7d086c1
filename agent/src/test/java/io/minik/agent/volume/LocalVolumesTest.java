package io.minik.agent.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalVolumesTest {
    @TempDir
    Path folder;

    private static final FileWork NOW = new FileWork() {
        @Override
        public <T> Future<T> call(Callable<T> work) {
            try {
                return Future.succeededFuture(work.call());
            } catch (Exception e) {
                return Future.failedFuture(e);
            }
        }
    };

    private LocalVolumes volumes() {
        return new LocalVolumes(folder.resolve("storage"), NOW);
    }

    @Test
    void aVolumeIsMadeOnceAndGoesWithAllThatIsInIt() throws IOException {
        Path made = volumes().make("pvc-1_default_data").result();
        Files.writeString(made.resolve("file"), "x");
        assertThat(volumes().make("pvc-1_default_data").result().resolve("file"))
                .exists();
        assertThat(((int) Files.getAttribute(made, "unix:mode")) & 0777).isEqualTo(0777);
        assertThat(volumes().remove("pvc-1_default_data").succeeded()).isTrue();
        assertThat(folder.resolve("storage")).isEmptyDirectory();
        assertThat(volumes().remove("pvc-1_default_data").succeeded()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", ".", "", "../storage2", "a/b", ".removed-x", "A", "a\0b", "-x", "%2e%2e"})
    void whatIsNoNameLeadsNowhere(String name) {
        assertThat(volumes().make(name).cause()).isInstanceOf(VolumeFault.class);
        assertThat(volumes().remove(name).cause()).isInstanceOf(VolumeFault.class);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aRemovalThatWasBrokenOffIsFinishedByTheNextStart() throws IOException {
        Path left = folder.resolve("storage/.removed-pvc-1/deep");
        Files.createDirectories(left);
        Path kept = volumes().make("pvc-2").result();
        volumes().sweep();
        assertThat(folder.resolve("storage/.removed-pvc-1")).doesNotExist();
        assertThat(kept).isDirectory();
    }

    @Test
    void aLinkInAVolumeIsNotFollowedWhenItIsRemoved() throws IOException {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Files.writeString(outside.resolve("file"), "kept");
        Path made = volumes().make("pvc-3").result();
        Files.createSymbolicLink(made.resolve("link"), outside);
        volumes().remove("pvc-3");
        assertThat(outside.resolve("file")).hasContent("kept");
    }
}
