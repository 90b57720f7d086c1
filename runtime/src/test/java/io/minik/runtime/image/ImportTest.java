package io.minik.runtime.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.image.Images.Image;
import io.minik.runtime.snapshot.OverlaySnapshotter;
import io.minik.runtime.sys.LinuxFileCalls;
import io.minik.runtime.sys.Trees;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Needs root: layers are unpacked with their owners. */
@Tag("root")
@Timeout(60)
class ImportTest {
    @TempDir
    Path dir;

    private final Vertx vertx = Vertx.vertx();
    private OverlaySnapshotter snapshots;
    private ImageStore images;

    @BeforeEach
    void open() throws Exception {
        Files.createDirectories(dir.resolve("images"));
        start();
    }

    private void start() throws Exception {
        snapshots = new OverlaySnapshotter(dir.resolve("snapshots"), LinuxFileCalls::new);
        images = new ImageStore(
                vertx,
                new ImageStore.Places(dir.resolve("content"), dir.resolve("registries.yaml"), dir.resolve("images")),
                snapshots);
        await(images.start());
    }

    @AfterEach
    void close() throws Exception {
        await(images.stop());
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) throws Exception {
        try {
            return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(dir.resolve(name), bytes);
    }

    @Test
    void anOciArchiveBecomesAnImageThatAContainerCanStandOn() throws Exception {
        byte[] top = new TestImages.Tar().file("etc/motd", 0644, "hello").bytes();
        Path archive = write(
                "a.tar",
                TestImages.ociArchive(
                        "test/busybox:1", Manifest.architecture(), "", List.of(TestImages.busyboxLayer(), top)));
        Image image = await(images.importArchive(archive)).get(0);
        assertThat(image.repoTags()).containsExactly("docker.io/test/busybox:1");
        assertThat(image.repoDigests()).singleElement().asString().startsWith("docker.io/test/busybox@sha256:");
        assertThat(image.config().cmd()).containsExactly("/bin/sh");
        assertThat(await(images.find("test/busybox:1"))).contains(image);
        assertThat(await(images.find(image.id().substring(7, 19)))).contains(image);
        var rootFs = snapshots.prepare("c1", image.layers());
        assertThat(rootFs.lower()).hasSize(2);
        assertThat(rootFs.lower().get(0).resolve("etc/motd")).hasContent("hello");
        assertThat(Files.isExecutable(rootFs.lower().get(1).resolve("bin/busybox")))
                .isTrue();
    }

    @Test
    void aZippedDockerArchiveWithLinkedLayersIsImported() throws Exception {
        byte[] layer = new TestImages.Tar().file("a", 0644, "x").bytes();
        byte[] other = new TestImages.Tar().file("b", 0644, "y").bytes();
        Path archive = write(
                "d.tgz",
                TestImages.gzip(TestImages.dockerArchive(List.of("one:1", "two:2"), List.of(layer, other, layer))));
        Image image = await(images.importArchive(archive)).get(0);
        assertThat(image.repoTags()).containsExactly("docker.io/library/one:1", "docker.io/library/two:2");
        assertThat(image.layers()).hasSize(3).allMatch(snapshots::has);
        await(images.remove("one:1"));
        assertThat(await(images.list())).singleElement().satisfies(left -> assertThat(left.repoTags())
                .containsExactly("docker.io/library/two:2"));
    }

    @Test
    void imagesAreThereAfterARestart() throws Exception {
        Path archive = write(
                "a.tar", TestImages.ociArchive("a:1", Manifest.architecture(), "", List.of(TestImages.busyboxLayer())));
        Image image = await(images.importArchive(archive)).get(0);
        await(images.stop());
        start();
        assertThat(await(images.find("a:1"))).contains(image);
    }

    @Test
    void anImageWhoseLayerIsLostIsForgotten() throws Exception {
        Path archive = write(
                "a.tar", TestImages.ociArchive("a:1", Manifest.architecture(), "", List.of(TestImages.busyboxLayer())));
        Image image = await(images.importArchive(archive)).get(0);
        snapshots.removeLayer(image.layers().get(0));
        await(images.stop());
        start();
        assertThat(await(images.find("a:1"))).isEmpty();
    }

    @Test
    void aLayerGoesWithTheLastImageAndContainerThatNeedIt() throws Exception {
        List<byte[]> layers = List.of(TestImages.busyboxLayer());
        Image one = await(images.importArchive(
                        write("1.tar", TestImages.ociArchive("one:1", Manifest.architecture(), "1", layers))))
                .get(0);
        await(images.importArchive(
                write("2.tar", TestImages.ociArchive("two:1", Manifest.architecture(), "2", layers))));
        String layer = one.layers().get(0);
        snapshots.prepare("c1", one.layers());
        await(images.remove("one:1"));
        assertThat(snapshots.has(layer)).isTrue();
        await(images.remove("two:1"));
        assertThat(snapshots.has(layer)).as("a container stands on it").isTrue();
        snapshots.remove("c1");
        await(images.reclaim(Set.of()));
        assertThat(snapshots.has(layer)).isFalse();
        try (var left = Files.walk(dir.resolve("content/blobs"))) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Test
    void aMovedTagLeavesTheOldImage() throws Exception {
        List<byte[]> layers = List.of(TestImages.busyboxLayer());
        Image old = await(images.importArchive(
                        write("1.tar", TestImages.ociArchive("app:1", Manifest.architecture(), "old", layers))))
                .get(0);
        Image fresh = await(images.importArchive(
                        write("2.tar", TestImages.ociArchive("app:1", Manifest.architecture(), "new", layers))))
                .get(0);
        assertThat(await(images.find("app:1"))).contains(fresh);
        assertThat(await(images.find(old.id())).map(Image::repoTags)).contains(List.of());
    }

    @Test
    void theFoldersArchivesAreImportedAtStartAndPinned() throws Exception {
        await(images.stop());
        Files.write(
                dir.resolve("images/a.tar"),
                TestImages.ociArchive("folder:1", Manifest.architecture(), "", List.of(TestImages.busyboxLayer())));
        Files.writeString(dir.resolve("images/broken.tar"), "no tar");
        start();
        Optional<Image> image = soon("folder:1");
        assertThat(image).isPresent();
        assertThat(images.pinned(image.orElseThrow().id())).isTrue();
    }

    /** The import goes its own way; the wait is for the condition. */
    private Optional<Image> soon(String name) throws Exception {
        Optional<Image> image = Optional.empty();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (image.isEmpty() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
            image = await(images.find(name));
        }
        return image;
    }

    @Test
    void anArchiveThatComesLaterIsImportedAlsoIntoAFolderMadeAnew() throws Exception {
        List<byte[]> layers = List.of(new TestImages.Tar().file("f", 0644, "x").bytes());
        assertThat(await(images.find("later:1"))).isEmpty();
        Path folder = dir.resolve("images");
        Files.write(
                folder.resolve("later.tar"), TestImages.ociArchive("later:1", Manifest.architecture(), "1", layers));
        assertThat(soon("later:1")).isPresent();
        // One that grows is whole only at its end.
        byte[] slow = TestImages.ociArchive("slow:1", Manifest.architecture(), "2", layers);
        Path growing = folder.resolve("slow.tar");
        Files.write(growing, Arrays.copyOf(slow, 700));
        Files.write(growing, Arrays.copyOfRange(slow, 700, slow.length), StandardOpenOption.APPEND);
        assertThat(soon("slow:1")).isPresent();
        Trees.delete(folder);
        while (!Files.isDirectory(folder)) {
            Thread.onSpinWait();
        }
        Files.write(
                folder.resolve("again.tar"), TestImages.ociArchive("again:1", Manifest.architecture(), "3", layers));
        assertThat(soon("again:1")).isPresent();
    }

    /** What an archive makes the reader throw is that archive's failure alone. */
    @Test
    void aStrangeArchiveDoesNotKeepTheOthersOut() throws Exception {
        Path folder = dir.resolve("images");
        Files.write(
                folder.resolve("1.tar"),
                new TestImages.Tar()
                        .file("manifest.json", 0644, "[{\"Config\":\"x\",\"RepoTags\":[\"UPPER:::\"]}]")
                        .file("x", 0644, "{\"rootfs\":{\"diff_ids\":[\"no digest\"]}}")
                        .bytes());
        Files.write(
                folder.resolve("2.tar"),
                new TestImages.Tar().file("index.json", 0644, "[".repeat(5000)).bytes());
        Files.write(
                folder.resolve("3.tar"),
                new TestImages.Tar()
                        .file("index.json", 0644, "[" + "0,".repeat(300_000) + "0]")
                        .bytes());
        Files.write(
                folder.resolve("4.tar"),
                TestImages.ociArchive(
                        "good:1",
                        Manifest.architecture(),
                        "",
                        List.of(new TestImages.Tar().file("f", 0644, "x").bytes())));
        assertThat(soon("good:1")).isPresent();
        assertThatThrownBy(() -> await(images.importArchive(folder.resolve("3.tar"))))
                .hasMessageContaining("200000");
    }

    @Test
    void anImageIsRemovedByWhatNamesItAndNotByWhatItsIdContains() throws Exception {
        List<byte[]> layers = List.of(new TestImages.Tar().file("f", 0644, "x").bytes());
        Image image = await(images.importArchive(
                        write("1.tar", TestImages.ociArchive("other:1", Manifest.architecture(), "1", layers))))
                .get(0);
        String hex = image.id().substring("sha256:".length());
        String inside = hex.substring(20, 24);
        String prefix = hex.substring(0, 12);
        // The same image under names that are parts of its id.
        for (String name : List.of(inside + ":1", prefix + ":latest", "two:1")) {
            await(images.importArchive(
                    write("n.tar", TestImages.ociArchive(name, Manifest.architecture(), "1", layers))));
        }
        assertThat(await(images.find("other:1")).orElseThrow().repoTags()).hasSize(4);
        await(images.remove(inside + ":1"));
        assertThat(await(images.find("other:1")).orElseThrow().repoTags()).hasSize(3);
        await(images.remove(prefix));
        assertThat(await(images.find("other:1")).orElseThrow().repoTags())
                .containsExactly("docker.io/library/other:1", "docker.io/library/two:1");
        await(images.remove("docker.io/library/sha256:1"));
        assertThat(await(images.list())).hasSize(1);
        await(images.remove(prefix));
        assertThat(await(images.list())).isEmpty();
    }

    @Test
    void aNameThatLooksLikeAnIdsPrefixIsFirstOfAllAName() throws Exception {
        List<byte[]> layers = List.of(new TestImages.Tar().file("f", 0644, "x").bytes());
        Image one = await(images.importArchive(
                        write("1.tar", TestImages.ociArchive("one:1", Manifest.architecture(), "1", layers))))
                .get(0);
        String prefix = one.id().substring("sha256:".length(), "sha256:".length() + 12);
        Image named = await(images.importArchive(write(
                        "2.tar", TestImages.ociArchive(prefix + ":latest", Manifest.architecture(), "2", layers))))
                .get(0);
        assertThat(await(images.find(prefix))).contains(named);
        assertThat(named.id()).isNotEqualTo(one.id());
    }

    @Test
    void aDamagedLayerIsRefusedAndLeavesNothing() throws Exception {
        byte[] archive = TestImages.ociArchive(
                "a:1",
                Manifest.architecture(),
                "",
                List.of(new TestImages.Tar().file("f", 0644, "some content").bytes()));
        int at = indexOf(archive, new byte[] {0x1f, (byte) 0x8b});
        archive[at + 30] ^= 1;
        Path file = write("a.tar", archive);
        assertThatThrownBy(() -> await(images.importArchive(file)))
                .hasMessageContaining("failed to import images from");
        assertThat(await(images.list())).isEmpty();
        try (var left = Files.list(dir.resolve("snapshots/l"));
                var temporary = Files.list(dir.resolve("snapshots/tmp"))) {
            assertThat(left).isEmpty();
            assertThat(temporary).isEmpty();
        }
    }

    @Test
    void anArchiveForAnotherMachineSaysSo() throws Exception {
        Path file = write("a.tar", TestImages.ociArchive("a:1", "s390x", "", List.of(TestImages.busyboxLayer())));
        assertThatThrownBy(() -> await(images.importArchive(file)))
                .hasMessageContaining("has no image for linux/" + Manifest.architecture());
    }

    private static int indexOf(byte[] all, byte[] part) {
        for (int i = 0; i < all.length - part.length; i++) {
            if (all[i] == part[0] && all[i + 1] == part[1]) {
                return i;
            }
        }
        throw new AssertionError("not found");
    }
}
