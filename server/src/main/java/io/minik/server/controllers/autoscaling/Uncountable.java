package io.minik.server.controllers.autoscaling;

/** The number of replicas can't be told; its message is upstream's and goes into a condition and an event. */
final class Uncountable extends Exception {
    private static final long serialVersionUID = 1L;

    Uncountable(String message) {
        super(message);
    }
}
