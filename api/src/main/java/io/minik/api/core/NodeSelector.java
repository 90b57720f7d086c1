package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** core/v1 NodeSelector: one term must match; an empty term matches nothing. */
public record NodeSelector(List<Term> terms) {
    /** All expressions on labels and on fields (only metadata.name) must match. */
    public record Term(List<Requirement> labels, List<Requirement> fields) {
        static Term of(JsonNode tree) {
            return new Term(
                    Views.list(tree.path("matchExpressions"), Requirement::of),
                    Views.list(tree.path("matchFields"), Requirement::of));
        }

        public boolean matches(String nodeName, Map<String, String> nodeLabels) {
            if (labels.isEmpty() && fields.isEmpty()) {
                return false;
            }
            for (Requirement requirement : labels) {
                if (!requirement.matches(nodeLabels.get(requirement.key()))) {
                    return false;
                }
            }
            for (Requirement requirement : fields) {
                if (!requirement.key().equals("metadata.name") || !requirement.matches(nodeName)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** @param operator In, NotIn, Exists, DoesNotExist, Gt or Lt */
    public record Requirement(String key, String operator, List<String> values) {
        static Requirement of(JsonNode tree) {
            return new Requirement(
                    Json.text(tree, "key"), Json.text(tree, "operator"), Json.stringList(tree, "values"));
        }

        boolean matches(@Nullable String value) {
            return switch (operator) {
                case "In" -> value != null && values.contains(value);
                case "NotIn" -> value == null || !values.contains(value);
                case "Exists" -> value != null;
                case "DoesNotExist" -> value == null;
                case "Gt" -> compares(value) > 0;
                case "Lt" -> compares(value) < 0;
                default -> false;
            };
        }

        /** The sign of (value - bound); 0 also if either is no integer, so that neither Gt nor Lt holds. */
        private int compares(@Nullable String value) {
            if (value == null || values.size() != 1) {
                return 0;
            }
            try {
                return Long.compare(Long.parseLong(value), Long.parseLong(values.get(0)));
            } catch (NumberFormatException e) {
                return 0;
            }
        }
    }

    /** A term that adds its weight to the score of nodes it matches. */
    public record Preferred(int weight, Term term) {}

    /** requiredDuringScheduling…: of a pod's spec, or a persistent volume's nodeAffinity. */
    public static NodeSelector of(JsonNode tree) {
        return new NodeSelector(Views.list(tree.path("nodeSelectorTerms"), Term::of));
    }

    /** The node of this name alone. */
    public static NodeSelector ofName(String node) {
        return new NodeSelector(
                List.of(new Term(List.of(), List.of(new Requirement("metadata.name", "In", List.of(node))))));
    }

    /** allowedTopologies of a StorageClass: labels with the values that each may have. */
    public static NodeSelector ofTopologies(JsonNode list) {
        return new NodeSelector(Views.list(
                list,
                term -> new Term(
                        Views.list(
                                term.path("matchLabelExpressions"),
                                label -> new Requirement(
                                        Json.text(label, "key"), "In", Json.stringList(label, "values"))),
                        List.of())));
    }

    public static List<Preferred> preferred(JsonNode list) {
        return Views.list(list, item -> new Preferred(Json.intOr(0, item, "weight"), Term.of(item.path("preference"))));
    }

    public boolean matches(String nodeName, Map<String, String> nodeLabels) {
        for (Term term : terms) {
            if (term.matches(nodeName, nodeLabels)) {
                return true;
            }
        }
        return false;
    }
}
