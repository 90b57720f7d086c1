package io.minik.server.kinds;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.server.registry.KindStrategy;
import io.minik.server.registry.Trait;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Every kind that was added while the server runs. Its versions differ in nothing but their name, and its objects know a
 * status only once somebody writes one.
 */
final class CustomKind implements KindStrategy {
    @Override
    public Set<Trait> traits() {
        return Set.of(Trait.COUNTS_GENERATIONS, Trait.PUT_NEEDS_VERSION);
    }

    @Override
    public Optional<ObjectNode> initialStatus() {
        return Optional.empty();
    }

    @Override
    public List<String> keptByStatus() {
        return BuiltInKinds.ALL_METADATA;
    }

    @Override
    public KubeObject view(Resource as, KubeObject stored) {
        return stored.text("apiVersion").equals(as.apiVersion())
                ? stored
                : stored.edit(tree -> tree.put("apiVersion", as.apiVersion()));
    }

    @Override
    public ObjectNode toStored(Resource stored, ObjectNode tree) {
        return tree.deepCopy().put("apiVersion", stored.apiVersion());
    }
}
