package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.ground.json.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Services and what routes to pods. */
final class ServiceRules {
    private static final String BALANCERS = "may only be used when `type` is 'LoadBalancer'";
    private static final Set<String> FAMILIES = Set.of("IPv4", "IPv6");
    private static final int MAX_ENDPOINTS = 1000;
    private static final int MAX_AFFINITY_SECONDS = 86_400;

    private final Causes causes;

    ServiceRules(Causes causes) {
        this.causes = causes;
    }

    void service(JsonNode service) {
        JsonNode spec = service.path("spec");
        String type = Json.text(spec, "type");
        String ip = Json.text(spec, "clusterIP");
        boolean headless = ip.equals("None");
        if (type.equals("ExternalName")) {
            String name = Json.text(spec, "externalName");
            String bare = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
            if (bare.isEmpty()) {
                causes.required("spec.externalName");
            } else {
                causes.invalid("spec.externalName", name, Names.dns1123Subdomain(bare));
            }
            if (!ip.isEmpty()) {
                causes.forbidden("spec.clusterIPs[0]", "may not be set when `type` is ExternalName");
            }
        } else if (spec.path("ports").isEmpty() && !headless) {
            causes.required("spec.ports");
        }
        if (headless && (type.equals("NodePort") || type.equals("LoadBalancer"))) {
            causes.invalid("spec.clusterIPs[0]", ip, "may not be set to 'None' for " + type + " services");
        } else if (!ip.isEmpty() && !headless) {
            ip(ip, "spec.clusterIPs[0]");
        }
        families(spec);
        ports(spec, type);
        new MetaRules(causes).labels(spec.path("selector"), "spec.selector");
        JsonNode external = spec.path("externalIPs");
        for (int at = 0; at < external.size(); at++) {
            routableIp(external.get(at).asText(), "spec.externalIPs[" + at + "]");
        }
        int seconds = Json.intOr(1, spec, "sessionAffinityConfig", "clientIP", "timeoutSeconds");
        if (seconds <= 0 || seconds > MAX_AFFINITY_SECONDS) {
            causes.invalid(
                    "spec.sessionAffinityConfig.clientIP.timeoutSeconds",
                    seconds,
                    "must be greater than 0 and less than 86400");
        }
        balanced(spec, type);
        boolean routed = type.equals("NodePort") || type.equals("LoadBalancer") || !external.isEmpty();
        if (!routed && !Json.text(spec, "externalTrafficPolicy").isEmpty()) {
            causes.invalid(
                    "spec.externalTrafficPolicy",
                    Json.text(spec, "externalTrafficPolicy"),
                    "may only be set for externally-accessible services");
        }
    }

    /** One address of each family at the most. */
    private void families(JsonNode spec) {
        JsonNode addresses = spec.path("clusterIPs");
        if (addresses.size() > FAMILIES.size()) {
            causes.invalid("spec.clusterIPs", addresses, "may only hold up to 2 values");
        }
        Set<String> seen = new HashSet<>();
        JsonNode families = spec.path("ipFamilies");
        for (int at = 0; at < families.size(); at++) {
            String family = families.get(at).asText();
            if (!FAMILIES.contains(family)) {
                causes.unsupported(Causes.at("spec.ipFamilies", at), family, FAMILIES);
            }
            if (!seen.add(family)) {
                causes.duplicate(Causes.at("spec.ipFamilies", at), family);
            }
        }
    }

