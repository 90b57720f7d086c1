package io.minik.server.registry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Seconds;
import io.minik.server.request.Request;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a delete does to an object: pure.
 *
 * <pre>
 *   live --delete, grace or finalizers--> terminating --grace 0 and no finalizers--> gone
 *     \--------------delete, neither-----------------------------------------------^
 * </pre>
 */
final class DeleteRules {
    private static final String ORPHAN = "orphan";
    private static final String FOREGROUND = "foregroundDeletion";

    private DeleteRules() {}

    /** The caller's DeleteOptions, from body and query. */
    record Options(
            Optional<Long> graceSeconds, String uid, String resourceVersion, String propagation, boolean dryRun) {
        static Options of(ObjectNode body, Request request) {
            Optional<Long> grace = body.path("gracePeriodSeconds").isNumber()
                    ? Optional.of(body.path("gracePeriodSeconds").longValue())
                    : number(request.parameter("gracePeriodSeconds"));
            String propagation = Json.text(body, "propagationPolicy");
            if (propagation.isEmpty()) {
                propagation = request.parameter("propagationPolicy");
            }
            boolean dryRun = request.dryRun() || Json.stringList(body, "dryRun").contains("All");
            String orphan = body.path("orphanDependents").isBoolean()
                    ? body.path("orphanDependents").asText()
                    : request.parameter("orphanDependents");
            if (propagation.isEmpty() && !orphan.isEmpty()) {
                propagation = Boolean.parseBoolean(orphan) ? "Orphan" : "Background";
            }
            return new Options(
                    grace,
                    Json.text(body, "preconditions", "uid"),
                    Json.text(body, "preconditions", "resourceVersion"),
                    propagation,
                    dryRun);
        }

        private static Optional<Long> number(String text) {
            try {
                return text.isEmpty() ? Optional.empty() : Optional.of(Long.parseLong(text));
            } catch (NumberFormatException e) {
                throw ApiException.badRequest("invalid gracePeriodSeconds: " + text);
            }
        }
    }

    /** @param remove take it out of the store; else write {@code marked} */
    record Verdict(boolean remove, ObjectNode marked) {}

    static void checkPreconditions(Resource resource, KubeObject object, Options options) {
        if (!options.uid().isEmpty() && !options.uid().equals(object.uid())) {
            throw ApiException.conflict(
                    resource,
                    object.name(),
                    "Precondition failed: UID in precondition: " + options.uid() + ", UID in object meta: "
                            + object.uid());
        }
        if (!options.resourceVersion().isEmpty()
                && !options.resourceVersion().equals(object.meta().resourceVersion())) {
            throw ApiException.conflict(
                    resource,
                    object.name(),
                    "Precondition failed: ResourceVersion in precondition: " + options.resourceVersion()
                            + ", ResourceVersion in object meta: "
                            + object.meta().resourceVersion());
        }
    }

    static Verdict decide(KindStrategy strategy, KubeObject object, Options options, Instant now) {
        ObjectNode marked = Json.parseObject(object.bytes());
        ObjectNode metadata = Json.child(marked, "metadata");
        settleFinalizers(strategy, metadata, options.propagation());
        long grace = strategy.graceSeconds(object, options.graceSeconds());
        if (grace <= 0 && !held(strategy, marked)) {
            return new Verdict(true, marked);
        }
        if (object.meta().deleting()) {
            shorten(object, metadata, options, grace);
        } else {
            metadata.put("deletionTimestamp", KindStrategy.timestamp(Seconds.after(now, Math.max(0, grace))));
            metadata.put("deletionGracePeriodSeconds", Math.max(0, grace));
            if (metadata.path("generation").asLong() > 0) {
                metadata.put("generation", metadata.path("generation").asLong() + 1);
            }
        }
        strategy.marked(marked);
        return new Verdict(false, marked);
    }

    /** Whether an update of an object that is being deleted was the last thing that held it. */
    static boolean releasedBy(KindStrategy strategy, ObjectNode next) {
        ObjectNode metadata = Json.child(next, "metadata");
        return !Json.text(metadata, "deletionTimestamp").isEmpty()
                && Json.longOr(0, metadata, "deletionGracePeriodSeconds") == 0
                && !held(strategy, next);
    }

    private static boolean held(KindStrategy strategy, ObjectNode tree) {
        return !Json.at(tree, "metadata", "finalizers").isEmpty() || strategy.held(tree);
    }

    /** A second delete may only shorten what is left. */
    private static void shorten(KubeObject object, ObjectNode metadata, Options options, long grace) {
        long present = object.meta().deletionGracePeriodSeconds().orElse(0L);
        if (options.graceSeconds().isPresent() && grace < present) {
            Instant asked = Seconds.after(Instant.parse(object.meta().deletionTimestamp()), -present);
            metadata.put("deletionTimestamp", KindStrategy.timestamp(Seconds.after(asked, grace)));
            metadata.put("deletionGracePeriodSeconds", grace);
        }
    }

    private static void settleFinalizers(KindStrategy strategy, ObjectNode metadata, String propagation) {
        List<String> finalizers = new ArrayList<>(Json.stringList(metadata, "finalizers"));
        boolean orphanAlready = finalizers.contains(ORPHAN);
        boolean foregroundAlready = finalizers.contains(FOREGROUND);
        finalizers.removeAll(List.of(ORPHAN, FOREGROUND));
        switch (propagation) {
            case "Orphan" -> finalizers.add(ORPHAN);
            case "Foreground" -> finalizers.add(FOREGROUND);
            case "Background" -> {}
            case "" -> {
                if (orphanAlready || (!foregroundAlready && strategy.has(Trait.ORPHANS_BY_DEFAULT))) {
                    finalizers.add(ORPHAN);
                } else if (foregroundAlready) {
                    finalizers.add(FOREGROUND);
                }
            }
            default ->
                throw ApiException.badRequest(
                        "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported"
                                + " value: \"" + propagation
                                + "\": supported values: \"Background\", \"Foreground\", \"Orphan\"");
        }
        if (finalizers.isEmpty()) {
            metadata.remove("finalizers");
        } else {
            ArrayNode array = metadata.putArray("finalizers");
            finalizers.forEach(array::add);
        }
    }
}
