package io.minik.server.admission;

import io.vertx.core.Future;
import java.util.List;

/** The rules in execution order. */
public final class AdmissionChain {
    /** Shared by all rules that need nobody. */
    static final Future<Void> DONE = Future.succeededFuture();

    private final List<Admission> rules;

    public AdmissionChain(List<Admission> rules) {
        this.rules = List.copyOf(rules);
    }

    /** Done when it returns, unless a rule waits: then the others wait behind it. Refusals are thrown, or fail the future. */
    public Future<Void> mutate(Review review) {
        return mutate(review, 0);
    }

    private Future<Void> mutate(Review review, int first) {
        for (int at = first; at < rules.size(); at++) {
            Future<Void> admitted = rules.get(at).admit(review);
            if (!admitted.succeeded()) {
                int next = at + 1;
                return admitted.compose(unused -> mutate(review, next));
            }
        }
        return DONE;
    }

    public void validate(Review review) {
        for (Admission rule : rules) {
            rule.validate(review);
        }
    }
}
