package io.minik.server.registry;

import io.minik.api.meta.Resource;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Schema;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Which resources are stored, and under which of its versions a kind with two is. */
public final class StoredKinds {
    private static final Resource CORE_EVENTS = new Resource("", "v1", "events", "Event", true);
    private static final Resource AUTOSCALERS_V2 =
            new Resource("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true);

    /** Served in two group versions, stored in one. */
    private static final Map<String, Resource> STORED_ELSEWHERE = Map.of(
            "events.k8s.io/v1/events", CORE_EVENTS,
            "autoscaling/v1/horizontalpodautoscalers", AUTOSCALERS_V2);

    private StoredKinds() {}

    /** The resource that holds a resource's objects: mostly itself. */
    static Resource of(Resource resource) {
        return STORED_ELSEWHERE.getOrDefault(resource.apiVersion() + "/" + resource.plural(), resource);
    }

    /** Everything that needs a watch cache. */
    public static Set<Resource> resources(Schema schema) {
        Set<Resource> stored = new LinkedHashSet<>();
        for (KindRow kind : schema.kinds()) {
            if (kind.has("get")) {
                stored.add(of(kind.resource()));
            }
        }
        stored.add(ServiceAllocation.NODE_PORTS);
        return stored;
    }
}
