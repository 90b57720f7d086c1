package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.ground.json.Json;
import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Addresses and ranges that readers differ over: leading zeros, IPv4 within IPv6, ranges with bits of a host. Refused since 1.36
 * (upstream's StrictIPCIDRValidation, KEP-4858); what an object says already it may go on saying.
 */
final class AddressRules {
    private final Causes causes;
    /** Where, what, and whether it is a range; of those that are well-formed, or near it. */
    private final List<Said> said = new ArrayList<>();

    private record Said(String path, String text, boolean range) {}

    private AddressRules(Causes causes) {
        this.causes = causes;
    }

    /** @param resource the group resource's name */
    static void check(String resource, JsonNode tree, Optional<? extends JsonNode> old, Causes causes) {
        AddressRules rules = new AddressRules(causes);
        rules.collect(resource, tree);
        if (rules.said.isEmpty()) {
            return;
        }
        Set<String> before = new HashSet<>();
        old.ifPresent(stored -> {
            AddressRules earlier = new AddressRules(causes);
            earlier.collect(resource, stored);
            earlier.said.forEach(one -> before.add(one.text));
        });
        for (Said one : rules.said) {
            if (!before.contains(one.text)) {
                rules.hold(one);
            }
        }
    }

    private void hold(Said one) {
        Optional<String> wrong = one.range ? range(one.text) : address(one.text);
        wrong.ifPresent(why -> causes.invalid(one.path, one.text, why));
    }

    private static Optional<String> address(String text) {
        Optional<Address> strict = Address.find(text);
        if (strict.isEmpty()) {
            return Addresses.sloppy(text).map(unused -> "must not have leading 0s");
        }
        return strict.get().unmapped().equals(strict.get())
                ? Optional.empty()
                : Optional.of("must not be an IPv4-mapped IPv6 address");
    }

    private static Optional<String> range(String text) {
        int slash = text.indexOf('/');
        String head = slash < 0 ? "" : text.substring(0, slash);
        String digits = text.substring(slash + 1);
        Optional<Address> sloppy = Addresses.sloppy(head);
        if (sloppy.isEmpty() || !digits.matches("0*[0-9]{1,3}")) {
            return Optional.empty();
        }
        Optional<Address> strict = Address.find(head);
        if (strict.isEmpty() || !digits.matches("0|[1-9][0-9]*")) {
            return Optional.of("must not have leading 0s in IP or prefix length");
        }
        if (!strict.get().unmapped().equals(strict.get())) {
            return Optional.of("must not have an IPv4-mapped IPv6 address");
        }
        int prefix = Integer.parseInt(digits);
        return prefix > strict.get().bits()
                        || new Cidr(strict.get(), prefix).network().equals(strict.get())
                ? Optional.empty()
                : Optional.of("must not have bits set beyond the prefix length");
    }

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
                pod(Json.at(spec, "jobTemplate", "spec", "template", "spec"), "spec.jobTemplate.spec.template.spec");
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
            said.add(new Said(path, text.strip(), range));
        }
    }
}
