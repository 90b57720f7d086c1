package io.minik.server.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.admission.AdmissionChain;
import io.minik.server.admission.Effects;
import io.minik.server.admission.Review;
import io.minik.server.admission.Review.Operation;
import io.minik.server.request.Request;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** What every write of a registry needs. */
record Means(
        Storage storage,
        Codec codec,
        Forms forms,
        KindStrategies strategies,
        AdmissionChain admission,
        NameSource names,
        InstantSource clock,
        Observer observer) {

    /** @param said warnings from before admission */
    Review review(
            Operation operation, Request request, ObjectNode object, Optional<KubeObject> old, List<String> said) {
        return new Review(
                operation,
                request,
                request.key(),
                object,
                old,
                clock.instant(),
                storage.present(),
                Effects.after(said));
    }

    /** Of a new object, whose key the server may have chosen. */
    Review creation(Request request, ObjectKey key, ObjectNode object, Instant now, List<String> said) {
        return new Review(
                Operation.CREATE, request, key, object, Optional.empty(), now, storage.present(), Effects.after(said));
    }
}
