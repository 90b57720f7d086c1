package io.minik.cli.log;

import org.slf4j.event.Level;

/** The process' log level and form, set once by the command line before any room starts. */
public final class LogSettings {
    private static volatile Level level = Level.INFO;
    private static volatile boolean json;

    private LogSettings() {}

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
