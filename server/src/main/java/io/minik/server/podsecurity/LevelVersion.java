package io.minik.server.podsecurity;

/** What is asked of a pod: {@code restricted:latest}. */
public record LevelVersion(Level level, PolicyVersion version) {
    public static final LevelVersion PRIVILEGED = new LevelVersion(Level.PRIVILEGED, PolicyVersion.LATEST);

    public boolean privileged() {
        return level == Level.PRIVILEGED;
    }

    @Override
    public String toString() {
        return level.word() + ":" + version;
    }
}
