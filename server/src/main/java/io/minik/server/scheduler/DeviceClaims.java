package io.minik.server.scheduler;

import io.minik.api.client.Informer;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import java.util.Optional;

/**
 * Why a pod that asks for devices (resource claims) has to wait. Devices are not allocated here: a pod that runs without
 * what it asked for would be worse than one that waits and says why.
 */
final class DeviceClaims {
    private final Informer claims;

    DeviceClaims(Informer claims) {
        this.claims = claims;
    }

    /** Upstream's words for claims that are not there; empty: the pod asks for no devices. */
    Optional<String> refusal(PodNeeds pod) {
        for (String name : pod.devices()) {
            if (name.isEmpty()) {
                return Optional.of("pod \"" + pod.key() + "\": ResourceClaim not created yet");
            }
            Optional<KubeObject> claim = claims.get(ObjectKey.of(pod.key().namespace(), name));
            if (claim.isEmpty()) {
                return Optional.of("resourceclaim.resource.k8s.io \"" + name + "\" not found");
            }
            if (claim.get().meta().deleting()) {
                return Optional.of("resourceclaim \"" + name + "\" is being deleted");
            }
        }
        return pod.devices().isEmpty()
                ? Optional.empty()
                : Optional.of("cannot allocate all claims: this cluster does not allocate devices (ResourceClaims)");
    }
}
