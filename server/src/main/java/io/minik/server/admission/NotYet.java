package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.server.admission.Review.Operation;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** Nothing is taken in silence: who writes what {@link Unserved} lists gets a warning, and the object an event. */
public final class NotYet implements Admission {
    /** Fields that are not what the author wishes for. */
    private static final List<String> NOT_DESIRED = List.of("metadata", "status");

    private static final Map<String, List<Unserved>> BY_RESOURCE = byResource();

    private final BiConsumer<KubeObject, String> events;

    /** @param events takes an object and what is to be said of it, once it is stored */
    public NotYet(BiConsumer<KubeObject, String> events) {
        this.events = events;
    }

    private static Map<String, List<Unserved>> byResource() {
        Map<String, List<Unserved>> rows = new HashMap<>();
        for (Unserved entry : Unserved.ALL) {
            rows.merge(entry.resource(), List.of(entry), (a, b) -> Stream.concat(a.stream(), b.stream())
                    .toList());
        }
        return Map.copyOf(rows);
    }

    @Override
    public String name() {
        return "NotYet";
    }

    @Override
    public Future<Void> validate(Review review) {
        if (review.operation() == Operation.DELETE || !review.subresource().isEmpty()) {
            return DONE;
        }
        for (Unserved entry : BY_RESOURCE.getOrDefault(review.resource().groupResource(), List.of())) {
            if (entry.where().test(review.object(), review.lookup()) && isNews(entry, review)) {
                say(review, entry);
            }
        }
        PodTemplates.find(review.resource(), review.object()).ifPresent(template -> template(review, template));
        return DONE;
    }

    /** What makes pods is warned of as they are: their own author is a controller, which reads no warnings. */
    private void template(Review review, JsonNode template) {
        Optional<JsonNode> before = review.old().flatMap(old -> PodTemplates.find(review.resource(), old.tree()));
        if (before.isPresent() && before.get().equals(template)) {
            return;
        }
        for (Unserved entry : BY_RESOURCE.getOrDefault("pods", List.of())) {
            if (entry.where().test(template, review.lookup())) {
                say(review, entry);
            }
        }
    }

    private static boolean isNews(Unserved entry, Review review) {
        if (review.old().isEmpty()) {
            return true;
        }
        ObjectNode old = review.old().get().tree();
        boolean concerned = entry.where().test(old, review.lookup());
        boolean pod = review.resource().equals(Resources.PODS);
        return !concerned || (!pod && !desired(old).equals(desired(review.object())));
    }

    private static JsonNode desired(ObjectNode object) {
        ObjectNode desired = object.objectNode();
        object.properties().forEach(field -> {
            if (!NOT_DESIRED.contains(field.getKey())) {
                desired.set(field.getKey(), field.getValue());
            }
        });
        return desired;
    }

    private void say(Review review, Unserved entry) {
        review.warn(entry.message());
        review.effects().afterwards().add(() -> events.accept(KubeObject.of(review.object()), entry.message()));
    }
}
