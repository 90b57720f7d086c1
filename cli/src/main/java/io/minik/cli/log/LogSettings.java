package io.minik.cli.log;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.slf4j.event.Level;

/** The process' log level and form, set once by the command line before any room starts. */
public final class LogSettings {
    private static volatile Level level = Level.INFO;
    private static volatile boolean json;

    /** Two pieces of it fill no small disk. */
    private static final long MOST_FILE_BYTES = 64 << 20;

    private static volatile Consumer<String> out = line -> System.err.print(line);

    private LogSettings() {}

    /** @param standardError too. @throws IOException if the file can't be written */
    public static void toFile(Path file, boolean standardError) throws IOException {
        // It lives as long as the process; a line is one write.
        LineFile kept = new LineFile(file, MOST_FILE_BYTES);
        out = line -> {
            try {
                kept.write(line.getBytes(StandardCharsets.UTF_8));
                if (standardError) {
                    System.err.print(line);
                }
            } catch (IOException e) {
                // A full disk: the words go where they can.
                System.err.print(line);
            }
        };
    }

    static void print(String line) {
        out.accept(line);
    }

    public static void set(Level threshold, boolean asJson) {
        level = threshold;
        json = asJson;
    }

    static Level level() {
        return level;
    }

    /** Libraries log from WARN on, or one step above our own level. */
    static Level quieter() {
        return level.toInt() >= Level.INFO.toInt() ? Level.WARN : Level.INFO;
    }

    static boolean json() {
        return json;
    }
}
