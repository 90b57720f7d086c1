package io.minik.server.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.cel.CelEnvironment;
import io.minik.api.cel.CompileFault;
import io.minik.api.cel.Decl;
import io.minik.api.cel.RequestVariables;
import io.minik.api.client.Controller;
import io.minik.api.client.Informer;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Kinds;
import io.minik.api.schema.Schema;
import io.minik.api.validation.TypeDecls;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.matching.NamedExpressions;
import io.minik.server.policy.PolicyHead.NamedKind;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Says in a ValidatingAdmissionPolicy's status what its expressions would not find in the kinds that it names: nothing follows
 * from it but a warning to its author. On the controllers' loop, once for each generation.
 */
public final class PolicyTypes implements Controller {
    private static final Resource POLICIES = ValidatingPolicies.RESOURCE;
    /** Upstream's maxTypesToCheck. */
    private static final int MOST_TYPES = 10;

    private final ControllerContext context;
    private final Kinds kinds;
    private final Informer policies;
    private final ReconcileLoop work;

    public PolicyTypes(ControllerContext context, Kinds kinds) {
        this.context = context;
        this.kinds = kinds;
        this.policies = context.informer(POLICIES);
        this.work = context.reconcile("validatingadmissionpolicy-status", this::reconcile)
                .watch(policies);
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> policy = policies.get(key)
                .filter(found -> found.at("status", "observedGeneration").asLong(0)
                        < found.meta().generation());
        if (policy.isEmpty()) {
            return Future.succeededFuture(Optional.empty());
        }
        ArrayNode warnings = warnings(kinds.now(), policy.get());
        KubeObject told = policy.get().edit(tree -> {
            ObjectNode status = Json.child(tree, "status");
            status.put("observedGeneration", policy.get().meta().generation());
            ObjectNode checking = status.putObject("typeChecking");
            if (!warnings.isEmpty()) {
                checking.set("expressionWarnings", warnings);
            }
        });
        return context.client()
                .update(POLICIES, told, "status")
                .<Optional<Duration>>map(Optional.empty())
                .recover(error -> ApiException.is(error, Reason.NotFound)
                        ? Future.succeededFuture(Optional.empty())
                        : Future.failedFuture(error));
    }

    /** As its status is to tell them. */
    static ArrayNode warnings(Schema schema, KubeObject policy) {
        List<KindRow> rows = rows(schema, policy.at("spec", "matchConstraints", "resourceRules"));
        Optional<Decl> params = policy.at("spec", "paramKind").isObject()
                ? Optional.of(params(schema, policy.at("spec", "paramKind")))
                : Optional.empty();
        ArrayNode warnings = Json.array();
        JsonNode validations = policy.at("spec", "validations");
        Map<NamedKind, CelEnvironment> environments = new LinkedHashMap<>();
        rows.forEach(row -> environments.put(
                new NamedKind(row.resource().apiVersion(), row.resource().kind()),
                environment(schema, row, params, policy.at("spec", "variables"))));
        for (int at = 0; at < validations.size(); at++) {
            for (String field : List.of("expression", "messageExpression")) {
                String expression = Json.text(validations.get(at), field);
                List<String> found = new ArrayList<>();
                if (!expression.isEmpty()) {
                    environments.forEach((kind, environment) ->
                            fault(environment, expression).ifPresent(why -> found.add(kind + ": " + why + "\n")));
                }
                if (!found.isEmpty()) {
                    warnings.addObject()
                            .put("fieldRef", "spec.validations[" + at + "]." + field)
                            .put("warning", String.join("\n", found));
                }
            }
        }
        return warnings;
    }

    private static CelEnvironment environment(Schema schema, KindRow row, Optional<Decl> params, JsonNode variables) {
        Map<String, Decl> declared = RequestVariables.of(params.isPresent(), true);
        Decl object = TypeDecls.of(row, schema);
        declared.put(RequestVariables.OBJECT, object);
        declared.put(RequestVariables.OLD_OBJECT, object);
        params.ifPresent(decl -> declared.put(RequestVariables.PARAMS, decl));
        return NamedExpressions.of(variables, declared).environment(declared);
    }

    private static Optional<String> fault(CelEnvironment environment, String expression) {
        try {
            environment.compile(expression);
            return Optional.empty();
        } catch (CompileFault e) {
            return Optional.of(e.words());
        }
    }

    private static Decl params(Schema schema, JsonNode kind) {
        return schema.findKind(Json.text(kind, "apiVersion"), Json.text(kind, "kind"))
                .filter(row -> row.has("get"))
                .map(row -> TypeDecls.of(row, schema))
                .orElse(Decl.DYN);
    }

    /** Of rules that name kinds one by one. */
    private static List<KindRow> rows(Schema schema, JsonNode rules) {
        Comparator<KindRow> order = Comparator.comparing(
                        (KindRow row) -> row.resource().group())
                .thenComparing(row -> row.resource().version())
                .thenComparing(row -> row.resource().kind());
        TreeSet<KindRow> rows = new TreeSet<>(order);
        for (JsonNode rule : rules) {
            List<String> groups = Json.stringList(rule, "apiGroups");
            List<String> versions = Json.stringList(rule, "apiVersions");
            if (groups.contains("*") || versions.contains("*")) {
                continue;
            }
            for (String group : groups) {
                for (String version : versions) {
                    for (String resource : Json.stringList(rule, "resources")) {
                        String apiVersion = group.isEmpty() ? version : group + "/" + version;
                        schema.findResource(apiVersion, resource).ifPresent(rows::add);
                    }
                }
            }
        }
        return rows.stream().limit(MOST_TYPES).toList();
    }
}
