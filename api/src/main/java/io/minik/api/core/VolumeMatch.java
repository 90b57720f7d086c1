package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Quantity;
import io.minik.api.object.KubeObject;
import io.minik.api.selector.LabelSelector;
import io.minik.ground.json.Json;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Which persistent volume a claim gets: the smallest that is large enough and of its kind. Pure. */
public final class VolumeMatch {
    /** On a claim that waits for its first consumer: where that goes, by which provisioners make the volume there. */
    public static final String SELECTED_NODE = "volume.kubernetes.io/selected-node";

    private VolumeMatch() {}

    /** @param node where its pod is to run, if that is known */
    public static Optional<KubeObject> find(
            KubeObject claim, Collection<KubeObject> volumes, Optional<KubeObject> node) {
        Optional<KubeObject> reserved =
                volumes.stream().filter(volume -> reservedFor(volume, claim)).findFirst();
        return reserved.or(() -> volumes.stream()
                .filter(volume -> fits(claim, volume, node))
                .min(Comparator.comparing(VolumeMatch::capacity).thenComparing(KubeObject::name)));
    }

    /** Its claimRef names the claim: by uid, or by name alone as people write it. */
    public static boolean reservedFor(KubeObject volume, KubeObject claim) {
        JsonNode reference = volume.at("spec", "claimRef");
        String uid = Json.text(reference, "uid");
        return !(volume.meta().deleting() && uid.isEmpty())
                && Json.text(reference, "name").equals(claim.name())
                && Json.text(reference, "namespace").equals(claim.namespace())
                && (uid.isEmpty() || uid.equals(claim.uid()));
    }

    /** Free, and all that the claim asks for. @param node as above */
    public static boolean fits(KubeObject claim, KubeObject volume, Optional<KubeObject> node) {
        JsonNode asked = claim.at("spec");
        JsonNode offered = volume.at("spec");
        boolean plain = !volume.meta().deleting()
                && !offered.path("claimRef").isObject()
                && Json.text(offered, "storageClassName").equals(Json.text(asked, "storageClassName"))
                && Json.textOr("Filesystem", offered, "volumeMode")
                        .equals(Json.textOr("Filesystem", asked, "volumeMode"))
                && Json.stringList(offered, "accessModes").containsAll(Json.stringList(asked, "accessModes"));
        JsonNode selector = asked.path("selector");
        JsonNode required = Json.at(offered, "nodeAffinity", "required");
        return plain
                && (!selector.isObject()
                        || LabelSelector.of(selector).matches(volume.meta().labels()))
                && (node.isEmpty()
                        || !required.isObject()
                        || NodeSelector.of(required)
                                .matches(node.get().name(), node.get().meta().labels()))
                && capacity(volume)
                                .compareTo(Quantity.find(Json.text(asked, "resources", "requests", "storage"))
                                        .orElse(Quantity.ZERO))
                        >= 0;
    }

    private static Quantity capacity(KubeObject volume) {
        return Quantity.orZero(volume.text("spec", "capacity", "storage"));
    }
}
