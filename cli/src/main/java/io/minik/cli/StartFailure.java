package io.minik.cli;

/** Why minik can't start, as one line for the person at the console: what, on what, and what to do. */
final class StartFailure extends RuntimeException {
    StartFailure(String message) {
        super(message);
    }

    StartFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
