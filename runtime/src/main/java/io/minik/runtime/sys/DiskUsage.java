package io.minik.runtime.sys;

import io.minik.runtime.sys.FileCalls.Stat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * What a directory tree takes on disk: allocated blocks, as du counts them, so that a file with holes is as large as what is
 * in it. A file with several names counts once.
 *
 * @param inodes names in it, with the root
 */
public record DiskUsage(long bytes, long inodes) {
    /** Unit of st_blocks, whatever the file system's own block is. */
    private static final int BLOCK = 512;

    private static final class Sum {
        final Set<Long> linked = new HashSet<>();
        long bytes;
        long inodes;

        void add(int fd, Stat stat) {
            if (stat.directory() || stat.links() == 1 || linked.add(stat.inode())) {
                bytes += stat.blocks() * BLOCK;
                inodes++;
            }
        }
    }

    public static DiskUsage of(FileCalls files, Path tree) throws IOException {
        Sum sum = new Sum();
        int root = files.openDirectory(tree);
        try {
            new TreeWalk(files, sum::add).run(root);
        } finally {
            files.close(root);
        }
        return new DiskUsage(sum.bytes, sum.inodes);
    }
}
