package io.minik.store.bbolt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads a database as of its last transaction. The file may come from anywhere: each page is checked before it is
 * followed, a tree is no deeper than {@link #MAX_DEPTH}, and of one tree no more pages are read than the file has.
 */
public final class BoltReader implements AutoCloseable {
    /** 16 TiB of pages with two keys each are less deep. */
    private static final int MAX_DEPTH = 40;

    private static final int MIN_PAGE_BYTES = 512;
    private static final int MAX_PAGE_BYTES = 64 << 10;

    /** A value of etcd's has 1.5 MiB by default; a page that is larger than this is none of etcd's. */
    private static final int MAX_NODE_BYTES = 64 << 20;

    /** What is called with each key of a bucket, in order. */
    public interface Visitor {
        /** @return whether to go on */
        boolean visit(byte[] key, byte[] value) throws IOException;
    }

    private record Meta(int pageBytes, long root, long pages, long transaction) {}

    private final FileChannel channel;
    private final Meta meta;

    /** @throws DamagedFile if it is no database */
    public BoltReader(Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            meta = newest();
        } catch (IOException | RuntimeException refused) {
            channel.close();
            throw refused;
        }
    }

    /** Bytes of the database. The file may have more of them, to grow into, and a checksum of the whole behind. */
    public long bytes() {
        return meta.pages() * meta.pageBytes();
    }

    /** The second page's place depends on the size that the first tells, which may be the damaged one. */
    private Meta newest() throws IOException {
        Optional<Meta> newest = meta(0);
        for (int bytes = MIN_PAGE_BYTES; bytes <= MAX_PAGE_BYTES; bytes *= 2) {
            int wanted = bytes;
            Optional<Meta> second = meta(bytes).filter(meta -> meta.pageBytes() == wanted);
            if (second.isPresent()
                    && (newest.isEmpty()
                            || newest.get().transaction() < second.get().transaction())) {
                newest = second;
            }
        }
        Meta found = newest.orElseThrow(() -> new DamagedFile("it is no database of etcd's"));
        if (found.pages() * found.pageBytes() > channel.size()) {
            throw new DamagedFile(
                    "it was cut: it has " + channel.size() + " bytes of " + found.pages() * found.pageBytes());
        }
        return found;
    }

    private Optional<Meta> meta(int offset) throws IOException {
        ByteBuffer page = Layout.littleEndian(new byte[Layout.PAGE_HEAD_BYTES + Layout.META_BYTES]);
        if (!read(page, offset)) {
            return Optional.empty();
        }
        int at = Layout.PAGE_HEAD_BYTES;
        int pageBytes = page.getInt(at + 8);
        long pages = page.getLong(at + 40);
        boolean sound = page.getInt(at) == Layout.MAGIC
                && page.getInt(at + 4) == Layout.VERSION
                && page.getLong(at + Layout.CHECKED_BYTES) == Layout.checksum(page, at)
                && Integer.bitCount(pageBytes) == 1
                && pageBytes >= MIN_PAGE_BYTES
                && pageBytes <= MAX_PAGE_BYTES
                && pages > 0
                && pages <= Long.MAX_VALUE / pageBytes;
        return sound
                ? Optional.of(new Meta(pageBytes, page.getLong(at + 16), pages, page.getLong(at + 48)))
                : Optional.empty();
    }

    private boolean read(ByteBuffer into, long offset) throws IOException {
        long position = offset;
        while (into.hasRemaining()) {
            int count = channel.read(into, position);
            if (count < 0) {
                return false;
            }
            position += count;
        }
        into.rewind();
        return true;
    }

    /** Calls with each key of a bucket, ascending; with none if there is no such bucket. */
    public void forEach(String bucket, Visitor visitor) throws IOException {
        byte[] name = bucket.getBytes(StandardCharsets.UTF_8);
        byte[][] found = new byte[1][];
        new Walk(Layout.BUCKET_ELEMENT, (key, value) -> {
                    if (Arrays.equals(key, name)) {
                        found[0] = value;
                    }
                    return found[0] == null;
                })
                .tree(meta.root(), 0);
        if (found[0] == null) {
            return;
        }
        if (found[0].length < Layout.BUCKET_BYTES) {
            throw new DamagedFile("bucket " + bucket + " is damaged");
        }
        long root = Layout.littleEndian(found[0]).getLong(0);
        Walk walk = new Walk(0, visitor);
        if (root != 0) {
            walk.tree(root, 0);
        } else {
            walk.page(Layout.littleEndian(Arrays.copyOfRange(found[0], Layout.BUCKET_BYTES, found[0].length)), 0);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** One tree, front to back: a page comes once, so that its pages are bounded by the file's. */
    private final class Walk {
        private final int wantedFlags;
        private final Visitor visitor;
        private long pagesLeft = meta.pages();

        Walk(int wantedFlags, Visitor visitor) {
            this.wantedFlags = wantedFlags;
            this.visitor = visitor;
        }

        boolean tree(long id, int depth) throws IOException {
            if (id < 2 || id >= meta.pages() || depth > MAX_DEPTH || --pagesLeft < 0) {
                throw new DamagedFile("its pages lead nowhere: page " + id);
            }
            ByteBuffer head = Layout.littleEndian(new byte[Layout.PAGE_HEAD_BYTES]);
            long offset = id * meta.pageBytes();
            if (!read(head, offset) || head.getLong(0) != id) {
                throw new DamagedFile("page " + id + " is damaged");
            }
            long bytes = (1 + (head.getInt(Layout.OVERFLOW_AT) & 0xffffffffL)) * meta.pageBytes();
            if (bytes > MAX_NODE_BYTES || offset + bytes > bytes()) {
                throw new DamagedFile("page " + id + " is too large");
            }
            ByteBuffer page = Layout.littleEndian(new byte[(int) bytes]);
            if (!read(page, offset)) {
                throw new DamagedFile("page " + id + " was cut");
            }
            return page(page, depth);
        }

        boolean page(ByteBuffer page, int depth) throws IOException {
            if (page.limit() < Layout.PAGE_HEAD_BYTES) {
                throw new DamagedFile("a page was cut");
            }
            int kind = page.getShort(Layout.FLAGS_AT) & 0xffff;
            int count = page.getShort(Layout.COUNT_AT) & 0xffff;
            if ((kind != Layout.LEAF && kind != Layout.BRANCH)
                    || Layout.PAGE_HEAD_BYTES + count * Layout.ELEMENT_BYTES > page.limit()) {
                throw new DamagedFile("page " + page.getLong(0) + " is damaged");
            }
            for (int element = 0; element < count; element++) {
                int at = Layout.PAGE_HEAD_BYTES + element * Layout.ELEMENT_BYTES;
                boolean goesOn = kind == Layout.BRANCH ? tree(page.getLong(at + 8), depth + 1) : leaf(page, at);
                if (!goesOn) {
                    return false;
                }
            }
            return true;
        }

        private boolean leaf(ByteBuffer page, int at) throws IOException {
            long keyAt = at + (page.getInt(at + 4) & 0xffffffffL);
            long keyBytes = page.getInt(at + 8) & 0xffffffffL;
            long valueBytes = page.getInt(at + 12) & 0xffffffffL;
            if (keyAt + keyBytes + valueBytes > page.limit()) {
                throw new DamagedFile("page " + page.getLong(0) + " is damaged");
            }
            if (page.getInt(at) != wantedFlags) {
                return true;
            }
            byte[] key = new byte[(int) keyBytes];
            byte[] value = new byte[(int) valueBytes];
            page.get((int) keyAt, key).get((int) (keyAt + keyBytes), value);
            return visitor.visit(key, value);
        }
    }
}
