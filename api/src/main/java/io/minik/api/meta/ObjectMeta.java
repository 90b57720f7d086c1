package io.minik.api.meta;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The head of every object (meta/v1 ObjectMeta without managedFields). Absent strings are empty.
 *
 * @param resourceVersion the store's revision of the last write, as text; empty when not stored
 * @param deletionTimestamp RFC 3339, empty unless being deleted
 * @param deletionGracePeriodSeconds present once deletion was asked for
 */
public record ObjectMeta(
        String name,
        String generateName,
        String namespace,
        String uid,
        String resourceVersion,
        long generation,
        String creationTimestamp,
        String deletionTimestamp,
        Optional<Long> deletionGracePeriodSeconds,
        Map<String, String> labels,
        Map<String, String> annotations,
        List<OwnerReference> ownerReferences,
        List<String> finalizers) {

    public static ObjectMeta of(JsonNode metadata) {
        List<OwnerReference> owners = new ArrayList<>();
        for (JsonNode owner : metadata.path("ownerReferences")) {
            owners.add(OwnerReference.of(owner));
        }
        JsonNode grace = metadata.path("deletionGracePeriodSeconds");
        return new ObjectMeta(
                Json.text(metadata, "name"),
                Json.text(metadata, "generateName"),
                Json.text(metadata, "namespace"),
                Json.text(metadata, "uid"),
                Json.text(metadata, "resourceVersion"),
                Json.longOr(0, metadata, "generation"),
                Json.text(metadata, "creationTimestamp"),
                Json.text(metadata, "deletionTimestamp"),
                grace.isNumber() ? Optional.of(grace.longValue()) : Optional.empty(),
                Json.strings(metadata, "labels"),
                Json.strings(metadata, "annotations"),
                List.copyOf(owners),
                List.copyOf(Json.stringList(metadata, "finalizers")));
    }

    public boolean deleting() {
        return !deletionTimestamp.isEmpty();
    }

    /** The owner whose {@code controller} is true. */
    public Optional<OwnerReference> controller() {
        return ownerReferences.stream().filter(OwnerReference::controller).findFirst();
    }
}
