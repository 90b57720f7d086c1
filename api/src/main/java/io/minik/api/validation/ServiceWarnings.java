package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;

/** What a Service says to no effect. */
final class ServiceWarnings {
    private static final String HINTS = "service.kubernetes.io/topology-aware-hints";

    private ServiceWarnings() {}

    static List<String> of(JsonNode service) {
        List<String> said = new ArrayList<>();
        JsonNode spec = service.path("spec");
        String type = Json.text(spec, "type");
        boolean headless =
                type.equals("ClusterIP") && Json.text(spec, "clusterIP").equals("None");
        boolean external = type.equals("ExternalName");
        boolean addressed = !spec.path("externalIPs").isEmpty();
        if (Json.at(service, "metadata", "annotations").has(HINTS)) {
            said.add("annotation " + HINTS + " is deprecated, please use service.kubernetes.io/topology-mode instead");
        }
        if (headless) {
            if (!Json.text(spec, "loadBalancerIP").isEmpty()) {
                said.add("spec.loadBalancerIP is ignored for headless services");
            }
            if (addressed) {
                said.add("spec.externalIPs is ignored for headless services");
            }
            if (!Json.text(spec, "sessionAffinity").equals("None")) {
                said.add("spec.SessionAffinity is ignored for headless services");
            }
        } else if (addressed && external) {
            said.add("spec.externalIPs is ignored when spec.type is \"ExternalName\"");
        } else if (addressed) {
            said.add("spec.externalIPs is deprecated and may no longer be implemented in some clusters");
        }
        if (!headless) {
            AddressWarnings.addresses(spec.path("clusterIPs"), "spec.clusterIPs", said);
        }
        AddressWarnings.addresses(spec.path("externalIPs"), "spec.externalIPs", said);
        AddressWarnings.address(Json.text(spec, "loadBalancerIP"), "spec.loadBalancerIP", said);
        AddressWarnings.ranges(spec.path("loadBalancerSourceRanges"), "spec.loadBalancerSourceRanges", said);
        if (!external && !Json.text(spec, "externalName").isEmpty()) {
            said.add("spec.externalName is ignored when spec.type is not \"ExternalName\"");
        }
        if (Json.text(spec, "trafficDistribution").equals("PreferClose")) {
            said.add("spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"");
        }
        return said;
    }
}
