package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.ground.json.Json;
import java.util.List;

/** Hosts, paths and back ends of an Ingress. */
final class IngressRules {
    /** A path with these is read in more than one way on its road. */
    private static final List<String> AMBIGUOUS = List.of("//", "/./", "/../", "%2f", "%2F");

    private static final List<String> AMBIGUOUS_ENDS = List.of("/..", "/.");

    private final Causes causes;

    IngressRules(Causes causes) {
        this.causes = causes;
    }

    void check(JsonNode spec) {
        JsonNode rules = spec.path("rules");
        if (rules.isEmpty() && !spec.has("defaultBackend")) {
            causes.invalid("spec", spec, "either `defaultBackend` or `rules` must be specified");
        }
        if (spec.has("defaultBackend")) {
            backend(spec.path("defaultBackend"), "spec.defaultBackend");
        }
        for (int at = 0; at < rules.size(); at++) {
            rule(rules.get(at), Causes.at("spec.rules", at));
        }
        JsonNode tls = spec.path("tls");
        for (int at = 0; at < tls.size(); at++) {
            tls(tls.get(at), Causes.at("spec.tls", at));
        }
        String name = Json.text(spec, "ingressClassName");
        if (!name.isEmpty()) {
            causes.invalid("spec.ingressClassName", name, Names.dns1123Subdomain(name));
        }
    }

    private void rule(JsonNode rule, String here) {
        String host = Json.text(rule, "host");
        if (Addresses.valid(host)) {
            causes.invalid(here + ".host", host, "must be a DNS name, not an IP address");
        }
        host(host, here + ".host");
        JsonNode http = rule.path("http");
        if (!http.isMissingNode() && http.path("paths").isEmpty()) {
            causes.required(here + ".http.paths");
        }
        for (int at = 0; at < http.path("paths").size(); at++) {
            path(http.path("paths").get(at), Causes.at(here + ".http.paths", at));
        }
    }

    private void host(String host, String path) {
        // An IPv4 address is a name too, as far as its letters go.
        if (host.contains("*")) {
            causes.invalid(path, host, Names.wildcardSubdomain(host));
        } else if (!host.isEmpty()) {
            causes.invalid(path, host, Names.dns1123Subdomain(host));
        }
    }

    private void tls(JsonNode tls, String here) {
        for (int at = 0; at < tls.path("hosts").size(); at++) {
            host(tls.path("hosts").get(at).asText(), Causes.at(here + ".hosts", at));
        }
        String secret = Json.text(tls, "secretName");
        if (!secret.isEmpty()) {
            causes.invalid(here + ".secretName", secret, Names.dns1123Subdomain(secret));
        }
    }

    private void path(JsonNode path, String here) {
        String text = Json.text(path, "path");
        String type = Json.text(path, "pathType");
        if (type.isEmpty()) {
            causes.required(here + ".pathType", "pathType must be specified");
        } else if (!text.startsWith("/") && !(text.isEmpty() && type.equals("ImplementationSpecific"))) {
            causes.invalid(here + ".path", text, "must be an absolute path");
        } else if (!type.equals("ImplementationSpecific")) {
            AMBIGUOUS.stream()
                    .filter(text::contains)
                    .forEach(part -> causes.invalid(here + ".path", text, "must not contain '" + part + "'"));
            AMBIGUOUS_ENDS.stream()
                    .filter(text::endsWith)
                    .forEach(part -> causes.invalid(here + ".path", text, "cannot end with '" + part + "'"));
        }
        backend(path.path("backend"), here + ".backend");
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
        String port = Json.text(service, "port", "name");
        int number = Json.intOr(0, service, "port", "number");
        if (!port.isEmpty() && number != 0) {
            causes.invalid(path, "", "cannot set both port name & port number");
        } else if (!port.isEmpty()) {
            causes.invalid(path + ".service.port.name", port, Names.portName(port));
        } else if (number == 0) {
            causes.required(path, "port name or number is required");
        } else if (number < 1 || number > 65_535) {
            causes.invalid(path + ".service.port.number", number, "must be between 1 and 65535, inclusive");
        }
    }
}
