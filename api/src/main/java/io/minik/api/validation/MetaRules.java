package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.api.schema.KindRow;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** ObjectMeta of every kind, and label selectors. */
final class MetaRules {
    private static final int MAX_ANNOTATION_BYTES = 256 * 1024;
    /** A CronJob's Jobs are named after it and a time. */
    private static final int CRON_JOB_NAME = 52;

    private static final Set<String> LEGACY_FINALIZERS = Set.of("kubernetes", "orphan", "foregroundDeletion");
    private static final Set<String> PATH_NAMED = Set.of(
            "roles.rbac.authorization.k8s.io",
            "clusterroles.rbac.authorization.k8s.io",
            "rolebindings.rbac.authorization.k8s.io",
            "clusterrolebindings.rbac.authorization.k8s.io",
            "apiservices.apiregistration.k8s.io");
    /** Created and never stored: they need no name. */
    private static final Set<String> NAMELESS = Set.of(
            "tokenreviews.authentication.k8s.io",
            "selfsubjectreviews.authentication.k8s.io",
            "subjectaccessreviews.authorization.k8s.io",
            "selfsubjectaccessreviews.authorization.k8s.io",
            "selfsubjectrulesreviews.authorization.k8s.io",
            "localsubjectaccessreviews.authorization.k8s.io",
            "bindings");

    private final Causes causes;

    MetaRules(Causes causes) {
        this.causes = causes;
    }

    void check(KindRow row, JsonNode metadata) {
        String name = Json.text(metadata, "name");
        String prefix = Json.text(metadata, "generateName");
        String resource = row.resource().groupResource();
        Function<String, List<String>> rule = nameRule(resource);
        if (!prefix.isEmpty()) {
            String trial = prefix.endsWith("-") ? prefix.substring(0, prefix.length() - 1) + "a" : prefix;
            causes.invalid("metadata.generateName", prefix, rule.apply(trial));
        }
        if (!NAMELESS.contains(resource)) {
            if (!name.isEmpty()) {
                causes.invalid("metadata.name", name, rule.apply(name));
            } else if (prefix.isEmpty()) {
                causes.required("metadata.name", "name or generateName is required");
            }
        }
        String namespace = Json.text(metadata, "namespace");
        if (row.resource().namespaced()) {
            if (namespace.isEmpty() && !NAMELESS.contains(resource)) {
                causes.required("metadata.namespace");
            } else if (!namespace.isEmpty()) {
                causes.invalid("metadata.namespace", namespace, Names.dns1123Label(namespace));
            }
        } else if (!namespace.isEmpty()) {
            causes.forbidden("metadata.namespace", "not allowed on this type");
        }
        if (Json.longOr(0, metadata, "generation") < 0) {
            causes.invalid("metadata.generation", metadata.path("generation"), "must be greater than or equal to 0");
        }
        labels(metadata.path("labels"), "metadata.labels");
        annotations(metadata.path("annotations"), "metadata.annotations");
        owners(metadata.path("ownerReferences"));
        // Definitions and what they define may have short ones, as upstream's own is.
        boolean anyName = row.added().isPresent() || row.resource().group().equals("apiextensions.k8s.io");
        finalizers(metadata.path("finalizers"), anyName);
    }

    void update(JsonNode metadata, JsonNode old) {
        for (String field : List.of("name", "namespace", "uid")) {
            JsonNode before = old.path(field);
            JsonNode after = metadata.path(field);
            boolean given = !Json.text(metadata, field).isEmpty();
            if (given && !Json.text(old, field).isEmpty() && !before.equals(after)) {
                causes.immutable("metadata." + field, after);
            }
        }
        if (Json.longOr(0, metadata, "generation") < Json.longOr(0, old, "generation") && metadata.has("generation")) {
            causes.invalid("metadata.generation", metadata.path("generation"), "must not be decremented");
        }
    }

