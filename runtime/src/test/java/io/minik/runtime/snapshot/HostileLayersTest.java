package io.minik.runtime.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.image.TestImages.Tar;
import io.minik.runtime.sys.FileCalls;
import io.minik.runtime.sys.LinuxFileCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers made to reach the host, and to fill it. Needs root, as the real unpacking does: a refusal must be ours. */
@Tag("root")
class HostileLayersTest {
    private static final FileCalls FILES = new LinuxFileCalls();

    @TempDir
    Path dir;

    private Path host;
    private Path layer;

    @BeforeEach
    void host() throws Exception {
        host = Files.createDirectories(dir.resolve("host"));
        Files.createDirectories(host.resolve("sub"));
        Files.writeString(host.resolve("secret"), "of the host");
        Files.writeString(host.resolve("sub/secret"), "of the host");
        layer = dir.resolve("layer");
    }

    private void unpack(InputStream tar, int maxEntries, DiskRoom room) throws Exception {
        run("rm", "-rf", layer.toString(), dir.resolve("trash").toString());
        Files.createDirectory(layer);
        Path trash = Files.createDirectory(dir.resolve("trash"));
        try (ImpliedDirectories implied = new ImpliedDirectories(dir.resolve("implied"));
                LayerTree tree = new LayerTree(FILES, layer, trash, implied)) {
            new LayerUnpacker(FILES, tree, room, implied, maxEntries).unpack(tar);
        }
    }

    private void unpack(Tar tar) throws Exception {
        unpack(new ByteArrayInputStream(tar.bytes()), 1000, new DiskRoom(() -> Long.MAX_VALUE, 0));
    }

