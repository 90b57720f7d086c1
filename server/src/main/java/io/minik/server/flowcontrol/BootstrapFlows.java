package io.minik.server.flowcontrol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** The schemas and levels that every cluster begins with, of {@code bootstrap-flows.json}: upstream's mandatory and suggested ones. */
final class BootstrapFlows {
    static final Resource SCHEMAS =
            new Resource("flowcontrol.apiserver.k8s.io", "v1", "flowschemas", "FlowSchema", false);
    static final Resource LEVELS = new Resource(
            "flowcontrol.apiserver.k8s.io", "v1", "prioritylevelconfigurations", "PriorityLevelConfiguration", false);

    /** "true": the server keeps the spec as it is here. */
    static final String AUTO_UPDATE = "apf.kubernetes.io/autoupdate-spec";

    private static final String FILE = "bootstrap-flows.json";
    static final List<KubeObject> FIRST_LEVELS;
    static final List<KubeObject> FIRST_SCHEMAS;

    static {
        JsonNode tree = read();
        FIRST_LEVELS = objects(LEVELS, tree.path("levels"));
        FIRST_SCHEMAS = objects(SCHEMAS, tree.path("schemas"));
    }

    private BootstrapFlows() {}

    private static JsonNode read() {
        try (InputStream in = BootstrapFlows.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException(FILE + " is not in the program");
            }
            return Json.parse(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<KubeObject> objects(Resource kind, JsonNode specs) {
        List<KubeObject> objects = new ArrayList<>();
        specs.properties()
                .forEach(named -> objects.add(
                        KubeObject.named(kind.apiVersion(), kind.kind(), ObjectKey.cluster(named.getKey()), tree -> {
                            ObjectNode meta = Json.child(tree, "metadata");
                            meta.putObject("annotations").put(AUTO_UPDATE, "true");
                            tree.set("spec", named.getValue());
                        })));
        return List.copyOf(objects);
    }
}
