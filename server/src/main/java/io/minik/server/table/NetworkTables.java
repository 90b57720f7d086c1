package io.minik.server.table;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Services, endpoints, ingresses, policies. */
final class NetworkTables {
    static final TableKind SERVICE = Printed.of(
            "Name, Type, Cluster-IP, External-IP, Port(s), Age, +Selector",
            (object, now) -> List.of(
                    object.name(),
                    object.text("spec", "type"),
                    Cells.orNone(Json.textOr(
                            object.at("spec", "clusterIPs").path(0).asText(), object.tree(), "spec", "clusterIP")),
                    externalIp(object),
                    servicePorts(object),
                    Cells.age(object, now),
                    Cells.labels(Json.strings(object.tree(), "spec", "selector"))));

    static final TableKind ENDPOINTS = Printed.of(
            "Name, Endpoints, Age",
            (object, now) -> List.of(object.name(), Cells.some(endpoints(object), Cells.NONE), Cells.age(object, now)));

    static final TableKind ENDPOINT_SLICE = Printed.of(
            "Name, AddressType, Ports, Endpoints, Age",
            (object, now) -> List.of(
                    object.name(),
                    object.text("addressType"),
                    Cells.some(slicePorts(object), Cells.UNSET),
                    Cells.some(sliceAddresses(object), Cells.UNSET),
                    Cells.age(object, now)));

    static final TableKind INGRESS = Printed.of(
            "Name, Class, Hosts, Address, Ports, Age",
            (object, now) -> List.of(
                    object.name(),
                    Cells.orNone(object.text("spec", "ingressClassName")),
                    hosts(object),
                    Cells.join(loadBalancer(object)),
                    object.at("spec", "tls").isEmpty() ? "80" : "80, 443",
                    Cells.age(object, now)));

    static final TableKind INGRESS_CLASS = Printed.of(
            "Name, Controller, Parameters, Age",
            (object, now) -> List.of(
                    object.name(),
                    object.text("spec", "controller"),
                    parameters(object.at("spec", "parameters")),
                    Cells.age(object, now)));

    static final TableKind NETWORK_POLICY = Printed.of(
            "Name, Pod-Selector, Age",
            (object, now) ->
                    List.of(object.name(), Cells.selector(object.at("spec", "podSelector")), Cells.age(object, now)));

    static final TableKind SERVICE_CIDR = Printed.of(
            "Name, CIDRs, Age",
            (object, now) -> List.of(
                    object.name(),
                    Cells.join(Json.stringList(object.tree(), "spec", "cidrs")),
                    Cells.age(object, now)));

    static final TableKind IP_ADDRESS =
            Printed.of("Name, ParentRef", (object, now) -> List.of(object.name(), parentRef(object)));

    private NetworkTables() {}

    private static String externalIp(KubeObject service) {
        List<String> ips = new ArrayList<>();
        switch (service.text("spec", "type")) {
            case "ExternalName" -> {
                return service.text("spec", "externalName");
            }
            case "LoadBalancer" -> {
                ips.addAll(loadBalancer(service));
                ips.addAll(Json.stringList(service.tree(), "spec", "externalIPs"));
                return ips.isEmpty() ? "<pending>" : Cells.join(ips);
            }
            default -> {
                return Cells.orNone(Cells.join(Json.stringList(service.tree(), "spec", "externalIPs")));
            }
        }
    }

    /** Addresses that a load balancer gave, each once. */
    private static List<String> loadBalancer(KubeObject object) {
        Set<String> found = new LinkedHashSet<>();
        for (JsonNode ingress : object.at("status", "loadBalancer", "ingress")) {
            String address = Json.textOr(Json.text(ingress, "hostname"), ingress, "ip");
            if (!address.isEmpty()) {
                found.add(address);
            }
        }
        return List.copyOf(found);
    }

    private static String servicePorts(KubeObject service) {
        List<String> ports = new ArrayList<>();
        for (JsonNode port : service.at("spec", "ports")) {
            int nodePort = Json.intOr(0, port, "nodePort");
            ports.add(port.path("port").asText() + (nodePort > 0 ? ":" + nodePort : "") + "/"
                    + Json.textOr("TCP", port, "protocol"));
        }
        return Cells.orNone(Cells.join(ports));
    }

    private static List<String> endpoints(KubeObject endpoints) {
        List<String> all = new ArrayList<>();
        for (JsonNode subset : endpoints.at("subsets")) {
            if (subset.path("ports").isEmpty()) {
                for (JsonNode address : subset.path("addresses")) {
                    all.add(Json.text(address, "ip"));
                }
            }
            for (JsonNode port : subset.path("ports")) {
                for (JsonNode address : subset.path("addresses")) {
                    all.add(hostPort(Json.text(address, "ip"), port.path("port").asText()));
                }
            }
        }
        return all;
    }

    private static String hostPort(String ip, String port) {
        return ip.indexOf(':') >= 0 ? "[" + ip + "]:" + port : ip + ":" + port;
    }

    private static List<String> slicePorts(KubeObject slice) {
        List<String> ports = new ArrayList<>();
        for (JsonNode port : slice.at("ports")) {
            ports.add(Cells.scalar(Json.textOr("*", port, "name"), port.path("port")));
        }
        return ports;
    }

    private static List<String> sliceAddresses(KubeObject slice) {
        List<String> addresses = new ArrayList<>();
        for (JsonNode endpoint : slice.at("endpoints")) {
            addresses.addAll(Json.stringList(endpoint, "addresses"));
        }
        return addresses;
    }

    private static String hosts(KubeObject ingress) {
        List<String> hosts = new ArrayList<>();
        for (JsonNode rule : ingress.at("spec", "rules")) {
            String host = Json.text(rule, "host");
            if (!host.isEmpty()) {
                hosts.add(host);
            }
        }
        return Cells.some(hosts, "*");
    }

    private static String parameters(JsonNode parameters) {
        if (!parameters.isObject()) {
            return Cells.NONE;
        }
        String group = Json.text(parameters, "apiGroup");
        return Json.text(parameters, "kind") + (group.isEmpty() ? "" : "." + group) + "/"
                + Json.text(parameters, "name");
    }

    private static String parentRef(KubeObject address) {
        JsonNode parent = address.at("spec", "parentRef");
        List<String> parts = new ArrayList<>();
        for (String field : List.of("group", "resource", "namespace", "name")) {
            String text = Json.text(parent, field);
            if (!text.isEmpty()) {
                parts.add(text);
            }
        }
        return Cells.orNone(String.join("/", parts));
    }
}