    /** Everything that stat tells of the host's tree: a new name of a file shows in its count of names. */
    private String state() throws Exception {
        return run("find", host.toString(), "-printf", "%P %y %m %U %G %s %n %i %T@ %C@\\n");
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static Tar chain(Path host) {
        return new Tar().symlink("a", host.toString()).hardLink("b", "a");
    }

    static Stream<UnaryOperator<Tar>> throughALinkToALink() {
        return Stream.of(
                tar -> tar.file("b/new", 0644, "written"),
                tar -> tar.file("b/secret", 0777, "written"),
                tar -> tar.dir("b/new", 0777),
                tar -> tar.dir("b/sub", 0777),
                tar -> tar.symlink("b/new", "/"),
                tar -> tar.file("own", 0644, "").hardLink("b/new", "own"),
                tar -> tar.hardLink("b/new", "b/sub"),
                tar -> tar.file("b/.wh.secret", 0, ""),
                tar -> tar.file("b/.wh.new", 0, ""),
                tar -> tar.file("b/.wh..wh..opq", 0, ""),
                tar -> tar.file("b/sub/.wh..wh..opq", 0, ""),
                tar -> tar.put(new TarArchiveEntry("b/new", TarConstants.LF_FIFO, true), new byte[0]),
                tar -> tar.put(new TarArchiveEntry("b/new", TarConstants.LF_CHR, true), new byte[0]),
                tar -> tar.put(new TarArchiveEntry("b/new", TarConstants.LF_BLK, true), new byte[0]),
                tar -> tar.hardLink("b2", "b").hardLink("b3", "b2").file("b3/sub/new", 0644, "written"),
                tar -> tar.symlink("d", "b/sub").hardLink("e", "d").file("e/new", 0644, "written"),
                tar -> tar.symlink("up", "../../../../../../../../..")
                        .hardLink("up2", "up")
                        .file("up2/tmp/x", 0644, ""),
                tar -> tar.dir("b", 04777),
                tar -> tar.file("b", 04777, "replaced"));
    }

    @ParameterizedTest
    @MethodSource("throughALinkToALink")
    void nothingIsWrittenThroughAHardLinkOfASymlink(UnaryOperator<Tar> attack) throws Exception {
        String before = state();
        try {
            unpack(attack.apply(chain(host)));
        } catch (RuntimeFault | IOException e) {
            assertThat(e).hasMessageMatching("(?s).*(ENOENT|ENOTDIR|EPERM|EEXIST).*");
        }
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void aHardLinkThroughALinkOfALinkNeverReachesAHostsFile() throws Exception {
        String before = state();
        for (String target : List.of("b/secret", "a/secret", "b/sub/secret", "../../b/secret", "/b/secret", "b")) {
            try {
                unpack(chain(host).hardLink("c", target));
                assertThat(run("find", layer.toString(), "-type", "f")).isEmpty();
            } catch (RuntimeFault e) {
                assertThat(e).hasMessageContaining("ENOENT");
            }
            assertThat(state()).as(target).isEqualTo(before);
        }
    }

    /** What the same names mean inside the root is made there. */
    @Test
    void linksToLinksLeadToPlacesInTheLayer() throws Exception {
        unpack(new Tar()
                .dir("real", 0755)
                .symlink("a", "/real")
                .hardLink("b", "a")
                .file("b/f", 0644, "inside")
                .hardLink("c", "b/f")
                .symlink("rel", "../../real")
                .file("rel/g", 0644, "inside"));
        assertThat(layer.resolve("real/f")).hasContent("inside");
        assertThat(layer.resolve("c")).hasContent("inside");
        assertThat(layer.resolve("real/g")).hasContent("inside");
    }

    @Test
    void aReplacedParentIsNotWrittenToAnyMore() throws Exception {
        String before = state();
        unpack(new Tar()
                .file("a/b/first", 0644, "1")
                .symlink("a", host.toString())
                .file("a/b/second", 0644, "2")
                .file("a/secret", 0644, "3"));
        assertThat(state()).isEqualTo(before);
        assertThat(layer.resolve(host.toString().substring(1)).resolve("b/second"))
                .hasContent("2");
        assertThat(run("find", layer.toString(), "-name", "first")).isEmpty();
    }

    /** Random archives over few names, so that links, directories and what replaces them meet in all orders. */
    @Test
    void randomLayersLeaveTheHostAsItWas() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        String before = state();
        for (int round = 0; round < 150; round++) {
            Tar tar = new Tar();
            for (int i = 0; i < 25; i++) {
                step(tar, random);
            }
            byte[] bytes = tar.bytes();
            try {
                unpack(new ByteArrayInputStream(bytes), 1000, new DiskRoom(() -> Long.MAX_VALUE, 0));
            } catch (RuntimeFault | IOException e) {
                // Archives that can't be are refused; what counts is what they did before that.
                assertThat(e.getMessage()).isNotEmpty();
            }
            assertThat(state()).as("-Dseed=" + seed + " round " + round).isEqualTo(before);
        }
    }

    private void step(Tar tar, Random random) {
        String name = name(random);
        switch (random.nextInt(8)) {
            case 0, 1 -> tar.symlink(name, random.nextInt(3) == 0 ? host.toString() : "../" + name(random));
            case 2, 3 -> tar.hardLink(name, name(random));
            case 4 -> tar.dir(name, 0777);
            case 5 -> tar.file(name + "/.wh." + name(random).replace("/", ""), 0, "");
            case 6 -> tar.file(name + "/.wh..wh..opq", 0, "");
            default -> tar.file(name, 06777, "written");
        }
    }

    private static String name(Random random) {
        String[] steps = {"a", "b", "c", "sub", "secret", "..", "."};
        StringBuilder name = new StringBuilder();
        for (int i = random.nextInt(3); i >= 0; i--) {
            name.append(steps[random.nextInt(i == 0 ? 5 : 7)]).append(i == 0 ? "" : "/");
        }
        return name.toString();
    }

    @Test
    void whatRepeatsItselfDoesNotGrowInMemoryAndEnds() {
        Tar entries = new Tar();
        for (int i = 0; i < 40; i++) {
            entries.file("f" + i, 0644, "");
        }
        byte[] many = entries.bytes();
        DiskRoom room = new DiskRoom(() -> Long.MAX_VALUE, 0);
        assertThatThrownBy(() -> unpack(new ByteArrayInputStream(many), 39, room))
                .hasMessage("layer has more than 39 entries");
        assertThatCode(() -> unpack(new ByteArrayInputStream(many), 40, room)).doesNotThrowAnyException();
        byte[] deep = new Tar().file("d/".repeat(100) + "f", 0644, "").bytes();
        assertThatThrownBy(() -> unpack(new ByteArrayInputStream(deep), 100, room))
                .hasMessage("layer has more than 100 entries");
        byte[] one = new Tar().file("f", 0644, "").bytes();
        InputStream endless = new SequenceInputStream(new ByteArrayInputStream(one), new InputStream() {
            @Override
            public int read() {
                return 0;
            }
        });
        assertThatThrownBy(() -> unpack(endless, 10, room))
                .hasMessageContaining("goes on for more than 16777216 bytes");
    }

    @Test
    void aLayerThatWouldFillTheDiskIsRefused() {
        AtomicLong usable = new AtomicLong(2L << 30);
        DiskRoom room = new DiskRoom(() -> usable.addAndGet(-(600L << 20)), 100L << 30);
        byte[] big = new Tar().file("zeros", 0644, new byte[40 << 20]).bytes();
        assertThatThrownBy(() -> unpack(new ByteArrayInputStream(big), 10, room))
                .hasMessageContaining("no room for the layer after")
                .hasMessageContaining("bytes left, and 1073741824 stay free");
        assertThat(layer.resolve("zeros").toFile().length()).isLessThan(20 << 20);
    }

    @Test
    void directoriesThatNamesOnlyImplyTakeRoomAsWell() {
        AtomicLong usable = new AtomicLong(2L << 30);
        DiskRoom room = new DiskRoom(() -> usable.addAndGet(-(1200L << 20)), 100L << 30);
        Tar tar = new Tar();
        for (int i = 0; i < 8; i++) {
            tar.file("d" + i + "/" + "d/".repeat(1000) + "f", 0644, "");
        }
        assertThatThrownBy(() -> unpack(new ByteArrayInputStream(tar.bytes()), 1_000_000, room))
                .hasMessageContaining("no room for the layer after");
    }

    @Test
    void namesThatLeadRoundInCirclesEnd() {
        // Each name goes through 39 links that go 450 steps down and up again: hours of lookups, if nobody counted
        // them.
        Tar tar = new Tar().file("d/".repeat(450) + "f", 0644, "");
        for (int i = 0; i < 39; i++) {
            tar.symlink("l" + i, (i == 0 ? "" : "l" + (i - 1) + "/") + "d/".repeat(450) + "../".repeat(450));
        }
        for (int i = 0; i < 1000; i++) {
            tar.file("l38/g" + i, 0644, "").file("h" + i, 0644, "");
        }
        assertThatThrownBy(() ->
                        unpack(new ByteArrayInputStream(tar.bytes()), 1_000_000, new DiskRoom(() -> Long.MAX_VALUE, 0)))
                .hasMessageContaining("layer has too many long names");
    }

    @Test
    void impliedDirectoriesAreAsTheLayerBelowHasThemInWhateverOrderTheyCome() throws Exception {
        for (boolean lowerFirst : new boolean[] {true, false}) {
            OverlaySnapshotter snapshots = new OverlaySnapshotter(dir.resolve("s" + lowerFirst), () -> FILES);
            TarArchiveEntry tmp = new TarArchiveEntry("tmp/", TarConstants.LF_DIR, true);
            tmp.setMode(01777);
            tmp.setUserId(5);
            tmp.setGroupId(6);
            tmp.setModTime(1_500_000_000_000L);
            byte[] lower = new Tar()
                    .put(tmp, new byte[0])
                    .dir("later", 0700)
                    .symlink("link", "tmp")
                    .bytes();
            byte[] upper = new Tar()
                    .file("tmp/x", 0644, "")
                    .file("later/x", 0644, "")
                    .dir("later", 0711)
                    .file("link/x", 0644, "")
                    .file("new/x", 0644, "")
                    .bytes();
            String one = "sha256:" + "1".repeat(64);
            String two = "sha256:" + "2".repeat(64);
            snapshots.unpack(lowerFirst ? one : two, new ByteArrayInputStream(lowerFirst ? lower : upper));
            snapshots.unpack(lowerFirst ? two : one, new ByteArrayInputStream(lowerFirst ? upper : lower));
            snapshots.settle(List.of(one, two));
            Path made = snapshots.directories(List.of(two)).get(0);
            assertThat(run("find", made.toString(), "-mindepth", "1", "-type", "d", "-printf", "%P %m %U:%G %TY\\n"))
                    .as("lower first: " + lowerFirst)
                    .satisfies(found -> assertThat(found.lines())
                            .containsExactlyInAnyOrder(
                                    "tmp 1777 5:6 2017",
                                    "later 711 0:0 2020",
                                    "link 755 0:0 1970",
                                    "new 755 0:0 1970"));
            assertThat(dir.resolve("s" + lowerFirst).resolve("i")).isEmptyDirectory();
        }
    }
}
