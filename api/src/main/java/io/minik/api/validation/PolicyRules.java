package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.cel.CelEnvironment;
import io.minik.api.cel.CelType;
import io.minik.api.cel.CompileFault;
import io.minik.api.cel.Decl;
import io.minik.api.cel.Escapes;
import io.minik.api.cel.Program;
import io.minik.api.cel.RequestVariables;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.ground.json.Json;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Admission policies, and match conditions wherever they stand: each fault on its own field. */
final class PolicyRules {
    private static final Set<String> REASONS = Set.of("Forbidden", "Invalid", "RequestEntityTooLarge");
    private static final Set<String> PATCH_TYPES = Set.of("ApplyConfiguration", "JSONPatch");
    private static final List<String> REINVOCATIONS = List.of("Never", "IfNeeded");
    private static final int MOST_CONDITIONS = 64;
    private static final int MOST_ANNOTATIONS = 20;
    private static final int LONGEST_VALUE_EXPRESSION = 5 * 1024;

    private final Causes causes;
    /** What the policy has named so far. */
    private final Map<String, CelType> variables = new HashMap<>();

    PolicyRules(Causes causes) {
        this.causes = causes;
    }

    void validating(String name, JsonNode spec) {
        boolean params = spec.has("paramKind");
        common(spec, params);
        JsonNode validations = spec.path("validations");
        JsonNode annotations = spec.path("auditAnnotations");
        if (validations.isEmpty() && annotations.isEmpty()) {
            String why = "validations or auditAnnotations must contain at least one item";
            causes.required("spec.validations", why);
            causes.required("spec.auditAnnotations", why);
        }
        for (int at = 0; at < validations.size(); at++) {
            validation(Causes.at("spec.validations", at), validations.get(at), params);
        }
        if (annotations.size() > MOST_ANNOTATIONS) {
            causes.invalid(
                    "spec.auditAnnotations",
                    annotations,
                    "must not have more than " + MOST_ANNOTATIONS + " auditAnnotations");
        }
        Set<String> keys = new HashSet<>();
        for (int at = 0; at < annotations.size(); at++) {
            String path = Causes.at("spec.auditAnnotations", at);
            annotation(path, name, annotations.get(at), params);
            String key = Json.text(annotations.get(at), "key");
            if (!keys.add(key)) {
                causes.duplicate(path + ".key", key);
            }
        }
    }

    private void common(JsonNode spec, boolean params) {
        if (params) {
            paramKind(spec.path("paramKind"));
        }
        JsonNode constraints = spec.path("matchConstraints");
        if (constraints.isMissingNode()) {
            causes.required("spec.matchConstraints");
        } else {
            new PolicyBindingRules(causes).matchResources("spec.matchConstraints", constraints);
            if (constraints.path("resourceRules").isEmpty()) {
                causes.required("spec.matchConstraints.resourceRules");
            }
        }
        matchConditions("spec.matchConditions", spec.path("matchConditions"), params);
        JsonNode named = spec.path("variables");
        for (int at = 0; at < named.size(); at++) {
            variable(Causes.at("spec.variables", at), named.get(at), params);
        }
    }

    private void paramKind(JsonNode kind) {
        String version = Json.text(kind, "apiVersion");
        String path = "spec.paramKind.apiVersion";
        if (version.isEmpty()) {
            causes.required(path);
        } else if (version.indexOf('/') != version.lastIndexOf('/')) {
            causes.invalid(path, version, "unexpected GroupVersion string: " + version);
        } else {
            int slash = version.indexOf('/');
            String group = slash < 0 ? "" : version.substring(0, slash);
            String own = version.substring(slash + 1);
            if (!group.isEmpty()) {
                joined(path, group, "", Names.dns1123Subdomain(group));
            }
            if (own.isEmpty()) {
                causes.invalid(path, version, "version must be specified");
            } else {
                joined(path, own, "", Names.dns1035Label(own));
            }
        }
        String name = Json.text(kind, "kind");
        if (name.isEmpty()) {
            causes.required("spec.paramKind.kind");
        } else {
            joined(
                    "spec.paramKind.kind",
                    name,
                    "may have mixed case, but should otherwise match: ",
                    Names.dns1035Label(name.toLowerCase(Locale.ROOT)));
        }
    }

    private void joined(String path, String value, String start, List<String> whys) {
        if (!whys.isEmpty()) {
            causes.invalid(path, value, start + String.join(",", whys));
        }
    }

    /** @param params whether they may speak of parameters */
    void matchConditions(String path, JsonNode conditions, boolean params) {
        if (conditions.size() > MOST_CONDITIONS) {
            causes.tooMany(path, conditions.size(), MOST_CONDITIONS);
        }
        Set<String> names = new HashSet<>();
        for (int at = 0; at < conditions.size(); at++) {
            JsonNode condition = conditions.get(at);
            String here = Causes.at(path, at);
            String expression = Json.text(condition, "expression").strip();
            if (expression.isEmpty()) {
                causes.required(here + ".expression");
            } else {
                compile(
                        here + ".expression",
                        expression,
                        expression,
                        RequestVariables.of(params, true),
                        List.of(CelType.BOOL));
            }
            String name = Json.text(condition, "name");
            if (name.isEmpty()) {
                causes.required(here + ".name");
            } else {
                causes.invalid(here + ".name", name, Names.qualifiedName(name));
                if (!names.add(name)) {
                    causes.duplicate(here + ".name", name);
                }
            }
        }
    }

