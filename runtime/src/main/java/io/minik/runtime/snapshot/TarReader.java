package io.minik.runtime.snapshot;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a tar stream: ustar, pax (path, linkpath, size, uid, gid, mtime, xattrs) and GNU long names and numbers.
 *
 * <p>Not thread-safe. The stream stays the caller's. Content of an entry is read with {@link #read} before the next one is
 * asked for; what is not read is skipped.
 */
public final class TarReader {
    private static final int BLOCK = 512;
    /** Long names and pax headers of one entry: PATH_MAX is 4096, an xattr ends at 64 KiB; more is an attack. */
    private static final int MAX_META_BYTES = 1 << 20;
    /** Headers that say more of one entry: a long name, a long link, pax; tools write one of each. */
    private static final int MAX_META_HEADERS = 16;

    private static final String PAX_XATTR = "SCHILY.xattr.";
    private static final String PAX_LIBARCHIVE_XATTR = "LIBARCHIVE.xattr.";

    private final InputStream in;
    private final byte[] block = new byte[BLOCK];
    private long left;
    private int padding;
    private int metaLeft;

    public TarReader(InputStream in) {
        this.in = in;
    }

    /** The next entry, or empty at the archive's end (two zero blocks, or the stream's end between entries). */
    public Optional<TarEntry> next() throws IOException {
        Map<String, String> pax = new HashMap<>();
        String longName = "";
        String longLink = "";
        int headers = 0;
        metaLeft = MAX_META_BYTES;
        while (true) {
            if (headers++ > MAX_META_HEADERS) {
                throw new IOException("tar: more than " + MAX_META_HEADERS + " headers before an entry");
            }
            skipRest();
            if (!readBlock() || allZero()) {
                return Optional.empty();
            }
            verifyChecksum();
            long size = number(124, 12);
            switch (block[156]) {
                case 'L' -> longName = untilNul(meta(size));
                case 'K' -> longLink = untilNul(meta(size));
                case 'x', 'X' -> parsePax(meta(size), pax);
                case 'g' -> meta(size);
                default -> {
                    return Optional.of(entry(size, pax, longName, longLink));
                }
            }
        }
    }

    /** Bytes of the current entry's content. @return -1 at its end */
    public int read(byte[] into, int offset, int length) throws IOException {
        if (left == 0) {
            return -1;
        }
        int count = in.read(into, offset, (int) Math.min(length, left));
        if (count < 0) {
            throw new EOFException("tar: stream ends inside an entry, " + left + " bytes short");
        }
        left -= count;
        return count;
    }

    /** The current entry's whole content. @throws IOException if it is longer than the limit */
    public byte[] readAll(int limit) throws IOException {
        if (left > limit) {
            throw new IOException("tar: entry of " + left + " bytes where at most " + limit + " are allowed");
        }
        byte[] all = new byte[(int) left];
        int filled = 0;
        while (filled < all.length) {
            filled += read(all, filled, all.length - filled);
        }
        return all;
    }

