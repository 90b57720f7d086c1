package io.minik.server.webhook.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Cause;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.ground.json.Json;
import io.minik.server.admission.Review;
import io.minik.server.authz.Authorizer;
import io.minik.server.matching.Activation;
import io.minik.server.matching.Attributes;
import io.minik.server.matching.Attributes.Matched;
import io.minik.server.matching.Attributes.Versioned;
import io.minik.server.matching.MatchConditions;
import io.minik.server.matching.Questions;
import io.minik.server.webhook.WebhookClient;
import io.minik.server.webhook.WebhookFailure;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks one webhook about one request: whether it is concerned, and what it says. Of both sorts of webhooks. */
public final class HookCalls {
    private static final Logger log = LoggerFactory.getLogger(HookCalls.class);

    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int UNAVAILABLE = 503;

    private final WebhookClient client;
    private final Authorizer authorizer;
    private final Supplier<String> uids;
    private final HookMetrics metrics;

    /** @param type as metrics call it: admit, validating */
    private final String type;

    HookCalls(Means means, String type) {
        this.client = means.client();
        this.authorizer = means.authorizer();
        this.uids = means.uids();
        this.metrics = means.metrics();
        this.type = type;
    }

    /** What calls need. @param uids of reviews */
    public record Means(WebhookClient client, Authorizer authorizer, Supplier<String> uids, HookMetrics metrics) {}

    /** A webhook could not be asked, or did not answer as one: its failurePolicy says what follows. */
    static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final int code;

        Failure(Hook hook, String why, int code) {
            super("failed calling webhook \"" + hook.name() + "\": " + why, null, false, false);
            this.code = code;
        }
    }

    private HookMetrics.Of of(Hook hook, Attributes asked) {
        return new HookMetrics.Of(hook.name(), type, asked.operation());
    }

    /** The form in which it is to see the request; empty: it is not concerned. May throw. */
    Future<Optional<Matched>> concerned(Hook hook, Attributes asked) {
        Optional<Matched> form = hook.rules().find(asked);
        if (form.isEmpty() || hook.conditions().isEmpty()) {
            return Future.succeededFuture(form);
        }
        Questions questions = new Questions(authorizer, asked.user());
        return questions
                .answered(() -> hook.conditions().evaluate(Activation.of(asked, asked.in(form.get()), questions)))
                .map(verdict -> judged(hook, asked, verdict) ? form : Optional.empty());
    }

    private boolean judged(Hook hook, Attributes asked, MatchConditions.Verdict verdict) {
        if (verdict instanceof MatchConditions.NoMatch) {
            metrics.excluded(of(hook, asked));
            return false;
        }
        if (verdict instanceof MatchConditions.Failed failed) {
            if (hook.policy().ignored()) {
                return false;
            }
            throw ApiException.forbidden(asked.resource(), asked.name(), failed.message());
        }
        return true;
    }

    /** @return fails with {@link Failure}, or with an ApiException that no policy softens */
    Future<HookReply> ask(Hook hook, Attributes asked, Matched form, boolean mutating) {
        long start = System.nanoTime();
        return call(hook, asked, form, mutating)
                .onSuccess(reply -> {
                    int code = reply.allowed()
                            ? OK
                            : reply.denial(hook.name()).status().code();
                    metrics.asked(of(hook, asked), code, !reply.allowed(), System.nanoTime() - start);
                    if (!reply.allowed()) {
                        metrics.rejected(of(hook, asked), "no_error", code);
                    }
                    tell(hook, asked.review(), reply);
                })
                .onFailure(error -> {
                    boolean called = error instanceof Failure;
                    int code = error instanceof Failure failed ? failed.code : 0;
                    boolean rejected = !called || !hook.policy().ignored();
                    metrics.asked(of(hook, asked), code, rejected, System.nanoTime() - start);
                    if (rejected) {
                        metrics.rejected(
                                of(hook, asked), called ? "calling_webhook_error" : "apiserver_internal_error", code);
                    }
                });
    }

    private static void tell(Hook hook, Review review, HookReply reply) {
        reply.annotations().forEach((key, value) -> review.annotate(hook.name() + "/" + key, value));
        reply.warnings().forEach(review::warn);
    }

    private Future<HookReply> call(Hook hook, Attributes asked, Matched form, boolean mutating) {
        if (asked.review().request().dryRun() && !hook.policy().quiet()) {
            return Future.failedFuture(
                    ApiException.badRequest("admission webhook \"" + hook.name() + "\" does not support dry run"));
        }
        if (hook.review().isEmpty()) {
            return Future.failedFuture(new Failure(
                    hook,
                    "could not create admission objects: webhook does not accept known AdmissionReview versions (v1,"
                            + " v1beta1)",
                    BAD_REQUEST));
        }
        String uid = uids.get();
        return client.call(hook.where(), review(hook, asked, form, uid), hook.timeout())
                .map(answer -> HookReply.of(answer, hook.review(), uid, mutating))
                .recover(error -> Future.failedFuture(
                        error instanceof WebhookFailure failed
                                ? new Failure(hook, "failed to call webhook: " + failed.getMessage(), failed.code())
                                : error instanceof HookReply.Invalid
                                        ? new Failure(hook, String.valueOf(error.getMessage()), UNAVAILABLE)
                                        : error));
    }

    private static ObjectNode review(Hook hook, Attributes asked, Matched form, String uid) {
        ObjectNode review =
                Json.object().put("kind", "AdmissionReview").put("apiVersion", "admission.k8s.io/" + hook.review());
        ObjectNode request = review.putObject("request").put("uid", uid);
        request.setAll(asked.tree(form));
        Versioned objects = asked.in(form);
        objects.object().ifPresentOrElse(object -> request.set("object", object), () -> request.putNull("object"));
        objects.old().ifPresentOrElse(old -> request.set("oldObject", old), () -> request.putNull("oldObject"));
        return review;
    }

    /** Whether a failure counts for nothing; if not, it fails the request. @param place of the annotation that tells of it */
    void weigh(Hook hook, Attributes asked, Throwable error, String place) {
        if (!(error instanceof Failure)) {
            throw error instanceof ApiException refused ? refused : internal(String.valueOf(error.getMessage()));
        }
        log.atWarn()
                .addKeyValue("webhook", hook.name())
                .addKeyValue("err", String.valueOf(error.getMessage()))
                .log(
                        hook.policy().ignored()
                                ? "Failed calling webhook, failing open"
                                : "Failed calling webhook, failing closed");
        if (!hook.policy().ignored()) {
            throw internal(String.valueOf(error.getMessage()));
        }
        metrics.failedOpen(of(hook, asked));
        asked.review().annotate("failed-open." + place, hook.name());
    }

    static ApiException internal(String message) {
        return ApiException.of(
                Reason.InternalError,
                "Internal error occurred: " + message,
                new Details("", "", "", "", List.of(new Cause("", message, "")), 0));
    }
}
