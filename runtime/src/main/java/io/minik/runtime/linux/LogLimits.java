package io.minik.runtime.linux;

/** When a container's log is rotated: at maxBytes, into .1 … .(maxFiles-1). 0 bytes = never. */
public record LogLimits(long maxBytes, int maxFiles) {}
