package io.minik.server.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Cause;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.KindRow;
import io.minik.ground.json.Json;
import io.minik.server.admission.AdmissionChain;
import io.minik.server.admission.Effects;
import io.minik.server.admission.Review;
import io.minik.server.admission.Review.Operation;
import io.minik.server.admission.SideWrite;
import io.minik.server.watchcache.StoredForm;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The one generic path of writes: decide on the caches' present state, commit guarded by its revision, and decide again if
 * someone else was first.
 *
 * <pre>
 *   body -> defaults -> rules -> admission.mutate -> allocation -> validation -> admission.validate -> Txn -> Result
 *             ^------------------------ a guard did not hold -----------------------------------------'
 * </pre>
 */
final class Writes {
    /** Decisions on a contended object before the caller is told to try again: each loss means another's success. */
    private static final int MAX_ATTEMPTS = 32;

    private final Storage storage;
    private final Codec codec;
    private final AdmissionChain admission;
    private final ServiceAllocation services;
    private final NameSource names;
    private final InstantSource clock;
    private volatile Observer observer = (resource, object, removed) -> {};

    Writes(
            Storage storage,
            Codec codec,
            AdmissionChain admission,
            ServiceAllocation services,
            NameSource names,
            InstantSource clock) {
        this.storage = storage;
        this.codec = codec;
        this.admission = admission;
        this.services = services;
        this.names = names;
        this.clock = clock;
    }

    /** Hears of every committed write, on the writer's context. */
    interface Observer {
        void written(Resource resource, KubeObject object, boolean removed);
    }

    /** Once, before the first write. */
    void observe(Observer someone) {
        observer = someone;
    }

    /** How an update makes the next state: gets a private copy of the present one, may keep it. */
    interface Change extends Function<KubeObject, ObjectNode> {}

    /**
     * @param subresource decides what of the next state counts
     * @param change may throw ApiException
     * @param ifAbsent the object to create if there is none; empty: 404
     */
    record Update(
            Request request,
            ObjectKey key,
            String subresource,
            List<String> warnings,
            Change change,
            Optional<ObjectNode> ifAbsent) {}

    Future<Result> create(Request request, ObjectNode body, List<String> warnings) {
        return storage.caughtUp().compose(unused -> create(request, body, warnings, 1));
    }

    private Future<Result> create(Request request, ObjectNode body, List<String> warnings, int attempt) {
        KindRow kind = request.kind();
        ObjectNode tree = body.deepCopy();
        Instant now = clock.instant();
        ObjectKey key = WriteStrategy.prepareCreate(kind, request.key().namespace(), tree, names, now);
        if (!request.key().name().isEmpty() && !request.key().name().equals(key.name())) {
            throw ApiException.badRequest("the name of the object (" + key.name()
                    + ") does not match the name on the URL (" + request.key().name() + ")");
        }
        codec.track(request, "", Optional.empty(), tree);
        Review review = review(Operation.CREATE, request, key, "", tree, Optional.empty(), warnings);
        Creation creation = new Creation(request, body, warnings, attempt, review);
        Future<Void> mutated = admission.mutate(review);
        return mutated.succeeded() ? create(creation) : mutated.compose(unused -> create(creation));
    }

    /** A create whose object admission has left as it is to be. */
    private record Creation(Request request, ObjectNode body, List<String> warnings, int attempt, Review review) {}

    private Future<Result> create(Creation creation) {
        Request request = creation.request();
        ObjectNode body = creation.body();
        List<String> warnings = creation.warnings();
        int attempt = creation.attempt();
        Review review = creation.review();
        KindRow kind = request.kind();
        Resource resource = kind.resource();
        ObjectKey key = review.key();
        ObjectNode tree = review.object();
        Effects effects = review.effects();
        WriteStrategy.settleAdmitted(resource, tree);
        services.onCreate(review);
        codec.validate(kind, key, tree, Optional.empty(), "");
        effects.warnings().addAll(codec.warnings(kind, tree, Optional.empty(), ""));
        admission.validate(review);
        boolean generated = Json.text(body, "metadata", "name").isEmpty();
        if (storage.find(codec.stored(resource), key).isPresent()) {
            return generated && attempt < MAX_ATTEMPTS
                    ? create(request, body, warnings, attempt + 1)
                    : Future.failedFuture(ApiException.alreadyExists(resource, key.name()));
        }
        if (request.dryRun()) {
            return Future.succeededFuture(Result.created(KubeObject.of(tree), effects.warnings()));
        }
        return storage.commit(new Storage.Write(
                        codec.stored(resource),
                        key,
                        Optional.empty(),
                        Optional.of(StoredForm.stored(codec.toStored(resource, tree))),
                        effects.sideWrites()))
                .compose(written -> {
                    if (written.isPresent()) {
                        observer.written(resource, written.get().object(), false);
                        effects.afterwards().forEach(Runnable::run);
                        return Future.succeededFuture(Result.created(
                                codec.view(resource, written.get().object()), effects.warnings()));
                    }
                    return attempt < MAX_ATTEMPTS
                            ? create(request, body, warnings, attempt + 1)
                            : Future.failedFuture(contended(resource, key));
                });
    }

