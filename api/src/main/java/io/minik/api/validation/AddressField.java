package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * An address that an object says, or a range of them, where Kubernetes has always read both without care ("legacy fields" of
 * KEP-4858).
 *
 * @param text without spaces around it
 */
record AddressField(String path, String text, boolean range) {
    /** In the object's order; of those that are not said none. @param resource the group resource's name */
    static List<AddressField> of(String resource, JsonNode tree) {
        Reader reader = new Reader();
        reader.collect(resource, tree);
        return reader.said;
    }

    private static final class Reader {
        private final List<AddressField> said = new ArrayList<>();

        private void collect(String resource, JsonNode tree) {
            JsonNode spec = tree.path("spec");
            switch (resource) {
                case "services" -> {
                    all(spec.path("clusterIPs"), "spec.clusterIPs", false);
                    all(spec.path("externalIPs"), "spec.externalIPs", false);
                    all(spec.path("loadBalancerSourceRanges"), "spec.loadBalancerSourceRanges", true);
                }
                case "pods" -> pod(spec, "spec");
                case "podtemplates" -> pod(Json.at(tree, "template", "spec"), "template.spec");
                case "deployments.apps",
                        "replicasets.apps",
                        "statefulsets.apps",
                        "daemonsets.apps",
                        "jobs.batch",
                        "replicationcontrollers" -> pod(Json.at(spec, "template", "spec"), "spec.template.spec");
                case "cronjobs.batch" ->
                    pod(
                            Json.at(spec, "jobTemplate", "spec", "template", "spec"),
                            "spec.jobTemplate.spec.template.spec");
                case "nodes" -> all(spec.path("podCIDRs"), "spec.podCIDRs", true);
                case "networkpolicies.networking.k8s.io" -> policy(spec);
                case "endpoints" ->
                    each(tree.path("subsets"), "subsets", (subset, path) -> {
                        ips(subset.path("addresses"), path + ".addresses", "ip");
                        ips(subset.path("notReadyAddresses"), path + ".notReadyAddresses", "ip");
                    });
                case "endpointslices.discovery.k8s.io" ->
                    each(
                            tree.path("endpoints"),
                            "endpoints",
                            (endpoint, path) -> all(endpoint.path("addresses"), path + ".addresses", false));
                default -> {}
            }
        }

        private void pod(JsonNode spec, String path) {
            ips(spec.path("hostAliases"), path + ".hostAliases", "ip");
            all(Json.at(spec, "dnsConfig", "nameservers"), path + ".dnsConfig.nameservers", false);
            for (String list : List.of("initContainers", "containers")) {
                each(
                        spec.path(list),
                        path + "." + list,
                        (container, here) -> ips(container.path("ports"), here + ".ports", "hostIP"));
            }
        }

        private void policy(JsonNode spec) {
            peers(spec.path("ingress"), "spec.ingress", "from");
            peers(spec.path("egress"), "spec.egress", "to");
        }

        private void peers(JsonNode rules, String path, String list) {
            each(
                    rules,
                    path,
                    (rule, here) -> each(rule.path(list), here + "." + list, (peer, where) -> {
                        JsonNode block = peer.path("ipBlock");
                        one(Json.text(block, "cidr"), where + ".ipBlock.cidr", true);
                        all(block.path("except"), where + ".ipBlock.except", true);
                    }));
        }

        private interface Item {
            void at(JsonNode value, String path);
        }

        private static void each(JsonNode list, String path, Item item) {
            for (int at = 0; at < list.size(); at++) {
                item.at(list.get(at), Causes.at(path, at));
            }
        }

        private void ips(JsonNode list, String path, String field) {
            each(list, path, (value, here) -> one(Json.text(value, field), here + "." + field, false));
        }

        private void all(JsonNode texts, String path, boolean range) {
            each(texts, path, (text, here) -> one(text.asText(), here, range));
        }

        private void one(String text, String path, boolean range) {
            if (!text.isEmpty()) {
                said.add(new AddressField(path, text.strip(), range));
            }
        }
    }
}
