package io.minik.agent.kubelet;

/** Why a container could not be started: its waiting reason and message. */
final class StartFailure extends RuntimeException {
    static final String CONFIG = "CreateContainerConfigError";
    static final String CREATE = "CreateContainerError";
    static final String RUN = "RunContainerError";
    static final String PULL = "ErrImagePull";

    private final String reason;
    private final boolean pulling;

    private StartFailure(String reason, String message, boolean pulling) {
        super(message);
        this.reason = reason;
        this.pulling = pulling;
    }

    static StartFailure config(String message) {
        return new StartFailure(CONFIG, message, false);
    }

    static StartFailure create(String message) {
        return new StartFailure(CREATE, message, false);
    }

    static StartFailure postStart(String message) {
        return new StartFailure("PostStartHookError", message, false);
    }

    static StartFailure run(String message) {
        return new StartFailure(RUN, message, false);
    }

    /** The image: tried again after the pull's back-off. */
    static StartFailure image(String reason, String message) {
        return new StartFailure(reason, message, true);
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
