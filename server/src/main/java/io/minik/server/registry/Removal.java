package io.minik.server.registry;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.admission.Review;
import io.minik.server.admission.Review.Operation;
import io.minik.server.request.Request;
import io.minik.server.watchcache.StoredForm;
import io.vertx.core.Future;
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

    /** @param found as stored; @param old the same as the caller sees it */
    private Removal(Means means, Request request, DeleteRules.Options options, KubeObject found, KubeObject old) {
        this.means = means;
        this.request = request;
        this.options = options;
        this.found = found;
        this.old = old;
        DeleteRules.checkPreconditions(request.resource(), old, options);
        this.review = means.review(Operation.DELETE, request, Json.object(), Optional.of(old), List.of());
    }

    static Future<Removal> of(Means means, Request request, DeleteRules.Options options) {
        Resource resource = request.resource();
        KubeObject found = means.storage()
                .find(means.codec().stored(resource), request.key())
                .orElseThrow(() -> ApiException.notFound(resource, request.key().name()));
        return means.forms()
                .seen(request.kind(), found.compact())
                .map(old -> new Removal(means, request, options, found, old));
    }

    @Override
    public Review review() {
        return review;
    }

    @Override
    public void settle() {}

    @Override
    public Future<End> end() {
        Resource resource = request.resource();
        DeleteRules.Verdict verdict = DeleteRules.decide(
                means.strategies().of(resource), old, options, means.clock().instant());
        if (options.dryRun()) {
            return Future.succeededFuture(new Answer(deleted(verdict, KubeObject.of(verdict.marked()))));
        }
        return verdict.remove()
                ? Future.succeededFuture(end(verdict, Optional.empty()))
                : means.forms()
                        .stored(request.kind(), verdict.marked())
                        .map(kept -> end(verdict, Optional.of(StoredForm.stored(kept))));
    }

    /** @param bytes of the object that is going; empty: it is gone */
    private End end(DeleteRules.Verdict verdict, Optional<byte[]> bytes) {
        if (bytes.isPresent() && StoredForm.isServedAs(bytes.get(), found)) {
            return new Answer(Result.ok(old));
        }
        if (verdict.remove()) {
            means.admission().release(review);
        }
        return new Commit(
                new Storage.Write(
                        means.codec().stored(request.resource()),
                        request.key(),
                        Optional.of(found),
                        bytes,
                        review.effects().sideWrites()),
                written -> verdict.remove()
                                && !means.strategies().of(request.resource()).has(Trait.RETURNED_WHEN_DELETED)
                        ? Future.succeededFuture(deleted(verdict, old))
                        : means.forms().seen(request.kind(), written).map(seen -> deleted(verdict, seen)));
    }

    private Result deleted(DeleteRules.Verdict verdict, KubeObject last) {
        Resource resource = request.resource();
        KubeObject answer = !verdict.remove() || means.strategies().of(resource).has(Trait.RETURNED_WHEN_DELETED)
                ? last
                : Writes.success(resource, old.name(), old.uid());
        return new Result(200, answer, List.copyOf(review.effects().warnings()));
    }
}