    private static Function<String, List<String>> nameRule(String resource) {
        if (PATH_NAMED.contains(resource)) {
            return Names::pathSegment;
        }
        return switch (resource) {
            case "namespaces" -> Names::dns1123Label;
            case "services" -> Names::dns1035Label;
            case "ipaddresses.networking.k8s.io" -> name -> List.of();
            case "cronjobs.batch" -> MetaRules::cronJobName;
            default -> Names::dns1123Subdomain;
        };
    }

    private static List<String> cronJobName(String name) {
        List<String> wrong = new ArrayList<>(Names.dns1123Subdomain(name));
        if (name.length() > CRON_JOB_NAME) {
            wrong.add(Names.tooLong(CRON_JOB_NAME));
        }
        return wrong;
    }

    void labels(JsonNode labels, String path) {
        for (Map.Entry<String, JsonNode> label : labels.properties()) {
            causes.invalid(path, label.getKey(), Names.qualifiedName(label.getKey()));
            causes.invalid(
                    path,
                    label.getValue().asText(),
                    Names.labelValue(label.getValue().asText()));
        }
    }

    void annotations(JsonNode annotations, String path) {
        long size = 0;
        for (Map.Entry<String, JsonNode> annotation : annotations.properties()) {
            String lower = annotation.getKey().toLowerCase(Locale.ROOT);
            causes.invalid(path, annotation.getKey(), Names.qualifiedName(lower));
            size += annotation.getKey().length()
                    + (long) annotation.getValue().asText().length();
        }
        if (size > MAX_ANNOTATION_BYTES) {
            causes.tooLong(path, MAX_ANNOTATION_BYTES);
        }
    }

    private void owners(JsonNode owners) {
        String controller = "";
        for (int at = 0; at < owners.size(); at++) {
            JsonNode owner = owners.get(at);
            String path = "metadata.ownerReferences[" + at + "]";
            if (Json.text(owner, "apiVersion").isEmpty()) {
                causes.invalid(path + ".apiVersion", "", "version must not be empty");
            }
            for (String field : List.of("kind", "name", "uid")) {
                if (Json.text(owner, field).isEmpty()) {
                    causes.invalid(path + "." + field, "", "must not be empty");
                }
            }
            if (Json.bool(owner, "controller")) {
                if (!controller.isEmpty()) {
                    causes.invalid(
                            "metadata.ownerReferences",
                            owners,
                            "Only one reference can have Controller set to true. Found \"true\" in references for "
                                    + controller + " and " + Json.text(owner, "name"));
                }
                controller = Json.text(owner, "name");
            }
        }
    }

    private void finalizers(JsonNode finalizers, boolean anyName) {
        for (JsonNode finalizer : finalizers) {
            String name = finalizer.asText();
            causes.invalid("metadata.finalizers", name, Names.qualifiedName(name));
            if (!anyName && !name.contains("/") && !LEGACY_FINALIZERS.contains(name)) {
                causes.invalid(
                        "metadata.finalizers",
                        name,
                        "name is neither a standard finalizer name nor is it fully qualified");
            }
        }
    }

    /** A meta/v1 LabelSelector. */
    void selector(JsonNode selector, String path) {
        labels(selector.path("matchLabels"), path + ".matchLabels");
        JsonNode expressions = selector.path("matchExpressions");
        for (int at = 0; at < expressions.size(); at++) {
            JsonNode expression = expressions.get(at);
            String here = path + ".matchExpressions[" + at + "]";
            int values = expression.path("values").size();
            String operator = Json.text(expression, "operator");
            switch (operator) {
                case "In", "NotIn" -> {
                    if (values == 0) {
                        causes.required(here + ".values", "must be specified when `operator` is 'In' or 'NotIn'");
                    }
                }
                case "Exists", "DoesNotExist" -> {
                    if (values > 0) {
                        causes.forbidden(
                                here + ".values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                    }
                }
                default -> causes.invalid(here + ".operator", operator, "not a valid selector operator");
            }
            causes.invalid(
                    here + ".key", Json.text(expression, "key"), Names.qualifiedName(Json.text(expression, "key")));
            for (int value = 0; value < values; value++) {
                String text = expression.path("values").get(value).asText();
                causes.invalid(here + ".values[" + value + "]", text, Names.labelValue(text));
            }
        }
    }
}
