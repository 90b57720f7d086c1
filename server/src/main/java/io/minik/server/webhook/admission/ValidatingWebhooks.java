package io.minik.server.webhook.admission;

import io.minik.server.admission.Admission;
import io.minik.server.admission.Review;
import io.minik.server.matching.Attributes;
import io.minik.server.matching.Attributes.Matched;
import io.minik.server.matching.RuleMatch;
import io.minik.server.registry.Versions;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Asks all validating webhooks that are concerned at once; the first of them that refuses words the refusal. */
public final class ValidatingWebhooks implements Admission {
    private final HookCalls calls;
    private final Versions versions;

    public ValidatingWebhooks(HookCalls.Means means, Versions versions) {
        this.calls = new HookCalls(means, "validating");
        this.versions = versions;
    }

    @Override
    public String name() {
        return "ValidatingAdmissionWebhook";
    }

    @Override
    public Future<Void> validate(Review review) {
        List<Hook> hooks = Hook.present(Hook.VALIDATING, review.lookup());
        if (hooks.isEmpty() || RuleMatch.exempt(review)) {
            return DONE;
        }
        Attributes asked = new Attributes(review, versions);
        List<Future<Void>> answers = new ArrayList<>();
        for (Hook hook : hooks) {
            Future<Optional<Matched>> concerned = calls.concerned(hook, asked);
            boolean passed = concerned.succeeded() && concerned.result().isEmpty();
            if (!passed) {
                String place = "validating.webhook.admission.k8s.io/round_0_index_" + answers.size();
                answers.add(concerned.compose(form -> form.isEmpty() ? DONE : one(hook, asked, form.get(), place)));
            }
        }
        // In the order of the webhooks, not of their answers.
        return answers.isEmpty()
                ? DONE
                : Future.join(answers).transform(all -> answers.stream()
                        .filter(Future::failed)
                        .findFirst()
                        .orElse(DONE));
    }

    private Future<Void> one(Hook hook, Attributes asked, Matched form, String place) {
        return calls.ask(hook, asked, form, false).transform(answered -> {
            if (answered.failed()) {
                calls.weigh(hook, asked, answered.cause(), place);
                return DONE;
            }
            return answered.result().allowed()
                    ? DONE
                    : Future.failedFuture(answered.result().denial(hook.name()));
        });
    }
}