    Future<Result> update(Update update) {
        return storage.caughtUp().compose(unused -> update(update, 1));
    }

    private Future<Result> update(Update update, int attempt) {
        Request request = update.request();
        KindRow kind = request.kind();
        Resource resource = kind.resource();
        Optional<KubeObject> found = storage.find(codec.stored(resource), update.key());
        if (found.isEmpty()) {
            return update.ifAbsent().isPresent()
                    ? create(request, update.ifAbsent().get(), update.warnings(), attempt)
                    : Future.failedFuture(
                            ApiException.notFound(resource, update.key().name()));
        }
        KubeObject old = codec.view(resource, found.get().compact());
        ObjectNode next = update.change().apply(old);
        checkKey(resource, update.key(), next);
        WriteStrategy.prepareUpdate(kind, update.subresource(), next, old);
        codec.track(request, update.subresource(), Optional.of(old), next);
        Review review = review(
                Operation.UPDATE,
                request,
                update.key(),
                update.subresource(),
                next,
                Optional.of(old),
                update.warnings());
        Replacement replacement = new Replacement(update, attempt, found.get(), old, review);
        Future<Void> mutated = admission.mutate(review);
        return mutated.succeeded() ? update(replacement) : mutated.compose(unused -> update(replacement));
    }

    /** An update whose object admission has left as it is to be. @param found as stored, {@code old} as the caller sees it */
    private record Replacement(Update update, int attempt, KubeObject found, KubeObject old, Review review) {}

    private Future<Result> update(Replacement replacement) {
        Update update = replacement.update();
        int attempt = replacement.attempt();
        KubeObject old = replacement.old();
        Review review = replacement.review();
        Request request = update.request();
        KindRow kind = request.kind();
        Resource resource = kind.resource();
        ObjectNode next = review.object();
        Effects effects = review.effects();
        services.onUpdate(review);
        codec.validate(kind, update.key(), next, Optional.of(old), update.subresource());
        effects.warnings().addAll(codec.warnings(kind, next, Optional.of(old), update.subresource()));
        admission.validate(review);
        Json.child(next, "metadata").put("resourceVersion", old.meta().resourceVersion());
        boolean gone = DeleteRules.releasedBy(resource, next);
        if (request.dryRun()) {
            return Future.succeededFuture(new Result(200, KubeObject.of(next), effects.warnings()));
        }
        byte[] stored = StoredForm.stored(codec.toStored(resource, next));
        if (!gone && effects.sideWrites().isEmpty() && StoredForm.isServedAs(stored, replacement.found())) {
            return Future.succeededFuture(new Result(200, old, effects.warnings()));
        }
        if (gone) {
            services.onDelete(resource, old, storage, effects.sideWrites());
        }
        return storage.commit(new Storage.Write(
                        codec.stored(resource),
                        update.key(),
                        Optional.of(replacement.found()),
                        gone ? Optional.empty() : Optional.of(stored),
                        effects.sideWrites()))
                .compose(written -> {
                    if (written.isPresent()) {
                        observer.written(resource, written.get().object(), gone);
                        effects.afterwards().forEach(Runnable::run);
                        KubeObject object = gone
                                ? KubeObject.of(next)
                                : codec.view(resource, written.get().object());
                        return Future.succeededFuture(new Result(200, object, effects.warnings()));
                    }
                    return attempt < MAX_ATTEMPTS
                            ? update(update, attempt + 1)
                            : Future.failedFuture(contended(resource, update.key()));
                });
    }

    Future<Result> delete(Request request, ObjectKey key, DeleteRules.Options options) {
        return storage.caughtUp().compose(unused -> delete(request, key, options, 1));
    }

