package io.minik.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.runtime.snapshot.Snapshotter.RootFs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A running container changes its upper layer between a look and a read: what was looked up is held here, then changed. */
@Tag("root")
class RootViewTest {
    @TempDir
    Path dir;

    private Path upper;
    private Path secret;
    private RootView view;

    @BeforeEach
    void layers() throws IOException {
        upper = Files.createDirectories(dir.resolve("upper"));
        Path lower = Files.createDirectories(dir.resolve("lower"));
        secret = Files.writeString(Files.createDirectories(dir.resolve("host")).resolve("passwd"), "host:x:1:1::/:\n");
        Files.createDirectories(upper.resolve("etc"));
        Files.writeString(upper.resolve("etc/passwd"), "mine:x:1:1::/:\n");
        view = new RootView(
                TestNode.KERNEL, new RootFs(List.of(lower), upper, dir.resolve("work"), dir.resolve("merged")));
    }

    @Test
    void aFileOfTheContainerIsRead() {
        assertThat(view.lines("/etc/passwd")).containsExactly("mine:x:1:1::/:");
    }

    @Test
    void aLinkThatTookItsPlaceIsNotFollowed() throws IOException {
        RootView.Entry looked = view.find("/etc/passwd").orElseThrow();
        Files.delete(upper.resolve("etc/passwd"));
        Files.createSymbolicLink(upper.resolve("etc/passwd"), secret);
        assertThat(view.lines(looked)).isEmpty();
    }

    @Test
    void aLinkThatTookItsDirectorysPlaceIsNotFollowed() throws IOException {
        RootView.Entry looked = view.find("/etc/passwd").orElseThrow();
        Files.move(upper.resolve("etc"), upper.resolve("old"));
        Files.createSymbolicLink(upper.resolve("etc"), secret.resolveSibling("."));
        assertThat(view.lines(looked)).isEmpty();
    }

    @Test
    void aPipeThatTookItsPlaceHoldsNobodyUp() throws IOException {
        RootView.Entry looked = view.find("/etc/passwd").orElseThrow();
        Files.delete(upper.resolve("etc/passwd"));
        TestNode.KERNEL.mkfifo(upper.resolve("etc/passwd"), 0600);
        assertThat(view.lines(looked)).isEmpty();
    }

    @Test
    void aFileThatHasGrownMeanwhileIsNotRead() throws IOException {
        RootView.Entry looked = view.find("/etc/passwd").orElseThrow();
        Files.writeString(upper.resolve("etc/passwd"), "x".repeat(2 << 20));
        assertThat(view.lines(looked)).isEmpty();
    }
}
