package io.minik.server.policy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status;
import io.minik.api.meta.Status.Cause;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.api.schema.Kinds;
import io.minik.api.schema.Type;
import io.minik.ground.json.Json;
import io.minik.server.admission.Admission;
import io.minik.server.admission.Reinvocation.Memory;
import io.minik.server.admission.Review;
import io.minik.server.admission.Review.Operation;
import io.minik.server.authz.Authorizer;
import io.minik.server.matching.Activation;
import io.minik.server.matching.Activation.Budget;
import io.minik.server.matching.Activation.Exhausted;
import io.minik.server.matching.Activation.Result;
import io.minik.server.matching.Attributes;
import io.minik.server.matching.Compiled;
import io.minik.server.matching.MatchConditions.Failed;
import io.minik.server.matching.MatchConditions.NoMatch;
import io.minik.server.matching.MatchConditions.Verdict;
import io.minik.server.matching.Questions;
import io.minik.server.matching.RuleMatch;
import io.minik.server.policy.Invocations.Failure;
import io.minik.server.policy.Invocations.One;
import io.minik.server.policy.Mutating.Mutation;
import io.minik.server.policy.ObjectPatch.Unfit;
import io.minik.server.registry.Versions;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Changes objects as MutatingAdmissionPolicies say, where a binding says so: policy by policy, each seeing what those before left. */
public final class MutatingPolicies implements Admission {
    private static final String GROUP = "admissionregistration.k8s.io";
    private static final List<String> IDENTITY = List.of("name", "namespace", "uid");

    private static final Compiled<Binding> BINDINGS = new Compiled<>(
            new Resource(GROUP, "v1", "mutatingadmissionpolicybindings", "MutatingAdmissionPolicyBinding", false),
            Binding::of);
    private static final Compiled<Mutating> POLICIES = new Compiled<>(
            new Resource(GROUP, "v1", "mutatingadmissionpolicies", "MutatingAdmissionPolicy", false), Mutating::of);

    private final Versions versions;
    private final Parameters parameters;
    private final Authorizer authorizer;

    public MutatingPolicies(Kinds kinds, Versions versions, Authorizer authorizer) {
        this.versions = versions;
        this.parameters = new Parameters(kinds, versions);
        this.authorizer = authorizer;
    }

    @Override
    public String name() {
        return "MutatingAdmissionPolicy";
    }

    @Override
    public Future<Void> mutate(Review review) {
        List<Binding> bindings = BINDINGS.all(review.lookup());
        if (bindings.isEmpty() || review.operation() == Operation.DELETE || RuleMatch.exempt(review)) {
            return DONE;
        }
        Attributes asked = new Attributes(review, versions);
        Invocations<Mutating> invocations =
                Invocations.of(asked, POLICIES.all(review.lookup()), Mutating::policy, bindings, parameters);
        if (invocations.all().isEmpty() && invocations.failed().isEmpty()) {
            return DONE;
        }
        Memory memory = review.effects().reinvocation().memory(name(), review.object());
        Questions questions = new Questions(authorizer, review.user());
        List<Failure> failures = new ArrayList<>(invocations.failed());
        Future<Void> done = DONE;
        for (One<Mutating> each : invocations.all()) {
            done = done.compose(unused -> step(review, each, questions, memory, failures));
        }
        return done.compose(unused -> {
            memory.leave(review.object());
            if (!failures.isEmpty()) {
                throw refusal(review, failures);
            }
            return DONE;
        });
    }

