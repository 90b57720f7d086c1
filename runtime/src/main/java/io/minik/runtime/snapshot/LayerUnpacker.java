package io.minik.runtime.snapshot;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.snapshot.LayerTree.Parent;
import io.minik.runtime.sys.FileCalls;
import io.minik.runtime.sys.FileCalls.Stat;
import io.minik.runtime.sys.Kernel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Writes one layer's tar stream into a fresh directory that nobody else sees yet, as overlayfs wants a lower layer:
 * a whiteout is a 0:0 character device, an opaque directory has trusted.overlay.opaque. Where names lead is {@link
 * LayerTree}'s; what is made there gets its owner, mode, attributes and time through its descriptor. Used once, by one
 * thread; what it remembers does not grow with the layer.
 */
final class LayerUnpacker {
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    /** AUFS' own bookkeeping, which old builders left in layers. */
    private static final String AUFS_META = ".wh..wh.";

    /** PATH_MAX. */
    private static final int MAX_PATH_BYTES = 4096;
    /** Bounds inodes, with the directories that names only imply; the largest real layers have 300,000 entries. */
    static final int MAX_ENTRIES = 1_000_000;
    /** Tools fill up the last record, mostly to 10 KiB; what goes on after the archive's end is there to be read for ever. */
    private static final long MAX_TRAILER_BYTES = 16L << 20;

    private static final int BUFFER_BYTES = 64 * 1024;
    /** What an inode takes of a disk, about. */
    private static final int ENTRY_BYTES = 512;

    private static final int FRESH_MODE = 0755;

    private final FileCalls files;
    private final DiskRoom room;
    private final LayerTree tree;
    private final byte[] chunk = new byte[BUFFER_BYTES];
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ImpliedDirectories implied;
    private final int maxEntries;
    private int entries;

    /** @param tree over a directory that exists, is empty and private to this unpacker; the caller closes it */
    LayerUnpacker(FileCalls files, LayerTree tree, DiskRoom room, ImpliedDirectories implied, int maxEntries) {
        this.files = files;
        this.tree = tree;
        this.room = room;
        this.implied = implied;
        this.maxEntries = maxEntries;
    }

    /** Reads to the stream's very end, so that a digest over it is complete. */
    void unpack(InputStream tar) throws IOException {
        TarReader reader = new TarReader(tar);
        for (Optional<TarEntry> next = reader.next(); next.isPresent(); next = reader.next()) {
            entries++;
            room.take(ENTRY_BYTES);
            long before = implied.bytes();
            add(next.get(), reader);
            room.take(implied.bytes() - before);
            if (entries + implied.count() > maxEntries) {
                throw new IOException("layer has more than " + maxEntries + " entries");
            }
        }
        tree.leave();
        long rest = 0;
        for (int count = tar.read(chunk); count >= 0; count = tar.read(chunk)) {
            rest += count;
            if (rest > MAX_TRAILER_BYTES) {
                throw new IOException("layer goes on for more than " + MAX_TRAILER_BYTES + " bytes after its end");
            }
        }
    }

    private void add(TarEntry entry, TarReader reader) throws IOException {
        if (entry.name().length() > MAX_PATH_BYTES) {
            throw new IOException("layer has a name of " + entry.name().length() + " bytes");
        }
        String path = LayerTree.clean(entry.name());
        if (path.isEmpty()) {
            if (entry.type() == TarEntry.Type.DIRECTORY) {
                attributes(tree.root(), entry);
            }
            return;
        }
        String base = LayerTree.baseOf(path);
        if (base.startsWith(AUFS_META) && !base.equals(OPAQUE)) {
            return;
        }
        Parent parent = tree.directory(LayerTree.parentOf(path));
        if (base.equals(OPAQUE)) {
            tree.opaque(parent.fd());
        } else if (base.startsWith(WHITEOUT)) {
            whiteout(parent, base.substring(WHITEOUT.length()), entry);
        } else if (entry.type() == TarEntry.Type.DIRECTORY) {
            directory(parent, base, entry);
        } else if (!make(parent, base, entry, reader)) {
            tree.clear(parent, base);
            if (!make(parent, base, entry, reader)) {
                throw new IOException("layer can't replace " + entry.text());
            }
        }
    }

