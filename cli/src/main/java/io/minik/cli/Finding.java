package io.minik.cli;

/**
 * One thing that {@code minik check-config} has looked at.
 *
 * @param advice what to do; empty: nothing
 */
record Finding(State state, String subject, String words, String advice) {
    /** How much it matters. */
    enum State {
        GOOD,
        WARN,
        FAIL
    }

    static Finding good(String subject, String words) {
        return new Finding(State.GOOD, subject, words, "");
    }

    static Finding warn(String subject, String words, String advice) {
        return new Finding(State.WARN, subject, words, advice);
    }

    static Finding fail(String subject, String words, String advice) {
        return new Finding(State.FAIL, subject, words, advice);
    }

    /** What a start would say. */
    static Finding of(String subject, String words, Runnable check) {
        try {
            check.run();
            return good(subject, words);
        } catch (StartFailure e) {
            return fail(subject, String.valueOf(e.getMessage()), "");
        }
    }
}
