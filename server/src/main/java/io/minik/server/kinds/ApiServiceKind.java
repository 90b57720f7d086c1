package io.minik.server.kinds;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.server.registry.KindStrategy;
import io.minik.server.registry.Trait;
import java.util.List;
import java.util.Set;

/** What this server serves is available from the moment when its APIService is there; of another's server nobody knows yet. */
final class ApiServiceKind implements KindStrategy {
    @Override
    public Set<Trait> traits() {
        return Set.of(Trait.PUT_NEEDS_VERSION, Trait.KEEPS_STATUS_ON_CREATE);
    }

    @Override
    public List<String> keptByStatus() {
        return BuiltInKinds.ALL_METADATA;
    }

    @Override
    public List<String> prepareCreate(ObjectNode tree) {
        ObjectNode status = tree.putObject("status");
        if (!tree.path("spec").path("service").isObject()) {
            status.putArray("conditions")
                    .addObject()
                    .put("type", "Available")
                    .put("status", "True")
                    .put("lastTransitionTime", Json.text(tree, "metadata", "creationTimestamp"))
                    .put("reason", "Local")
                    .put("message", "Local APIServices are always available");
        }
        return List.of();
    }
}
