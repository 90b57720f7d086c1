package io.minik.store.etcdfile;

import io.minik.store.bbolt.DamagedFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** The SHA-256 of a database, which stands behind it in a snapshot file. A database is a multiple of 512 bytes. */
final class Checksum {
    static final int BYTES = 32;

    private static final int SECTOR_BYTES = 512;
    private static final int READ_BYTES = 64 << 10;

    private Checksum() {}

    static void append(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long end = channel.size();
            ByteBuffer sum = ByteBuffer.wrap(of(channel, end));
            while (sum.hasRemaining()) {
                end += channel.write(sum, end);
            }
            channel.force(true);
        }
    }

    static boolean isThere(long fileBytes) {
        return fileBytes % SECTOR_BYTES == BYTES;
    }

    /** @throws DamagedFile in etcdutl's words */
    static void check(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (!isThere(channel.size())) {
                throw new DamagedFile("snapshot missing hash but --skip-hash-check=false");
            }
            long database = channel.size() - BYTES;
            ByteBuffer told = ByteBuffer.allocate(BYTES);
            fill(channel, told, database);
            if (!Arrays.equals(told.array(), of(channel, database))) {
                throw new DamagedFile("the sha256 behind it is not that of the file: it was changed or cut");
            }
        }
    }

    private static byte[] of(FileChannel channel, long bytes) throws IOException {
        MessageDigest digest = sha256();
        ByteBuffer read = ByteBuffer.allocate(READ_BYTES);
        for (long at = 0; at < bytes; at += read.limit()) {
            read.clear().limit((int) Math.min(READ_BYTES, bytes - at));
            fill(channel, read, at);
            digest.update(read.flip());
        }
        return digest.digest();
    }

    private static void fill(FileChannel channel, ByteBuffer into, long from) throws IOException {
        long at = from;
        while (into.hasRemaining()) {
            int count = channel.read(into, at);
            if (count < 0) {
                throw new EOFException("the file ends at byte " + at);
            }
            at += count;
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
