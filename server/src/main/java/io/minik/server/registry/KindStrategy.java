package io.minik.server.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is special about a kind on the generic path: upstream's rest strategies. The defaults are the generic path itself, and what
 * a kind gets that nobody wrote a strategy for. Pure functions on trees; of any thread.
 *
 * <p>A write asks in this order: a new object {@link #initialStatus}, {@link #prepareCreate}, admission, {@link #settle}; an update
 * {@link #narrow}, {@link #writesStatus}, {@link #prepareUpdate}; a delete {@link #graceSeconds}, {@link #held}, {@link #marked}.
 */
public interface KindStrategy {
    KindStrategy GENERIC = new KindStrategy() {};

    default Set<Trait> traits() {
        return Set.of();
    }

    default boolean has(Trait trait) {
        return traits().contains(trait);
    }

    // ---- a new object

    /** The status that a new object has, as a new tree, or none at all: what a creator sends as status is dropped. */
    default Optional<ObjectNode> initialStatus() {
        return Optional.of(Json.object());
    }

    /** Before admission, in place. The object has its name and uid. @return what its author is warned of */
    default List<String> prepareCreate(ObjectNode tree) {
        return List.of();
    }

    /** What follows from the object that admission has left, in place. */
    default void settle(ObjectNode tree) {}

    // ---- an update

    /** What a subresource lets through: of the object that was sent, only its own part reaches the stored one. */
    default ObjectNode narrow(String subresource, ObjectNode next, KubeObject old) {
        if (!subresource.isEmpty() && !subresource.equals("status")) {
            throw Registry.notAllowed();
        }
        return next;
    }

    /** Whether a subresource besides "status" records a decision of the server in the status: no one's wish. */
    default boolean writesStatus(String subresource) {
        return false;
    }

    /** What the status subresource may not write of the metadata; of other kinds it may write all. */
    default List<String> keptByStatus() {
        return List.of();
    }

    /** What an update may not touch, in place. */
    default void prepareUpdate(String subresource, ObjectNode next, KubeObject old) {}

    // ---- a delete

    /** How long a delete leaves it. @param asked by the caller */
    default long graceSeconds(KubeObject object, Optional<Long> asked) {
        return 0;
    }

    /** What holds it besides its finalizers. */
    default boolean held(ObjectNode tree) {
        return false;
    }

    /** What its deletion changes besides the metadata, in place. */
    default void marked(ObjectNode tree) {}

    // ---- how it is stored and found

    /** Written without waiting for the disk: nobody was promised it (DESIGN.md, "cheap on flash"). */
    default boolean isLazilyDurable(String namespace) {
        return false;
    }

    /** As another of its versions shows what is stored. */
    default KubeObject view(Resource as, KubeObject stored) {
        return stored;
    }

    /** The stored form of another of its versions, as a new tree. */
    default ObjectNode toStored(Resource stored, ObjectNode tree) {
        return tree;
    }

    /** The fields by which it can be selected, besides metadata.name and metadata.namespace. */
    default List<String> selectableFields() {
        return List.of();
    }

    /** The one of them by which so many watch that an event is not shown to all of these watches. */
    default Optional<String> foundBy() {
        return Optional.empty();
    }

    /** How an absent one of these reads. */
    default String absent(String field) {
        return "";
    }

    /** These fields of a stored object. */
    default Map<String, String> fieldsOf(JsonNode tree) {
        Map<String, String> values = new HashMap<>();
        for (String field : selectableFields()) {
            JsonNode node = Json.at(tree, field.split("\\."));
            values.put(field, node.isValueNode() && !node.isNull() ? node.asText() : absent(field));
        }
        return values;
    }

    // ---- words that several need

    /** As metav1.Time is written: whole seconds. */
    static String timestamp(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** The stored object, of which one field becomes what was sent; the caller's version stays the condition of the write. */
    static ObjectNode only(ObjectNode next, KubeObject old, String parent, String field) {
        ObjectNode kept = keeping(next, old);
        JsonNode value = Json.at(next, parent, field);
        if (value.isMissingNode()) {
            Json.child(kept, parent).remove(field);
        } else {
            Json.child(kept, parent).set(field, value);
        }
        return kept;
    }

    /** The stored object, under the caller's version as the condition of the write. */
    static ObjectNode keeping(ObjectNode next, KubeObject old) {
        ObjectNode kept = Json.parseObject(old.bytes());
        Json.child(kept, "metadata").put("resourceVersion", Json.text(next, "metadata", "resourceVersion"));
        Json.child(kept, "metadata").put("uid", Json.text(next, "metadata", "uid"));
        return kept;
    }
}
