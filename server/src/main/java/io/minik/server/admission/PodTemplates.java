package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.minik.api.meta.Resource;
import io.minik.ground.json.Json;
import java.util.Optional;

/** Where kinds that make pods keep what they make them from. */
final class PodTemplates {
    private PodTemplates() {}

    /** The template's metadata and spec; empty for kinds that have none. */
    static Optional<JsonNode> find(Resource resource, JsonNode object) {
        JsonNode template =
                switch (resource.groupResource()) {
                    case "podtemplates" -> object.path("template");
                    case "replicationcontrollers",
                            "replicasets.apps",
                            "deployments.apps",
                            "statefulsets.apps",
                            "daemonsets.apps",
                            "jobs.batch" -> Json.at(object, "spec", "template");
                    case "cronjobs.batch" -> Json.at(object, "spec", "jobTemplate", "spec", "template");
                    default -> MissingNode.getInstance();
                };
        return template.isObject() ? Optional.of(template) : Optional.empty();
    }
}
