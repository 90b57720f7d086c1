package io.minik.runtime.snapshot;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * One header of a tar stream.
 *
 * @param name, linkName raw bytes, one char per byte (ISO 8859-1), as written in the archive
 * @param mode permission bits with setuid, setgid and sticky
 * @param size bytes of content that follow
 * @param xattrs by name, without the archive's prefix
 */
public record TarEntry(
        String name,
        Type type,
        int mode,
        int uid,
        int gid,
        long size,
        long mtimeSeconds,
        int mtimeNanos,
        String linkName,
        int major,
        int minor,
        Map<String, byte[]> xattrs) {
    public enum Type {
        FILE,
        HARD_LINK,
        SYMLINK,
        CHAR_DEVICE,
        BLOCK_DEVICE,
        DIRECTORY,
        FIFO
    }

    /** The name for people and for comparing with text in UTF-8. */
    public String text() {
        return new String(name.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
