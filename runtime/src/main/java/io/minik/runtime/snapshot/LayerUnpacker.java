package io.minik.runtime.snapshot;

import io.minik.runtime.sys.FileCalls;
import io.minik.runtime.sys.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes one layer's tar stream into a fresh directory that nobody else sees yet, as overlayfs wants a lower layer:
 * a whiteout is a 0:0 character device, an opaque directory has trusted.overlay.opaque.
 *
 * <p>Names in the archive are data of a stranger. Each parent is resolved here against the directories and symlinks that
 * this very layer made ("/" is the layer's root, ".." stops there), so the kernel never follows a link of the image.
 * Used once, by one thread.
 */
final class LayerUnpacker {
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    /** AUFS' own bookkeeping, which old builders left in layers. */
    private static final String AUFS_META = ".wh..wh.";

    private static final String OPAQUE_XATTR = "trusted.overlay.opaque";
    /** As the kernel's own limit for one lookup. */
    private static final int MAX_LINKS = 40;

    private static final int MAX_PATH_BYTES = 4096;
    /** Bounds memory (about 200 bytes for each directory) and inodes; the largest real layers have 300,000 entries. */
    private static final int MAX_ENTRIES = 4_000_000;

    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int IMPLICIT_MODE = 0755;

    /** What a directory gets when its content is complete: writing into it would change its time. */
    private record Times(long seconds, int nanos) {}

    private final FileCalls files;
    private final String root;
    private final Map<String, Times> directories = new HashMap<>();
    private final Map<String, String> links = new HashMap<>();
    private final Set<String> whiteouts = new HashSet<>();
    private final byte[] chunk = new byte[BUFFER_BYTES];
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

    /** @param root exists, is empty and private to this unpacker */
    LayerUnpacker(FileCalls files, Path root) {
        this.files = files;
        // The root is ours and ASCII or UTF-8; what follows it are raw bytes of the archive.
        this.root = new String(root.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        directories.put("", new Times(0, 0));
    }

    /** Reads to the stream's very end, so that a digest over it is complete. */
    void unpack(InputStream tar) throws IOException {
        TarReader reader = new TarReader(tar);
        int count = 0;
        for (Optional<TarEntry> next = reader.next(); next.isPresent(); next = reader.next()) {
            if (++count > MAX_ENTRIES) {
                throw new IOException("layer has more than " + MAX_ENTRIES + " entries");
            }
            add(next.get(), reader);
        }
        tar.transferTo(java.io.OutputStream.nullOutputStream());
        directories.forEach((path, times) -> files.setTimes(absolute(path), times.seconds(), times.nanos()));
    }

    private void add(TarEntry entry, TarReader reader) throws IOException {
        if (entry.name().length() > MAX_PATH_BYTES) {
            throw new IOException("layer has a name of " + entry.name().length() + " bytes");
        }
        String path = resolve(entry.name());
        String base = path.substring(path.lastIndexOf('/') + 1);
        String parent = parent(path);
        if (path.isEmpty()) {
            if (entry.type() == TarEntry.Type.DIRECTORY) {
                attributes(path, entry);
            }
            return;
        }
        makeParents(parent);
        if (base.equals(OPAQUE)) {
            opaque(parent);
        } else if (base.startsWith(AUFS_META)) {
            return;
        } else if (base.startsWith(WHITEOUT)) {
            whiteout(join(parent, base.substring(WHITEOUT.length())));
        } else {
            make(path, entry, reader);
        }
    }

    private void make(String path, TarEntry entry, TarReader reader) throws IOException {
        boolean replacesWhiteout = whiteouts.remove(path);
        boolean directory = entry.type() == TarEntry.Type.DIRECTORY;
        if (replacesWhiteout || !(directory && directories.containsKey(path))) {
            clear(path);
        }
        switch (entry.type()) {
            case DIRECTORY -> {
                files.mkdir(absolute(path), IMPLICIT_MODE);
                directories.put(path, new Times(0, 0));
                if (replacesWhiteout) {
                    opaque(path);
                }
            }
            case FILE -> write(path, reader);
            case HARD_LINK -> {
                files.link(absolute(resolve(entry.linkName())), absolute(path));
                return;
            }
            case SYMLINK -> {
                files.symlink(bytes(entry.linkName()), absolute(path));
                links.put(path, entry.linkName());
            }
            case CHAR_DEVICE -> node(path, FileCalls.S_IFCHR, entry);
            case BLOCK_DEVICE -> node(path, FileCalls.S_IFBLK, entry);
            case FIFO -> node(path, FileCalls.S_IFIFO, entry);
        }
        attributes(path, entry);
    }

    private void node(String path, int type, TarEntry entry) throws IOException {
        if (!files.mknod(absolute(path), type, 0, entry.major(), entry.minor())) {
            throw new IOException("layer makes the device " + entry.text() + " twice");
        }
    }

    private void write(String path, TarReader reader) throws IOException {
        int fd = files.create(absolute(path), 0600);
        try {
            for (int count = reader.read(chunk, 0, chunk.length);
                    count >= 0;
                    count = reader.read(chunk, 0, chunk.length)) {
                buffer.clear().put(chunk, 0, count).flip();
                files.write(fd, buffer);
            }
        } finally {
            files.close(fd);
        }
    }

    /** Owner first: chown clears setuid and file capabilities. */
    private void attributes(String path, TarEntry entry) {
        byte[] where = absolute(path);
        files.chown(where, entry.uid(), entry.gid());
        if (entry.type() != TarEntry.Type.SYMLINK) {
            files.chmod(where, entry.mode());
        }
        entry.xattrs().forEach((name, value) -> xattr(where, name, value));
        if (entry.type() == TarEntry.Type.DIRECTORY) {
            directories.put(path, new Times(entry.mtimeSeconds(), entry.mtimeNanos()));
        } else {
            files.setTimes(where, entry.mtimeSeconds(), entry.mtimeNanos());
        }
    }

    /** An image must not write overlayfs' own marks; what the file system can't hold is left out, as others do. */
    private void xattr(byte[] where, String name, byte[] value) {
        if (name.startsWith("trusted.overlay.") || name.startsWith("user.overlay.")) {
            return;
        }
        try {
            files.setXattr(where, name, value);
        } catch (io.minik.runtime.RuntimeFault e) {
            if (e.errno() != FileCalls.ENOTSUP || name.equals("security.capability")) {
                throw e;
            }
        }
    }

    private void opaque(String directory) {
        files.setXattr(absolute(directory), OPAQUE_XATTR, new byte[] {'y'});
    }

    /** A whiteout speaks of lower layers only: what this layer holds under that name stays, and hides them. */
    private void whiteout(String path) {
        if (directories.containsKey(path)) {
            opaque(path);
        } else if (files.mknod(absolute(path), FileCalls.S_IFCHR, 0, 0, 0)) {
            whiteouts.add(path);
        }
    }

    /** Takes away what an earlier entry of this layer made there. */
    private void clear(String path) throws IOException {
        if (directories.containsKey(path)) {
            deleteDirectory(path);
            String below = path + "/";
            directories.keySet().removeIf(name -> name.equals(path) || name.startsWith(below));
            links.keySet().removeIf(name -> name.startsWith(below));
            whiteouts.removeIf(name -> name.startsWith(below));
            return;
        }
        links.remove(path);
        files.unlink(absolute(path));
    }

    private void deleteDirectory(String path) throws IOException {
        String text = new String(absolute(path), StandardCharsets.UTF_8);
        try {
            Trees.delete(Path.of(text));
        } catch (InvalidPathException e) {
            throw new IOException("layer replaces a directory whose name this locale can't spell: " + text, e);
        }
    }

    private void makeParents(String path) {
        if (directories.containsKey(path)) {
            return;
        }
        makeParents(parent(path));
        boolean replacesWhiteout = whiteouts.remove(path);
        files.unlink(absolute(path));
        files.mkdir(absolute(path), IMPLICIT_MODE);
        directories.put(path, new Times(0, 0));
        if (replacesWhiteout) {
            opaque(path);
        }
    }

    /** The real place below the root of a name of the archive: "" for the root itself, else without slashes at the ends. */
    private String resolve(String name) throws IOException {
        Deque<String> todo = new ArrayDeque<>();
        push(todo, name);
        String at = "";
        int followed = 0;
        while (!todo.isEmpty()) {
            String step = todo.pop();
            if (step.isEmpty() || step.equals(".")) {
                continue;
            }
            if (step.equals("..")) {
                at = parent(at);
                continue;
            }
            String next = join(at, step);
            String target = links.get(next);
            if (target == null || todo.isEmpty()) {
                at = next;
                continue;
            }
            if (++followed > MAX_LINKS) {
                throw new IOException("layer has a loop of symlinks at " + name);
            }
            if (target.startsWith("/")) {
                at = "";
            }
            push(todo, target);
        }
        return at;
    }

    private static void push(Deque<String> todo, String name) {
        String[] steps = name.split("/");
        for (int i = steps.length - 1; i >= 0; i--) {
            todo.push(steps[i]);
        }
    }

    private static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    private static String join(String parent, String base) {
        return parent.isEmpty() ? base : parent + "/" + base;
    }

    private byte[] absolute(String path) {
        return bytes(path.isEmpty() ? root : root + "/" + path);
    }

    private static byte[] bytes(String raw) {
        return raw.getBytes(StandardCharsets.ISO_8859_1);
    }
}
