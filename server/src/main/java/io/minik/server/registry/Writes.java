package io.minik.server.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.admission.Lookup;
import io.minik.server.request.Request;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * The verbs that write: what each drafts, and {@link Attempt} brings to the store. Also for what the server writes on the way of a
 * request for something else: a binding, an eviction, a quota's status.
 */
public final class Writes {
    private final Means means;

    Writes(Means means) {
        this.means = means;
    }

    /** How an update makes the next state of the present one, and what it warns of. May throw ApiException. */
    public interface Change extends BiFunction<KubeObject, List<String>, ObjectNode> {}

    /**
     * @param request its subresource decides what of the next state counts
     * @param warnings from before
     * @param change asked again if somebody else was first
     * @param ifAbsent the object to create if there is none; empty: 404
     */
    public record Update(Request request, List<String> warnings, Change change, Optional<ObjectNode> ifAbsent) {
        public static Update of(Request request, Change change) {
            return new Update(request, List.of(), change, Optional.empty());
        }
    }

    Future<Result> create(Request request, ObjectNode body, List<String> warnings) {
        return Attempt.run(means, request, () -> Future.succeededFuture(new Creation(means, request, body, warnings)));
    }

    public Future<Result> update(Update update) {
        return Attempt.run(means, update.request(), () -> replacement(update));
    }

    private Future<? extends Draft> replacement(Update update) {
        Request request = update.request();
        Optional<KubeObject> found = means.storage().find(means.codec().stored(request.resource()), request.key());
        if (found.isPresent()) {
            return means.forms()
                    .seen(request.kind(), found.get().compact())
                    .map(old -> new Replacement(means, update, found.get(), old));
        }
        ObjectNode body = update.ifAbsent()
                .orElseThrow(() ->
                        ApiException.notFound(request.resource(), request.key().name()));
        return Future.succeededFuture(new Creation(means, request, body, update.warnings()));
    }

    /** @param options DeleteOptions */
    public Future<Result> delete(Request request, ObjectNode options) {
        return delete(request, DeleteRules.Options.of(options, request));
    }

    /** The objects that there are. */
    public Lookup present() {
        return means.storage().present();
    }

    /** Succeeds when {@link #present} shows whatever was written before it was asked. */
    public Future<Void> caughtUp() {
        return means.storage().caughtUp();
    }

    /** @param request its key is the object's, though it may ask for a collection */
    Future<Result> delete(Request request, DeleteRules.Options options) {
        Request asked = request;
        if (options.dryRun() && !request.dryRun()) {
            // Said in the body; whoever is asked about the request looks at one place.
            Map<String, String> query = new HashMap<>(request.query());
            query.put("dryRun", "All");
            asked = request.with(query);
        }
        Request known = asked;
        return Attempt.run(means, known, () -> Removal.of(means, known, options));
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

    static void requireVersionForPut(KindStrategies strategies, Request request, ObjectNode body) {
        Resource resource = request.kind().resource();
        if (request.verb() == Verb.UPDATE
                && strategies.of(resource).has(Trait.PUT_NEEDS_VERSION)
                && Json.text(body, "metadata", "resourceVersion").isEmpty()) {
            throw new Causes()
                    .invalid("metadata.resourceVersion", 0, "must be specified for an update")
                    .refusal(resource, request.key().name());
        }
    }
}
