package io.minik.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.patch.Apply.Applier;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;

/**
 * The annotation in which kubectl notes what it applied by itself, for objects that it now lets the server apply: what it
 * wrote so is no conflict for it, and the note follows, so that the user may go back.
 */
final class LastApplied {
    private static final String ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";
    private static final String KUBECTL = "kubectl";

    /** All annotations together may be no longer: upstream's limit. */
    private static final int LONGEST_BYTES = 256 * 1024;

    private LastApplied() {}

    /** What kubectl applied itself and nobody has changed since; nothing for all other appliers. */
    static FieldSet unchanged(Applier applier, ObjectNode live) {
        String note = Json.text(live, "metadata", "annotations", ANNOTATION);
        if (!applier.manager().equals(KUBECTL) || note.isEmpty()) {
            return new FieldSet();
        }
        JsonNode said;
        try {
            said = Json.parse(note.getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            // Somebody else wrote it: it frees nothing.
            return new FieldSet();
        }
        if (!(said instanceof ObjectNode last)) {
            return new FieldSet();
        }
        FieldSet changed = Ownership.difference(applier.type(), last, live).changed();
        return Ownership.fields(applier.type(), last).minus(changed);
    }

    /** Where there is a note, it tells what kubectl applies now. */
    static void follow(Applier applier, ObjectNode tree, ObjectNode applied) {
        JsonNode annotations = Json.at(tree, "metadata", "annotations");
        if (!applier.manager().equals(KUBECTL)
                || !annotations.has(ANNOTATION)
                || !(annotations instanceof ObjectNode notes)) {
            return;
        }
        ObjectNode said = applied.deepCopy();
        if (said.path("metadata").path("annotations") instanceof ObjectNode own) {
            own.remove(ANNOTATION);
        }
        byte[] note = Json.bytes(said);
        if (note.length < LONGEST_BYTES) {
            notes.put(ANNOTATION, new String(note, StandardCharsets.UTF_8) + "\n");
        }
    }
}
