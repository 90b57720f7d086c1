package io.minik.agent.ingress;

import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.net.Address;
import java.util.Collection;
import java.util.Optional;

/** What routes are made of, beside Ingresses. */
interface ClusterView {
    Optional<KubeObject> service(ObjectKey key);

    /** EndpointSlices of a Service. */
    Collection<KubeObject> slices(ObjectKey service);

    /** @return whose this place is, if requests of strangers have nothing to do there */
    Optional<String> reserved(Address address, int port);
}
