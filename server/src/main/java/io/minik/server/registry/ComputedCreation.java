package io.minik.server.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.admission.AdmissionChain;
import io.minik.server.admission.Effects;
import io.minik.server.admission.Review;
import io.minik.server.admission.Review.Operation;
import io.minik.server.request.Request;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The creation of what is computed and not stored, such as a Binding, an Eviction, a token: admitted by those whom users configure,
 * as any other creation is.
 */
final class ComputedCreation {
    private final AdmissionChain configured;
    private final Storage storage;
    private final InstantSource clock;

    ComputedCreation(AdmissionChain configured, Storage storage, InstantSource clock) {
        this.configured = configured;
        this.storage = storage;
        this.clock = clock;
    }

    /** As admission is configured when it is asked for. */
    Future<Result> create(Connector connector, Request request, ObjectNode body, List<String> warnings) {
        Future<Void> ready = storage.caughtUp();
        return ready.succeeded()
                ? createNow(connector, request, body, warnings)
                : ready.compose(unused -> createNow(connector, request, body, warnings));
    }

    private Future<Result> createNow(Connector connector, Request request, ObjectNode body, List<String> warnings) {
        Review review = new Review(
                Operation.CREATE,
                request,
                key(request, body),
                body,
                Optional.empty(),
                clock.instant(),
                storage.present(),
                Effects.after(warnings));
        Future<Void> admitted = configured.mutate(review).compose(unused -> configured.validate(review));
        return admitted.compose(unused -> connector.create(request, KubeObject.of(review.object())))
                .map(object -> Result.created(object, review.effects().warnings()));
    }

    /** Of the object that it is about, or its own. */
    private static ObjectKey key(Request request, ObjectNode body) {
        return request.key().name().isEmpty()
                ? ObjectKey.of(request.key().namespace(), Json.text(body, "metadata", "name"))
                : request.key();
    }
}
