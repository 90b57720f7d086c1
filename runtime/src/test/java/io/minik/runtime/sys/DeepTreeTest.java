package io.minik.runtime.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories that are deeper than the kernel's longest path, as any container can make them step by step. */
class DeepTreeTest {
    private static final FileCalls FILES = new LinuxFileCalls();
    private static final int DEPTH = 1000;
    private static final byte[] NAME = "a-directory".getBytes(StandardCharsets.ISO_8859_1);

    @TempDir
    Path dir;

    private Path tree;

    @BeforeEach
    void make() throws Exception {
        tree = Files.createDirectory(dir.resolve("tree"));
        Files.createDirectories(tree.resolve("shallow/one"));
        Files.createSymbolicLink(tree.resolve("shallow/link"), dir);
        Files.writeString(dir.resolve("outside"), "stays");
        int at = FILES.openDirectory(tree);
        for (int i = 0; i < DEPTH; i++) {
            if (i % 500 == 0) {
                FILES.symlink(dir.toString().getBytes(StandardCharsets.UTF_8), at, new byte[] {'l'});
                FILES.close(FILES.create(at, new byte[] {'f'}, 0600));
                FILES.mkdir(at, new byte[] {'s'}, 0755);
            }
            FILES.mkdir(at, NAME, 0755);
            int next = FILES.openBeneath(at, NAME);
            FILES.close(at);
            at = next;
        }
        FILES.close(FILES.create(at, new byte[] {'f'}, 0600));
        FILES.close(at);
    }

    /** The test's own clean-up can't do it if ours could not. */
    @AfterEach
    void clean() throws Exception {
        new ProcessBuilder("rm", "-rf", tree.toString()).start().waitFor();
    }

    @Test
    void isDeletedAndNothingElse() throws Exception {
        Trees.delete(tree);
        assertThat(tree).doesNotExist();
        assertThat(dir.resolve("outside")).hasContent("stays");
        Trees.delete(tree);
    }

    @Test
    void isWalkedToItsEndWithFewDescriptors() throws Exception {
        List<FileCalls.Stat> seen = new ArrayList<>();
        int root = FILES.openDirectory(tree);
        long before = descriptors();
        List<Long> most = new ArrayList<>(List.of(0L));
        new TreeWalk(FILES, (fd, stat) -> {
                    seen.add(stat);
                    if (seen.size() % 500 == 0) {
                        most.set(0, Math.max(most.get(0), descriptors()));
                    }
                })
                .run(root);
        assertThat(descriptors()).isEqualTo(before);
        assertThat(most.get(0) - before).isLessThan(40);
        // The deep ones, three more in every 500th, the deepest file, three shallow ones and the root.
        assertThat(seen).hasSize(DEPTH + 3 * (DEPTH / 500) + 1 + 3 + 1);
        FILES.close(root);
    }

    @Test
    void isCounted() throws Exception {
        assertThat(DiskUsage.of(FILES, tree).inodes()).isGreaterThan(DEPTH);
    }

    private static long descriptors() {
        String[] open = Path.of("/proc/self/fd").toFile().list();
        return open == null ? -1 : open.length;
    }
}
