package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.ground.json.Json;
import io.minik.ground.net.Cidr;
import java.util.List;
import java.util.Optional;

/** Peers and ports of a NetworkPolicy: what would allow nothing, or other than it says, is refused. */
final class NetworkPolicyRules {
    private final Causes causes;

    NetworkPolicyRules(Causes causes) {
        this.causes = causes;
    }

    void check(JsonNode spec) {
        side(spec.path("ingress"), "spec.ingress", "from");
        side(spec.path("egress"), "spec.egress", "to");
        JsonNode types = spec.path("policyTypes");
        if (types.size() > 2) {
            causes.invalid("spec.policyTypes", types, "may not specify more than two policyTypes");
        }
        for (int at = 0; at < types.size(); at++) {
            if (!List.of("Ingress", "Egress").contains(types.get(at).asText())) {
                causes.unsupported(
                        Causes.at("spec.policyTypes", at), types.get(at).asText(), List.of("Ingress", "Egress"));
            }
        }
    }

    private void side(JsonNode rules, String path, String whom) {
        for (int at = 0; at < rules.size(); at++) {
            String here = Causes.at(path, at);
            JsonNode ports = rules.get(at).path("ports");
            for (int item = 0; item < ports.size(); item++) {
                port(ports.get(item), Causes.at(here + ".ports", item));
            }
            JsonNode peers = rules.get(at).path(whom);
            for (int item = 0; item < peers.size(); item++) {
                peer(peers.get(item), Causes.at(here + "." + whom, item));
            }
        }
    }

    private void port(JsonNode rule, String here) {
        JsonNode port = rule.path("port");
        JsonNode end = rule.path("endPort");
        if (port.isTextual()) {
            causes.invalid(here + ".port", port.textValue(), Names.portName(port.textValue()));
        } else if (port.isInt()) {
            inRange(port.intValue(), here + ".port");
        }
        if (!end.isInt()) {
            return;
        }
        if (port.isTextual()) {
            causes.invalid(here + ".endPort", end, "may not be specified when `port` is non-numeric");
        } else if (!port.isInt()) {
            causes.invalid(here + ".endPort", end, "may not be specified when `port` is not specified");
        } else {
            if (end.intValue() < port.intValue()) {
                // Upstream shows the port here.
                causes.invalid(here + ".endPort", port, "must be greater than or equal to `port`");
            }
            inRange(end.intValue(), here + ".endPort");
        }
    }

    private void inRange(int port, String path) {
        if (port < 1 || port > 65_535) {
            causes.invalid(path, port, "must be between 1 and 65535, inclusive");
        }
    }

    private void peer(JsonNode peer, String here) {
        if (peer.isEmpty()) {
            causes.required(here, "must specify a peer");
        } else if (peer.has("ipBlock") && peer.size() > 1) {
            causes.forbidden(here, "may not specify both ipBlock and another peer");
        }
        if (peer.has("ipBlock")) {
            block(peer.path("ipBlock"), here + ".ipBlock");
        }
    }

    private void block(JsonNode block, String here) {
        Optional<Cidr> whole = cidr(Json.text(block, "cidr"), here + ".cidr");
        JsonNode except = block.path("except");
        for (int at = 0; at < except.size() && whole.isPresent(); at++) {
            String text = except.get(at).asText();
            String place = Causes.at(here + ".except", at);
            boolean outside = cidr(text, place)
                    .filter(part -> !whole.get().contains(part.network())
                            || part.prefix() <= whole.get().prefix())
                    .isPresent();
            if (outside) {
                causes.invalid(place, text, "must be a strict subset of `cidr`");
            }
        }
    }

    private Optional<Cidr> cidr(String text, String path) {
        Optional<Cidr> cidr = Addresses.sloppyCidr(text);
        if (cidr.isEmpty() && !text.isEmpty()) {
            causes.invalid(path, text, Addresses.CIDR_WORDS);
        }
        return cidr;
    }
}
