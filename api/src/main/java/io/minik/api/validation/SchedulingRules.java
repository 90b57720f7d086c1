package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.ground.json.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Tolerations, affinity and spreading of a pod. */
final class SchedulingRules {
    private static final Set<String> NODE_OPERATORS = Set.of("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt");

    private final Causes causes;

    SchedulingRules(Causes causes) {
        this.causes = causes;
    }

    void check(JsonNode spec, String path) {
        tolerations(spec.path("tolerations"), path + ".tolerations");
        JsonNode affinity = spec.path("affinity");
        node(affinity.path("nodeAffinity"), path + ".affinity.nodeAffinity");
        pod(affinity.path("podAffinity"), path + ".affinity.podAffinity");
        pod(affinity.path("podAntiAffinity"), path + ".affinity.podAntiAffinity");
        spread(spec.path("topologySpreadConstraints"), path + ".topologySpreadConstraints");
    }

    private void tolerations(JsonNode tolerations, String path) {
        for (int at = 0; at < tolerations.size(); at++) {
            JsonNode toleration = tolerations.get(at);
            String here = Causes.at(path, at);
            String key = Json.text(toleration, "key");
            String operator = Json.text(toleration, "operator");
            String value = Json.text(toleration, "value");
            if (!key.isEmpty()) {
                causes.invalid(here + ".key", key, Names.qualifiedName(key));
            } else if (!operator.equals("Exists")) {
                causes.invalid(
                        here + ".operator",
                        operator,
                        "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
            }
            if (toleration.has("tolerationSeconds")
                    && !Json.text(toleration, "effect").equals("NoExecute")) {
                causes.invalid(
                        here + ".effect",
                        Json.text(toleration, "effect"),
                        "effect must be 'NoExecute' when `tolerationSeconds` is set");
            }
            if (operator.equals("Exists") && !value.isEmpty()) {
                causes.invalid(here + ".operator", value, "value must be empty when `operator` is 'Exists'");
            } else if ((operator.equals("Lt") || operator.equals("Gt")) && !value.matches("0|-?[1-9][0-9]{0,17}")) {
                causes.invalid(here + ".value", value, "must be a valid decimal integer in canonical form");
            } else if (!operator.equals("Exists") && !value.isEmpty()) {
                causes.invalid(here + ".operator", value, Names.labelValue(value));
            }
        }
    }

    private void node(JsonNode affinity, String path) {
        String required = "requiredDuringSchedulingIgnoredDuringExecution";
        JsonNode terms = Json.at(affinity, required, "nodeSelectorTerms");
        for (int at = 0; at < terms.size(); at++) {
            nodeTerm(terms.get(at), path + "." + required + ".nodeSelectorTerms[" + at + "]");
        }
        String preferred = "preferredDuringSchedulingIgnoredDuringExecution";
        JsonNode weighted = affinity.path(preferred);
        for (int at = 0; at < weighted.size(); at++) {
            String here = path + "." + preferred + "[" + at + "]";
            weight(weighted.get(at), here);
            nodeTerm(weighted.get(at).path("preference"), here + ".preference");
        }
    }

    void nodeTerm(JsonNode term, String path) {
        for (String list : List.of("matchExpressions", "matchFields")) {
            JsonNode expressions = term.path(list);
            for (int at = 0; at < expressions.size(); at++) {
                String here = path + "." + list + "[" + at + "]";
                if (list.equals("matchExpressions")) {
                    expression(expressions.get(at), here);
                } else {
                    fieldExpression(expressions.get(at), here);
                }
            }
        }
    }

    private void expression(JsonNode expression, String path) {
        String operator = Json.text(expression, "operator");
        int values = expression.path("values").size();
        if (!NODE_OPERATORS.contains(operator)) {
            causes.invalid(path + ".operator", operator, "not a valid selector operator");
        } else if (operator.endsWith("In") && values == 0) {
            causes.required(path + ".values", "must be specified when `operator` is 'In' or 'NotIn'");
        } else if (operator.contains("Exist") && values > 0) {
            causes.forbidden(path + ".values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        } else if (operator.endsWith("t") && operator.length() == 2 && values != 1) {
            causes.required(path + ".values", "must be specified single value when `operator` is 'Lt' or 'Gt'");
        }
        String key = Json.text(expression, "key");
        causes.invalid(path + ".key", key, Names.qualifiedName(key));
        for (int at = 0; at < values && operator.endsWith("In"); at++) {
            String value = expression.path("values").get(at).asText();
            causes.invalid(Causes.at(path + ".values", at), value, Names.labelValue(value));
        }
    }

    /** Of a node's fields its name alone can be asked for, and for one name at a time. */
    private void fieldExpression(JsonNode expression, String path) {
        String operator = Json.text(expression, "operator");
        JsonNode values = expression.path("values");
        if (!operator.equals("In") && !operator.equals("NotIn")) {
            causes.invalid(path + ".operator", operator, "not a valid selector operator");
        } else if (values.size() != 1) {
            causes.required(
                    path + ".values",
                    "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
        }
        String key = Json.text(expression, "key");
        if (!key.equals("metadata.name")) {
            causes.invalid(path + ".key", key, "not a valid field selector key");
            return;
        }
        for (int at = 0; at < values.size(); at++) {
            String value = values.get(at).asText();
            causes.invalid(Causes.at(path + ".values", at), value, Names.dns1123Subdomain(value));
        }
    }

    private void pod(JsonNode affinity, String path) {
        String required = "requiredDuringSchedulingIgnoredDuringExecution";
        JsonNode terms = affinity.path(required);
        for (int at = 0; at < terms.size(); at++) {
            podTerm(terms.get(at), path + "." + required + "[" + at + "]");
        }
        String preferred = "preferredDuringSchedulingIgnoredDuringExecution";
        JsonNode weighted = affinity.path(preferred);
        for (int at = 0; at < weighted.size(); at++) {
            String here = path + "." + preferred + "[" + at + "]";
            weight(weighted.get(at), here);
            podTerm(weighted.get(at).path("podAffinityTerm"), here + ".podAffinityTerm");
        }
    }

    private void podTerm(JsonNode term, String path) {
        String key = Json.text(term, "topologyKey");
        if (key.isEmpty()) {
            causes.required(path + ".topologyKey", "can not be empty");
        } else {
            causes.invalid(path + ".topologyKey", key, Names.qualifiedName(key));
        }
        for (JsonNode namespace : term.path("namespaces")) {
            causes.invalid(path + ".namespace", namespace.asText(), Names.dns1123Label(namespace.asText()));
        }
        labelKeys(term, "matchLabelKeys", path);
        labelKeys(term, "mismatchLabelKeys", path);
        Set<String> other = new HashSet<>(Json.stringList(term, "mismatchLabelKeys"));
        List<String> keys = Json.stringList(term, "matchLabelKeys");
        for (int at = 0; at < keys.size(); at++) {
            if (other.contains(keys.get(at))) {
                causes.invalid(
                        Causes.at(path + ".matchLabelKeys", at),
                        keys.get(at),
                        "exists in both matchLabelKeys and mismatchLabelKeys");
            }
        }
    }

    /** Keys whose values are taken from the pod itself, beside what the selector says. */
    private void labelKeys(JsonNode owner, String field, String path) {
        List<String> keys = Json.stringList(owner, field);
        if (!keys.isEmpty() && !owner.has("labelSelector")) {
            causes.forbidden(path + "." + field, "must not be specified when labelSelector is not set");
            return;
        }
        for (int at = 0; at < keys.size(); at++) {
            causes.invalid(Causes.at(path + "." + field, at), keys.get(at), Names.qualifiedName(keys.get(at)));
        }
    }

    private void weight(JsonNode term, String path) {
        int weight = Json.intOr(0, term, "weight");
        if (weight < 1 || weight > 100) {
            causes.invalid(path + ".weight", weight, "must be in the range 1-100");
        }
    }

    private void spread(JsonNode constraints, String path) {
        Set<String> seen = new HashSet<>();
        for (int at = 0; at < constraints.size(); at++) {
            JsonNode constraint = constraints.get(at);
            String here = Causes.at(path, at);
            if (Json.intOr(0, constraint, "maxSkew") <= 0) {
                causes.invalid(here + ".maxSkew", Json.intOr(0, constraint, "maxSkew"), "must be greater than zero");
            }
            String key = Json.text(constraint, "topologyKey");
            if (key.isEmpty()) {
                causes.required(here + ".topologyKey", "can not be empty");
            } else {
                causes.invalid(here + ".topologyKey", key, Names.qualifiedName(key));
            }
            String action = Json.text(constraint, "whenUnsatisfiable");
            if (!seen.add(key + "," + action)) {
                causes.duplicate(here + ".{topologyKey, whenUnsatisfiable}", "{" + key + ", " + action + "}");
            }
            domains(constraint, action, here);
            labelKeys(constraint, "matchLabelKeys", here);
            JsonNode selector = constraint.path("labelSelector");
            Set<String> said =
                    new HashSet<>(Json.strings(selector, "matchLabels").keySet());
            selector.path("matchExpressions").forEach(each -> said.add(Json.text(each, "key")));
            List<String> keys = Json.stringList(constraint, "matchLabelKeys");
            for (int next = 0; next < keys.size(); next++) {
                if (said.contains(keys.get(next))) {
                    causes.invalid(
                            Causes.at(here + ".matchLabelKeys", next),
                            keys.get(next),
                            "exists in both matchLabelKeys and labelSelector");
                }
            }
        }
    }

    private void domains(JsonNode constraint, String action, String path) {
        JsonNode domains = constraint.path("minDomains");
        if (!domains.isNumber()) {
            return;
        }
        if (domains.intValue() <= 0) {
            causes.invalid(path + ".minDomains", domains, "must be greater than zero");
        }
        if (!action.equals("DoNotSchedule")) {
            causes.invalid(
                    path + ".minDomains",
                    domains,
                    "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " + action);
        }
    }
}
