package io.minik.charts.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.schema.ManifestText;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What was rendered, as objects in the order in which Helm applies them, and as hooks. */
public record Manifests(List<Item> objects, List<Hook> hooks, String notes) {
    private static final String NOTES = "NOTES.txt";
    private static final Pattern PARTED_BY = Pattern.compile("(?m)^---[ \\t]*(?:#.*)?\\r?$");
    private static final int MOST_OBJECTS = 5000;

    /** @param file that it came from; @param text as rendered */
    public record Item(String file, String text, ObjectNode object) {
        public String kind() {
            return Json.text(object, "kind");
        }

        public String name() {
            return Json.text(object, "metadata", "name");
        }
    }

    /** @param events as {@code pre-install}; @param policies as {@code hook-succeeded} */
    public record Hook(Item item, List<String> events, int weight, List<String> policies) {}

    private static final List<String> INSTALL_ORDER = List.of(
            "PriorityClass",
            "Namespace",
            "NetworkPolicy",
            "ResourceQuota",
            "LimitRange",
            "PodSecurityPolicy",
            "PodDisruptionBudget",
            "ServiceAccount",
            "Secret",
            "SecretList",
            "ConfigMap",
            "StorageClass",
            "PersistentVolume",
            "PersistentVolumeClaim",
            "CustomResourceDefinition",
            "ClusterRole",
            "ClusterRoleList",
            "ClusterRoleBinding",
            "ClusterRoleBindingList",
            "Role",
            "RoleList",
            "RoleBinding",
            "RoleBindingList",
            "Service",
            "DaemonSet",
            "Pod",
            "ReplicationController",
            "ReplicaSet",
            "Deployment",
            "HorizontalPodAutoscaler",
            "StatefulSet",
            "Job",
            "CronJob",
            "IngressClass",
            "Ingress",
            "APIService",
            "MutatingWebhookConfiguration",
            "ValidatingWebhookConfiguration");

    private static final Map<String, Integer> PLACES = places();

    private static Map<String, Integer> places() {
        Map<String, Integer> places = new HashMap<>();
        INSTALL_ORDER.forEach(kind -> places.put(kind, places.size()));
        return Map.copyOf(places);
    }

    /** Known kinds in their order, unknown ones last by name; within one kind by name. */
    public static final Comparator<Item> INSTALL = Comparator.<Item>comparingInt(
                    item -> PLACES.getOrDefault(item.kind(), Integer.MAX_VALUE))
            .thenComparing(Item::kind)
            .thenComparing(Item::name);

    /** @throws ChartException naming the file that is no manifest */
    public static Manifests of(Map<String, String> files, String root) {
        List<Item> objects = new ArrayList<>();
        List<Hook> hooks = new ArrayList<>();
        String notes = files.getOrDefault(root + "/templates/" + NOTES, "");
        new TreeMap<>(files).forEach((file, text) -> {
            if (file.endsWith(NOTES) || text.isBlank()) {
                return;
            }
            for (Item item : items(file, text)) {
                sort(item, objects, hooks);
            }
        });
        if (objects.size() + hooks.size() > MOST_OBJECTS) {
            throw new ChartException("chart has more than " + MOST_OBJECTS + " objects");
        }
        objects.sort(INSTALL);
        hooks.sort(Comparator.comparingInt(Hook::weight).thenComparing(Hook::item, INSTALL));
        return new Manifests(List.copyOf(objects), List.copyOf(hooks), notes);
    }

    public static List<Item> items(String file, String text) {
        List<Item> items = new ArrayList<>();
        for (String part : PARTED_BY.split(text)) {
            boolean says = part.lines()
                    .anyMatch(line -> !line.isBlank() && !line.stripLeading().startsWith("#"));
            if (!says) {
                continue;
            }
            JsonNode tree;
            try {
                tree = ManifestText.yaml(part.getBytes(StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                throw new ChartException(
                        "YAML parse error on " + file + ": error converting YAML to JSON: " + e.getMessage());
            }
            add(file, part.strip(), tree, items);
        }
        return items;
    }

    private static void add(String file, String text, JsonNode tree, List<Item> items) {
        if (tree.isNull() || (tree.isEmpty() && tree.isContainerNode())) {
            return;
        }
        if (!(tree instanceof ObjectNode object)) {
            throw new ChartException("YAML parse error on " + file + ": it is no object");
        }
        if (Json.text(object, "kind").endsWith("List") && object.path("items").isArray()) {
            object.path("items")
                    .forEach(item -> add(file, Json.bytes(item).length == 0 ? "" : item.toString(), item, items));
            return;
        }
        for (String need : List.of("apiVersion", "kind")) {
            if (Json.text(object, need).isEmpty()) {
                throw new ChartException("unable to build kubernetes objects from " + file + ": " + need + " not set");
            }
        }
        if (Json.text(object, "metadata", "name").isEmpty()) {
            throw new ChartException(
                    "unable to build kubernetes objects from " + file + ": resource name may not be empty");
        }
        items.add(new Item(file, text, object));
    }

    private static void sort(Item item, List<Item> objects, List<Hook> hooks) {
        JsonNode annotations = item.object().path("metadata").path("annotations");
        String events = annotations.path("helm.sh/hook").asText("");
        if (events.isEmpty()) {
            objects.add(item);
            return;
        }
        int weight = 0;
        String said = annotations.path("helm.sh/hook-weight").asText("");
        if (said.matches("[-+]?[0-9]{1,9}")) {
            weight = Integer.parseInt(said);
        }
        List<String> policies =
                words(annotations.path("helm.sh/hook-delete-policy").asText(""));
        hooks.add(new Hook(item, words(events), weight, policies));
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.toLowerCase(Locale.ROOT).split(","))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /** As {@code helm get manifest} prints them. */
    public static String text(Collection<Item> items) {
        StringBuilder out = new StringBuilder();
        items.forEach(item -> out.append("---\n# Source: ")
                .append(item.file())
                .append('\n')
                .append(item.text())
                .append('\n'));
        return out.toString();
    }
}
