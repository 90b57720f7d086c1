package io.minik.server.table;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Volumes, claims, classes, CSI. */
final class StorageTables {
    private static final Map<String, String> ACCESS =
            Map.of("ReadWriteOnce", "RWO", "ReadOnlyMany", "ROX", "ReadWriteMany", "RWX", "ReadWriteOncePod", "RWOP");
    private static final List<String> ACCESS_ORDER =
            List.of("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod");
    private static final String DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";
    private static final String CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";

    static final TableKind VOLUME = Printed.of(
            "Name, Capacity, Access Modes, Reclaim Policy, Status, Claim, StorageClass, VolumeAttributesClass, Reason,"
                    + " Age, +VolumeMode",
            (object, now) -> List.of(
                    object.name(),
                    object.text("spec", "capacity", "storage"),
                    accessModes(object.at("spec", "accessModes")),
                    object.text("spec", "persistentVolumeReclaimPolicy"),
                    phase(object),
                    claim(object.at("spec", "claimRef")),
                    storageClass(object),
                    Json.textOr(Cells.UNSET, object.tree(), "spec", "volumeAttributesClassName"),
                    object.text("status", "reason"),
                    Cells.age(object, now),
                    Json.textOr(Cells.UNSET, object.tree(), "spec", "volumeMode")));

    static final TableKind CLAIM = Printed.of(
            "Name, Status, Volume, Capacity, Access Modes, StorageClass, VolumeAttributesClass, Age, +VolumeMode",
            (object, now) -> {
                boolean bound = !object.text("spec", "volumeName").isEmpty();
                return List.of(
                        object.name(),
                        phase(object),
                        object.text("spec", "volumeName"),
                        bound ? object.text("status", "capacity", "storage") : "",
                        bound ? accessModes(object.at("status", "accessModes")) : "",
                        storageClass(object),
                        Json.textOr(Cells.UNSET, object.tree(), "spec", "volumeAttributesClassName"),
                        Cells.age(object, now),
                        Json.textOr(Cells.UNSET, object.tree(), "spec", "volumeMode"));
            });

    static final TableKind STORAGE_CLASS = Printed.of(
            "Name, Provisioner, ReclaimPolicy, VolumeBindingMode, ?AllowVolumeExpansion, Age",
            (object, now) -> List.of(
                    object.name()
                            + (object.annotations()
                                            .getOrDefault(DEFAULT_CLASS, "")
                                            .equals("true")
                                    ? " (default)"
                                    : ""),
                    object.text("provisioner"),
                    Json.textOr("Delete", object.tree(), "reclaimPolicy"),
                    Json.textOr(Cells.UNSET, object.tree(), "volumeBindingMode"),
                    object.at("allowVolumeExpansion").asBoolean(),
                    Cells.age(object, now)));

    static final TableKind ATTRIBUTES_CLASS = Printed.of(
            "Name, DriverName, Age",
            (object, now) -> List.of(object.name(), object.text("driverName"), Cells.age(object, now)));

    static final TableKind ATTACHMENT = Printed.of(
            "Name, Attacher, PV, Node, ?Attached, Age",
            (object, now) -> List.of(
                    object.name(),
                    object.text("spec", "attacher"),
                    object.text("spec", "source", "persistentVolumeName"),
                    object.text("spec", "nodeName"),
                    object.at("status", "attached").asBoolean(),
                    Cells.age(object, now)));

    static final TableKind CSI_NODE = Printed.of(
            "Name, #Drivers, Age",
            (object, now) -> List.of(object.name(), object.at("spec", "drivers").size(), Cells.age(object, now)));

    static final TableKind CSI_DRIVER = Printed.of(
            "Name, ?AttachRequired, ?PodInfoOnMount, ?StorageCapacity, TokenRequests, ?RequiresRepublish, Modes, Age",
            (object, now) -> List.of(
                    object.name(),
                    object.at("spec", "attachRequired").asBoolean(true),
                    object.at("spec", "podInfoOnMount").asBoolean(),
                    object.at("spec", "storageCapacity").asBoolean(),
                    tokenRequests(object),
                    object.at("spec", "requiresRepublish").asBoolean(),
                    Cells.orNone(Cells.join(Json.stringList(object.tree(), "spec", "volumeLifecycleModes"))),
                    Cells.age(object, now)));

    static final TableKind CSI_CAPACITY = Printed.of(
            "Name, StorageClassName, Capacity",
            (object, now) -> List.of(
                    object.name(),
                    object.text("storageClassName"),
                    Json.textOr(Cells.UNSET, object.tree(), "capacity")));

    private StorageTables() {}

    private static String phase(KubeObject object) {
        return object.meta().deleting() ? "Terminating" : object.text("status", "phase");
    }

    private static String claim(JsonNode reference) {
        return reference.isObject() ? Json.text(reference, "namespace") + "/" + Json.text(reference, "name") : "";
    }

    private static String storageClass(KubeObject object) {
        String old = object.annotations().getOrDefault(CLASS_ANNOTATION, "");
        return old.isEmpty() ? object.text("spec", "storageClassName") : old;
    }

    private static String accessModes(JsonNode modes) {
        List<String> shorter = new ArrayList<>();
        List<String> present = Json.stringList(modes);
        for (String mode : ACCESS_ORDER) {
            if (present.contains(mode)) {
                shorter.add(ACCESS.getOrDefault(mode, mode));
            }
        }
        return Cells.join(shorter);
    }

    private static String tokenRequests(KubeObject driver) {
        List<String> audiences = new ArrayList<>();
        for (JsonNode request : driver.at("spec", "tokenRequests")) {
            audiences.add(Json.text(request, "audience"));
        }
        return audiences.isEmpty() ? Cells.UNSET : Cells.join(audiences);
    }
}
