package io.minik.server.podsecurity;

import java.util.Optional;

/** The three standards, from the loosest to the strictest. */
public enum Level {
    PRIVILEGED("privileged"),
    BASELINE("baseline"),
    RESTRICTED("restricted");

    private final String word;

    Level(String word) {
        this.word = word;
    }

    /** As labels and messages write it. */
    public String word() {
        return word;
    }

    static Optional<Level> find(String word) {
        for (Level level : values()) {
            if (level.word.equals(word)) {
                return Optional.of(level);
            }
        }
        return Optional.empty();
    }
}
