package io.minik.runtime.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.image.TestImages.Tar;
import io.minik.runtime.sys.LinuxFileCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layers on a real file system, and under a real overlay. Needs root: owners, devices, trusted xattrs, mounts. */
@Tag("root")
class OverlaySnapshotterTest {
    @TempDir
    Path dir;

    private OverlaySnapshotter snapshots;

    @BeforeEach
    void open() {
        snapshots = new OverlaySnapshotter(dir.resolve("s"), LinuxFileCalls::new);
    }

    private static String chain(String name) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return "sha256:" + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private Path unpack(String name, Tar tar) {
        snapshots.unpack(chain(name), new ByteArrayInputStream(tar.bytes()));
        return snapshots.prepare("probe-" + name, List.of(chain(name))).lower().get(0);
    }

    private static Map<String, Object> unix(Path file) throws IOException {
        return Files.readAttributes(file, "unix:*", LinkOption.NOFOLLOW_LINKS);
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void modesOwnersTimesAndKindsAreAsInTheArchive() throws Exception {
        TarArchiveEntry owned = new TarArchiveEntry("bin/su", true);
        owned.setMode(04755);
        owned.setUserId(70_000);
        owned.setGroupId(3_000_000);
        owned.setSize(1);
        owned.setModTime(1_234_567_890_000L);
        TarArchiveEntry device = new TarArchiveEntry("dev/x", TarConstants.LF_CHR, true);
        device.setDevMajor(300);
        device.setDevMinor(70_000);
        TarArchiveEntry pipe = new TarArchiveEntry("pipe", TarConstants.LF_FIFO, true);
        Path root = unpack(
                "kinds",
                new Tar()
                        .dir("tmp", 01777)
                        .put(owned, new byte[] {7})
                        .put(device, new byte[0])
                        .put(pipe, new byte[0])
                        .symlink("link", "/nowhere")
                        .hardLink("bin/su2", "bin/su"));
        assertThat(run("stat", "-c", "%a %u %g %Y %h", root.resolve("bin/su").toString()))
                .isEqualTo("4755 70000 3000000 1234567890 2");
        assertThat(run("stat", "-c", "%a %F", root.resolve("tmp").toString())).isEqualTo("1777 directory");
        assertThat(run("stat", "-c", "%F %t %T", root.resolve("dev/x").toString()))
                .isEqualTo("character special file 12c 11170");
        assertThat(run("stat", "-c", "%F", root.resolve("pipe").toString())).isEqualTo("fifo");
        assertThat(Files.readSymbolicLink(root.resolve("link"))).isEqualTo(Path.of("/nowhere"));
        assertThat(unix(root.resolve("bin/su2")).get("ino"))
                .isEqualTo(unix(root.resolve("bin/su")).get("ino"));
    }

    @Test
    void directoriesKeepTheirTimesThoughFilesAreWrittenIntoThem() throws Exception {
        TarArchiveEntry etc = new TarArchiveEntry("etc/", TarConstants.LF_DIR, true);
        etc.setModTime(1_000_000_000_000L);
        etc.setMode(0700);
        Path root = unpack("times", new Tar().put(etc, new byte[0]).file("etc/passwd", 0644, "x"));
        assertThat(run("stat", "-c", "%Y %a", root.resolve("etc").toString())).isEqualTo("1000000000 700");
    }

    @Test
    void extendedAttributesOfFilesAreKeptAndOverlaysOwnAreNot() throws Exception {
        TarArchiveEntry ping = new TarArchiveEntry("ping", true);
        // cap_net_raw+ep, revision 2.
        byte[] capability = {1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        ping.addPaxHeader("SCHILY.xattr.security.capability", new String(capability, StandardCharsets.UTF_8));
        ping.addPaxHeader("SCHILY.xattr.trusted.overlay.opaque", "y");
        Path root = unpack("xattr", new Tar().put(ping, new byte[0]));
        String dump = run(
                "python3",
                "-c",
                "import os,sys; p=sys.argv[1]; print([(n, os.getxattr(p,n).hex()) for n in os.listxattr(p)])",
                root.resolve("ping").toString());
        assertThat(dump).isEqualTo("[('security.capability', '" + HexFormat.of().formatHex(capability) + "')]");
    }

    @Test
    void longAndForeignNamesSurviveWhateverTheLocale() throws Exception {
        String longName = "d/" + "x".repeat(200) + "/" + "y".repeat(100);
        for (String name : List.of("pax", "gnu")) {
            Tar tar = name.equals("gnu") ? new Tar().gnu() : new Tar();
            Path root = unpack(name, tar.file(longName, 0644, "a").file("gr\u00fc\u00dfe-\u4f60", 0644, "b"));
            assertThat(root.resolve(longName)).hasContent("a");
            assertThat(run("sh", "-c", "cat " + root + "/gr*-*")).isEqualTo("b");
            assertThat(run("sh", "-c", "ls " + root + " | od -An -tx1 | tr -d ' \\n'"))
                    .contains(HexFormat.of().formatHex("gr\u00fc\u00dfe-\u4f60".getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    void namesNeverLeadOutOfTheLayer() throws Exception {
        Path victim = Files.createDirectories(dir.resolve("victim"));
        Path root = unpack(
                "escape",
                new Tar()
                        .file("../../../up", 0644, "1")
                        .symlink("abs", victim.toString())
                        .file("abs/a", 0644, "2")
                        .symlink("rel", "../../../../../../../../../" + victim)
                        .file("rel/b", 0644, "3")
                        .symlink("last", victim + "/c")
                        .file("last", 0644, "4"));
        assertThat(victim).isEmptyDirectory();
        assertThat(root.resolve("up")).hasContent("1");
        assertThat(root.resolve(victim.toString().substring(1)).resolve("a")).hasContent("2");
        assertThat(Files.isRegularFile(root.resolve("last"), LinkOption.NOFOLLOW_LINKS))
                .isTrue();
        assertThatThrownBy(() -> unpack(
                        "loop", new Tar().symlink("a", "b").symlink("b", "a").file("a/x", 0644, "")))
                .isInstanceOf(RuntimeFault.class)
                .hasMessageContaining("loop of symlinks");
        assertThatThrownBy(() -> unpack("steal", new Tar().hardLink("x", "../../../../etc/passwd")))
                .isInstanceOf(RuntimeFault.class);
    }

    @Test
    void aMountedOverlayShowsWhatTheLayersSay() throws Exception {
        snapshots.unpack(
                chain("1"),
                new ByteArrayInputStream(new Tar()
                        .file("keep", 0644, "1")
                        .file("gone", 0644, "1")
                        .file("dir/old", 0644, "1")
                        .file("replaced/old", 0644, "1")
                        .file("tree/a/b", 0644, "1")
                        .bytes()));
        snapshots.unpack(
                chain("2"),
                new ByteArrayInputStream(new Tar()
                        .file(".wh.gone", 0, "")
                        .dir("dir", 0755)
                        .file("dir/.wh..wh..opq", 0, "")
                        .file("dir/new", 0644, "2")
                        .file(".wh.replaced", 0, "")
                        .file("replaced/new", 0644, "2")
                        .file(".wh.tree", 0, "")
                        .file("tree", 0644, "a file now")
                        .bytes()));
        Snapshotter.RootFs rootFs = snapshots.prepare("c1", List.of(chain("1"), chain("2")));
        String options = "lowerdir=" + rootFs.lower().get(0) + ":"
                + rootFs.lower().get(1) + ",upperdir=" + rootFs.upper() + ",workdir=" + rootFs.work();
        run("mount", "-t", "overlay", "overlay", "-o", options, rootFs.merged().toString());
        try {
            assertThat(run("sh", "-c", "cd " + rootFs.merged() + " && find . -type f | sort | tr '\\n' ' '"))
                    .isEqualTo("./dir/new ./keep ./replaced/new ./tree");
            Files.writeString(rootFs.merged().resolve("written"), "x".repeat(5000));
        } finally {
            run("umount", rootFs.merged().toString());
        }
        assertThat(snapshots.usage("c1").inodes()).isEqualTo(2);
        assertThat(snapshots.usage("c1").bytes()).isBetween(8192L, 16384L);
        snapshots.remove("c1");
        snapshots.remove("c1");
        assertThat(dir.resolve("s/c")).isEmptyDirectory();
    }

    @Test
    void layersOfAnImageThatAContainerMountsStayAsLongAsItDoes() {
        for (String name : List.of("own", "mounted")) {
            unpack(name, new Tar().file("f", 0644, name));
            snapshots.remove("probe-" + name);
        }
        assertThat(snapshots
                        .prepare("c1", List.of(chain("own")), List.of(chain("mounted")))
                        .lower())
                .hasSize(1);
        snapshots.removeLayer(chain("mounted"));
        assertThat(snapshots.has(chain("mounted"))).isTrue();
        snapshots.remove("c1");
        snapshots.removeLayer(chain("mounted"));
        assertThat(snapshots.has(chain("mounted"))).isFalse();
    }

    @Test
    void whatTheArchiveSaysTwiceIsAsItSaidLast() throws Exception {
        Path root = unpack(
                "twice",
                new Tar()
                        .file("f", 0600, "old")
                        .file("f", 0644, "new")
                        .file("d/x", 0644, "")
                        .file("d", 0644, "file")
                        .file("e", 0644, "")
                        .file("e/x", 0644, "below"));
        assertThat(root.resolve("f")).hasContent("new");
        assertThat(root.resolve("d")).hasContent("file");
        assertThat(root.resolve("e/x")).hasContent("below");
    }

    @Test
    void aBrokenStreamLeavesNothing() {
        byte[] tar = new Tar().file("f", 0644, "x".repeat(2000)).bytes();
        assertThatThrownBy(() -> snapshots.unpack(chain("x"), new ByteArrayInputStream(tar, 0, 1500)))
                .isInstanceOf(RuntimeFault.class)
                .hasMessageContaining("stream ends");
        assertThat(snapshots.has(chain("x"))).isFalse();
        assertThat(dir.resolve("s/tmp")).isEmptyDirectory();
    }

    @Test
    void reclaimTakesWhatACrashLeft() throws Exception {
        unpack("used", new Tar().file("f", 0644, ""));
        snapshots.remove("probe-used");
        unpack("stood-on", new Tar().file("f", 0644, ""));
        unpack("unused", new Tar().file("f", 0644, ""));
        Files.createDirectories(dir.resolve("s/tmp/half/made"));
        snapshots.reclaim(Set.of("probe-stood-on"), Set.of(chain("used")));
        assertThat(snapshots.has(chain("used"))).isTrue();
        assertThat(snapshots.has(chain("stood-on"))).isTrue();
        assertThat(snapshots.has(chain("unused"))).isFalse();
        assertThat(dir.resolve("s/tmp")).isEmptyDirectory();
    }

    @Test
    void moreLayersThanTheKernelTakesAreRefusedInWords() {
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 130; i++) {
            String name = "layer" + i;
            snapshots.unpack(
                    chain(name),
                    new ByteArrayInputStream(new Tar().file("f", 0644, name).bytes()));
            many.add(chain(name));
        }
        assertThat(snapshots.prepare("c", many.subList(0, 128)).lower()).hasSize(128);
        assertThatThrownBy(() -> snapshots.prepare("d", many))
                .hasMessageContaining("has 130 layers, and may have 1 to 129")
                .isInstanceOfSatisfying(RuntimeFault.class, fault -> assertThat(fault.kind())
                        .isEqualTo(RuntimeFault.Kind.INVALID_CONFIG));
    }

    /** Pulls of images that share layers end at the same moment; neither may find the other's list half gone. */
    @Test
    void imagesThatShareLayersAreSettledAtOnce() throws Exception {
        ExecutorService two = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 50; round++) {
                List<String> chain = List.of(chain("low" + round), chain("top" + round));
                snapshots.unpack(
                        chain.get(0),
                        new ByteArrayInputStream(new Tar().dir("etc", 0711).bytes()));
                byte[] implies = new Tar().file("etc/arch", 0644, "x").bytes();
                snapshots.unpack(chain.get(1), new ByteArrayInputStream(implies));
                CyclicBarrier both = new CyclicBarrier(2);
                Callable<Object> settle = () -> {
                    both.await();
                    snapshots.settle(chain);
                    return unix(snapshots.directories(chain).get(0).resolve("etc"))
                            .get("mode");
                };
                for (Future<Object> mode : two.invokeAll(List.of(settle, settle))) {
                    assertThat(mode.get()).as("round " + round).isEqualTo(040711);
                }
            }
        } finally {
            two.shutdown();
        }
    }
}
