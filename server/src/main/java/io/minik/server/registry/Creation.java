package io.minik.server.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.KindRow;
import io.minik.ground.json.Json;
import io.minik.server.admission.Effects;
import io.minik.server.admission.Review;
import io.minik.server.request.Request;
import io.minik.server.watchcache.StoredForm;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A new object. */
final class Creation implements Draft {
    private final Means means;
    private final Request request;
    private final boolean generated;
    private final Review review;
    /** The metadata that the server gave it. */
    private final ObjectNode given;

    /** @param body with defaults; kept as it is */
    Creation(Means means, Request request, ObjectNode body, List<String> warnings) {
        this.means = means;
        this.request = request;
        this.generated = Json.text(body, "metadata", "name").isEmpty();
        ObjectNode tree = body.deepCopy();
        Instant now = means.clock().instant();
        ObjectKey key =
                WriteStrategy.prepareCreate(means, request.kind(), request.key().namespace(), tree, now);
        if (!request.key().name().isEmpty() && !request.key().name().equals(key.name())) {
            throw ApiException.badRequest("the name of the object (" + key.name()
                    + ") does not match the name on the URL (" + request.key().name() + ")");
        }
        this.given = WriteStrategy.given(tree);
        List<String> prepared = means.strategies().of(request.resource()).prepareCreate(tree);
        means.codec().track(request, Optional.empty(), tree);
        this.review = means.creation(request, key, tree, now, warnings);
        review.effects().warnings().addAll(prepared);
    }

    @Override
    public Review review() {
        return review;
    }

    @Override
    public void settle() {
        KindRow kind = request.kind();
        ObjectNode tree = review.object();
        if (review.effects().reinvocation().wanted()) {
            WriteStrategy.keepCreated(means.strategies().of(kind.resource()), kind, tree, given);
        }
        means.strategies().of(kind.resource()).settle(tree);
        means.codec().validate(kind, review.key(), tree, Optional.empty(), "");
        review.effects().warnings().addAll(means.codec().warnings(kind, tree, Optional.empty(), ""));
    }

    @Override
    public Future<End> end() {
        Resource resource = request.resource();
        Codec codec = means.codec();
        Resource stored = codec.stored(resource);
        ObjectNode tree = review.object();
        Effects effects = review.effects();
        if (means.storage().find(stored, review.key()).isPresent()) {
            if (generated) {
                return Future.succeededFuture(
                        new Again(taken(resource, review.key().name())));
            }
            throw ApiException.alreadyExists(resource, review.key().name());
        }
        if (request.dryRun()) {
            return Future.succeededFuture(new Answer(Result.created(KubeObject.of(tree), effects.warnings())));
        }
        Forms forms = means.forms();
        return forms.stored(request.kind(), tree)
                .map(kept -> new Commit(
                        new Storage.Write(
                                stored,
                                review.key(),
                                Optional.empty(),
                                Optional.of(StoredForm.stored(kept)),
                                effects.sideWrites()),
                        written -> forms.seen(request.kind(), written)
                                .map(seen -> Result.created(seen, effects.warnings()))));
    }

    private static ApiException taken(Resource resource, String name) {
        return ApiException.of(
                Reason.AlreadyExists,
                resource.groupResource() + " \"" + name
                        + "\" already exists, the server was not able to generate a unique name for the object",
                new Details(name, resource.group(), resource.plural(), "", List.of(), 1));
    }
}
