package io.minik.runtime.linux;

/** When a container's log is rotated: at maxBytes, into .1 … .(maxFiles-1). 0 bytes = never. */
public record LogLimits(long maxBytes, int maxFiles) {
    /** The kubelet's containerLogMaxSize and containerLogMaxFiles. */
    public static final LogLimits DEFAULT = new LogLimits(10L << 20, 5);

    /** For those who rename logs themselves, and have them opened again. */
    public static final LogLimits NEVER = new LogLimits(0, 1);
}
