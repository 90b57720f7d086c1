package io.minik.server.policy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.server.matching.Attributes;
import io.minik.server.matching.Attributes.Matched;
import io.minik.server.policy.Parameters.Unusable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Which policies are to be evaluated for a request: by which binding, with which parameters.
 *
 * @param failed policies and bindings that cannot be followed and close the door
 */
record Invocations<P>(List<One<P>> all, List<Failure> failed) {
    /** @param params empty: without */
    record One<P>(P policy, Binding binding, Matched form, Optional<ObjectNode> params) {}

    /** @param binding empty: the policy itself is at fault */
    record Failure(String policy, Optional<Binding> binding, String message) {}

    /** @param head what all policies have, of one. @param policies in the order of their names, as are bindings */
    static <P> Invocations<P> of(
            Attributes asked,
            List<P> policies,
            Function<P, PolicyHead> head,
            List<Binding> bindings,
            Parameters parameters) {
        List<One<P>> all = new ArrayList<>();
        List<Failure> failed = new ArrayList<>();
        for (P each : policies) {
            PolicyHead policy = head.apply(each);
            List<Binding> own = bindings.stream()
                    .filter(binding -> binding.policy().equals(policy.name()))
                    .toList();
            if (own.isEmpty()) {
                continue;
            }
            Matched form;
            try {
                Optional<Matched> found = policy.match().find(asked);
                if (found.isEmpty()) {
                    continue;
                }
                form = found.get();
                parameters.check(policy);
            } catch (Unusable | ApiException e) {
                fail(policy, Optional.empty(), "failed to configure policy: " + e.getMessage(), failed);
                continue;
            }
            for (Binding binding : own) {
                try {
                    if (binding.match().find(asked).isPresent()) {
                        for (Optional<ObjectNode> params : parameters.of(policy, binding, asked)) {
                            all.add(new One<>(each, binding, form, params));
                        }
                    }
                } catch (Unusable | ApiException e) {
                    fail(policy, Optional.of(binding), "failed to configure binding: " + e.getMessage(), failed);
                }
            }
        }
        return new Invocations<>(all, failed);
    }

    private static void fail(PolicyHead policy, Optional<Binding> binding, String message, List<Failure> failed) {
        if (policy.failsClosed()) {
            failed.add(new Failure(policy.name(), binding, message));
        }
    }
}
