package io.minik.server.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.schema.Defaults;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Kinds;
import io.minik.api.schema.Schema;
import io.minik.api.schema.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The versions and groups in which the same objects are served, and from one to another. Any thread. */
public final class Versions {
    /** @param rows by what is stored, of what is served in more than one form */
    private record Known(Schema schema, Map<Resource, List<KindRow>> rows) {}

    private final Kinds kinds;
    private final KindStrategies strategies;
    private volatile Known known;

    public Versions(Kinds kinds, KindStrategies strategies) {
        this.kinds = kinds;
        this.strategies = strategies;
        this.known = known(kinds.now());
    }

    /** The other forms of a kind, in the order of discovery. */
    @SuppressWarnings("ReferenceEquality") // A schema never changes.
    public List<KindRow> others(KindRow kind) {
        Known present = known;
        Schema schema = kinds.now();
        if (present.schema() != schema) {
            present = known(schema);
            known = present;
        }
        List<KindRow> others = new ArrayList<>(present.rows().getOrDefault(kind.stored(), List.of()));
        others.removeIf(other -> other.resource().equals(kind.resource()));
        return others;
    }

    private static Known known(Schema schema) {
        Map<Resource, List<KindRow>> rows = new HashMap<>();
        for (KindRow row : schema.kinds()) {
            rows.computeIfAbsent(row.stored(), unused -> new ArrayList<>(1)).add(row);
        }
        rows.values().removeIf(forms -> forms.size() == 1);
        return new Known(schema, rows);
    }

    /** An object in another form, as a new tree. */
    public ObjectNode convert(Resource from, Resource to, ObjectNode tree) {
        Resource stored = kinds.now().stored(from);
        ObjectNode copy = tree.deepCopy();
        ObjectNode kept = stored.equals(from) ? copy : strategies.of(from).toStored(stored, copy);
        return stored.equals(to)
                ? kept
                : strategies.of(to).view(to, KubeObject.of(kept)).tree().deepCopy();
    }

    /** With what its kind defaults, in place. */
    public ObjectNode defaulted(KindRow row, ObjectNode tree) {
        Defaults.apply(row, tree);
        return tree;
    }

    /** The Scale of an object. */
    public ObjectNode scale(KindRow row, ObjectNode tree) {
        return Scales.of(row, KubeObject.of(tree)).tree();
    }

    /** An object as its Scale says, as a new tree. */
    public ObjectNode scaled(KindRow row, ObjectNode tree, ObjectNode scale) {
        ObjectNode next = tree.deepCopy();
        Scales.write(row, next, scale);
        return next;
    }

    /** Of what a Scale is. */
    public Type scaleType() {
        return type("autoscaling/v1", "Scale").orElseThrow(() -> new IllegalStateException("the schema has no Scale"));
    }

    /** Of what a subresource takes. */
    public Optional<Type> type(String apiVersion, String kind) {
        return kinds.now().findType(apiVersion, kind);
    }
}
