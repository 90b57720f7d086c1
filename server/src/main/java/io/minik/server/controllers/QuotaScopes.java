package io.minik.server.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Quantity;
import io.minik.api.object.Json;
import io.minik.api.object.KubeObject;
import java.util.List;

/** Which pods a quota counts, and how objects are counted by its names. Pure. */
final class QuotaScopes {
    private QuotaScopes() {}

    static boolean match(KubeObject quota, KubeObject pod) {
        for (String scope : Json.stringList(quota.tree(), "spec", "scopes")) {
            if (!matches(scope, pod)) {
                return false;
            }
        }
        for (JsonNode expression : quota.at("spec", "scopeSelector", "matchExpressions")) {
            if (!matches(expression, pod)) {
                return false;
            }
        }
        return true;
    }

    private static boolean matches(String scope, KubeObject pod) {
        boolean terminating = pod.at("spec", "activeDeadlineSeconds").isNumber();
        return switch (scope) {
            case "Terminating" -> terminating;
            case "NotTerminating" -> !terminating;
            case "BestEffort" -> bestEffort(pod);
            case "NotBestEffort" -> !bestEffort(pod);
            case "PriorityClass" -> !pod.text("spec", "priorityClassName").isEmpty();
            default -> true;
        };
    }

    private static boolean matches(JsonNode expression, KubeObject pod) {
        String scope = Json.text(expression, "scopeName");
        if (!scope.equals("PriorityClass")) {
            return matches(scope, pod);
        }
        String name = pod.text("spec", "priorityClassName");
        List<String> values = Json.stringList(expression, "values");
        return switch (Json.text(expression, "operator")) {
            case "In" -> values.contains(name);
            case "NotIn" -> !values.contains(name);
            case "Exists" -> !name.isEmpty();
            default -> name.isEmpty();
        };
    }

    private static boolean bestEffort(KubeObject pod) {
        for (JsonNode container : pod.at("spec", "containers")) {
            if (!Json.at(container, "resources", "requests").isEmpty()
                    || !Json.at(container, "resources", "limits").isEmpty()) {
                return false;
            }
        }
        return true;
    }

    static Quantity count(String name, List<KubeObject> objects) {
        if (name.equals("requests.storage")) {
            Quantity sum = Quantity.ZERO;
            for (KubeObject claim : objects) {
                sum = sum.add(Quantity.find(claim.text("spec", "resources", "requests", "storage"))
                        .orElse(Quantity.ZERO));
            }
            return sum;
        }
        long count = 0;
        for (KubeObject object : objects) {
            String type = object.text("spec", "type");
            count += switch (name) {
                case "services.loadbalancers" -> type.equals("LoadBalancer") ? 1 : 0;
                case "services.nodeports" -> nodePorts(object);
                default -> 1;
            };
        }
        return Quantity.of(count);
    }

    private static long nodePorts(KubeObject service) {
        long ports = 0;
        for (JsonNode port : service.at("spec", "ports")) {
            ports += Json.intOr(0, port, "nodePort") > 0 ? 1 : 0;
        }
        return ports;
    }
}