    private Future<Result> delete(Request request, ObjectKey key, DeleteRules.Options options, int attempt) {
        Resource resource = request.kind().resource();
        Optional<KubeObject> found = storage.find(codec.stored(resource), key);
        if (found.isEmpty()) {
            return Future.failedFuture(ApiException.notFound(resource, key.name()));
        }
        KubeObject old = codec.view(resource, found.get().compact());
        DeleteRules.checkPreconditions(resource, old, options);
        Review review = review(Operation.DELETE, request, key, "", Json.object(), Optional.of(old), List.of());
        admission.validate(review);
        List<SideWrite> side = review.effects().sideWrites();
        DeleteRules.Verdict verdict = DeleteRules.decide(resource, old, options, clock.instant());
        if (options.dryRun()) {
            return Future.succeededFuture(deleted(resource, old, verdict, KubeObject.of(verdict.marked())));
        }
        Optional<byte[]> stored = verdict.remove()
                ? Optional.empty()
                : Optional.of(StoredForm.stored(codec.toStored(resource, verdict.marked())));
        if (stored.isPresent() && StoredForm.isServedAs(stored.get(), found.get())) {
            return Future.succeededFuture(Result.ok(old));
        }
        if (verdict.remove()) {
            services.onDelete(resource, old, storage, side);
        }
        return storage.commit(new Storage.Write(codec.stored(resource), key, found, stored, side))
                .compose(written -> {
                    if (written.isPresent()) {
                        observer.written(resource, written.get().object(), verdict.remove());
                        KubeObject last = codec.view(resource, written.get().object());
                        return Future.succeededFuture(deleted(resource, old, verdict, last));
                    }
                    return attempt < MAX_ATTEMPTS
                            ? delete(request, key, options, attempt + 1)
                            : Future.failedFuture(contended(resource, key));
                });
    }

    private static Result deleted(Resource resource, KubeObject old, DeleteRules.Verdict verdict, KubeObject last) {
        if (!verdict.remove() || Traits.returnedWhenDeleted(resource)) {
            return Result.ok(last);
        }
        return Result.ok(success(resource, old.name(), old.uid()));
    }

    /** meta/v1 Status of a success. */
    static KubeObject success(Resource resource, String name, String uid) {
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Success");
        ObjectNode details = status.putObject("details").put("name", name);
        if (!resource.group().isEmpty()) {
            details.put("group", resource.group());
        }
        details.put("kind", resource.plural());
        if (!uid.isEmpty()) {
            details.put("uid", uid);
        }
        return KubeObject.of(status);
    }

    private Review review(
            Operation operation,
            Request request,
            ObjectKey key,
            String subresource,
            ObjectNode tree,
            Optional<KubeObject> old,
            List<String> warnings) {
        return new Review(
                operation,
                request.kind().resource(),
                key,
                subresource,
                tree,
                old,
                request.user(),
                request.dryRun(),
                clock.instant(),
                storage,
                Effects.after(warnings, request.audit()));
    }

    private static void checkKey(Resource resource, ObjectKey key, ObjectNode next) {
        ObjectNode metadata = Json.child(next, "metadata");
        String name = Json.text(metadata, "name");
        if (name.isEmpty()) {
            metadata.put("name", key.name());
        } else if (!name.equals(key.name())) {
            throw ApiException.badRequest(
                    "the name of the object (" + name + ") does not match the name on the URL (" + key.name() + ")");
        }
        String namespace = Json.text(metadata, "namespace");
        if (resource.namespaced()) {
            if (!namespace.isEmpty() && !namespace.equals(key.namespace())) {
                throw ApiException.badRequest(
                        "the namespace of the provided object does not match the namespace sent on the request");
            }
            metadata.put("namespace", key.namespace());
        } else {
            metadata.remove("namespace");
        }
    }

    static void requireVersionForPut(Request request, ObjectNode body) {
        Resource resource = request.kind().resource();
        if (request.verb() == Verb.UPDATE
                && Traits.putNeedsVersion(resource)
                && Json.text(body, "metadata", "resourceVersion").isEmpty()) {
            throw ApiException.invalid(
                    resource,
                    request.key().name(),
                    List.of(new Cause(
                            "FieldValueInvalid",
                            "Invalid value: 0: must be specified for an update",
                            "metadata.resourceVersion")));
        }
    }

    private static ApiException contended(Resource resource, ObjectKey key) {
        return ApiException.conflict(
                resource,
                key.name(),
                "it was changed by others " + MAX_ATTEMPTS + " times meanwhile; please try again");
    }
}
