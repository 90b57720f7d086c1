package io.minik.server.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.api.selector.LabelSelector;
import io.minik.ground.json.Json;
import io.minik.server.matching.RuleMatch;
import java.util.List;
import java.util.Optional;

/**
 * Where a policy holds, compiled.
 *
 * @param actions what a failed validation leads to; of mutating ones empty
 */
record Binding(String name, String policy, RuleMatch match, Optional<ParamRef> params, List<String> actions) {
    /**
     * @param namespace empty: that of the request
     * @param name empty: whatever the selector selects
     * @param required whether it is a failure if there is none
     */
    record ParamRef(String namespace, String name, LabelSelector selector, boolean required) {}

    static Binding of(KubeObject object) {
        JsonNode spec = object.tree().path("spec");
        JsonNode reference = spec.path("paramRef");
        Optional<ParamRef> params = reference.isObject()
                ? Optional.of(new ParamRef(
                        Json.text(reference, "namespace"),
                        Json.text(reference, "name"),
                        LabelSelector.of(reference.path("selector")),
                        Json.text(reference, "parameterNotFoundAction").equals("Deny")))
                : Optional.empty();
        return new Binding(
                object.name(),
                Json.text(spec, "policyName"),
                RuleMatch.ofResources(spec.path("matchResources")),
                params,
                Json.stringList(spec, "validationActions"));
    }
}
