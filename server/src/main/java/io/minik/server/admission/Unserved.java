package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Resources;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the API takes and keeps and nothing acts on yet: the one list. docs/compat.md shows it, {@link NotYet} says it to
 * who writes such an object. An entry goes when what it misses is there.
 *
 * @param resource {@code networkpolicies.networking.k8s.io}; {@code pods} means also what pods are made from
 * @param what of it: {@code NetworkPolicy}, {@code securityContext.seLinuxOptions}
 * @param missing what does not happen, as it follows "but does not" and comes before "yet"
 * @param where whether an object is concerned
 */
record Unserved(String resource, String what, String missing, Where where) {
    /** Looks at an object, or at the metadata and spec of what pods are made from. */
    interface Where {
        boolean test(JsonNode object, Lookup lookup);
    }

    private static final Where ALWAYS = (object, lookup) -> true;
    private static final String DRA = ".resource.k8s.io";
    private static final String STORAGE = ".storage.k8s.io";
    /** Provisioners that need nobody's help: none, and the one in the box. */
    private static final Set<String> OWN = Set.of("", "kubernetes.io/no-provisioner", "minik.io/local-path");

    private static final String PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";
    static final List<Unserved> ALL = List.of(
            new Unserved(
                    "servicecidrs.networking.k8s.io",
                    "a range of IPv6 in a ServiceCIDR",
                    "give addresses of it to Services",
                    (object, lookup) ->
                            Json.stringList(object, "spec", "cidrs").stream().anyMatch(cidr -> cidr.contains(":"))),
            new Unserved(
                    "storageclasses.storage.k8s.io",
                    "a StorageClass with a provisioner of others",
                    "provision volumes by itself",
                    (object, lookup) -> provisions(object)),
            new Unserved(
                    "persistentvolumeclaims",
                    "a claim of a StorageClass with a provisioner of others",
                    "provision a volume for it by itself",
                    Unserved::claimsDynamically),
            new Unserved(
                    "persistentvolumeclaims",
                    "spec.dataSource",
                    "fill the volume from it",
                    (object, lookup) -> object.path("spec").has("dataSource")
                            || object.path("spec").has("dataSourceRef")),
            new Unserved(
                    "persistentvolumes",
                    "reclaim policies other than Retain of volumes made by hand",
                    "delete what is in a released volume",
                    (object, lookup) -> !Json.textOr("Retain", object, "spec", "persistentVolumeReclaimPolicy")
                                    .equals("Retain")
                            && !Json.at(object, "metadata", "annotations").has(PROVISIONED_BY)),
            new Unserved("persistentvolumes", "spec.mountOptions", "mount with them", (object, lookup) -> !Json.at(
                            object, "spec", "mountOptions")
                    .isEmpty()),
            all("volumeattributesclasses" + STORAGE, "VolumeAttributesClass", "change volumes by it"),
            all("csidrivers" + STORAGE, "CSIDriver", "run CSI drivers"),
            all("csinodes" + STORAGE, "CSINode", "run CSI drivers"),
            all("csistoragecapacities" + STORAGE, "CSIStorageCapacity", "schedule by it"),
            all("volumeattachments" + STORAGE, "VolumeAttachment", "attach volumes"),
            all("resourceclaims" + DRA, "ResourceClaim", "allocate devices"),
            all("resourceclaimtemplates" + DRA, "ResourceClaimTemplate", "allocate devices"),
            all("deviceclasses" + DRA, "DeviceClass", "allocate devices"),
            all("resourceslices" + DRA, "ResourceSlice", "allocate devices"),
            new Unserved("pods", "spec.resourceClaims", "give devices to pods", (object, lookup) -> !Json.at(
                            object, "spec", "resourceClaims")
                    .isEmpty()),
            new Unserved(
                    "pods",
                    "securityContext.seLinuxOptions",
                    "label processes with them",
                    (object, lookup) -> anyContext(object, "seLinuxOptions")),
            new Unserved(
                    "pods",
                    "securityContext.windowsOptions",
                    "run Windows containers",
                    (object, lookup) -> anyContext(object, "windowsOptions")),
            new Unserved(
                    "pods",
                    "the annotations kubernetes.io/ingress-bandwidth and kubernetes.io/egress-bandwidth",
                    "limit traffic by them",
                    (object, lookup) -> Json.at(object, "metadata", "annotations")
                                    .has("kubernetes.io/ingress-bandwidth")
                            || Json.at(object, "metadata", "annotations").has("kubernetes.io/egress-bandwidth")),
            new Unserved(
                    "pods",
                    "volumeDevices",
                    "hand block devices to containers",
                    (object, lookup) -> containers(object).stream()
                            .anyMatch(container ->
                                    !container.path("volumeDevices").isEmpty())));

    private static Unserved all(String resource, String kind, String missing) {
        return new Unserved(resource, kind, missing, ALWAYS);
    }

    /** {@code minik stores NetworkPolicy, but does not enforce it yet}. */
    String message() {
        return "minik stores " + what + ", but does not " + missing + " yet";
    }

    /** A line of docs/compat.md. */
    String row() {
        return "| " + resource + " | " + what + " | " + missing + " |";
    }

    private static boolean provisions(JsonNode storageClass) {
        return !OWN.contains(Json.text(storageClass, "provisioner"));
    }

    private static boolean claimsDynamically(JsonNode claim, Lookup lookup) {
        String name = Json.text(claim, "spec", "storageClassName");
        Optional<Boolean> provisions = name.isEmpty()
                ? Optional.empty()
                : lookup.find(Resources.STORAGE_CLASSES, ObjectKey.cluster(name))
                        .map(found -> provisions(found.compact().tree()));
        return provisions.orElse(false)
                && Json.text(claim, "spec", "volumeName").isEmpty();
    }

    private static List<JsonNode> containers(JsonNode pod) {
        List<JsonNode> all = new ArrayList<>();
        for (String list : List.of("initContainers", "containers", "ephemeralContainers")) {
            Json.at(pod, "spec", list).forEach(all::add);
        }
        return all;
    }

    private static boolean anyContext(JsonNode pod, String field) {
        return Json.at(pod, "spec", "securityContext").has(field)
                || containers(pod).stream()
                        .anyMatch(container -> container.path("securityContext").has(field));
    }
}
