package io.minik.server.podsecurity;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.ground.json.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What holds for namespaces without labels, and who is exempt: kind PodSecurityConfiguration, alone or within kube-apiserver's
 * AdmissionConfiguration.
 *
 * @param usernames whose pods, {@code namespaces} and {@code runtimeClasses} in which pods are not looked at
 */
public record PodSecurityConfig(
        Policy defaults, Set<String> usernames, Set<String> namespaces, Set<String> runtimeClasses) {
    /** Upstream's: nothing is asked of a namespace without labels. */
    public static final PodSecurityConfig NONE = new PodSecurityConfig(Policy.PRIVILEGED, Set.of(), Set.of(), Set.of());

    private static final String KIND = "PodSecurityConfiguration";
    private static final Set<String> VERSIONS = Set.of("v1", "v1beta1", "v1alpha1");
    private static final Set<String> MODES =
            Set.of("enforce", "enforce-version", "audit", "audit-version", "warn", "warn-version");
    private static final Set<String> EXEMPTIONS = Set.of("usernames", "namespaces", "runtimeClasses");

    /** @throws IllegalArgumentException that says what is not understood, and where */
    public static PodSecurityConfig parse(JsonNode file) {
        String kind = Json.text(file, "kind");
        if (!kind.equals("AdmissionConfiguration")) {
            return configuration(file, "");
        }
        only(file, "", Set.of("apiVersion", "kind", "plugins"));
        require(
                Json.text(file, "apiVersion").equals("apiserver.config.k8s.io/v1"),
                "apiVersion",
                "must be apiserver.config.k8s.io/v1");
        PodSecurityConfig found = NONE;
        List<JsonNode> plugins = Json.items(file, "plugins");
        for (int at = 0; at < plugins.size(); at++) {
            String path = "plugins[" + at + "]";
            only(plugins.get(at), path + ".", Set.of("name", "configuration"));
            String name = Json.text(plugins.get(at), "name");
            require(name.equals("PodSecurity"), path + ".name", "minik configures PodSecurity only, not " + name);
            found = configuration(plugins.get(at).path("configuration"), path + ".configuration.");
        }
        return found;
    }

    private static PodSecurityConfig configuration(JsonNode tree, String path) {
        only(tree, path, Set.of("apiVersion", "kind", "defaults", "exemptions"));
        require(Json.text(tree, "kind").equals(KIND), path + "kind", "must be " + KIND);
        String group = "pod-security.admission.config.k8s.io/";
        String version = Json.text(tree, "apiVersion");
        require(
                version.startsWith(group) && VERSIONS.contains(version.substring(group.length())),
                path + "apiVersion",
                "must be " + group + "v1");
        JsonNode defaults = tree.path("defaults");
        only(defaults, path + "defaults.", MODES);
        Map<String, String> labels = new HashMap<>();
        Json.strings(defaults).forEach((mode, value) -> labels.put(Policy.LABEL_PREFIX + mode, value));
        Policy.Parsed parsed = Policy.parse(labels, Policy.PRIVILEGED);
        require(parsed.errors().isEmpty(), path + "defaults", Causes.text(parsed.errors()));
        JsonNode exemptions = tree.path("exemptions");
        only(exemptions, path + "exemptions.", EXEMPTIONS);
        return new PodSecurityConfig(
                parsed.policy(),
                names(exemptions, path, "usernames"),
                names(exemptions, path, "namespaces"),
                names(exemptions, path, "runtimeClasses"));
    }

    private static Set<String> names(JsonNode exemptions, String path, String field) {
        JsonNode list = exemptions.path(field);
        require(
                list.isMissingNode() || list.isNull() || list.isArray(),
                path + "exemptions." + field,
                "must be a list");
        List<String> names = Json.stringList(exemptions, field);
        require(!names.contains(""), path + "exemptions." + field, "must not have an empty name");
        return Set.copyOf(names);
    }

    /** A misspelt key would exempt nobody, or everybody, without a word. */
    private static void only(JsonNode tree, String path, Set<String> known) {
        for (Map.Entry<String, JsonNode> field : tree.properties()) {
            require(known.contains(field.getKey()), path + field.getKey(), "is no field of this configuration");
        }
    }

    private static void require(boolean good, String path, String why) {
        if (!good) {
            throw new IllegalArgumentException(path + ": " + why);
        }
    }
}
