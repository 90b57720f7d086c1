package io.minik.store.bbolt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes a database of buckets, one bucket after the other, each with its keys in ascending order.
 *
 * <pre>{@code
 * try (BoltWriter writer = new BoltWriter(file)) {
 *     writer.begin("key");
 *     writer.put(key, value);
 *     writer.end();
 *     writer.finish();
 * }
 * }</pre>
 */
public final class BoltWriter implements AutoCloseable {
    /** That of the machines that etcd is run on; a reader takes any. */
    static final int PAGE_BYTES = 4096;

    private static final int FIRST_PAGE = 3;

    /** Bytes that are written at once. */
    private static final int OUT_BYTES = 64 << 10;

    private final FileChannel channel;
    private final ByteBuffer out = ByteBuffer.allocate(OUT_BYTES);
    /** By name, as the bytes are ordered: names are ASCII. */
    private final TreeMap<String, byte[]> buckets = new TreeMap<>();

    private long nextPage = FIRST_PAGE;
    private @Nullable String bucket;
    private @Nullable Level leaves;

    /** @param file must not be there */
    public BoltWriter(Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        channel.position((long) FIRST_PAGE * PAGE_BYTES);
    }

    public void begin(String name) {
        if (bucket != null) {
            throw new IllegalStateException("bucket " + bucket + " has not ended");
        }
        bucket = name;
        leaves = new Level(Layout.LEAF);
    }

    /** @param value may be empty */
    public void put(byte[] key, byte[] value) throws IOException {
        open().add(new Element(0, key, value, 0));
    }

    public void end() throws IOException {
        Level open = open();
        buckets.put(String.valueOf(bucket), bucketValue(open));
        bucket = null;
        leaves = null;
    }

    private Level open() {
        if (leaves == null) {
            throw new IllegalStateException("no bucket has begun");
        }
        return leaves;
    }

    /** An empty bucket has its only page within its value, as bbolt has it. */
    private byte[] bucketValue(Level level) throws IOException {
        long root = level.isEmpty() ? 0 : level.root();
        byte[] value = new byte[root == 0 ? Layout.BUCKET_BYTES + Layout.PAGE_HEAD_BYTES : Layout.BUCKET_BYTES];
        ByteBuffer into = Layout.littleEndian(value).putLong(0, root);
        if (root == 0) {
            into.putShort(Layout.BUCKET_BYTES + Layout.FLAGS_AT, (short) Layout.LEAF);
        }
        return value;
    }

    /** Writes what is left, and waits until all of it is on the disk. @return bytes of the file */
    public long finish() throws IOException {
        Level names = new Level(Layout.LEAF);
        for (var each : buckets.entrySet()) {
            byte[] name = each.getKey().getBytes(StandardCharsets.US_ASCII);
            names.add(new Element(Layout.BUCKET_ELEMENT, name, each.getValue(), 0));
        }
        long root = names.root();
        flush();
        for (int page = 0; page < 2; page++) {
            write(meta(page, root), (long) page * PAGE_BYTES);
        }
        ByteBuffer free = page(2, Layout.FREE_LIST, 0, 0, PAGE_BYTES);
        write(free, 2L * PAGE_BYTES);
        channel.force(true);
        return nextPage * PAGE_BYTES;
    }

    private ByteBuffer meta(int page, long root) {
        ByteBuffer meta = page(page, Layout.META, 0, 0, PAGE_BYTES);
        int at = Layout.PAGE_HEAD_BYTES;
        meta.putInt(at, Layout.MAGIC)
                .putInt(at + 4, Layout.VERSION)
                .putInt(at + 8, PAGE_BYTES)
                .putLong(at + 16, root)
                .putLong(at + 32, 2)
                .putLong(at + 40, nextPage)
                .putLong(at + 48, page);
        return meta.putLong(at + Layout.CHECKED_BYTES, Layout.checksum(meta, at));
    }

    private static ByteBuffer page(long id, int flags, int count, int overflow, int bytes) {
        return Layout.littleEndian(new byte[bytes])
                .putLong(0, id)
                .putShort(Layout.FLAGS_AT, (short) flags)
                .putShort(Layout.COUNT_AT, (short) count)
                .putInt(Layout.OVERFLOW_AT, overflow);
    }

