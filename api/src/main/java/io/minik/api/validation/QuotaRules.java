package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.api.meta.Quantity;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** core/v1 ResourceQuota: names that can be bounded, whole numbers where things are counted, scopes that fit both. */
final class QuotaRules {
    private static final Set<String> COUNTED = Set.of(
            "pods",
            "resourcequotas",
            "services",
            "replicationcontrollers",
            "secrets",
            "persistentvolumeclaims",
            "configmaps",
            "services.nodeports",
            "services.loadbalancers");
    private static final Set<String> MEASURED = Set.of(
            "cpu",
            "memory",
            "ephemeral-storage",
            "requests.cpu",
            "requests.memory",
            "requests.storage",
            "requests.ephemeral-storage",
            "limits.cpu",
            "limits.memory",
            "limits.ephemeral-storage");
    private static final List<String> HUGE_PAGES = List.of("hugepages-", "requests.hugepages-");
    private static final Set<String> POD_SCOPES = Set.of(
            "Terminating",
            "NotTerminating",
            "BestEffort",
            "NotBestEffort",
            "PriorityClass",
            "CrossNamespacePodAffinity");
    private static final String CLAIM_SCOPE = "VolumeAttributesClass";
    private static final Set<String> WITH_VALUES = Set.of("In", "NotIn");

    private final Causes causes;

    QuotaRules(Causes causes) {
        this.causes = causes;
    }

    void quota(JsonNode spec) {
        for (Map.Entry<String, JsonNode> entry : spec.path("hard").properties()) {
            hard(entry.getKey(), entry.getValue().asText());
        }
        scopes(spec);
        selector(spec);
    }

    private void hard(String name, String amount) {
        String path = "spec.hard[" + name + "]";
        List<String> wrong = Names.qualifiedName(name);
        causes.invalid(path, name, wrong);
        if (wrong.isEmpty() && !name.contains("/") && !standard(name)) {
            causes.invalid(path, name, "must be a standard resource type or fully qualified");
            causes.invalid(path, name, "must be a standard resource for quota");
        }
        Optional<Quantity> quantity = Quantity.find(amount);
        if (quantity.map(Quantity::signum).orElse(0) < 0) {
            causes.invalid(path, amount, "must be greater than or equal to 0");
        }
        boolean counted = COUNTED.contains(name) || name.startsWith("count/");
        if (counted && quantity.map(Quantity::milliValue).orElse(0L) % 1000 != 0) {
            causes.invalid(path, amount, "must be an integer");
        }
    }

    private static boolean standard(String name) {
        return COUNTED.contains(name)
                || MEASURED.contains(name)
                || HUGE_PAGES.stream().anyMatch(name::startsWith);
    }

    private void scopes(JsonNode spec) {
        List<String> scopes = Json.stringList(spec, "scopes");
        for (String scope : scopes) {
            fits("spec.scopes", spec, scope, scopes);
        }
        exclusive("spec.scopes", scopes, scopes);
    }

    private void selector(JsonNode spec) {
        JsonNode expressions = Json.at(spec, "scopeSelector", "matchExpressions");
        List<String> names = new ArrayList<>();
        for (JsonNode expression : expressions) {
            String path = "spec.scopeSelector.matchExpressions";
            String scope = Json.text(expression, "scopeName");
            String operator = Json.text(expression, "operator");
            names.add(scope);
            fits(path + ".scopeName", spec, scope, List.of(scope));
            boolean classes = scope.equals("PriorityClass") || scope.equals(CLAIM_SCOPE);
            if (!classes && !operator.equals("Exists")) {
                causes.invalid(
                        path + ".operator",
                        operator,
                        "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating,"
                                + " ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort,"
                                + " ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity");
            }
            boolean values = !expression.path("values").isEmpty();
            if (WITH_VALUES.contains(operator) && !values) {
                causes.required(
                        path + ".values",
                        "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
            } else if (!WITH_VALUES.contains(operator) && values) {
                causes.invalid(
                        path + ".values",
                        expression.path("values"),
                        "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
            }
        }
        exclusive("spec.scopeSelector.matchExpressions", names, names);
    }

    private void fits(String path, JsonNode spec, String scope, Object shown) {
        JsonNode value = Json.MAPPER.valueToTree(shown);
        if (!POD_SCOPES.contains(scope) && !scope.equals(CLAIM_SCOPE)) {
            causes.invalid(path, value, "unsupported scope");
            return;
        }
        spec.path("hard").fieldNames().forEachRemaining(name -> {
            if (!applies(scope, name)) {
                causes.invalid(path, value, "unsupported scope applied to resource");
            }
        });
    }

    /** Names that mean no object of the scope can't be bounded by it; fully qualified ones may mean any. */
    private static boolean applies(String scope, String name) {
        if (name.contains("/")) {
            return true;
        }
        boolean claims = name.equals("persistentvolumeclaims") || name.equals("requests.storage");
        return switch (scope) {
            case "BestEffort" -> name.equals("pods");
            case CLAIM_SCOPE -> claims;
            default -> !claims && (name.equals("pods") || MEASURED.contains(name) || !COUNTED.contains(name));
        };
    }

    private void exclusive(String path, List<String> scopes, Object shown) {
        boolean both = scopes.containsAll(List.of("BestEffort", "NotBestEffort"))
                || scopes.containsAll(List.of("Terminating", "NotTerminating"));
        if (both) {
            causes.invalid(path, Json.MAPPER.<JsonNode>valueToTree(shown), "conflicting scopes");
        }
    }

    /** What a quota counts follows from its scopes, which stay. */
    void update(JsonNode spec, JsonNode old) {
        List<String> before = Json.stringList(old, "scopes");
        List<String> after = Json.stringList(spec, "scopes");
        if (!Set.copyOf(before).equals(Set.copyOf(after))) {
            causes.invalid("spec.scopes", Json.MAPPER.<JsonNode>valueToTree(after), "field is immutable");
        }
    }
}
