package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.ground.json.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A container's volumeDevices: raw volumes, beside those that it mounts. */
final class DeviceRules {
    /** Sources of volumes that may be raw; a StatefulSet's own claims have a spec. */
    private static final List<String> CLAIMED = List.of("persistentVolumeClaim", "ephemeral", "spec");

    private final Causes causes;

    DeviceRules(Causes causes) {
        this.causes = causes;
    }

    /** @param volumes the pod's, by name */
    void check(JsonNode container, String path, Map<String, JsonNode> volumes) {
        JsonNode devices = container.path("volumeDevices");
        JsonNode mounts = container.path("volumeMounts");
        Set<String> mounted = texts(mounts, "name");
        Set<String> places = texts(mounts, "mountPath");
        Set<String> names = new HashSet<>();
        Set<String> paths = new HashSet<>();
        for (int at = 0; at < devices.size(); at++) {
            String here = path + ".volumeDevices[" + at + "]";
            String name = Json.text(devices.get(at), "name");
            String place = Json.text(devices.get(at), "devicePath");
            if (!name.isEmpty()) {
                name(name, here + ".name", names, volumes);
                if (mounted.contains(name)) {
                    causes.invalid(here + ".name", name, "must not already exist in volumeMounts");
                }
            }
            if (!place.isEmpty()) {
                if (List.of(place.split("/")).contains("..")) {
                    causes.invalid(here + ".devicePath", place, "can not contain backsteps ('..')");
                } else if (!paths.add(place)) {
                    causes.invalid(here + ".devicePath", place, "must be unique");
                }
                if (places.contains(place)) {
                    causes.invalid(here + ".devicePath", place, "must not already exist as a path in volumeMounts");
                }
            }
        }
        for (int at = 0; at < mounts.size(); at++) {
            String here = path + ".volumeMounts[" + at + "]";
            String name = Json.text(mounts.get(at), "name");
            String place = Json.text(mounts.get(at), "mountPath");
            if (names.contains(name)) {
                causes.invalid(here + ".name", name, "must not already exist in volumeDevices");
            }
            if (paths.contains(place)) {
                causes.invalid(here + ".mountPath", place, "must not already exist as a path in volumeDevices");
            }
        }
    }

    private void name(String name, String path, Set<String> names, Map<String, JsonNode> volumes) {
        if (!names.add(name)) {
            causes.invalid(path, name, "must be unique");
        }
        JsonNode volume = volumes.get(name);
        if (volume == null) {
            causes.notFound(path, name);
        } else if (CLAIMED.stream().noneMatch(volume::has)) {
            causes.invalid(
                    path, name, "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode");
        }
    }

    private static Set<String> texts(JsonNode items, String field) {
        Set<String> texts = new HashSet<>();
        items.forEach(item -> texts.add(Json.text(item, field)));
        return texts;
    }
}
