package io.minik.runtime.sys;

import java.nio.ByteOrder;
import java.nio.file.Path;

/** Of a file system: how many files it can have, and how many more; both 0 where it makes them as it needs. */
public record Inodes(long all, long free) {
    private static final int STRUCT_BYTES = 120;
    /** Of struct statfs on 64 bits: f_files and f_ffree, behind type, block size and three counts of blocks. */
    private static final int FILES = 40;

    private static final int FREE = 48;

    /** @throws io.minik.runtime.RuntimeFault if the kernel does not say */
    public static Inodes of(Sys sys, Path place) {
        try (Arena arena = sys.arena()) {
            Arena.Block found = arena.allocate(STRUCT_BYTES);
            Kernel.check(sys.call(Syscall.STATFS, arena.string(place.toString()), found.address()), "statfs", place);
            var bytes = found.bytes().order(ByteOrder.nativeOrder());
            return new Inodes(bytes.getLong(FILES), bytes.getLong(FREE));
        }
    }
}
