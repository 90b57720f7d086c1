package io.minik.runtime;

/**
 * What went wrong below the API: which step, on what, and what the kernel or the registry said.
 *
 * @see #kind() for what the kubelet turns into a container's waiting reason
 */
public final class RuntimeFault extends RuntimeException {
    /** What the caller may do about it. */
    public enum Kind {
        /** No such image, container, sandbox; a registry that has no such image has said so. */
        NOT_FOUND,
        /** The image reference can't be parsed: InvalidImageName. */
        INVALID_IMAGE_NAME,
        /** The registry refuses us, or can't be reached: ErrImagePull. */
        IMAGE_PULL,
        /** The container's config can't be met (no such user, bad mount): CreateContainerError. */
        INVALID_CONFIG,
        /** The program can't be executed: StartError / RunContainerError, exit code 128 with this message. */
        START,
        /** A system call failed where it should not. */
        KERNEL
    }

    private final Kind kind;
    private final String step;
    private final int errno;

    /** @param errno 0 if no system call was the cause */
    public RuntimeFault(Kind kind, String step, String message, int errno) {
        super(message);
        this.kind = kind;
        this.step = step;
        this.errno = errno;
    }

    public RuntimeFault(Kind kind, String step, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.step = step;
        this.errno = 0;
    }

    public Kind kind() {
        return kind;
    }

    public String step() {
        return step;
    }

    public int errno() {
        return errno;
    }
}
