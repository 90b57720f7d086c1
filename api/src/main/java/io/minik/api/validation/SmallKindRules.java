package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.api.meta.Quantity;
import io.minik.ground.json.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Configuration, storage, nodes, roles: the kinds with few rules. */
final class SmallKindRules {
    /** MaxSecretSize, also of ConfigMaps: what etcd takes. */
    private static final int MAX_DATA_BYTES = 1024 * 1024;

    private static final int HIGHEST_USER_PRIORITY = 1_000_000_000;
    /** All of a PersistentVolume's spec but what says where its bytes are. */
    static final Set<String> VOLUME_WITHOUT_SOURCE = Set.of(
            "accessModes",
            "capacity",
            "claimRef",
            "mountOptions",
            "nodeAffinity",
            "persistentVolumeReclaimPolicy",
            "storageClassName",
            "volumeAttributesClassName",
            "volumeMode");

    private static final Set<String> ACCESS_MODES =
            Set.of("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod");
    private static final Map<String, String> SECRET_KEYS = Map.of(
            "kubernetes.io/dockercfg", ".dockercfg",
            "kubernetes.io/dockerconfigjson", ".dockerconfigjson",
            "kubernetes.io/ssh-auth", "ssh-privatekey");

    private final Causes causes;

    SmallKindRules(Causes causes) {
        this.causes = causes;
    }

    void configMap(JsonNode map) {
        long size = keys(map.path("data"), "data") + keys(map.path("binaryData"), "binaryData");
        map.path("binaryData").properties().forEach(entry -> {
            if (map.path("data").has(entry.getKey())) {
                causes.invalid(
                        "data[" + entry.getKey() + "]", entry.getKey(), "duplicate of key present in binaryData");
            }
        });
        if (size > MAX_DATA_BYTES) {
            causes.tooLong("", MAX_DATA_BYTES);
        }
    }

    void secret(JsonNode secret) {
        JsonNode data = secret.path("data");
        if (keys(data, "data") * 3 / 4 > MAX_DATA_BYTES) {
            causes.tooLong("data", MAX_DATA_BYTES);
        }
        String type = Json.text(secret, "type");
        String key = SECRET_KEYS.getOrDefault(type, "");
        if (!key.isEmpty() && !data.has(key)) {
            causes.required("data[" + key + "]");
        }
        if (type.equals("kubernetes.io/tls")) {
            for (String part : List.of("tls.crt", "tls.key")) {
                if (!data.has(part)) {
                    causes.required("data[" + part + "]");
                }
            }
        }
        if (type.equals("kubernetes.io/basic-auth") && !data.has("username") && !data.has("password")) {
            causes.required("data[username]");
            causes.required("data[password]");
        }
        if (type.equals("kubernetes.io/service-account-token")
                && Json.text(secret.path("metadata").path("annotations"), "kubernetes.io/service-account.name")
                        .isEmpty()) {
            causes.required("metadata.annotations[kubernetes.io/service-account.name]");
        }
    }

    private long keys(JsonNode data, String path) {
        long size = 0;
        for (Map.Entry<String, JsonNode> entry : data.properties()) {
            causes.invalid(Causes.at(path, entry.getKey()), entry.getKey(), Names.configMapKey(entry.getKey()));
            size += entry.getValue().asText().length();
        }
        return size;
    }

    void node(JsonNode spec) {
        Set<String> seen = new HashSet<>();
        JsonNode taints = spec.path("taints");
        for (int at = 0; at < taints.size(); at++) {
            String key = Json.text(taints.get(at), "key");
            String here = "spec.taints[" + at + "]";
            causes.invalid(here + ".key", key, Names.qualifiedName(key));
            causes.invalid(
                    here + ".value",
                    Json.text(taints.get(at), "value"),
                    Names.labelValue(Json.text(taints.get(at), "value")));
            if (!seen.add(key + ":" + Json.text(taints.get(at), "effect"))) {
                causes.duplicate(here, taints.get(at));
            }
        }
    }

    void claim(JsonNode spec, String path) {
        modes(spec, path);
        String storage = Json.text(spec, "resources", "requests", "storage");
        if (storage.isEmpty()) {
            causes.required(path + ".resources[storage]");
        } else if (Quantity.find(storage).map(Quantity::signum).orElse(1) <= 0) {
            causes.invalid(path + ".resources[storage]", storage, "must be greater than zero");
        }
        String storageClass = Json.text(spec, "storageClassName");
        if (!storageClass.isEmpty()) {
            causes.invalid(path + ".storageClassName", storageClass, Names.dns1123Subdomain(storageClass));
        }
    }

    void volume(JsonNode spec) {
        modes(spec, "spec");
        if (spec.path("capacity").isEmpty()) {
            causes.required("spec.capacity");
        } else if (!spec.path("capacity").has("storage")) {
            causes.unsupported(
                    "spec.capacity", spec.path("capacity").fieldNames().next(), List.of("storage"));
        }
        for (Map.Entry<String, JsonNode> capacity : spec.path("capacity").properties()) {
            String size = capacity.getValue().asText();
            if (Quantity.find(size).map(Quantity::signum).orElse(1) <= 0) {
                causes.invalid(Causes.at("spec.capacity", capacity.getKey()), size, "must be greater than zero");
            }
        }
        List<String> sources = spec.propertyStream()
                .map(Map.Entry::getKey)
                .filter(name -> !VOLUME_WITHOUT_SOURCE.contains(name))
                .toList();
        if (sources.isEmpty()) {
            causes.required("spec", "must specify a volume type");
        }
        sources.stream()
                .skip(1)
                .forEach(name -> causes.forbidden("spec." + name, "may not specify more than 1 volume type"));
        if (sources.contains("local") && !spec.has("nodeAffinity")) {
            causes.required("spec.nodeAffinity", "Local volume requires node affinity");
        }
    }