    private void directory(Parent parent, String base, TarEntry entry) throws IOException {
        boolean hidesLower = false;
        if (!files.mkdir(parent.fd(), LayerTree.bytes(base), FRESH_MODE)) {
            int present = tree.node(parent, base);
            boolean directory = present >= 0 && files.stat(present).directory();
            if (present >= 0) {
                files.close(present);
            }
            if (!directory) {
                hidesLower = tree.clear(parent, base);
                files.mkdir(parent.fd(), LayerTree.bytes(base), FRESH_MODE);
            }
        }
        int fd = tree.directory(parent, base);
        try {
            if (hidesLower) {
                tree.opaque(fd);
            }
            attributes(fd, entry);
        } finally {
            files.close(fd);
        }
    }

    /** @return false if something is there: nothing is done then, also not to it */
    private boolean make(Parent parent, String base, TarEntry entry, TarReader reader) throws IOException {
        byte[] name = LayerTree.bytes(base);
        if (entry.type() == TarEntry.Type.FILE) {
            return file(parent, name, entry, reader);
        }
        if (entry.type() == TarEntry.Type.HARD_LINK) {
            return tree.link(LayerTree.clean(entry.linkName()), parent, base);
        }
        boolean made =
                switch (entry.type()) {
                    case SYMLINK -> files.symlink(LayerTree.bytes(entry.linkName()), parent.fd(), name);
                    case CHAR_DEVICE -> node(parent, name, FileCalls.S_IFCHR, entry);
                    case BLOCK_DEVICE -> node(parent, name, FileCalls.S_IFBLK, entry);
                    case FIFO -> node(parent, name, FileCalls.S_IFIFO, entry);
                    case DIRECTORY, FILE, HARD_LINK -> throw new IllegalArgumentException(String.valueOf(entry.type()));
                };
        if (made) {
            int fd = (int) Kernel.check(tree.node(parent, base), "openat2", entry.text());
            try {
                attributes(fd, entry);
            } finally {
                files.close(fd);
            }
        }
        return made;
    }

    private boolean node(Parent parent, byte[] name, int type, TarEntry entry) {
        return files.mknod(parent.fd(), name, type, 0, entry.major(), entry.minor());
    }

    private boolean file(Parent parent, byte[] name, TarEntry entry, TarReader reader) throws IOException {
        int fd = files.create(parent.fd(), name, 0600);
        if (fd < 0) {
            return false;
        }
        try {
            for (int count = reader.read(chunk, 0, chunk.length);
                    count >= 0;
                    count = reader.read(chunk, 0, chunk.length)) {
                room.take(count);
                buffer.clear().put(chunk, 0, count).flip();
                files.write(fd, buffer);
            }
            attributes(fd, entry);
        } finally {
            files.close(fd);
        }
        return true;
    }

    /** Owner first: chown clears setuid and file capabilities. */
    private void attributes(int fd, TarEntry entry) {
        files.chown(fd, entry.uid(), entry.gid());
        if (entry.type() != TarEntry.Type.SYMLINK) {
            files.chmod(fd, entry.mode());
        }
        entry.xattrs().forEach((name, value) -> xattr(fd, name, value));
        files.setTimes(fd, entry.mtimeSeconds(), entry.mtimeNanos());
    }

    /** An image must not write overlayfs' own marks; what the file system can't hold is left out, as others do. */
    private void xattr(int fd, String name, byte[] value) {
        if (name.startsWith("trusted.overlay.") || name.startsWith("user.overlay.")) {
            return;
        }
        try {
            files.setXattr(fd, name, value);
        } catch (RuntimeFault e) {
            if (e.errno() != FileCalls.ENOTSUP || name.equals("security.capability")) {
                throw e;
            }
        }
    }

    /** A whiteout speaks of lower layers only: what this layer holds under that name stays, and hides them. */
    private void whiteout(Parent parent, String hidden, TarEntry entry) throws IOException {
        if (hidden.isEmpty() || hidden.equals(".") || hidden.equals("..")) {
            throw new IOException("layer has a whiteout without a name: " + entry.text());
        }
        if (files.mknod(parent.fd(), LayerTree.bytes(hidden), FileCalls.S_IFCHR, 0, 0, 0)) {
            return;
        }
        int present = tree.node(parent, hidden);
        if (present < 0) {
            return;
        }
        Stat stat = files.stat(present);
        files.close(present);
        if (stat.directory()) {
            int fd = tree.directory(parent, hidden);
            tree.opaque(fd);
            files.close(fd);
        }
    }
}
