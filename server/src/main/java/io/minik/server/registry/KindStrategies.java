package io.minik.server.registry;

import io.minik.api.meta.Resource;
import io.minik.api.schema.Schema;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which strategy a kind has, whatever its version: by group and kind. One of Kubernetes' own that has none is
 * {@link KindStrategy#GENERIC}; all others were added while the server runs, and share one.
 */
public final class KindStrategies {
    private final Map<GroupKind, KindStrategy> byKind = new HashMap<>();
    private final KindStrategy added;
    private final Set<Resource> unserved;

    /** @param group empty for the core group */
    public record GroupKind(String group, String kind) {
        public static GroupKind of(Resource resource) {
            return new GroupKind(resource.group(), resource.kind());
        }
    }

    /**
     * @param builtIn Kubernetes' own kinds
     * @param special those of them that have a strategy
     * @param unserved what the server stores of its own, which needs a cache but is no kind
     */
    public KindStrategies(
            Schema builtIn, Map<GroupKind, KindStrategy> special, KindStrategy added, Set<Resource> unserved) {
        builtIn.kinds().forEach(row -> byKind.put(GroupKind.of(row.resource()), KindStrategy.GENERIC));
        byKind.putAll(special);
        unserved.forEach(resource -> byKind.put(GroupKind.of(resource), KindStrategy.GENERIC));
        this.added = added;
        this.unserved = Set.copyOf(unserved);
    }

    KindStrategy of(Resource resource) {
        return byKind.getOrDefault(GroupKind.of(resource), added);
    }

    /** Everything that needs a watch cache. */
    public Set<Resource> stored(Schema schema) {
        Set<Resource> stored = new LinkedHashSet<>(schema.stored());
        stored.addAll(unserved);
        return stored;
    }
}
