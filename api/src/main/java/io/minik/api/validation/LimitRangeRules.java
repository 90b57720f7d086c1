package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.api.meta.Quantity;
import io.minik.ground.json.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** core/v1 LimitRange: one limit a type, whose bounds and defaults leave room for each other. */
final class LimitRangeRules {
    private static final Set<String> TYPES = Set.of("Pod", "Container", "PersistentVolumeClaim");
    private static final List<String> FIELDS =
            List.of("max", "min", "default", "defaultRequest", "maxLimitRequestRatio");
    private static final Set<String> OF_CONTAINERS = Set.of("cpu", "memory", "ephemeral-storage");

    private final Causes causes;

    LimitRangeRules(Causes causes) {
        this.causes = causes;
    }

    void limitRange(JsonNode spec) {
        JsonNode limits = spec.path("limits");
        Set<String> seen = new HashSet<>();
        for (int at = 0; at < limits.size(); at++) {
            String path = "spec.limits[" + at + "]";
            JsonNode limit = limits.get(at);
            String type = Json.text(limit, "type");
            type(path + ".type", type);
            if (!seen.add(type)) {
                causes.duplicate(path + ".type", type);
            }
            limit(path, type, limit);
        }
    }

    private void type(String path, String type) {
        causes.invalid(path, type, Names.qualifiedName(type));
        if (!type.contains("/") && !TYPES.contains(type)) {
            causes.invalid(path, type, "must be a standard limit type or fully qualified");
        }
    }

    private void limit(String path, String type, JsonNode limit) {
        Set<String> names = new TreeSet<>();
        for (String field : FIELDS) {
            boolean standard = field.startsWith("default");
            if (type.equals("Pod") && standard && !limit.path(field).isEmpty()) {
                causes.forbidden(path + "." + field, "may not be specified when `type` is 'Pod'");
                continue;
            }
            limit.path(field).fieldNames().forEachRemaining(name -> {
                name(path + "." + field + "[" + name + "]", type, name);
                names.add(name);
            });
        }
        boolean storage = limit.path("min").has("storage") || limit.path("max").has("storage");
        if (type.equals("PersistentVolumeClaim") && !storage) {
            causes.required(
                    path + ".limits", "either minimum or maximum storage value is required, but neither was provided");
        }
        names.forEach(name -> bounds(path, limit, name));
    }

    private void name(String path, String type, String name) {
        causes.invalid(path, name, Names.qualifiedName(name));
        boolean plain = !name.contains("/");
        boolean containers = type.equals("Pod") || type.equals("Container");
        if (plain && containers && !OF_CONTAINERS.contains(name) && !name.startsWith("hugepages-")) {
            causes.invalid(path, name, "must be a standard resource for containers");
        } else if (plain && !containers && !name.equals("storage") && !OF_CONTAINERS.contains(name)) {
            causes.invalid(path, name, "must be a standard resource type or fully qualified");
        }
    }

    private void bounds(String path, JsonNode limit, String name) {
        Amount min = amount(limit, "min", "min value", name);
        Amount max = amount(limit, "max", "max value", name);
        Amount request = amount(limit, "defaultRequest", "default request value", name);
        Amount standard = amount(limit, "default", "default value", name);
        Amount standardLimit = amount(limit, "default", "default limit value", name);
        ordered(path, min, max, min);
        ordered(path, min, request, request);
        ordered(path, request, max, request);
        ordered(path, request, standardLimit, request);
        ordered(path, min, standard, standard);
        ordered(path, standard, max, standard);
        Amount ratio = amount(limit, "maxLimitRequestRatio", "ratio", name);
        if (ratio.quantity.isPresent() && ratio.quantity.get().compareTo(Quantity.of(1)) < 0) {
            causes.invalid(ratio.at(path), ratio.text(), "ratio " + ratio.text() + " is less than 1");
        }
    }

    /** One value of a limit. @param words what messages call it */
    private record Amount(String field, String words, String name, Optional<Quantity> quantity) {
        String at(String path) {
            return path + "." + field + "[" + name + "]";
        }

        String text() {
            return quantity.map(Quantity::toString).orElse("");
        }
    }

    private static Amount amount(JsonNode limit, String field, String words, String name) {
        String text = limit.path(field).path(name).asText();
        return new Amount(field, words, name, text.isEmpty() ? Optional.empty() : Quantity.find(text));
    }

    private void ordered(String path, Amount less, Amount more, Amount wrong) {
        if (less.quantity.isPresent()
                && more.quantity.isPresent()
                && less.quantity.get().compareTo(more.quantity.get()) > 0) {
            causes.invalid(
                    wrong.at(path),
                    wrong.text(),
                    less.words + " " + less.text() + " is greater than " + more.words + " " + more.text());
        }
    }
}
