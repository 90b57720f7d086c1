package io.minik.store.mapdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of zeros that becomes the next file of the log when the disk is full: what makes room (deletes, compaction) can
 * still be written. Room that is only left free would be taken by whoever filled the disk. The writer's.
 */
final class Reserve {
    private static final Logger LOG = LoggerFactory.getLogger(Reserve.class);

    /** Some 20,000 single deletes. */
    static final int BYTES = 4 << 20;

    private static final int CHUNK_BYTES = 64 << 10;

    private final DataDirectory directory;
    private boolean there;

    Reserve(DataDirectory directory) throws IOException {
        this.directory = directory;
        Path file = file();
        there = Files.exists(file) && Files.size(file) == BYTES;
    }

    private Path file() {
        return directory.path().resolve("RESERVE");
    }

    boolean isThere() {
        return there;
    }

    /** Where there is plenty of room. One that can't be made is made later. */
    void make() {
        Path temporary = DataDirectory.temporary(file());
        try {
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                ByteBuffer zeros = ByteBuffer.allocate(CHUNK_BYTES);
                for (int written = 0; written < BYTES; written += zeros.limit()) {
                    zeros.clear();
                    while (zeros.hasRemaining()) {
                        channel.write(zeros);
                    }
                }
            }
            Files.move(temporary, file(), StandardCopyOption.ATOMIC_MOVE);
            there = true;
        } catch (IOException failed) {
            LOG.atWarn().setCause(failed).log("no reserve for a full disk could be made");
            Snapshots.deleteQuietly(temporary);
        }
    }

    /** It is the log file that begins with this frame from now on. */
    Path spend(long firstFrame) throws IOException {
        Path log = directory.log(firstFrame);
        Files.move(file(), log, StandardCopyOption.ATOMIC_MOVE);
        there = false;
        directory.sync();
        return log;
    }
}
