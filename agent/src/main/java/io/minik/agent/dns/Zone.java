package io.minik.agent.dns;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The cluster's names, as Kubernetes' DNS-based service discovery 1.1.0 has them. A question in, an answer out; reads the
 * directory and nothing else.
 */
final class Zone {
    private static final String SCHEMA_VERSION = "1.1.0";
    private static final int SERIAL = 1;

    private final String domain;
    private final List<Cidr> ranges;
    private final Directory directory;

    /** @param ranges of pods and services: reverse names of these are ours, and of Services that have addresses elsewhere */
    Zone(String domain, List<Cidr> ranges, Directory directory) {
        this.domain = Record.plain(domain);
        this.ranges = ranges;
        this.directory = directory;
    }

    /** @param hostname as the endpoint has it, or its address with dashes */
    private record Target(String hostname, Address ip) {}

    /** Whether we answer for this name; others are asked upstream. */
    boolean owns(String name) {
        if (name.equals(domain) || name.endsWith("." + domain)) {
            return true;
        }
        return ReverseName.address(name)
                .map(ip -> ranges.stream().anyMatch(range -> range.contains(ip))
                        || !directory.servicesAt(ip.toString()).isEmpty())
                .orElse(false);
    }

    DnsAnswer answer(String name, int type) {
        if (!directory.isSynced()) {
            // Better to be asked again than to deny a name that exists.
            return DnsAnswer.failed(DnsAnswer.SERVER_FAILURE);
        }
        Optional<List<Record>> found = name.endsWith(".arpa") ? reverse(name) : forward(name);
        if (found.isEmpty()) {
            return new DnsAnswer(DnsAnswer.NO_SUCH_NAME, true, List.of(), soa(), List.of());
        }
        List<Record> fitting = found.get().stream()
                .filter(record -> record.type() == type || type == Record.ANY || record.type() == Record.CNAME)
                .toList();
        if (fitting.isEmpty()) {
            return new DnsAnswer(DnsAnswer.NO_ERROR, true, List.of(), soa(), List.of());
        }
        return new DnsAnswer(DnsAnswer.NO_ERROR, true, fitting, List.of(), additional(fitting));
    }

    private List<Record> soa() {
        return List.of(Record.soa(domain, SERIAL));
    }

    /** Addresses of what SRV records point to, so that clients need not ask again. */
    private List<Record> additional(List<Record> answers) {
        Set<String> targets = new LinkedHashSet<>();
        for (Record record : answers) {
            if (record.type() == Record.SRV) {
                targets.add(DnsMessages.name(Arrays.copyOfRange(record.data(), 6, record.data().length)));
            }
        }
        List<Record> additional = new ArrayList<>();
        for (String target : targets) {
            forward(target).orElse(List.of()).stream()
                    .filter(record -> record.type() == Record.A || record.type() == Record.AAAA)
                    .forEach(additional::add);
        }
        return additional;
    }

    /** All records of a name; an empty list if it exists without any, empty if it does not exist. */
    private Optional<List<Record>> forward(String name) {
        String below = name.equals(domain) ? "" : name.substring(0, name.length() - domain.length() - 1);
        List<String> labels = Record.labels(below);
        int count = labels.size();
        if (count == 0) {
            return Optional.of(
                    List.of(Record.soa(domain, SERIAL), Record.pointing(domain, Record.NS, "ns.dns." + domain)));
        }
        String kind = labels.get(count - 1);
        if (below.equals("dns-version")) {
            return Optional.of(List.of(Record.text(name, SCHEMA_VERSION)));
        }
        boolean known = kind.equals("svc") || kind.equals("pod");
        if (!known) {
            return Optional.empty();
        }
        if (count == 1 || (count == 2 && directory.hasNamespace(labels.get(0)))) {
            return Optional.of(List.of());
        }
        if (count == 2) {
            return Optional.empty();
        }
        String namespace = labels.get(count - 2);
        return kind.equals("pod")
                ? (count == 3 ? pod(name, labels.get(0)) : Optional.empty())
                : directory
                        .service(namespace, labels.get(count - 3))
                        .flatMap(service -> ofService(name, service, labels.subList(0, count - 3)));
    }

    private static Optional<List<Record>> pod(String name, String dashed) {
        String text = dashed.matches("[0-9]+(-[0-9]+){3}") ? dashed.replace('-', '.') : dashed.replace('-', ':');
        return Address.find(text).map(ip -> List.of(Record.address(name, ip.bytes())));
    }

    /** @param before labels left of the service's: none, a host, or a port and its protocol */
    private Optional<List<Record>> ofService(String name, KubeObject service, List<String> before) {
        String external = service.text("spec", "externalName");
        if (service.text("spec", "type").equals("ExternalName")) {
            return before.isEmpty() && !external.isEmpty()
                    ? Optional.of(List.of(Record.pointing(name, Record.CNAME, Record.plain(external))))
                    : Optional.empty();
        }
        boolean headless = service.text("spec", "clusterIP").equals("None");
        if (before.isEmpty()) {
            return Optional.of(headless ? endpointAddresses(name, service) : clusterAddresses(name, service));
        }
        if (before.size() == 2 && before.get(0).startsWith("_") && before.get(1).startsWith("_")) {
            String port = before.get(0).substring(1);
            String protocol = before.get(1).substring(1);
            return headless ? headlessSrv(name, service, port, protocol) : clusterSrv(name, service, port, protocol);
        }
        if (before.size() != 1) {
            return Optional.empty();
        }
        if (before.get(0).startsWith("_")) {
            // "_tcp" above "_http._tcp": exists, and has nothing.
            return Optional.of(List.of());
        }
        List<Record> hosts = targets(service).stream()
                .filter(target -> target.hostname().equals(before.get(0))
                        || dashed(target.ip()).equals(before.get(0)))
                .map(target -> Record.address(name, target.ip().bytes()))
                .toList();
        return hosts.isEmpty() ? Optional.empty() : Optional.of(hosts);
    }