    private void write(ByteBuffer bytes, long at) throws IOException {
        long position = at;
        while (bytes.hasRemaining()) {
            position += channel.write(bytes, position);
        }
    }

    private void append(ByteBuffer page) throws IOException {
        if (page.remaining() > out.remaining()) {
            flush();
        }
        if (page.remaining() > out.remaining()) {
            writeFully(page);
        } else {
            out.put(page);
        }
    }

    private void flush() throws IOException {
        writeFully(out.flip());
        out.clear();
    }

    private void writeFully(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private record Element(int flags, byte[] key, byte[] value, long page) {
        int bytes() {
            return Layout.ELEMENT_BYTES + key.length + value.length;
        }
    }

    /** The page that is filled now, of one level of a tree; the level above it is there once a page was written. */
    private final class Level {
        private final int kind;
        private final ByteBuffer heads = Layout.littleEndian(new byte[PAGE_BYTES]);
        private final ByteBuffer bodies = Layout.littleEndian(new byte[PAGE_BYTES]);
        private int count;
        private byte[] firstKey = {};
        private byte @Nullable [] largeKey;
        private byte[] largeValue = {};
        private @Nullable Level above;
        private long lastPage;

        Level(int kind) {
            this.kind = kind;
        }

        boolean isEmpty() {
            return count == 0 && above == null;
        }

        void add(Element element) throws IOException {
            int room = PAGE_BYTES - Layout.PAGE_HEAD_BYTES - heads.position() - bodies.position();
            if (count > 0 && (largeKey != null || element.bytes() > room)) {
                writePage();
            }
            if (count == 0) {
                firstKey = element.key();
            }
            // Relative to the element's own head; made final when the page's heads are all known.
            if (kind == Layout.LEAF) {
                heads.putInt(element.flags()).putInt(bodies.position()).putInt(element.key().length);
                heads.putInt(element.value().length);
            } else {
                heads.putInt(bodies.position()).putInt(element.key().length).putLong(element.page());
            }
            count++;
            if (element.bytes() > PAGE_BYTES - Layout.PAGE_HEAD_BYTES) {
                largeKey = element.key();
                largeValue = element.value();
            } else {
                bodies.put(element.key()).put(element.value());
            }
        }

        /** Writes what is left of this level and those above it. @return the page of the tree's root */
        long root() throws IOException {
            if (above == null) {
                writePage(false);
                return lastPage;
            }
            if (count > 0) {
                writePage();
            }
            return above.root();
        }

        private void writePage() throws IOException {
            writePage(true);
        }

        private void writePage(boolean hasSiblings) throws IOException {
            int large = largeKey == null ? 0 : largeKey.length + largeValue.length;
            long bytes = (long) Layout.PAGE_HEAD_BYTES + heads.position() + bodies.position() + large;
            int pages = Math.toIntExact((bytes + PAGE_BYTES - 1) / PAGE_BYTES);
            ByteBuffer page = page(nextPage, kind, count, pages - 1, pages * PAGE_BYTES);
            page.position(Layout.PAGE_HEAD_BYTES).put(heads.flip()).put(bodies.flip());
            if (largeKey != null) {
                page.put(largeKey).put(largeValue);
            }
            place(page);
            append(page.rewind());
            lastPage = nextPage;
            nextPage += pages;
            byte[] first = firstKey;
            heads.clear();
            bodies.clear();
            count = 0;
            largeKey = null;
            largeValue = new byte[0];
            if (hasSiblings) {
                above = above == null ? new Level(Layout.BRANCH) : above;
                above.add(new Element(0, first, new byte[0], lastPage));
            }
        }

        /** A position counts from its element's head to its key. */
        private void place(ByteBuffer page) {
            int field = kind == Layout.LEAF ? Integer.BYTES : 0;
            for (int element = 0; element < count; element++) {
                int behind = (count - element) * Layout.ELEMENT_BYTES;
                int at = Layout.PAGE_HEAD_BYTES + element * Layout.ELEMENT_BYTES + field;
                page.putInt(at, page.getInt(at) + behind);
            }
        }
    }
}
