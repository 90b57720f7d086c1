package io.minik.server.admission;

import java.util.List;

/** The rules in execution order. */
public final class AdmissionChain {
    private final List<Admission> rules;

    public AdmissionChain(List<Admission> rules) {
        this.rules = List.copyOf(rules);
    }

    public void mutate(Review review) {
        for (Admission rule : rules) {
            rule.mutate(review);
        }
    }

    public void validate(Review review) {
        for (Admission rule : rules) {
            rule.validate(review);
        }
    }
}