    /** The current entry's content as a stream that ends with it. Closing it does nothing. */
    public InputStream content() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return TarReader.this.read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                return length == 0 ? 0 : TarReader.this.read(into, offset, length);
            }
        };
    }

    private TarEntry entry(long headerSize, Map<String, String> pax, String longName, String longLink)
            throws IOException {
        char flag = (char) (block[156] & 0xff);
        if (pax.keySet().stream().anyMatch(key -> key.startsWith("GNU.sparse."))) {
            throw new IOException("tar: sparse entries are not supported");
        }
        String name = firstNonEmpty(pax.getOrDefault("path", ""), longName, headerName());
        boolean directoryByName = (flag == '0' || flag == 0) && name.endsWith("/");
        TarEntry.Type type = directoryByName ? TarEntry.Type.DIRECTORY : type(flag, name);
        long size = pax.containsKey("size") ? decimal(pax.get("size")) : headerSize;
        if (size < 0) {
            throw new IOException("tar: negative size of " + name);
        }
        // Only files have content; GNU tar writes a size on hard links that has none behind it.
        long content = type == TarEntry.Type.FILE ? size : 0;
        expect(content);
        String mtime = pax.getOrDefault("mtime", "");
        return new TarEntry(
                name,
                type,
                (int) number(100, 8) & 0xfff,
                (int) (pax.containsKey("uid") ? decimal(pax.get("uid")) : number(108, 8)),
                (int) (pax.containsKey("gid") ? decimal(pax.get("gid")) : number(116, 8)),
                content,
                mtime.isEmpty() ? number(136, 12) : wholeSeconds(mtime),
                mtime.isEmpty() ? 0 : nanos(mtime),
                firstNonEmpty(pax.getOrDefault("linkpath", ""), longLink, text(157, 100)),
                (int) number(329, 8),
                (int) number(337, 8),
                xattrs(pax));
    }

    private static TarEntry.Type type(char flag, String name) throws IOException {
        return switch (flag) {
            case 0, '0', '7' -> TarEntry.Type.FILE;
            case '1' -> TarEntry.Type.HARD_LINK;
            case '2' -> TarEntry.Type.SYMLINK;
            case '3' -> TarEntry.Type.CHAR_DEVICE;
            case '4' -> TarEntry.Type.BLOCK_DEVICE;
            case '5' -> TarEntry.Type.DIRECTORY;
            case '6' -> TarEntry.Type.FIFO;
            case 'S' -> throw new IOException("tar: sparse entries are not supported: " + name);
            default -> throw new IOException("tar: unknown entry type '" + flag + "' of " + name);
        };
    }

    private static Map<String, byte[]> xattrs(Map<String, String> pax) {
        Map<String, byte[]> xattrs = new LinkedHashMap<>();
        pax.forEach((key, value) -> {
            if (key.startsWith(PAX_XATTR)) {
                xattrs.put(key.substring(PAX_XATTR.length()), value.getBytes(StandardCharsets.ISO_8859_1));
            } else if (key.startsWith(PAX_LIBARCHIVE_XATTR)) {
                byte[] value64 = value.getBytes(StandardCharsets.ISO_8859_1);
                xattrs.putIfAbsent(
                        key.substring(PAX_LIBARCHIVE_XATTR.length()),
                        Base64.getMimeDecoder().decode(value64));
            }
        });
        return xattrs;
    }

    /** Records are "length key=value\n", where length counts itself. */
    private static void parsePax(byte[] records, Map<String, String> into) throws IOException {
        int at = 0;
        while (at < records.length && records[at] != 0) {
            int space = at;
            while (space < records.length && records[space] != ' ') {
                space++;
            }
            long length = decimal(raw(records, at, space));
            int equals = space + 1;
            while (equals < records.length && records[equals] != '=') {
                equals++;
            }
            long end = at + length;
            if (end > records.length || equals >= end || records[(int) end - 1] != '\n') {
                throw new IOException("tar: malformed pax record");
            }
            into.put(raw(records, space + 1, equals), raw(records, equals + 1, (int) end - 1));
            at = (int) end;
        }
    }

    private void expect(long size) {
        left = size;
        padding = (int) ((BLOCK - size % BLOCK) % BLOCK);
    }

    private byte[] meta(long size) throws IOException {
        if (size < 0 || size > metaLeft) {
            throw new IOException(
                    "tar: headers of " + size + " bytes before an entry, which may have " + MAX_META_BYTES + " in all");
        }
        metaLeft -= (int) size;
        expect(size);
        return readAll(MAX_META_BYTES);
    }

    private void skipRest() throws IOException {
        in.skipNBytes(left + padding);
        left = 0;
        padding = 0;
    }

    private boolean readBlock() throws IOException {
        int filled = in.readNBytes(block, 0, BLOCK);
        if (filled != 0 && filled != BLOCK) {
            throw new EOFException("tar: stream ends inside a header");
        }
        return filled == BLOCK;
    }

    private boolean allZero() {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private void verifyChecksum() throws IOException {
        int sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += (i >= 148 && i < 156) ? ' ' : (block[i] & 0xff);
        }
        if (sum != number(148, 8)) {
            throw new IOException("tar: header checksum is wrong: not a tar stream, or damaged");
        }
    }

    private String headerName() {
        String name = text(0, 100);
        boolean posix = block[257] == 'u' && block[258] == 's' && block[262] == 0;
        String prefix = posix ? text(345, 155) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private String text(int offset, int length) {
        return untilNul(Arrays.copyOfRange(block, offset, offset + length));
    }

    /** Octal text, or GNU's base 256 where the first bit is set. */
    private long number(int offset, int length) throws IOException {
        if ((block[offset] & 0x80) != 0) {
            long value = block[offset] & 0x7f;
            for (int i = 1; i < length; i++) {
                value = (value << 8) | (block[offset + i] & 0xff);
            }
            return value;
        }
        long value = 0;
        for (int i = offset; i < offset + length; i++) {
            byte b = block[i];
            if (b >= '0' && b <= '7') {
                value = (value << 3) | (b - '0');
            } else if (b != ' ' && b != 0) {
                throw new IOException("tar: malformed number in a header");
            }
        }
        return value;
    }

    private static long decimal(String digits) throws IOException {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new IOException("tar: malformed number '" + digits + "' in a pax header", e);
        }
    }

    private static long wholeSeconds(String time) throws IOException {
        int dot = time.indexOf('.');
        return decimal(dot < 0 ? time : time.substring(0, dot));
    }

    private static int nanos(String time) throws IOException {
        int dot = time.indexOf('.');
        if (dot < 0) {
            return 0;
        }
        String digits = (time.substring(dot + 1) + "000000000").substring(0, 9);
        return (int) decimal(digits);
    }

    private static String untilNul(byte[] bytes) {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return raw(bytes, 0, end);
    }

    private static String raw(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private static String firstNonEmpty(String first, String second, String third) {
        return !first.isEmpty() ? first : !second.isEmpty() ? second : third;
    }
}
