package io.minik.server.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.cel.CelEnvironment;
import io.minik.api.cel.CelType;
import io.minik.api.cel.RequestVariables;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.matching.Expression;
import java.util.ArrayList;
import java.util.List;

/**
 * A MutatingAdmissionPolicy, compiled.
 *
 * @param again whether it is asked once more if others change the object after it
 */
record Mutating(PolicyHead policy, List<Mutation> mutations, boolean again) {
    /** @param applies whether it is an apply configuration, else a JSON patch */
    record Mutation(boolean applies, Expression expression) {}

    static Mutating of(KubeObject object) {
        PolicyHead policy = PolicyHead.of(object);
        boolean params = policy.paramKind().isPresent();
        CelEnvironment environment = policy.variables()
                .environment(RequestVariables.of(params, true))
                .makingPatches();
        List<Mutation> mutations = new ArrayList<>();
        for (JsonNode said : object.at("spec", "mutations")) {
            boolean applies = Json.text(said, "patchType").equals("ApplyConfiguration");
            String expression = Json.text(said, applies ? "applyConfiguration" : "jsonPatch", "expression");
            CelType wanted = applies ? CelType.PATCHED : CelType.list(CelType.JSON_PATCH);
            mutations.add(new Mutation(applies, Expression.of(expression, environment, List.of(wanted))));
        }
        boolean again = object.text("spec", "reinvocationPolicy").equals("IfNeeded");
        return new Mutating(policy, List.copyOf(mutations), again);
    }
}
