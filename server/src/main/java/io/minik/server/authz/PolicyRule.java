package io.minik.server.authz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.server.request.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** One rule of a role. */
record PolicyRule(
        List<String> verbs, List<String> groups, List<String> resources, List<String> names, List<String> urls) {
    private static final String ALL = "*";

    static PolicyRule of(JsonNode rule) {
        return new PolicyRule(
                List.copyOf(Json.stringList(rule, "verbs")),
                List.copyOf(Json.stringList(rule, "apiGroups")),
                List.copyOf(Json.stringList(rule, "resources")),
                List.copyOf(Json.stringList(rule, "resourceNames")),
                List.copyOf(Json.stringList(rule, "nonResourceURLs")));
    }

    static List<PolicyRule> all(JsonNode rules) {
        List<PolicyRule> all = new ArrayList<>();
        for (JsonNode rule : rules) {
            all.add(of(rule));
        }
        return List.copyOf(all);
    }

    ObjectNode tree() {
        ObjectNode tree = Json.object();
        put(tree, "apiGroups", groups);
        put(tree, "nonResourceURLs", urls);
        put(tree, "resourceNames", names);
        put(tree, "resources", resources);
        put(tree, "verbs", verbs);
        return tree;
    }

    private static void put(ObjectNode tree, String field, List<String> values) {
        if (!values.isEmpty()) {
            values.forEach(tree.withArray(field)::add);
        }
    }

    boolean allows(Target asked) {
        if (!has(verbs, asked.verb())) {
            return false;
        }
        if (!asked.resourceRequest()) {
            return urls.stream().anyMatch(url -> coversUrl(url, asked.path()));
        }
        return has(groups, asked.group())
                && matchesResource(asked.resource(), asked.subresource())
                && (names.isEmpty() || names.contains(asked.name()));
    }

    private boolean matchesResource(String resource, String subresource) {
        String combined = subresource.isEmpty() ? resource : resource + "/" + subresource;
        for (String own : resources) {
            if (own.equals(ALL)
                    || own.equals(combined)
                    || (!subresource.isEmpty() && own.equals(ALL + "/" + subresource))) {
                return true;
            }
        }
        return false;
    }

    private static boolean coversUrl(String own, String path) {
        return own.equals(ALL)
                || own.equals(path)
                || (own.endsWith(ALL) && path.startsWith(own.substring(0, own.length() - 1)));
    }

    private static boolean has(List<String> own, String asked) {
        return own.contains(ALL) || own.contains(asked);
    }

    /** Splits into rules of one verb, group, resource, name or URL each: what upstream compares when it looks for escalation. */
    List<PolicyRule> singles() {
        List<PolicyRule> singles = new ArrayList<>();
        for (String verb : verbs) {
            for (String url : urls) {
                singles.add(new PolicyRule(List.of(verb), List.of(), List.of(), List.of(), List.of(url)));
            }
            for (String group : groups) {
                for (String resource : resources) {
                    List<List<String>> each = names.isEmpty()
                            ? List.of(List.of())
                            : names.stream().map(List::of).toList();
                    for (List<String> name : each) {
                        singles.add(new PolicyRule(List.of(verb), List.of(group), List.of(resource), name, List.of()));
                    }
                }
            }
        }
        return singles;
    }

    /** Whether all that a single rule allows is allowed by this one too. */
    boolean covers(PolicyRule single) {
        if (!has(verbs, single.verbs.get(0))) {
            return false;
        }
        if (!single.urls.isEmpty()) {
            String wanted = single.urls.get(0);
            return urls.stream().anyMatch(url -> coversUrl(url, wanted));
        }
        return has(groups, single.groups.get(0))
                && coversResource(single.resources.get(0))
                && (names.isEmpty() || (!single.names.isEmpty() && names.containsAll(single.names)));
    }

    private boolean coversResource(String wanted) {
        int slash = wanted.indexOf('/');
        return has(resources, wanted) || (slash > 0 && resources.contains(ALL + wanted.substring(slash)));
    }

    /** As upstream prints it in the message about escalation. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        part(parts, "APIGroups", groups);
        part(parts, "Resources", resources);
        part(parts, "ResourceNames", names);
        part(parts, "NonResourceURLs", urls);
        part(parts, "Verbs", verbs);
        return "{" + String.join(", ", parts) + "}";
    }

    private static void part(List<String> parts, String name, List<String> values) {
        if (!values.isEmpty()) {
            parts.add(name + ":"
                    + values.stream().map(value -> "\"" + value + "\"").collect(Collectors.joining(" ", "[", "]")));
        }
    }
}
