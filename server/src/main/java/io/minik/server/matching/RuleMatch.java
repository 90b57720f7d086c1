package io.minik.server.matching;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.KindRow;
import io.minik.api.selector.LabelSelector;
import io.minik.ground.json.Json;
import io.minik.server.admission.Review;
import io.minik.server.matching.Attributes.Matched;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which requests a webhook or a policy is about: rules and selectors, read once. Immutable. */
public final class RuleMatch {
    private static final String ALL = "*";
    private static final Set<String> CONFIGURATIONS = Set.of(
            "ValidatingWebhookConfiguration",
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding");

    private final List<Rule> rules;
    private final List<Rule> excluded;
    /** Without rules: whether everything is meant. */
    private final boolean all;

    private final boolean equivalent;
    private final LabelSelector namespaces;
    private final LabelSelector objects;

    private RuleMatch(List<Rule> rules, List<Rule> excluded, boolean all, JsonNode said) {
        this.rules = rules;
        this.excluded = excluded;
        this.all = all && rules.isEmpty();
        this.equivalent = Json.text(said, "matchPolicy").equals("Equivalent");
        this.namespaces = selector(said.path("namespaceSelector"));
        this.objects = selector(said.path("objectSelector"));
    }

    /** @param webhook of a configuration */
    public static RuleMatch ofWebhook(JsonNode webhook) {
        return new RuleMatch(Rule.all(webhook.path("rules")), List.of(), false, webhook);
    }

    /** @param said the matchConstraints of a policy, or the matchResources of a binding; absent: everything */
    public static RuleMatch ofResources(JsonNode said) {
        return new RuleMatch(
                Rule.all(said.path("resourceRules")), Rule.all(said.path("excludeResourceRules")), true, said);
    }

    private static LabelSelector selector(JsonNode said) {
        return LabelSelector.of(said.isObject() ? said : Json.object());
    }

    /**
     * Whether it is about the very configuration of admission, which none of it can close; or what follows from a request that was
     * admitted: a binding writes a pod, an eviction deletes one.
     */
    public static boolean exempt(Review review) {
        Resource resource = review.resource();
        return review.request().requester().onBehalf()
                || (resource.group().equals("admissionregistration.k8s.io")
                        && CONFIGURATIONS.contains(resource.kind()));
    }

    /**
     * @param names empty: all
     * @param resources as written: {@code pods}, {@code pods/status}, {@code *}{@code /*}
     */
    private record Rule(
            List<String> operations,
            List<String> groups,
            List<String> versions,
            List<String> resources,
            String scope,
            List<String> names) {
        static List<Rule> all(JsonNode said) {
            List<Rule> rules = new ArrayList<>(said.size());
            for (JsonNode rule : said) {
                rules.add(new Rule(
                        Json.stringList(rule, "operations"),
                        Json.stringList(rule, "apiGroups"),
                        Json.stringList(rule, "apiVersions"),
                        Json.stringList(rule, "resources"),
                        Json.textOr(ALL, rule, "scope"),
                        Json.stringList(rule, "resourceNames")));
            }
            return List.copyOf(rules);
        }

        boolean matches(Attributes asked, Resource as) {
            return has(operations, asked.operation())
                    && has(groups, as.group())
                    && has(versions, as.version())
                    && inScope(asked)
                    && resource(as.plural(), asked.subresource())
                    && (names.isEmpty() || names.contains(asked.name()));
        }

        private static boolean has(List<String> said, String asked) {
            return said.contains(asked) || said.contains(ALL);
        }

        private boolean inScope(Attributes asked) {
            if (scope.equals(ALL)) {
                return true;
            }
            boolean namespaced = !asked.isNamespace() && !asked.namespace().isEmpty();
            return scope.equals(namespaced ? "Namespaced" : "Cluster");
        }

        private boolean resource(String plural, String subresource) {
            for (String said : resources) {
                int slash = said.indexOf('/');
                String resource = slash < 0 ? said : said.substring(0, slash);
                String part = slash < 0 ? "" : said.substring(slash + 1);
                if ((resource.equals(ALL) || resource.equals(plural))
                        && (part.equals(ALL) || part.equals(subresource))) {
                    return true;
                }
            }
            return false;
        }
    }

    /**
     * The form of its kind in which a request is meant; empty if it is not.
     *
     * @throws ApiException if its namespace, whose labels decide, is not there
     */
    public Optional<Matched> find(Attributes asked) {
        Optional<Matched> found = all ? Optional.of(asked.asAsked()) : byRules(rules, asked);
        return found.isPresent()
                        && (excluded.isEmpty() || byRules(excluded, asked).isEmpty())
                        && selectsObject(asked)
                        && selectsNamespace(asked)
                ? found
                : Optional.empty();
    }

    private Optional<Matched> byRules(List<Rule> rules, Attributes asked) {
        for (Rule rule : rules) {
            if (rule.matches(asked, asked.resource())) {
                return Optional.of(asked.asAsked());
            }
        }
        if (!equivalent) {
            return Optional.empty();
        }
        List<KindRow> others = asked.others();
        for (Rule rule : rules) {
            for (KindRow other : others) {
                if (rule.matches(asked, other.resource())) {
                    return Optional.of(asked.as(other));
                }
            }
        }
        return Optional.empty();
    }

    private boolean selectsObject(Attributes asked) {
        return objects.isEmpty()
                || asked.object().map(this::selects).orElse(false)
                || asked.old().map(this::selects).orElse(false);
    }

    private boolean selects(ObjectNode object) {
        return objects.matches(labels(object));
    }

    private static Map<String, String> labels(ObjectNode object) {
        return Json.strings(object, "metadata", "labels");
    }

    /** What is in no namespace is always meant; a Namespace by what its labels become, or were. */
    private boolean selectsNamespace(Attributes asked) {
        if (namespaces.isEmpty() || asked.namespace().isEmpty()) {
            return true;
        }
        if (asked.isNamespace()
                && asked.subresource().isEmpty()
                && asked.object().isPresent()) {
            return namespaces.matches(labels(asked.object().get()));
        }
        return namespaces.matches(asked.lookup()
                .find(Resources.NAMESPACES, ObjectKey.cluster(asked.namespace()))
                .orElseThrow(() -> ApiException.notFound(Resources.NAMESPACES, asked.namespace()))
                .meta()
                .labels());
    }
}