    private Future<Void> step(
            Review review, One<Mutating> each, Questions questions, Memory memory, List<Failure> failures) {
        String key = each.policy().policy().name() + "/" + each.binding().name() + "/"
                + each.params()
                        .map(params -> Json.text(params, "metadata", "namespace") + "/"
                                + Json.text(params, "metadata", "name"))
                        .orElse("");
        if (!memory.asks(key)) {
            return DONE;
        }
        return questions.answered(() -> follow(review, each, questions)).compose(made -> {
            made.failures().forEach(why -> {
                if (each.policy().policy().failsClosed()) {
                    failures.add(new Failure(each.policy().policy().name(), Optional.of(each.binding()), why));
                }
            });
            if (!made.invoked()) {
                return DONE;
            }
            if (made.object().isPresent() && !made.object().get().equals(review.object())) {
                write(review, made.object().get());
                memory.changed();
            }
            if (each.policy().again()) {
                memory.asked(key);
            }
            return DONE;
        });
    }

    /** @param object as it was asked, if it was changed */
    private record Made(boolean invoked, Optional<ObjectNode> object, List<String> failures) {
        static final Made NOTHING = new Made(false, Optional.empty(), List.of());
    }

    private Made follow(Review review, One<Mutating> each, Questions questions) {
        PolicyHead policy = each.policy().policy();
        Attributes asked = new Attributes(review, versions);
        ObjectNode now = asked.in(each.form()).object().orElseThrow();
        Verdict verdict =
                policy.conditions().evaluate(seen(asked, each, questions, now).naming(policy.variables()));
        if (verdict instanceof NoMatch) {
            return Made.NOTHING;
        }
        if (verdict instanceof Failed failed) {
            return new Made(false, Optional.empty(), List.of(failed.message()));
        }
        List<String> failures = new ArrayList<>();
        for (Mutation mutation : each.policy().mutations()) {
            try {
                Activation activation = seen(asked, each, questions, now).naming(policy.variables());
                Result result = activation.run(mutation.expression(), new Budget(Budget.OF_POLICY));
                if (mutation.expression().program().isEmpty()) {
                    throw new Unfit(mutation.expression().fault());
                }
                if (result.failed()) {
                    throw new Unfit(result.error());
                }
                Optional<Type> type = asked.type(each.form());
                ObjectNode next = mutation.applies()
                        ? ObjectPatch.applied(type, now, result.value())
                        : ObjectPatch.patched(type, now, result.value());
                now = type.equals(Optional.of(each.form().row().type()))
                        ? versions.defaulted(each.form().row(), next)
                        : next;
            } catch (Unfit e) {
                failures.add(e.words());
            } catch (Exhausted e) {
                failures.add(String.valueOf(e.getMessage()));
            }
        }
        return new Made(true, Optional.of(asked.back(each.form(), now)), failures);
    }

    private static Activation seen(Attributes asked, One<Mutating> each, Questions questions, ObjectNode now) {
        return Activation.of(asked, asked.in(each.form()).with(now), questions)
                .in(asked.namespaceObject())
                .given(each.params());
    }

    /** In place: others hold the review's object. */
    private static void write(Review review, ObjectNode next) {
        ObjectNode object = review.object();
        for (String field : IDENTITY) {
            if (!Json.text(object, "metadata", field).equals(Json.text(next, "metadata", field))) {
                throw new Causes()
                        .immutable("metadata." + field, Json.at(next, "metadata", field))
                        .refusal(review.resource(), review.key().name());
            }
        }
        object.removeAll();
        object.setAll(next);
    }

    private static ApiException refusal(Review review, List<Failure> failures) {
        List<Cause> causes = failures.stream()
                .map(failure -> new Cause("", words(failure), ""))
                .toList();
        Details details = ApiException.forbidden(review.resource(), review.key().name(), "")
                .status()
                .details();
        return new ApiException(new Status(
                Reason.Forbidden.code(),
                failures.get(0).binding().isPresent() ? Reason.Invalid : Reason.Forbidden,
                causes.get(0).message(),
                new Details(details.name(), details.group(), details.kind(), "", causes, 0)));
    }

    private static String words(Failure failure) {
        return failure.binding()
                        .map(binding -> "policy '" + failure.policy() + "' with binding '" + binding.name() + "'")
                        .orElse("policy \"" + failure.policy() + "\"")
                + " denied request: " + failure.message();
    }
}
