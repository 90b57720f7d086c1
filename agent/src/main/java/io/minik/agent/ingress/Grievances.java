package io.minik.agent.ingress;

import io.minik.api.client.EventRecorder;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What is wrong, told once as an event: when it has been so for a moment, since an Ingress often comes before its Service. */
final class Grievances {
    private final EventRecorder events;
    private final Map<ObjectKey, Set<Complaint>> told = new HashMap<>();

    Grievances(EventRecorder events) {
        this.events = events;
    }

    /** @param all there are; what is over may be told again when it comes back */
    void tell(List<Complaint> all, Function<ObjectKey, Optional<KubeObject>> ingresses) {
        told.values().forEach(each -> each.retainAll(Set.copyOf(all)));
        told.values().removeIf(Set::isEmpty);
        for (Complaint complaint : all) {
            Optional<KubeObject> about = ingresses.apply(complaint.ingress());
            if (about.isPresent()
                    && told.computeIfAbsent(complaint.ingress(), none -> new HashSet<>())
                            .add(complaint)) {
                events.warning(about.get(), complaint.reason(), complaint.message());
            }
        }
    }
}
