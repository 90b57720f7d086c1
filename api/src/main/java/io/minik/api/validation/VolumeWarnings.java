package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Quantity;
import io.minik.ground.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What is odd about volumes: of pods, persistent ones, and claims. */
final class VolumeWarnings {
    private static final Map<String, String> OF_PODS = new TreeMap<>(Map.of(
            "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+",
            "gitRepo", "deprecated in v1.11, and disabled by default in v1.33+",
            "scaleIO", "deprecated in v1.16, non-functional in v1.22+",
            "flocker", "deprecated in v1.22, non-functional in v1.25+",
            "storageos", "deprecated in v1.22, non-functional in v1.25+",
            "quobyte", "deprecated in v1.22, non-functional in v1.25+",
            "glusterfs", "deprecated in v1.25, non-functional in v1.26+",
            "cephfs", "deprecated in v1.28, non-functional in v1.31+",
            "rbd", "deprecated in v1.28, non-functional in v1.31+"));
    private static final String MOUNT_OPTIONS = "volume.beta.kubernetes.io/mount-options";

    private final List<String> said;

    VolumeWarnings(List<String> said) {
        this.said = said;
    }

    /** Warns of the volumes of a pod. */
    void volumes(JsonNode volumes, String path) {
        for (int at = 0; at < volumes.size(); at++) {
            JsonNode volume = volumes.get(at);
            String here = path + "[" + at + "].";
            OF_PODS.forEach((type, why) -> {
                if (volume.has(type)) {
                    said.add(here + type + ": " + why);
                }
            });
            claim(
                    Json.at(volume, "ephemeral", "volumeClaimTemplate", "spec"),
                    here + "ephemeral.volumeClaimTemplate.spec");
            overlaps(volume);
        }
    }

    void claim(JsonNode spec, String path) {
        for (String side : List.of("requests", "limits")) {
            fraction(Json.at(spec, "resources", side), "storage", path + ".resources." + side, said);
        }
    }

    void volume(JsonNode tree) {
        JsonNode spec = tree.path("spec");
        if (Json.at(tree, "metadata", "annotations").has(MOUNT_OPTIONS)) {
            said.add("metadata.annotations[" + MOUNT_OPTIONS
                    + "]: deprecated since v1.31; use \"mountOptions\" attribute instead");
        }
        if (Json.text(spec, "persistentVolumeReclaimPolicy").equals("Recycle")) {
            said.add("spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the"
                    + " recommended approach is to use dynamic provisioning.");
        }
        OF_PODS.forEach((type, why) -> {
            if (spec.has(type)) {
                said.add("spec." + type + ": " + why);
            }
        });
        JsonNode terms = Json.at(spec, "nodeAffinity", "required", "nodeSelectorTerms");
        for (int at = 0; at < terms.size(); at++) {
            NodeLabelWarnings.term(terms.get(at), "spec.nodeAffinity.required.nodeSelectorTerms[" + at + "]", said);
        }
    }

    /** A file and a directory can't have one path, nor two files. */
    private void overlaps(JsonNode volume) {
        String name = Json.text(volume, "name");
        paths(volume.path("configMap"), "volume \"" + name + "\" (ConfigMap \"%s\")", "name");
        paths(volume.path("secret"), "volume \"" + name + "\" (Secret \"%s\")", "secretName");
        paths(volume.path("downwardAPI"), "volume \"" + name + "\" (DownwardAPI)", "name");
        Set<String> before = new TreeSet<>();
        for (JsonNode source : Json.at(volume, "projected", "sources")) {
            String subject = "volume \"" + name + "\" (Projected ";
            Set<String> now = new TreeSet<>();
            if (source.has("configMap")) {
                now = files(source.path("configMap"));
                subject += "ConfigMap \"" + Json.text(source, "configMap", "name") + "\")";
            } else if (source.has("secret")) {
                now = files(source.path("secret"));
                subject += "Secret \"" + Json.text(source, "secret", "name") + "\")";
            } else if (source.has("downwardAPI")) {
                now = files(source.path("downwardAPI"));
                subject += "DownwardAPI)";
            } else if (source.has("serviceAccountToken")) {
                now.add(Json.text(source, "serviceAccountToken", "path"));
                subject += "ServiceAccountToken)";
            } else if (source.has("clusterTrustBundle")) {
                now.add(Json.text(source, "clusterTrustBundle", "path"));
                subject += "ClusterTrustBundle \"" + Json.text(source, "clusterTrustBundle", "name") + "\")";
            } else {
                said.add("volume \"" + name + "\" (Projected) has no sources provided");
            }
            collisions(now, before, subject);
            before.addAll(now);
        }
    }

    private static Set<String> files(JsonNode source) {
        Set<String> files = new TreeSet<>();
        source.path("items").forEach(item -> files.add(Json.text(item, "path")));
        return files;
    }

    private void paths(JsonNode source, String subject, String nameField) {
        String named = subject.formatted(Json.text(source, nameField));
        Set<String> before = new TreeSet<>();
        for (JsonNode item : source.path("items")) {
            Set<String> one = Set.of(Json.text(item, "path"));
            collisions(one, before, named);
            before.addAll(one);
        }
    }

    private void collisions(Set<String> now, Set<String> before, String subject) {
        for (String path : now) {
            String place = path.replaceAll("/+$", "");
            before.stream()
                    .map(other -> other.replaceAll("/+$", ""))
                    .filter(other -> (other + "/").startsWith(place + "/") || (place + "/").startsWith(other + "/"))
                    .findFirst()
                    .ifPresent(other ->
                            said.add(subject + ": overlapping paths: \"" + place + "\" with \"" + other + "\""));
        }
    }

    /** Bytes come in whole numbers. */
    static void fractions(JsonNode amounts, String path, List<String> said) {
        fraction(amounts, "memory", path, said);
        fraction(amounts, "ephemeral-storage", path, said);
    }

    private static void fraction(JsonNode amounts, String name, String path, List<String> said) {
        Optional<Quantity> amount = Quantity.find(amounts.path(name).asText());
        if (amount.isPresent() && !whole(amount.get())) {
            said.add(path + "[" + name + "]: fractional byte value \"" + amount.get()
                    + "\" is invalid, must be an integer");
        }
    }

    private static boolean whole(Quantity amount) {
        return amount.amount().stripTrailingZeros().scale() <= 0;
    }
}
