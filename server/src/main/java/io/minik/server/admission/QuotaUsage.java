package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Quantity;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.Json;
import io.minik.api.object.KubeObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What objects cost in the words of ResourceQuota. Pure. */
final class QuotaUsage {
    /** Kinds that quotas count, and under which short name besides {@code count/…}. */
    static final Map<Resource, String> COUNTED = Map.of(
            Resources.PODS, "pods",
            Resources.SERVICES, "services",
            Resources.CONFIG_MAPS, "configmaps",
            Resources.SECRETS, "secrets",
            Resources.PERSISTENT_VOLUME_CLAIMS, "persistentvolumeclaims",
            Resources.REPLICATION_CONTROLLERS, "replicationcontrollers",
            Resources.RESOURCE_QUOTAS, "resourcequotas");

    static final List<Resource> ONLY_COUNTED = List.of(
            Resources.DEPLOYMENTS,
            Resources.REPLICA_SETS,
            Resources.STATEFUL_SETS,
            Resources.DAEMON_SETS,
            Resources.JOBS,
            Resources.CRON_JOBS);

    private static final Set<String> ALSO_PLAIN = Set.of("cpu", "memory", "ephemeral-storage");

    private QuotaUsage() {}

    /** Cost of one object. Finished pods cost nothing. */
    static Map<String, Quantity> of(Resource resource, JsonNode tree) {
        Map<String, Quantity> usage = new TreeMap<>();
        if (resource.equals(Resources.PODS) && finished(tree)) {
            return usage;
        }
        usage.put("count/" + resource.groupResource(), Quantity.of(1));
        String plain = COUNTED.get(resource);
        if (plain != null) {
            usage.put(plain, Quantity.of(1));
        }
        if (resource.equals(Resources.PODS)) {
            pod(tree, usage);
        } else if (resource.equals(Resources.SERVICES)) {
            service(tree, usage);
        } else if (resource.equals(Resources.PERSISTENT_VOLUME_CLAIMS)) {
            Json.strings(tree, "spec", "resources", "requests").forEach((name, amount) -> {
                usage.put("requests." + name, Quantity.parse(amount));
                String storageClass = Json.text(tree, "spec", "storageClassName");
                String prefix = storageClass + ".storageclass.storage.k8s.io/";
                usage.put(prefix + "requests." + name, Quantity.parse(amount));
                usage.put(prefix + "persistentvolumeclaims", Quantity.of(1));
            });
        }
        return usage;
    }

    static Map<String, Quantity> sum(Resource resource, Iterable<KubeObject> objects, JsonNode quota) {
        Map<String, Quantity> sum = new TreeMap<>();
        for (KubeObject object : objects) {
            JsonNode tree = object.compact().tree();
            if (inScope(resource, tree, quota)) {
                of(resource, tree).forEach((name, amount) -> sum.merge(name, amount, Quantity::add));
            }
        }
        return sum;
    }

    /** Whether a quota's scopes take in an object; scopes are about pods alone. */
    static boolean inScope(Resource resource, JsonNode tree, JsonNode quota) {
        List<String> scopes = Json.stringList(quota, "spec", "scopes");
        List<JsonNode> expressions = Json.items(quota, "spec", "scopeSelector", "matchExpressions");
        if (scopes.isEmpty() && expressions.isEmpty()) {
            return true;
        }
        if (!resource.equals(Resources.PODS)) {
            return false;
        }
        for (String scope : scopes) {
            if (!scope(scope, "Exists", List.of(), tree)) {
                return false;
            }
        }
        for (JsonNode expression : expressions) {
            if (!scope(
                    Json.text(expression, "scopeName"),
                    Json.text(expression, "operator"),
                    Json.stringList(expression, "values"),
                    tree)) {
                return false;
            }
        }
        return true;
    }

    private static boolean scope(String name, String operator, List<String> values, JsonNode pod) {
        boolean terminating = Json.at(pod, "spec", "activeDeadlineSeconds").isNumber();
        boolean bestEffort = Json.text(pod, "status", "qosClass").equals("BestEffort");
        String priorityClass = Json.text(pod, "spec", "priorityClassName");
        return switch (name) {
            case "Terminating" -> terminating;
            case "NotTerminating" -> !terminating;
            case "BestEffort" -> bestEffort;
            case "NotBestEffort" -> !bestEffort;
            case "PriorityClass" ->
                switch (operator) {
                    case "In" -> values.contains(priorityClass);
                    case "NotIn" -> !values.contains(priorityClass);
                    case "DoesNotExist" -> priorityClass.isEmpty();
                    default -> !priorityClass.isEmpty();
                };
            default -> false;
        };
    }

    private static boolean finished(JsonNode pod) {
        String phase = Json.text(pod, "status", "phase");
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    private static void pod(JsonNode pod, Map<String, Quantity> usage) {
        for (String field : List.of("requests", "limits")) {
            Map<String, Quantity> sums = new TreeMap<>();
            for (JsonNode container : Json.items(pod, "spec", "containers")) {
                Json.strings(container, "resources", field)
                        .forEach((name, amount) -> sums.merge(name, Quantity.parse(amount), Quantity::add));
            }
            for (JsonNode container : Json.items(pod, "spec", "initContainers")) {
                Json.strings(container, "resources", field)
                        .forEach((name, amount) -> sums.merge(name, Quantity.parse(amount), Quantity::max));
            }
            sums.forEach((name, amount) -> {
                usage.put(field + "." + name, amount);
                if (field.equals("requests") && ALSO_PLAIN.contains(name)) {
                    usage.put(name, amount);
                }
            });
        }
    }

    private static void service(JsonNode service, Map<String, Quantity> usage) {
        String type = Json.text(service, "spec", "type");
        int ports = Json.items(service, "spec", "ports").size();
        if (type.equals("LoadBalancer")) {
            usage.put("services.loadbalancers", Quantity.of(1));
        }
        if (type.equals("NodePort") || type.equals("LoadBalancer")) {
            usage.put("services.nodeports", Quantity.of(ports));
        }
    }
}