    /** What is a load balancer's alone. */
    private void balanced(JsonNode spec, String type) {
        boolean balancer = type.equals("LoadBalancer");
        for (String field : List.of("loadBalancerClass", "allocateLoadBalancerNodePorts")) {
            if (spec.has(field) && !balancer) {
                causes.forbidden("spec." + field, BALANCERS);
            }
        }
        String balancerClass = Json.text(spec, "loadBalancerClass");
        if (balancer && !balancerClass.isEmpty()) {
            causes.invalid("spec.loadBalancerClass", balancerClass, Names.qualifiedName(balancerClass));
        }
        // Upstream's path has this capital letter.
        String path = "spec.LoadBalancerSourceRanges";
        JsonNode ranges = spec.path("loadBalancerSourceRanges");
        if (!ranges.isEmpty() && !balancer) {
            causes.forbidden(path, BALANCERS);
        }
        for (int at = 0; at < ranges.size(); at++) {
            String range = ranges.get(at).asText();
            if (Addresses.sloppyCidr(range.strip()).isEmpty()) {
                causes.invalid(Causes.at(path, at), range, Addresses.CIDR_WORDS);
            }
        }
        boolean local = balancer && Json.text(spec, "externalTrafficPolicy").equals("Local");
        int check = Json.intOr(0, spec, "healthCheckNodePort");
        if (check != 0 && !local) {
            causes.invalid(
                    "spec.healthCheckNodePort",
                    check,
                    "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
        }
    }

    private void ports(JsonNode spec, String type) {
        JsonNode ports = spec.path("ports");
        Set<String> names = new HashSet<>();
        Set<String> numbers = new HashSet<>();
        for (int at = 0; at < ports.size(); at++) {
            JsonNode port = ports.get(at);
            String here = "spec.ports[" + at + "]";
            String name = Json.text(port, "name");
            if (name.isEmpty() && ports.size() > 1) {
                causes.required(here + ".name");
            } else if (!name.isEmpty()) {
                causes.invalid(here + ".name", name, Names.dns1123Label(name));
                if (!names.add(name)) {
                    causes.duplicate(here + ".name", name);
                }
            }
            if (!port.has("port")) {
                causes.invalid(here + ".port", 0, "must be between 1 and 65535, inclusive");
            }
            JsonNode target = port.path("targetPort");
            if (target.isTextual()) {
                causes.invalid(here + ".targetPort", target.textValue(), Names.portName(target.textValue()));
            } else if (port.has("port") && target.isInt() && (target.intValue() < 1 || target.intValue() > 65_535)) {
                causes.invalid(here + ".targetPort", target, "must be between 1 and 65535, inclusive");
            }
            appProtocol(port, here);
            if (!numbers.add(port.path("port") + Json.text(port, "protocol"))) {
                causes.duplicate(here, port);
            }
            if (Json.intOr(0, port, "nodePort") != 0 && (type.equals("ClusterIP") || type.equals("ExternalName"))) {
                causes.forbidden(here + ".nodePort", "may not be used when `type` is '" + type + "'");
            }
        }
    }

    void endpoints(JsonNode endpoints) {
        JsonNode subsets = endpoints.path("subsets");
        for (int at = 0; at < subsets.size(); at++) {
            JsonNode subset = subsets.get(at);
            String here = "subsets[" + at + "]";
            if (subset.path("addresses").isEmpty()
                    && subset.path("notReadyAddresses").isEmpty()) {
                causes.required(here, "must specify `addresses` or `notReadyAddresses`");
            }
            for (String list : List.of("addresses", "notReadyAddresses")) {
                JsonNode addresses = subset.path(list);
                for (int item = 0; item < addresses.size(); item++) {
                    routableIp(Json.text(addresses.get(item), "ip"), here + "." + list + "[" + item + "].ip");
                }
            }
        }
    }

    void endpointSlice(JsonNode slice) {
        String type = Json.text(slice, "addressType");
        if (type.isEmpty()) {
            causes.required("addressType");
        }
        JsonNode endpoints = slice.path("endpoints");
        if (endpoints.size() > MAX_ENDPOINTS) {
            causes.tooMany("endpoints", endpoints.size(), MAX_ENDPOINTS);
            return;
        }
        for (int at = 0; at < endpoints.size(); at++) {
            JsonNode addresses = endpoints.get(at).path("addresses");
            String here = "endpoints[" + at + "].addresses";
            if (addresses.isEmpty()) {
                causes.required(here, "must contain at least 1 address");
            }
            for (int item = 0; item < addresses.size(); item++) {
                String address = addresses.get(item).asText();
                if (type.equals("FQDN")) {
                    causes.invalid(Causes.at(here, item), address, Names.dns1123Subdomain(address));
                } else if (type.equals("IPv4") || type.equals("IPv6")) {
                    boolean v4 = type.equals("IPv4");
                    if (Addresses.sloppy(address).filter(ip -> ip.isV4() == v4).isEmpty()) {
                        causes.invalid(Causes.at(here, item), address, "must be a valid " + type + " address");
                    } else {
                        routableIp(address, Causes.at(here, item));
                    }
                }
            }
            String hostname = Json.text(endpoints.get(at), "hostname");
            if (!hostname.isEmpty()) {
                causes.invalid("endpoints[" + at + "].hostname", hostname, Names.dns1123Label(hostname));
            }
        }
        slicePorts(slice.path("ports"));
    }

    private void slicePorts(JsonNode ports) {
        Set<String> names = new HashSet<>();
        for (int at = 0; at < ports.size(); at++) {
            String here = Causes.at("ports", at);
            String name = Json.text(ports.get(at), "name");
            if (!name.isEmpty()) {
                causes.invalid(here + ".name", name, Names.dns1123Label(name));
            }
            if (!names.add(name)) {
                causes.duplicate(here + ".name", name);
            }
            appProtocol(ports.get(at), here);
        }
    }

    private void appProtocol(JsonNode port, String path) {
        String protocol = Json.text(port, "appProtocol");
        if (!protocol.isEmpty()) {
            causes.invalid(path + ".appProtocol", protocol, Names.qualifiedName(protocol));
        }
    }

    private void ip(String text, String path) {
        if (!Addresses.valid(text)) {
            causes.invalid(path, text, Addresses.WORDS);
        }
    }

    /** Addresses that mean something only on one machine or link lead other nodes' traffic astray. */
    private void routableIp(String text, String path) {
        ip(text, path);
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.equals("0.0.0.0") || lower.equals("::")) {
            causes.invalid(path, text, "may not be unspecified (0.0.0.0 or ::)");
        } else if (lower.startsWith("127.") || lower.equals("::1")) {
            causes.invalid(path, text, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
        } else if (lower.startsWith("169.254.") || lower.matches("fe[89ab][0-9a-f]:.*")) {
            causes.invalid(path, text, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
        } else if (lower.startsWith("224.0.0.") || lower.startsWith("ff02:")) {
            causes.invalid(path, text, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
        }
    }
}
