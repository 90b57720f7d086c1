package io.minik.agent.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.runtime.sys.LinuxSys;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Needs root: it mounts. */
@Tag("root")
class ImageCopyTest {
    private final LinuxMounts mounts = new LinuxMounts(new LinuxSys());

    @TempDir
    Path dir;

    private static String state(Path path) throws IOException {
        int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 07777;
        return Integer.toOctalString(mode) + " " + Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS) + ":"
                + Files.getAttribute(path, "unix:gid", LinkOption.NOFOLLOW_LINKS);
    }

    @Test
    void theImagesContentWithOwnersAndLinksAndNothingOfTheHost() throws IOException {
        Path host = Files.createDirectory(dir.resolve("host"));
        Files.writeString(host.resolve("secret"), "of the host");
        Path upper = Files.createDirectories(dir.resolve("upper/data/sub"));
        Path lower = Files.createDirectories(dir.resolve("lower/data"));
        Files.writeString(lower.resolve("old"), "lower");
        Files.writeString(upper.resolve("new"), "upper");
        Files.createSymbolicLink(upper.resolve("link"), host);
        for (Path layer : List.of(dir.resolve("upper/data"), lower)) {
            Files.setAttribute(layer, "unix:mode", 02750);
            Files.setAttribute(layer, "unix:uid", 70);
            Files.setAttribute(layer, "unix:gid", 71);
        }
        Files.setAttribute(upper.resolve("new"), "unix:uid", 5);
        Files.createSymbolicLink(dir.resolve("upper/escape"), host);
        Files.createSymbolicLink(dir.resolve("upper/alias"), Path.of("/data"));
        List<Path> layers = List.of(dir.resolve("upper"), dir.resolve("lower"));
        ImageCopy copy = new ImageCopy(mounts);
        for (String path : List.of("/data", "/alias")) {
            Path made = dir.resolve("volumes" + path.replace('/', '-'));
            copy.fill(made, layers, path);
            assertThat(state(made)).isEqualTo("2750 70:71");
            assertThat(made.resolve("old")).hasContent("lower");
            assertThat(made.resolve("sub/new")).hasContent("upper");
            assertThat(state(made.resolve("sub/new"))).startsWith("644 5:");
            assertThat(Files.readSymbolicLink(made.resolve("sub/link"))).isEqualTo(host);
        }
        for (String path : List.of("/escape", "/none/at/all", "/data/old", "/../../../../../.." + host)) {
            Path made = dir.resolve("none" + path.replace('/', '-'));
            copy.fill(made, layers, path);
            assertThat(made).as(path).isEmptyDirectory();
            assertThat(state(made)).isEqualTo("755 0:0");
        }
        assertThat(mounts.below(dir)).isEmpty();
    }

    @Test
    void whatAVolumeTakesIsItsBlocks() throws IOException {
        Path volume = Files.createDirectory(dir.resolve("volume"));
        long empty = mounts.usedBytes(volume);
        try (RandomAccessFile file =
                new RandomAccessFile(volume.resolve("holes").toFile(), "rw")) {
            file.setLength(1L << 40);
        }
        Files.createSymbolicLink(volume.resolve("link"), Path.of("/"));
        assertThat(mounts.usedBytes(volume)).isLessThan(empty + 16_384);
        Files.write(volume.resolve("full"), new byte[1 << 20]);
        Files.createLink(volume.resolve("twice"), volume.resolve("full"));
        assertThat(mounts.usedBytes(volume)).isBetween(empty + (1 << 20), empty + (1 << 20) + 32_768);
    }
}