    private void variable(String path, JsonNode variable, boolean params) {
        String name = Json.text(variable, "name");
        if (name.isBlank()) {
            causes.required(path + ".name", "name is not specified");
        } else if (!Escapes.isIdentifier(name)) {
            causes.invalid(path + ".name", name, "name is not a valid CEL identifier");
        }
        String expression = Json.text(variable, "expression");
        if (expression.isBlank()) {
            causes.required(path + ".expression", "expression is not specified");
            return;
        }
        CelType type = compile(
                path + ".expression",
                expression,
                expression,
                RequestVariables.composed(RequestVariables.of(params, true), variables),
                List.of());
        variables.put(name, type);
    }

    private Map<String, Decl> environment(boolean params, boolean authorizer) {
        Map<String, Decl> declared = RequestVariables.of(params, authorizer);
        return variables.isEmpty() ? declared : RequestVariables.composed(declared, variables);
    }

    private void validation(String path, JsonNode validation, boolean params) {
        String expression = Json.text(validation, "expression");
        if (expression.isBlank()) {
            causes.required(path + ".expression", "expression is not specified");
        } else {
            compile(path + ".expression", expression, expression, environment(params, true), List.of(CelType.BOOL));
        }
        String messageExpression = Json.text(validation, "messageExpression");
        if (!messageExpression.isEmpty() && messageExpression.isBlank()) {
            causes.invalid(path + ".messageExpression", messageExpression, "must be non-empty if specified");
        } else if (!messageExpression.isEmpty()) {
            compile(
                    path + ".messageExpression",
                    messageExpression,
                    messageExpression,
                    environment(params, false),
                    List.of(CelType.STRING));
        }
        String message = Json.text(validation, "message");
        if (!message.isEmpty() && message.isBlank()) {
            causes.invalid(path + ".message", message, "message must be non-empty if specified");
        } else if (message.strip().matches("(?s).*[\\n\\r].*")) {
            causes.invalid(path + ".message", message, "message must not contain line breaks");
        }
        String reason = Json.text(validation, "reason");
        if (!reason.isEmpty() && !REASONS.contains(reason)) {
            causes.unsupported(path + ".reason", reason, REASONS);
        }
    }

    private void annotation(String path, String policy, JsonNode annotation, boolean params) {
        String key = Json.text(annotation, "key");
        if (policy.isEmpty()) {
            causes.invalid(path + ".key", key, "requires metadata.name be non-empty");
        } else {
            String name = policy + "/" + key;
            causes.invalid(path + ".key", name, Names.qualifiedName(name));
        }
        String expression = Json.text(annotation, "valueExpression");
        if (expression.isBlank()) {
            causes.required(path + ".valueExpression", "valueExpression is not specified");
        } else if (expression.strip().length() > LONGEST_VALUE_EXPRESSION) {
            causes.required(
                    path + ".valueExpression", "must not exceed " + LONGEST_VALUE_EXPRESSION + " bytes in length");
        } else {
            compile(
                    path + ".valueExpression",
                    expression,
                    expression.strip(),
                    environment(params, true),
                    List.of(CelType.STRING, CelType.NULL));
        }
    }

    /** @param shown what errors show of it. @return the type of its result */
    private CelType compile(
            String path, String shown, String expression, Map<String, Decl> declared, List<CelType> wanted) {
        try {
            Program program = environment(declared, wanted).compile(expression);
            CelType.refusal(wanted, program.type()).ifPresent(why -> causes.invalid(path, shown, why));
            return program.type();
        } catch (CompileFault e) {
            causes.invalid(path, shown, e.told());
            return CelType.DYN;
        }
    }

    private static CelEnvironment environment(Map<String, Decl> declared, List<CelType> wanted) {
        CelEnvironment environment = CelEnvironment.of(declared);
        boolean patches = wanted.contains(CelType.PATCHED) || wanted.contains(CelType.list(CelType.JSON_PATCH));
        return patches ? environment.makingPatches() : environment;
    }

    void mutating(JsonNode spec) {
        boolean params = spec.has("paramKind");
        common(spec, params);
        JsonNode mutations = spec.path("mutations");
        if (mutations.isEmpty()) {
            causes.required("spec.mutations", "mutations must contain at least one item");
        }
        for (int at = 0; at < mutations.size(); at++) {
            mutation(Causes.at("spec.mutations", at), mutations.get(at), params);
        }
        String again = Json.text(spec, "reinvocationPolicy");
        if (again.isEmpty()) {
            causes.required("spec.reinvocationPolicy");
        } else if (!REINVOCATIONS.contains(again)) {
            causes.unsupported("spec.reinvocationPolicy", again, REINVOCATIONS);
        }
    }

    private void mutation(String path, JsonNode mutation, boolean params) {
        String type = Json.text(mutation, "patchType");
        if (type.isEmpty()) {
            causes.required(path + ".patchType");
            return;
        }
        if (!PATCH_TYPES.contains(type)) {
            causes.unsupported(path + ".patchType", type, PATCH_TYPES);
            return;
        }
        boolean apply = type.equals("ApplyConfiguration");
        String own = apply ? "applyConfiguration" : "jsonPatch";
        String other = apply ? "jsonPatch" : "applyConfiguration";
        if (!mutation.has(own)) {
            causes.required(path + "." + own, "must be specified when patchType is " + type);
        } else {
            String expression = Json.text(mutation, own, "expression").strip();
            if (expression.isEmpty()) {
                causes.required(path + "." + own + ".expression", "expression is not specified");
            } else {
                compile(
                        path + "." + own + ".expression",
                        expression,
                        expression,
                        environment(params, true),
                        List.of(apply ? CelType.PATCHED : CelType.list(CelType.JSON_PATCH)));
            }
        }
        if (mutation.has(other)) {
            causes.invalid(path + "." + other, "{" + other + "}", "must not be specified when patchType is " + type);
        }
    }
}
