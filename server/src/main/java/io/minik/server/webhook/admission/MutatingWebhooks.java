package io.minik.server.webhook.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.patch.JsonPatch;
import io.minik.api.schema.Decoder;
import io.minik.api.schema.Defaults;
import io.minik.api.schema.FieldValidation;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Type;
import io.minik.ground.json.Json;
import io.minik.server.admission.Admission;
import io.minik.server.admission.Reinvocation;
import io.minik.server.admission.Review;
import io.minik.server.matching.Attributes;
import io.minik.server.matching.Attributes.Matched;
import io.minik.server.matching.RuleMatch;
import io.minik.server.registry.Versions;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/**
 * Asks the mutating webhooks one after the other, each about what those before it have left. In a second round only those are asked that
 * want to be, were asked in the first, and before the object changed the last time.
 */
public final class MutatingWebhooks implements Admission {
    /** How a user's own patch is refused: this one is not his. */
    private static final String OURS = "the server rejected our request due to an error in our request: ";

    private final HookCalls calls;
    private final Versions versions;

    public MutatingWebhooks(HookCalls.Means means, Versions versions) {
        this.calls = new HookCalls(means, "admit");
        this.versions = versions;
    }

    @Override
    public String name() {
        return "MutatingAdmissionWebhook";
    }

    @Override
    public Future<Void> mutate(Review review) {
        List<Hook> hooks = Hook.present(Hook.MUTATING, review.lookup());
        if (hooks.isEmpty() || RuleMatch.exempt(review)) {
            return DONE;
        }
        return new Dispatch(review, hooks).from(0);
    }

    /** One round of asking the hooks about a review. */
    private final class Dispatch {
        private final Review review;
        private final List<Hook> hooks;
        private final Reinvocation rounds;
        private final Reinvocation.Memory memory;
        private Attributes asked;

        Dispatch(Review review, List<Hook> hooks) {
            this.review = review;
            this.hooks = hooks;
            this.rounds = review.effects().reinvocation();
            this.memory = rounds.memory(name(), review.object());
            this.asked = new Attributes(review, versions);
        }

        Future<Void> from(int first) {
            for (int at = first; at < hooks.size(); at++) {
                Future<Void> done = one(at);
                if (!done.succeeded()) {
                    int next = at + 1;
                    return done.compose(unused -> from(next));
                }
            }
            // Nobody comes after these: what nobody wants to be asked about again is not looked at again.
            if (rounds.wanted()) {
                memory.leave(review.object());
            }
            return DONE;
        }

        private Future<Void> one(int at) {
            Hook hook = hooks.get(at);
            Future<Optional<Matched>> concerned = calls.concerned(hook, asked);
            if (concerned.succeeded() && concerned.result().isEmpty()) {
                return DONE;
            }
            return concerned.compose(form -> form.isEmpty() || !memory.asks(hook.uid())
                    ? DONE
                    : ask(hook, form.get(), "round_" + (rounds.again() ? 1 : 0) + "_index_" + at));
        }

        private Future<Void> ask(Hook hook, Matched form, String place) {
            return calls.ask(hook, asked, form, true).transform(answered -> {
                if (answered.failed()) {
                    told(hook, place, false);
                    calls.weigh(hook, asked, answered.cause(), "mutation.webhook.admission.k8s.io/" + place);
                    return DONE;
                }
                HookReply reply = answered.result();
                if (!reply.allowed()) {
                    told(hook, place, false);
                    return Future.failedFuture(reply.denial(hook.name()));
                }
                boolean changed = !reply.patch().isMissingNode() && patch(hook, form, reply.patch());
                told(hook, place, changed);
                if (changed) {
                    memory.changed();
                }
                if (hook.policy().reinvocable()) {
                    memory.asked(hook.uid());
                }
                return DONE;
            });
        }

        private void told(Hook hook, String place, boolean mutated) {
            review.annotate(
                    "mutation.webhook.admission.k8s.io/" + place,
                    Json.object()
                            .put("configuration", hook.configuration())
                            .put("webhook", hook.name())
                            .put("mutated", mutated)
                            .toString());
        }

        /** @return whether it makes a difference */
        private boolean patch(Hook hook, Matched form, JsonNode patch) {
            ObjectNode before = asked.in(form)
                    .object()
                    .orElseThrow(() -> HookCalls.internal("admission webhook \"" + hook.name()
                            + "\" attempted to modify the object, which is not supported for this operation"));
            KindRow row = form.row();
            ObjectNode patched = decoded(asked.type(form), before, patch);
            boolean changed = !patched.equals(before);
            if (changed) {
                if (asked.type(form).equals(Optional.of(row.type()))) {
                    Defaults.apply(row, patched);
                }
                ObjectNode own = asked.back(form, patched);
                if (!asked.apart()) {
                    checkName(own);
                }
                review.object().removeAll();
                review.object().setAll(own);
                asked = new Attributes(review, versions);
            }
            return changed;
        }

        private ObjectNode decoded(Optional<Type> type, ObjectNode before, JsonNode patch) {
            try {
                if (JsonPatch.apply(before, patch) instanceof ObjectNode patched) {
                    return type.map(known -> Decoder.decode(known, patched, FieldValidation.IGNORE)
                                    .tree())
                            .orElse(patched);
                }
            } catch (ApiException e) {
                throw HookCalls.internal(e.status().message().replace(OURS, ""));
            }
            throw HookCalls.internal("the patched object is no object");
        }

        /** The key is settled before anybody is asked. */
        private void checkName(ObjectNode patched) {
            String name = Json.text(patched, "metadata", "name");
            if (!name.equals(review.key().name())) {
                throw ApiException.badRequest(
                        "the name of the object (" + name + ") does not match the name on the URL ("
                                + review.key().name() + ")");
            }
            if (review.resource().namespaced()
                    && !Json.text(patched, "metadata", "namespace")
                            .equals(review.key().namespace())) {
                throw ApiException.badRequest(
                        "the namespace of the provided object does not match the namespace sent on the request");
            }
        }
    }
}