    private static List<Record> clusterAddresses(String name, KubeObject service) {
        List<Record> records = new ArrayList<>();
        List<String> ips = Json.stringList(service.tree(), "spec", "clusterIPs");
        for (String ip : ips.isEmpty() ? List.of(service.text("spec", "clusterIP")) : ips) {
            Address.find(ip).ifPresent(address -> records.add(Record.address(name, address.bytes())));
        }
        return records;
    }

    private List<Record> endpointAddresses(String name, KubeObject service) {
        return targets(service).stream()
                .map(target -> Record.address(name, target.ip().bytes()))
                .toList();
    }

    private Optional<List<Record>> clusterSrv(String name, KubeObject service, String port, String protocol) {
        for (JsonNode item : Json.items(service.tree(), "spec", "ports")) {
            if (Json.text(item, "name").equals(port)
                    && Json.textOr("TCP", item, "protocol").equalsIgnoreCase(protocol)) {
                return Optional.of(List.of(Record.srv(name, 100, Json.intOr(0, item, "port"), full(service))));
            }
        }
        return Optional.empty();
    }

    private Optional<List<Record>> headlessSrv(String name, KubeObject service, String port, String protocol) {
        List<Record> records = new ArrayList<>();
        for (KubeObject slice : directory.slicesOf(service)) {
            for (JsonNode item : Json.items(slice.tree(), "ports")) {
                if (matches(item, port, protocol)) {
                    for (Target target : targetsOf(slice)) {
                        records.add(Record.srv(
                                name, 1, Json.intOr(0, item, "port"), target.hostname() + "." + full(service)));
                    }
                }
            }
        }
        return records.isEmpty() ? Optional.empty() : Optional.of(records);
    }

    private static boolean matches(JsonNode port, String name, String protocol) {
        return Json.text(port, "name").equals(name)
                && Json.textOr("TCP", port, "protocol").equalsIgnoreCase(protocol);
    }

    private Collection<Target> targets(KubeObject service) {
        Map<Address, Target> all = new LinkedHashMap<>();
        for (KubeObject slice : directory.slicesOf(service)) {
            for (Target target : targetsOf(slice)) {
                // An endpoint stands once in each slice of its ports.
                all.putIfAbsent(target.ip(), target);
            }
        }
        return all.values();
    }

    /** A node by its name alone, as k3s answers it. */
    Optional<DnsAnswer> ofNode(String name, int type) {
        List<Address> addresses = directory.addressesOfNode(name);
        List<Record> fitting = addresses.stream()
                .map(address -> Record.address(name, address.bytes()))
                .filter(record -> record.type() == type || type == Record.ANY)
                .toList();
        return addresses.isEmpty()
                ? Optional.empty()
                : Optional.of(new DnsAnswer(DnsAnswer.NO_ERROR, true, fitting, List.of(), List.of()));
    }

    private static List<Target> targetsOf(KubeObject slice) {
        List<Target> targets = new ArrayList<>();
        for (JsonNode endpoint : Json.items(slice.tree(), "endpoints")) {
            JsonNode ready = Json.at(endpoint, "conditions", "ready");
            boolean isReady = !ready.isBoolean() || ready.booleanValue();
            for (String address : Json.stringList(endpoint, "addresses")) {
                Optional<Address> ip = Address.find(address);
                if (isReady && ip.isPresent()) {
                    targets.add(new Target(Json.textOr(dashed(ip.get()), endpoint, "hostname"), ip.get()));
                }
            }
        }
        return targets;
    }

    private static String dashed(Address ip) {
        return ip.toString().replace('.', '-').replace(':', '-');
    }

    private String full(KubeObject service) {
        return service.name() + "." + service.namespace() + ".svc." + domain;
    }

    private Optional<List<Record>> reverse(String name) {
        Optional<Address> ip = ReverseName.address(name);
        if (ip.isEmpty()) {
            return Optional.empty();
        }
        List<Record> records = new ArrayList<>();
        for (KubeObject service : directory.servicesAt(ip.get().toString())) {
            records.add(Record.pointing(name, Record.PTR, full(service)));
        }
        for (KubeObject slice : directory.slicesWith(ip.get().toString())) {
            Directory.serviceOf(slice)
                    .flatMap(key -> directory.service(key.namespace(), key.name()))
                    .ifPresent(service -> targetsOf(slice).stream()
                            .filter(target -> target.ip().equals(ip.get()))
                            .forEach(target -> records.add(
                                    Record.pointing(name, Record.PTR, target.hostname() + "." + full(service)))));
        }
        return records.isEmpty() ? Optional.empty() : Optional.of(records);
    }
}
