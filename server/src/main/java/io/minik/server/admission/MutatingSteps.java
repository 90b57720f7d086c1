package io.minik.server.admission;

import io.vertx.core.Future;
import java.util.List;

/** The steps that change objects before anything is given out on what they left: asked in order, and again where need be. */
public final class MutatingSteps implements Admission {
    private final AdmissionChain steps;

    public MutatingSteps(List<Admission> steps) {
        this.steps = new AdmissionChain(steps);
    }

    @Override
    public String name() {
        return "MutatingSteps";
    }

    @Override
    public Future<Void> mutate(Review review) {
        Future<Void> passed = steps.mutate(review);
        return passed.succeeded() ? again(review) : passed.compose(unused -> again(review));
    }

    private Future<Void> again(Review review) {
        return review.effects().reinvocation().begin() ? steps.mutate(review) : DONE;
    }

    @Override
    public Future<Void> validate(Review review) {
        return steps.validate(review);
    }

    @Override
    public void release(Review review) {
        steps.release(review);
    }
}
