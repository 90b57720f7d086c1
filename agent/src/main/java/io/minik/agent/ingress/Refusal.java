package io.minik.agent.ingress;

/** A request that is answered with a status and no more. Without a stack: strangers cause it as often as they like. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    Refusal(int status, String why) {
        super(why, null, false, false);
        this.status = status;
    }

    /** What can't be understood one way alone. */
    static Refusal bad(String why) {
        return new Refusal(400, why);
    }

    int status() {
        return status;
    }
}
