package io.minik.server.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.KindRow;
import io.minik.ground.json.Json;
import io.minik.server.admission.Effects;
import io.minik.server.admission.Review;
import io.minik.server.admission.Review.Operation;
import io.minik.server.request.Request;
import io.minik.server.watchcache.StoredForm;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The next state of a present object; its last, if nothing but this state held it. */
final class Replacement implements Draft {
    private final Means means;
    private final Request request;
    private final KubeObject found;
    private final KubeObject old;
    private final KindStrategy strategy;
    private final Review review;

    /** @param found as stored; @param old the same as the caller sees it */
    Replacement(Means means, Writes.Update update, KubeObject found, KubeObject old) {
        this.means = means;
        this.request = update.request();
        this.found = found;
        this.old = old;
        this.strategy = means.strategies().of(request.resource());
        List<String> warnings = new ArrayList<>(update.warnings());
        ObjectNode next = update.change().apply(old, warnings);
        checkKey(request, next);
        WriteStrategy.prepareUpdate(strategy, request.kind(), request.subresource(), next, old);
        means.codec().track(request, Optional.of(old), next);
        this.review = means.review(Operation.UPDATE, request, next, Optional.of(old), warnings);
    }

    @Override
    public Review review() {
        return review;
    }

    @Override
    public void settle() {
        KindRow kind = request.kind();
        ObjectNode next = review.object();
        String subresource = request.subresource();
        if (review.effects().reinvocation().wanted()) {
            WriteStrategy.prepareUpdate(strategy, kind, subresource, next, old);
        }
        means.codec().validate(kind, request.key(), next, Optional.of(old), subresource);
        review.effects().warnings().addAll(means.codec().warnings(kind, next, Optional.of(old), subresource));
    }

    @Override
    public Future<End> end() {
        ObjectNode next = review.object();
        Effects effects = review.effects();
        Json.child(next, "metadata").put("resourceVersion", old.meta().resourceVersion());
        boolean gone = DeleteRules.releasedBy(strategy, next);
        if (request.dryRun()) {
            return Future.succeededFuture(new Answer(new Result(200, KubeObject.of(next), effects.warnings())));
        }
        return means.forms().stored(request.kind(), next).map(kept -> end(kept, gone));
    }

    private End end(ObjectNode kept, boolean gone) {
        Effects effects = review.effects();
        byte[] bytes = StoredForm.stored(kept);
        // The same is written again where it would be stored otherwise today: under a new key, or under one at all.
        if (!gone
                && effects.sideWrites().isEmpty()
                && StoredForm.isServedAs(bytes, found)
                && !means.storage().isStale(means.codec().stored(request.resource()), found)) {
            return new Answer(new Result(200, old, effects.warnings()));
        }
        if (gone) {
            means.admission().release(review);
        }
        return new Commit(
                new Storage.Write(
                        means.codec().stored(request.resource()),
                        request.key(),
                        Optional.of(found),
                        gone ? Optional.empty() : Optional.of(bytes),
                        effects.sideWrites()),
                written -> gone
                        ? Future.succeededFuture(new Result(200, KubeObject.of(review.object()), effects.warnings()))
                        : means.forms()
                                .seen(request.kind(), written)
                                .map(seen -> new Result(200, seen, effects.warnings())));
    }

    static String otherName(ObjectNode object, ObjectKey key) {
        return "the name of the object (" + Json.text(object, "metadata", "name")
                + ") does not match the name on the URL (" + key.name() + ")";
    }

    /**
     * What a body says of its name and namespace is what the path says: also where the body is a part, and whoever judges it
     * would judge another object. @param otherName the refusal
     */
    static void checkPath(Request request, ObjectNode body, String otherName) {
        ObjectKey key = request.key();
        String name = Json.text(body, "metadata", "name");
        if (!key.name().isEmpty() && !name.isEmpty() && !name.equals(key.name())) {
            throw ApiException.badRequest(otherName);
        }
        String namespace = Json.text(body, "metadata", "namespace");
        if (request.resource().namespaced() && !namespace.isEmpty() && !namespace.equals(key.namespace())) {
            throw ApiException.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
    }

    private static void checkKey(Request request, ObjectNode next) {
        ObjectKey key = request.key();
        checkPath(request, next, otherName(next, key));
        ObjectNode metadata = Json.child(next, "metadata");
        metadata.put("name", key.name());
        if (request.resource().namespaced()) {
            metadata.put("namespace", key.namespace());
        } else {
            metadata.remove("namespace");
        }
    }
}
