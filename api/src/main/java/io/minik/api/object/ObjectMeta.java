package io.minik.api.object;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The head of every object: meta/v1 ObjectMeta without managedFields and annotations, which may be far larger than all the
 * rest and stay in the object's bytes. Absent strings are empty.
 *
 * <p>Every object of the cluster has one on the heap: what many objects have alike is one string, what few have is apart.
 */
public final class ObjectMeta {
    private static final Rare NONE = new Rare("", "", Optional.empty(), "", "");

    private static final UUID NO_UID = new UUID(0, 0);

    private static final int UUID_LENGTH = 36;

    private final String name;
    private final String namespace;
    // A string of them would take five times as much.
    private final long uidHigh;
    private final long uidLow;
    private final long version;
    private final long generation;
    private final String creationTimestamp;
    private final Map<String, String> labels;
    private final List<OwnerReference> ownerReferences;
    private final List<String> finalizers;
    private final Rare rare;

    /**
     * @param foreignVersion a resourceVersion that is no revision: what a client made up
     * @param foreignUid a uid that is not written as ours are
     */
    private record Rare(
            String generateName,
            String deletionTimestamp,
            Optional<Long> deletionGracePeriodSeconds,
            String foreignVersion,
            String foreignUid) {}

    private ObjectMeta(JsonNode metadata) {
        this.name = Json.text(metadata, "name");
        this.namespace = Json.text(metadata, "namespace").intern();
        Optional<UUID> uid = uuid(Json.text(metadata, "uid"));
        this.uidHigh = uid.map(UUID::getMostSignificantBits).orElse(0L);
        this.uidLow = uid.map(UUID::getLeastSignificantBits).orElse(0L);
        this.version = version(Json.text(metadata, "resourceVersion"));
        this.generation = Json.longOr(0, metadata, "generation");
        this.creationTimestamp = Json.text(metadata, "creationTimestamp").intern();
        this.labels = Labels.of(metadata.path("labels"));
        List<OwnerReference> owners = new ArrayList<>(0);
        for (JsonNode owner : metadata.path("ownerReferences")) {
            owners.add(OwnerReference.of(owner));
        }
        this.ownerReferences = List.copyOf(owners);
        this.finalizers = List.copyOf(Json.stringList(metadata, "finalizers"));
        this.rare = rare(metadata, version, uid.isPresent());
    }

    private ObjectMeta(ObjectMeta other, long version) {
        this.name = other.name;
        this.namespace = other.namespace;
        this.uidHigh = other.uidHigh;
        this.uidLow = other.uidLow;
        this.version = version;
        this.generation = other.generation;
        this.creationTimestamp = other.creationTimestamp;
        this.labels = other.labels;
        this.ownerReferences = other.ownerReferences;
        this.finalizers = other.finalizers;
        this.rare = other.rare;
    }

    public static ObjectMeta of(JsonNode metadata) {
        return new ObjectMeta(metadata);
    }

    /** The same of a stored object at another revision. */
    public ObjectMeta at(long revision) {
        return new ObjectMeta(this, revision);
    }

    private static Optional<UUID> uuid(String text) {
        try {
            UUID uuid = text.length() == UUID_LENGTH ? UUID.fromString(text) : NO_UID;
            return !uuid.equals(NO_UID) && uuid.toString().equals(text) ? Optional.of(uuid) : Optional.empty();
        } catch (IllegalArgumentException foreign) {
            return Optional.empty();
        }
    }

    private static Rare rare(JsonNode metadata, long version, boolean hasUuid) {
        JsonNode grace = metadata.path("deletionGracePeriodSeconds");
        String generateName = Json.text(metadata, "generateName");
        String deletion = Json.text(metadata, "deletionTimestamp");
        String foreign = version < 0 ? Json.text(metadata, "resourceVersion") : "";
        String uid = hasUuid ? "" : Json.text(metadata, "uid");
        return generateName.isEmpty() && deletion.isEmpty() && !grace.isNumber() && foreign.isEmpty() && uid.isEmpty()
                ? NONE
                : new Rare(
                        generateName.intern(),
                        deletion.intern(),
                        grace.isNumber() ? Optional.of(grace.longValue()) : Optional.empty(),
                        foreign,
                        uid);
    }

    /** -1: none, or not one of ours. */
    private static long version(String text) {
        try {
            long version = text.isEmpty() ? -1 : Long.parseLong(text);
            return Long.toString(version).equals(text) ? version : -1;
        } catch (NumberFormatException foreign) {
            return -1;
        }
    }

    public String name() {
        return name;
    }

    public String generateName() {
        return rare.generateName();
    }

    public String namespace() {
        return namespace;
    }

    public String uid() {
        return uidHigh == 0 && uidLow == 0 ? rare.foreignUid() : new UUID(uidHigh, uidLow).toString();
    }

    /** The store's revision of the last write, as text; empty when not stored. */
    public String resourceVersion() {
        return version < 0 ? rare.foreignVersion() : Long.toString(version);
    }

    /** The same as a number, -1 when not stored. */
    public long revision() {
        return version;
    }

    public long generation() {
        return generation;
    }

    /** RFC 3339. */
    public String creationTimestamp() {
        return creationTimestamp;
    }

    /** RFC 3339, empty unless being deleted. */
    public String deletionTimestamp() {
        return rare.deletionTimestamp();
    }

    /** Present once deletion was asked for. */
    public Optional<Long> deletionGracePeriodSeconds() {
        return rare.deletionGracePeriodSeconds();
    }

    public Map<String, String> labels() {
        return labels;
    }

    public List<OwnerReference> ownerReferences() {
        return ownerReferences;
    }

    public List<String> finalizers() {
        return finalizers;
    }

    public boolean deleting() {
        return !rare.deletionTimestamp().isEmpty();
    }

    /** The owner whose {@code controller} is true. */
    public Optional<OwnerReference> controller() {
        return ownerReferences.stream().filter(OwnerReference::controller).findFirst();
    }
}
