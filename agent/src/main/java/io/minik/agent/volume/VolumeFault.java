package io.minik.agent.volume;

/** Why a volume can't be there. */
public final class VolumeFault extends RuntimeException {
    public VolumeFault(String message) {
        super(message);
    }

    public VolumeFault(String message, Throwable cause) {
        super(message, cause);
    }
}