    private void modes(JsonNode spec, String path) {
        JsonNode modes = spec.path("accessModes");
        if (modes.isEmpty()) {
            causes.required(path + ".accessModes", "at least 1 access mode is required");
        }
        for (JsonNode mode : modes) {
            if (!ACCESS_MODES.contains(mode.asText())) {
                causes.unsupported(path + ".accessModes", mode.asText(), ACCESS_MODES);
            }
        }
        boolean alone = modes.valueStream().anyMatch(mode -> mode.asText().equals("ReadWriteOncePod"));
        if (modes.size() > 1 && alone) {
            causes.forbidden(path + ".accessModes", "may not use ReadWriteOncePod with other access modes");
        }
    }

    void role(JsonNode role, boolean namespaced) {
        JsonNode aggregation = role.path("aggregationRule");
        if (!aggregation.isMissingNode()
                && aggregation.path("clusterRoleSelectors").isEmpty()) {
            causes.required(
                    "aggregationRule.clusterRoleSelectors",
                    "at least one clusterRoleSelector required if aggregationRule is non-nil");
        }
        JsonNode rules = role.path("rules");
        for (int at = 0; at < rules.size(); at++) {
            JsonNode rule = rules.get(at);
            String here = "rules[" + at + "]";
            if (rule.path("verbs").isEmpty()) {
                causes.required(here + ".verbs", "verbs must contain at least one value");
            }
            boolean urls = !rule.path("nonResourceURLs").isEmpty();
            boolean groups = !rule.path("apiGroups").isEmpty();
            boolean resources = !rule.path("resources").isEmpty();
            if (urls) {
                if (namespaced) {
                    causes.invalid(
                            here + ".nonResourceURLs",
                            rule.path("nonResourceURLs"),
                            "namespaced rules cannot apply to non-resource URLs");
                }
                if (groups || resources || !rule.path("resourceNames").isEmpty()) {
                    causes.invalid(
                            here + ".nonResourceURLs",
                            rule.path("nonResourceURLs"),
                            "rules cannot apply to both regular resources and non-resource URLs");
                }
                continue;
            }
            if (!groups) {
                causes.required(here + ".apiGroups", "resource rules must supply at least one api group");
            }
            if (!resources) {
                causes.required(here + ".resources", "resource rules must supply at least one resource");
            }
        }
    }

    void binding(JsonNode binding, boolean namespaced) {
        JsonNode ref = binding.path("roleRef");
        String group = "rbac.authorization.k8s.io";
        if (!Json.text(ref, "apiGroup").equals(group)) {
            causes.unsupported("roleRef.apiGroup", Json.text(ref, "apiGroup"), List.of(group));
        }
        List<String> kinds = namespaced ? List.of("Role", "ClusterRole") : List.of("ClusterRole");
        if (!kinds.contains(Json.text(ref, "kind"))) {
            causes.unsupported("roleRef.kind", Json.text(ref, "kind"), kinds);
        }
        if (Json.text(ref, "name").isEmpty()) {
            causes.required("roleRef.name");
        } else {
            causes.invalid("roleRef.name", Json.text(ref, "name"), Names.pathSegment(Json.text(ref, "name")));
        }
        JsonNode subjects = binding.path("subjects");
        for (int at = 0; at < subjects.size(); at++) {
            subject(subjects.get(at), "subjects[" + at + "]", namespaced, group);
        }
    }

    private void subject(JsonNode subject, String path, boolean namespaced, String group) {
        String apiGroup = Json.text(subject, "apiGroup");
        switch (Json.text(subject, "kind")) {
            case "ServiceAccount" -> {
                String name = Json.text(subject, "name");
                causes.invalid(path + ".name", name, name.isEmpty() ? List.of() : Names.dns1123Subdomain(name));
                if (!apiGroup.isEmpty()) {
                    causes.unsupported(path + ".apiGroup", apiGroup, List.of(""));
                }
                if (!namespaced && Json.text(subject, "namespace").isEmpty()) {
                    causes.required(path + ".namespace");
                }
            }
            case "User", "Group" -> {
                if (!apiGroup.equals(group)) {
                    causes.unsupported(path + ".apiGroup", apiGroup, List.of(group));
                }
            }
            default ->
                causes.unsupported(
                        path + ".kind", Json.text(subject, "kind"), List.of("ServiceAccount", "User", "Group"));
        }
    }

    void priorityClass(JsonNode priority) {
        String name = Json.text(priority, "metadata", "name");
        boolean system = name.equals("system-node-critical") || name.equals("system-cluster-critical");
        if (name.startsWith("system-") && !system) {
            causes.forbidden(
                    "metadata.name",
                    "priority class names with 'system-' prefix are reserved for system use only. error: " + name
                            + " is not a known system priority class");
        } else if (!system && Json.longOr(0, priority, "value") > HIGHEST_USER_PRIORITY) {
            causes.forbidden("value", "maximum allowed value of a user defined priority is " + HIGHEST_USER_PRIORITY);
        }
    }
}
