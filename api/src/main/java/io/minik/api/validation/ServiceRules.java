package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.ground.json.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Services and what routes to pods. */
final class ServiceRules {
    private static final Pattern IPV4 = Pattern.compile(
            "((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*");
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
        boolean routed = type.equals("NodePort") || type.equals("LoadBalancer") || !external.isEmpty();
        if (!routed && !Json.text(spec, "externalTrafficPolicy").isEmpty()) {
            causes.invalid(
                    "spec.externalTrafficPolicy",
                    Json.text(spec, "externalTrafficPolicy"),
                    "may only be set for externally-accessible services");
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
                    routableIp(address, Causes.at(here, item));
                }
            }
        }
    }

    void ingress(JsonNode spec) {
        JsonNode rules = spec.path("rules");
        if (rules.isEmpty() && !spec.has("defaultBackend")) {
            causes.invalid("spec", spec, "either `defaultBackend` or `rules` must be specified");
        }
        if (spec.has("defaultBackend")) {
            backend(spec.path("defaultBackend"), "spec.defaultBackend");
        }
        for (int at = 0; at < rules.size(); at++) {
            String here = "spec.rules[" + at + "]";
            String host = Json.text(rules.get(at), "host");
            if (IPV4.matcher(host).matches()) {
                causes.invalid(here + ".host", host, "must be a DNS name, not an IP address");
            } else if (!host.isEmpty()) {
                causes.invalid(
                        here + ".host", host, Names.dns1123Subdomain(host.startsWith("*.") ? host.substring(2) : host));
            }
            JsonNode http = rules.get(at).path("http");
            if (!http.isMissingNode() && http.path("paths").isEmpty()) {
                causes.required(here + ".http.paths");
            }
            for (int item = 0; item < http.path("paths").size(); item++) {
                JsonNode path = http.path("paths").get(item);
                String place = here + ".http.paths[" + item + "]";
                String text = Json.text(path, "path");
                String type = Json.text(path, "pathType");
                if (type.isEmpty()) {
                    causes.required(place + ".pathType", "pathType must be specified");
                } else if (!type.equals("ImplementationSpecific") && !text.startsWith("/")) {
                    causes.invalid(place + ".path", text, "must be an absolute path");
                }
                backend(path.path("backend"), place + ".backend");
            }
        }
    }

    private void backend(JsonNode backend, String path) {
        JsonNode service = backend.path("service");
        if (backend.has("resource")) {
            if (backend.has("service")) {
                causes.invalid(path, "", "cannot set both resource and service backends");
            }
            return;
        }
        if (service.isMissingNode()) {
            causes.required(path, "resource or service backend is required");
            return;
        }
        String name = Json.text(service, "name");
        if (!name.isEmpty()) {
            causes.invalid(path + ".service.name", name, Names.dns1035Label(name));
        }
        boolean named = !Json.text(service, "port", "name").isEmpty();
        int number = Json.intOr(0, service, "port", "number");
        if (named && number != 0) {
            causes.invalid(path, "", "cannot set both port name & port number");
        } else if (!named && number == 0) {
            causes.required(path, "port name or number is required");
        } else if (!named && (number < 1 || number > 65_535)) {
            causes.invalid(path + ".service.port.number", number, "must be between 1 and 65535, inclusive");
        }
    }

    void networkPolicy(JsonNode spec) {
        for (Map.Entry<String, String> side :
                Map.of("ingress", "from", "egress", "to").entrySet()) {
            JsonNode rules = spec.path(side.getKey());
            for (int at = 0; at < rules.size(); at++) {
                JsonNode peers = rules.get(at).path(side.getValue());
                for (int item = 0; item < peers.size(); item++) {
                    JsonNode peer = peers.get(item);
                    String here = "spec." + side.getKey() + "[" + at + "]." + side.getValue() + "[" + item + "]";
                    if (peer.isEmpty()) {
                        causes.required(here, "must specify a peer");
                    } else if (peer.has("ipBlock") && peer.size() > 1) {
                        causes.forbidden(here, "may not specify both ipBlock and another peer");
                    }
                    String cidr = Json.text(peer, "ipBlock", "cidr");
                    if (peer.has("ipBlock") && !cidr.matches("[0-9a-fA-F.:]+/[0-9]{1,3}")) {
                        causes.invalid(
                                here + ".ipBlock.cidr",
                                cidr,
                                "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
                    }
                }
            }
        }
        JsonNode types = spec.path("policyTypes");
        if (types.size() > 2) {
            causes.invalid("spec.policyTypes", types, "may not specify more than two policyTypes");
        }
        for (int at = 0; at < types.size(); at++) {
            if (!List.of("Ingress", "Egress").contains(types.get(at).asText())) {
                causes.unsupported(
                        "spec.policyTypes[" + at + "]", types.get(at).asText(), List.of("Ingress", "Egress"));
            }
        }
    }

    static boolean validIp(String text) {
        return IPV4.matcher(text).matches() || IPV6.matcher(text).matches();
    }

    private void ip(String text, String path) {
        if (!validIp(text)) {
            causes.invalid(path, text, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
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
