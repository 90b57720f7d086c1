package io.minik.server.policy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status;
import io.minik.api.meta.Status.Cause;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.api.schema.Kinds;
import io.minik.ground.json.Json;
import io.minik.server.admission.Admission;
import io.minik.server.admission.Review;
import io.minik.server.authz.Authorizer;
import io.minik.server.matching.Activation;
import io.minik.server.matching.Attributes;
import io.minik.server.matching.Compiled;
import io.minik.server.matching.Questions;
import io.minik.server.matching.RuleMatch;
import io.minik.server.policy.Invocations.Failure;
import io.minik.server.policy.Invocations.One;
import io.minik.server.policy.Validating.Denied;
import io.minik.server.policy.Validating.Findings;
import io.minik.server.registry.Versions;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Holds writes against ValidatingAdmissionPolicies, where a binding says so. */
public final class ValidatingPolicies implements Admission {
    private static final String GROUP = "admissionregistration.k8s.io";
    private static final String FAILURE = "validation.policy.admission.k8s.io/validation_failure";
    /** Upstream's maxAuditAnnotationValueLength. */
    private static final int LONGEST_VALUE = 10 * 1024;

    private static final Compiled<Binding> BINDINGS = new Compiled<>(
            new Resource(GROUP, "v1", "validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding", false),
            Binding::of);
    static final Resource RESOURCE =
            new Resource(GROUP, "v1", "validatingadmissionpolicies", "ValidatingAdmissionPolicy", false);

    private static final Compiled<Validating> POLICIES = new Compiled<>(RESOURCE, Validating::of);

    private final Versions versions;
    private final Parameters parameters;
    private final Authorizer authorizer;

    public ValidatingPolicies(Kinds kinds, Versions versions, Authorizer authorizer) {
        this.versions = versions;
        this.parameters = new Parameters(kinds, versions);
        this.authorizer = authorizer;
    }

    @Override
    public String name() {
        return "ValidatingAdmissionPolicy";
    }

    @Override
    public Future<Void> validate(Review review) {
        List<Binding> bindings = BINDINGS.all(review.lookup());
        if (bindings.isEmpty() || RuleMatch.exempt(review)) {
            return DONE;
        }
        Attributes asked = new Attributes(review, versions);
        Invocations<Validating> invocations =
                Invocations.of(asked, POLICIES.all(review.lookup()), Validating::policy, bindings, parameters);
        if (invocations.all().isEmpty() && invocations.failed().isEmpty()) {
            return DONE;
        }
        Questions questions = new Questions(authorizer, review.user());
        return questions.answered(() -> evaluate(asked, invocations, questions)).compose(found -> {
            found.tell(review);
            return DONE;
        });
    }

    /** What all policies together have found. */
    private static final class Outcome {
        private final List<Refusal> refusals = new ArrayList<>();
        private final List<String> warnings = new ArrayList<>();
        private final Map<String, Set<String>> values = new LinkedHashMap<>();
        private Optional<String> audited = Optional.empty();

        private void tell(Review review) {
            warnings.forEach(review::warn);
            audited.ifPresent(found -> review.annotate(FAILURE, found));
            values.forEach((key, all) -> review.annotate(key, String.join(", ", all)));
            if (!refusals.isEmpty()) {
                throw refusals.get(0).of(review);
            }
        }
    }

    /** @param binding empty: the policy itself is at fault */
    private record Refusal(String policy, Optional<Binding> binding, String why, String reason) {
        ApiException of(Review review) {
            String message = "ValidatingAdmissionPolicy '" + policy + "'"
                    + binding.map(found -> " with binding '" + found.name() + "'")
                            .orElse("") + " denied request: "
                    + why;
            ApiException plain =
                    ApiException.forbidden(review.resource(), review.key().name(), message);
            Reason given = reason.isEmpty() ? Reason.Invalid : Reason.valueOf(reason);
            Details details = plain.status().details();
            return new ApiException(new Status(
                    given.code(),
                    given,
                    plain.status().message(),
                    new Details(
                            details.name(),
                            details.group(),
                            details.kind(),
                            "",
                            List.of(new Cause("", message, "")),
                            0)));
        }
    }

    private static Outcome evaluate(Attributes asked, Invocations<Validating> invocations, Questions questions) {
        Outcome outcome = new Outcome();
        for (Failure failure : invocations.failed()) {
            outcome.refusals.add(new Refusal(failure.policy(), failure.binding(), failure.message(), ""));
        }
        for (One<Validating> each : invocations.all()) {
            Activation seen = Activation.of(asked, asked.in(each.form()), questions)
                    .in(asked.namespaceObject())
                    .given(each.params());
            note(each, each.policy().validate(seen), outcome);
        }
        return outcome;
    }

    private static void note(One<Validating> each, Findings findings, Outcome outcome) {
        String policy = each.policy().policy().name();
        Binding binding = each.binding();
        for (Denied denied : findings.denied()) {
            for (String action : binding.actions()) {
                switch (action) {
                    case "Deny" ->
                        outcome.refusals.add(
                                new Refusal(policy, Optional.of(binding), denied.message(), denied.reason()));
                    case "Warn" ->
                        outcome.warnings.add("Validation failed for ValidatingAdmissionPolicy '" + policy
                                + "' with binding '" + binding.name() + "': " + denied.message());
                    case "Audit" -> outcome.audited = Optional.of(audited(policy, binding, denied));
                    default -> {}
                }
            }
        }
        findings.values().forEach(value -> {
            String text = value.value();
            outcome.values
                    .computeIfAbsent(policy + "/" + value.key(), unused -> new LinkedHashSet<>())
                    .add(text.length() > LONGEST_VALUE ? text.substring(0, LONGEST_VALUE) : text);
        });
        findings.broken().forEach(why -> outcome.refusals.add(new Refusal(policy, Optional.of(binding), why, "")));
    }

    private static String audited(String policy, Binding binding, Denied denied) {
        ObjectNode failure = Json.object()
                .put("message", denied.message())
                .put("policy", policy)
                .put("binding", binding.name())
                .put("expressionIndex", denied.index());
        binding.actions().forEach(failure.putArray("validationActions")::add);
        return Json.array().add(failure).toString();
    }
}
