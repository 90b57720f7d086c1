package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Names;
import io.minik.api.schema.KindRow;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is allowed and still likely a mistake: upstream's warnings on create and update, in its words. */
public final class Warnings {
    private static final String CLASS = "volume.beta.kubernetes.io/storage-class";
    private static final String INGRESS_CLASS = "kubernetes.io/ingress.class";

    private final ObjectNode tree;
    private final boolean create;
    private final List<String> said = new ArrayList<>();

    private Warnings(ObjectNode tree, boolean create) {
        this.tree = tree;
        this.create = create;
    }

    /**
     * @param tree validated, with its defaults
     * @param old the stored object on update, empty on create; what did not change was warned of before
     */
    public static List<String> of(KindRow row, ObjectNode tree, Optional<ObjectNode> old) {
        if (old.isPresent() && unchanged(tree, old.get())) {
            return List.of();
        }
        Warnings warnings = new Warnings(tree, old.isEmpty());
        warnings.kind(row.resource().groupResource());
        return warnings.said;
    }

    private static boolean unchanged(ObjectNode tree, ObjectNode old) {
        return tree.path("spec").equals(old.path("spec"))
                && tree.path("template").equals(old.path("template"))
                && tree.path("endpoints").equals(old.path("endpoints"))
                && tree.path("subsets").equals(old.path("subsets"))
                && Json.at(tree, "metadata", "annotations").equals(Json.at(old, "metadata", "annotations"));
    }

    private void kind(String resource) {
        JsonNode spec = tree.path("spec");
        switch (resource) {
            case "pods" -> {
                // Of an update nobody reads them: people don't update pods.
                if (create) {
                    hostname("the Pod's hostname");
                    pod("", tree);
                }
            }
            case "podtemplates" -> pod("template.", tree.path("template"));
            case "replicationcontrollers",
                    "replicasets.apps",
                    "deployments.apps",
                    "daemonsets.apps",
                    "statefulsets.apps",
                    "jobs.batch" -> {
                if (create && !resource.startsWith("daemon") && !resource.startsWith("stateful")) {
                    hostname("Pod names and hostnames");
                }
                pod("spec.template.", spec.path("template"));
            }
            case "cronjobs.batch" -> {
                if (create) {
                    hostname("Pod names and hostnames");
                }
                pod("spec.jobTemplate.spec.template.", Json.at(spec, "jobTemplate", "spec", "template"));
            }
            case "services" -> said.addAll(ServiceWarnings.of(tree));
            case "ingresses.networking.k8s.io" -> {
                if (create && Json.at(tree, "metadata", "annotations").has(INGRESS_CLASS)) {
                    said.add("annotation \"" + INGRESS_CLASS
                            + "\" is deprecated, please use 'spec.ingressClassName' instead");
                }
            }
            case "persistentvolumeclaims" -> {
                storageClass();
                new VolumeWarnings(said).claim(spec, "spec");
            }
            case "persistentvolumes" -> {
                storageClass();
                new VolumeWarnings(said).volume(tree);
            }
            case "nodes" -> {
                addresses(resource);
                node(spec);
            }
            case "networkpolicies.networking.k8s.io", "endpoints", "endpointslices.discovery.k8s.io" ->
                addresses(resource);
            case "storageclasses.storage.k8s.io" -> topologies();
            case "runtimeclasses.node.k8s.io" ->
                Json.at(tree, "scheduling", "nodeSelector")
                        .fieldNames()
                        .forEachRemaining(key -> NodeLabelWarnings.message(key)
                                .ifPresent(why -> said.add("scheduling.nodeSelector: " + why)));
            default -> {}
        }
    }

    private void pod(String path, JsonNode pod) {
        new PodWarnings(said, path).check(pod);
    }

    private void hostname(String use) {
        List<String> wrong = Names.dns1123Label(Json.text(tree, "metadata", "name"));
        if (!wrong.isEmpty()) {
            said.add("metadata.name: this is used in " + use
                    + ", which can result in surprising behavior; a DNS label is recommended: ["
                    + String.join(" ", wrong) + "]");
        }
    }

    private void storageClass() {
        if (Json.at(tree, "metadata", "annotations").has(CLASS)) {
            said.add("metadata.annotations[" + CLASS
                    + "]: deprecated since v1.8; use \"storageClassName\" attribute instead");
        }
    }

    private void node(JsonNode spec) {
        if (spec.has("configSource")) {
            said.add("spec.configSource: the feature is removed");
        }
        if (!Json.text(spec, "externalID").isEmpty()) {
            said.add("spec.externalID: this field is deprecated, and is unused by Kubernetes");
        }
    }

    private void addresses(String resource) {
        AddressWarnings.of(AddressField.of(resource, tree), said);
    }

    private void topologies() {
        JsonNode topologies = tree.path("allowedTopologies");
        for (int at = 0; at < topologies.size(); at++) {
            JsonNode expressions = topologies.get(at).path("matchLabelExpressions");
            for (int each = 0; each < expressions.size(); each++) {
                String path = "allowedTopologies[" + at + "].matchLabelExpressions[" + each + "]: ";
                NodeLabelWarnings.message(Json.text(expressions.get(each), "key"))
                        .ifPresent(why -> said.add(path + why));
            }
        }
    }
}
