package io.minik.server.registry;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.admission.Review;
import io.minik.server.admission.Review.Operation;
import io.minik.server.request.Request;
import io.minik.server.watchcache.StoredForm;
import java.util.List;
import java.util.Optional;

/** A delete: the object goes, or is marked as going. */
final class Removal implements Draft {
    private final Means means;
    private final Request request;
    private final DeleteRules.Options options;
    private final KubeObject found;
    private final KubeObject old;
    private final Review review;

    Removal(Means means, Request request, DeleteRules.Options options) {
        this.means = means;
        this.request = request;
        this.options = options;
        Resource resource = request.resource();
        this.found = means.storage()
                .find(means.codec().stored(resource), request.key())
                .orElseThrow(() -> ApiException.notFound(resource, request.key().name()));
        this.old = means.codec().view(resource, found.compact());
        DeleteRules.checkPreconditions(resource, old, options);
        this.review = means.review(Operation.DELETE, request, Json.object(), Optional.of(old), List.of());
    }

    @Override
    public Review review() {
        return review;
    }

    @Override
    public void settle() {}

    @Override
    public End end() {
        Resource resource = request.resource();
        Codec codec = means.codec();
        DeleteRules.Verdict verdict = DeleteRules.decide(
                means.strategies().of(resource), old, options, means.clock().instant());
        if (options.dryRun()) {
            return new Answer(deleted(verdict, KubeObject.of(verdict.marked())));
        }
        Optional<byte[]> bytes = verdict.remove()
                ? Optional.empty()
                : Optional.of(StoredForm.stored(codec.toStored(resource, verdict.marked())));
        if (bytes.isPresent() && StoredForm.isServedAs(bytes.get(), found)) {
            return new Answer(Result.ok(old));
        }
        if (verdict.remove()) {
            means.admission().release(review);
        }
        return new Commit(
                new Storage.Write(
                        codec.stored(resource),
                        request.key(),
                        Optional.of(found),
                        bytes,
                        review.effects().sideWrites()),
                written -> deleted(verdict, codec.view(resource, written)));
    }

    private Result deleted(DeleteRules.Verdict verdict, KubeObject last) {
        Resource resource = request.resource();
        KubeObject answer = !verdict.remove() || means.strategies().of(resource).has(Trait.RETURNED_WHEN_DELETED)
                ? last
                : Writes.success(resource, old.name(), old.uid());
        return new Result(200, answer, List.copyOf(review.effects().warnings()));
    }
}
