package io.minik.server.flowcontrol;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.authn.ServiceAccountTokens;
import io.minik.server.authn.User;
import io.minik.server.request.Target;
import java.util.ArrayList;
import java.util.List;

/**
 * What a FlowSchema says.
 *
 * @param precedence the lowest that matches wins, of two the first by name
 * @param labels of its metrics
 * @param by how requests are told apart: {@code ByUser}, {@code ByNamespace}, or empty: not at all
 */
record FlowSpec(String name, String uid, String level, String labels, int precedence, String by, List<Rule> rules) {
    private static final String ALL = "*";

    static FlowSpec of(KubeObject object) {
        JsonNode spec = object.at("spec");
        List<Rule> rules = new ArrayList<>();
        spec.path("rules").forEach(rule -> rules.add(Rule.of(rule)));
        String level = Json.text(spec, "priorityLevelConfiguration", "name");
        return new FlowSpec(
                object.name(),
                object.uid(),
                level,
                "flow_schema=\"" + object.name() + "\",priority_level=\"" + level + "\"",
                Json.intOr(1000, spec, "matchingPrecedence"),
                Json.text(spec, "distinguisherMethod", "type"),
                List.copyOf(rules));
    }

    boolean matches(User user, Target target) {
        for (Rule rule : rules) {
            if (rule.matches(user, target)) {
                return true;
            }
        }
        return false;
    }

    /** Requests of the same one share a flow. */
    String distinguisher(User user, Target target) {
        return switch (by) {
            case "ByUser" -> user.name();
            case "ByNamespace" -> target.namespace();
            default -> "";
        };
    }

    /** One of its rules: one of the subjects, and one of the kinds of requests. */
    record Rule(List<String> users, List<String> groups, List<ResourceRule> resources, List<PathRule> paths) {
        static Rule of(JsonNode rule) {
            List<String> users = new ArrayList<>();
            List<String> groups = new ArrayList<>();
            for (JsonNode subject : rule.path("subjects")) {
                switch (Json.text(subject, "kind")) {
                    case "User" -> users.add(Json.text(subject, "user", "name"));
                    case "Group" -> groups.add(Json.text(subject, "group", "name"));
                    case "ServiceAccount" -> {
                        String namespace = Json.text(subject, "serviceAccount", "namespace");
                        String name = Json.text(subject, "serviceAccount", "name");
                        if (name.equals(ALL)) {
                            groups.add("system:serviceaccounts:" + namespace);
                        } else {
                            users.add(ServiceAccountTokens.userName(namespace, name));
                        }
                    }
                    default -> {}
                }
            }
            List<ResourceRule> resources = new ArrayList<>();
            rule.path("resourceRules").forEach(each -> resources.add(ResourceRule.of(each)));
            List<PathRule> paths = new ArrayList<>();
            rule.path("nonResourceRules").forEach(each -> paths.add(PathRule.of(each)));
            return new Rule(List.copyOf(users), List.copyOf(groups), List.copyOf(resources), List.copyOf(paths));
        }

        boolean matches(User user, Target target) {
            if (!concerns(user)) {
                return false;
            }
            // With every request: loops, which cost no objects.
            if (target.resourceRequest()) {
                for (ResourceRule rule : resources) {
                    if (rule.matches(target)) {
                        return true;
                    }
                }
                return false;
            }
            for (PathRule rule : paths) {
                if (rule.matches(target)) {
                    return true;
                }
            }
            return false;
        }

        private boolean concerns(User user) {
            if (users.contains(ALL) || users.contains(user.name()) || groups.contains(ALL)) {
                return true;
            }
            for (String group : user.groups()) {
                if (groups.contains(group)) {
                    return true;
                }
            }
            return false;
        }
    }

    record ResourceRule(
            List<String> verbs, List<String> groups, List<String> resources, boolean cluster, List<String> namespaces) {
        static ResourceRule of(JsonNode rule) {
            return new ResourceRule(
                    Json.stringList(rule, "verbs"),
                    Json.stringList(rule, "apiGroups"),
                    Json.stringList(rule, "resources"),
                    Json.bool(rule, "clusterScope"),
                    Json.stringList(rule, "namespaces"));
        }

        boolean matches(Target target) {
            return has(verbs, target.verb())
                    && has(groups, target.group())
                    && ((has(resources, target.resource())
                                    && target.subresource().isEmpty())
                            || resources.contains(ALL)
                            || resources.contains(target.resource() + "/" + target.subresource()))
                    && (target.namespace().isEmpty() ? cluster : has(namespaces, target.namespace()));
        }
    }

    record PathRule(List<String> verbs, List<String> urls) {
        static PathRule of(JsonNode rule) {
            return new PathRule(Json.stringList(rule, "verbs"), Json.stringList(rule, "nonResourceURLs"));
        }

        boolean matches(Target target) {
            String path = target.path();
            return has(verbs, target.verb())
                    && urls.stream()
                            .anyMatch(url -> url.equals(ALL)
                                    || url.equals(path)
                                    || (url.endsWith("/*") && path.startsWith(url.substring(0, url.length() - 1))));
        }
    }

    private static boolean has(List<String> own, String asked) {
        return own.contains(ALL) || own.contains(asked);
    }
}
