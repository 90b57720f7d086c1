package io.minik.agent.logs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** A log and its rotated predecessors: {@code 0.log}, {@code 0.log.1}, …. A file is known by its inode, not its name. */
final class LogFiles {
    /** More rotated files than any setting keeps. */
    private static final int MOST_FILES = 100;

    private LogFiles() {}

    record Entry(Path path, Object inode) {}

    /** Newest first. Empty if there is no log yet. */
    static List<Entry> of(Path log) throws IOException {
        List<Entry> found = new ArrayList<>();
        for (int i = 0; i < MOST_FILES; i++) {
            Path path = i == 0 ? log : log.resolveSibling(log.getFileName() + "." + i);
            try {
                Object inode =
                        Files.readAttributes(path, BasicFileAttributes.class).fileKey();
                found.add(new Entry(path, inode));
            } catch (NoSuchFileException e) {
                if (i > 0) {
                    break;
                }
            }
        }
        return found;
    }
}
