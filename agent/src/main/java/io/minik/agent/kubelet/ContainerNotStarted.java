package io.minik.agent.kubelet;

/** Why a container could not be started: its waiting reason and message. */
final class ContainerNotStarted extends RuntimeException {
    static final String CONFIG = "CreateContainerConfigError";
    static final String CREATE = "CreateContainerError";
    static final String RUN = "RunContainerError";
    static final String PULL = "ErrImagePull";

    private final String reason;
    private final boolean pulling;

    private ContainerNotStarted(String reason, String message, boolean pulling) {
        super(message);
        this.reason = reason;
        this.pulling = pulling;
    }

    static ContainerNotStarted config(String message) {
        return new ContainerNotStarted(CONFIG, message, false);
    }

    static ContainerNotStarted create(String message) {
        return new ContainerNotStarted(CREATE, message, false);
    }

    static ContainerNotStarted postStart(String message) {
        return new ContainerNotStarted("PostStartHookError", message, false);
    }

    static ContainerNotStarted run(String message) {
        return new ContainerNotStarted(RUN, message, false);
    }

    /** The image: tried again after the pull's back-off. */
    static ContainerNotStarted image(String reason, String message) {
        return new ContainerNotStarted(reason, message, true);
    }

    String reason() {
        return reason;
    }

    boolean pulling() {
        return pulling;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
