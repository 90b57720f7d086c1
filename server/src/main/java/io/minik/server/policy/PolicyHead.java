package io.minik.server.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.cel.Decl;
import io.minik.api.cel.RequestVariables;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.matching.MatchConditions;
import io.minik.server.matching.NamedExpressions;
import io.minik.server.matching.RuleMatch;
import java.util.Map;
import java.util.Optional;

/**
 * What all policies have, compiled.
 *
 * @param paramKind of its parameters, if it has some
 * @param failsClosed whether what goes wrong refuses the request
 */
record PolicyHead(
        String name,
        RuleMatch match,
        Optional<NamedKind> paramKind,
        boolean failsClosed,
        NamedExpressions variables,
        MatchConditions conditions) {
    record NamedKind(String apiVersion, String kind) {
        /** As Go prints a GroupVersionKind. */
        @Override
        public String toString() {
            int slash = apiVersion.indexOf('/');
            return (slash < 0 ? "/" + apiVersion : apiVersion) + ", Kind=" + kind;
        }
    }

    static PolicyHead of(KubeObject object) {
        JsonNode spec = object.tree().path("spec");
        Optional<NamedKind> params = spec.path("paramKind").isObject()
                ? Optional.of(
                        new NamedKind(Json.text(spec, "paramKind", "apiVersion"), Json.text(spec, "paramKind", "kind")))
                : Optional.empty();
        Map<String, Decl> declared = RequestVariables.of(params.isPresent(), true);
        NamedExpressions variables = NamedExpressions.of(spec.path("variables"), declared);
        return new PolicyHead(
                object.name(),
                RuleMatch.ofResources(spec.path("matchConstraints")),
                params,
                !Json.text(spec, "failurePolicy").equals("Ignore"),
                variables,
                MatchConditions.of(spec.path("matchConditions"), variables.environment(declared)));
    }
}
