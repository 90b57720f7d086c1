package io.minik.server.admission;

import io.vertx.core.Future;
import java.util.List;
import java.util.function.BiFunction;

/** The steps in execution order. */
public final class AdmissionChain {
    private static final BiFunction<Admission, Review, Future<Void>> MUTATE = Admission::mutate;
    private static final BiFunction<Admission, Review, Future<Void>> VALIDATE = Admission::validate;

    private final List<Admission> steps;

    public AdmissionChain(List<Admission> steps) {
        this.steps = List.copyOf(steps);
    }

    /** Done when it returns, unless a step waits: then the others wait behind it. Refusals are thrown, or fail the future. */
    public Future<Void> mutate(Review review) {
        return pass(MUTATE, review, 0);
    }

    /** In the same way. */
    public Future<Void> validate(Review review) {
        return pass(VALIDATE, review, 0);
    }

    public void release(Review review) {
        steps.forEach(step -> step.release(review));
    }

    private Future<Void> pass(BiFunction<Admission, Review, Future<Void>> phase, Review review, int first) {
        for (int at = first; at < steps.size(); at++) {
            Future<Void> passed = phase.apply(steps.get(at), review);
            if (!passed.succeeded()) {
                int next = at + 1;
                return passed.compose(unused -> pass(phase, review, next));
            }
        }
        return Admission.DONE;
    }
}
