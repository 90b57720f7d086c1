package io.minik.server.kinds;

import io.minik.server.registry.KindStrategy;
import io.minik.server.registry.Trait;
import java.util.Set;

/** Leases: nodes' heartbeats need not wait for the disk. */
final class LeaseKind implements KindStrategy {
    @Override
    public Set<Trait> traits() {
        return Set.of(Trait.CREATED_BY_PUT, Trait.PUT_NEEDS_VERSION);
    }

    @Override
    public boolean isLazilyDurable(String namespace) {
        return namespace.equals("kube-node-lease");
    }
}
