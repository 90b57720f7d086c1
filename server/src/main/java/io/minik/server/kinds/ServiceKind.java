package io.minik.server.kinds;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.server.registry.KindStrategy;
import io.minik.server.registry.Trait;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Services. Their addresses and ports are given out by admission's step {@link ServiceAllocation}. */
final class ServiceKind implements KindStrategy {
    @Override
    public Set<Trait> traits() {
        return Set.of(Trait.CREATED_BY_PUT, Trait.RETURNED_WHEN_DELETED);
    }

    @Override
    public Optional<ObjectNode> initialStatus() {
        return Optional.of(PlainKind.parsed("{\"loadBalancer\":{}}"));
    }

    @Override
    public List<String> selectableFields() {
        return List.of("spec.clusterIP", "spec.type");
    }
}
