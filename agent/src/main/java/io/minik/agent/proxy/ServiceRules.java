package io.minik.agent.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.agent.proxy.Treatment.Kind;
import io.minik.api.object.Json;
import io.minik.api.object.KubeObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Which elements one service wants, given its slices and this node. Pure. IPv4. */
final class ServiceRules {
    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final Pattern CIDR4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}");
    private static final String OTHER_PROXY = "service.kubernetes.io/service-proxy-name";
    /** Numbers below the offset of local endpoints. */
    private static final int MAX_ENDPOINTS = Treatment.LOCAL_OFFSET - 1;

    private final String nodeName;
    private final KubeObject service;
    private final Collection<KubeObject> slices;
    private final Map<Element, String> elements = new TreeMap<>();

    private record Endpoint(String ip, int port, boolean local) {
        String target() {
            return ip + " . " + port;
        }
    }

    /** All endpoints that take traffic, and of these the ones here; each in the order of their addresses. */
    private record Backends(List<Endpoint> all, List<Endpoint> local) {}

    private ServiceRules(String nodeName, KubeObject service, Collection<KubeObject> slices) {
        this.nodeName = nodeName;
        this.service = service;
        this.slices = slices;
    }

    static Map<Element, String> of(String nodeName, KubeObject service, Collection<KubeObject> slices) {
        return new ServiceRules(nodeName, service, slices).build();
    }

    private Map<Element, String> build() {
        boolean foreign = service.meta().labels().containsKey(OTHER_PROXY);
        boolean named = service.text("spec", "type").equals("ExternalName");
        if (foreign || named) {
            return elements;
        }
        Set<String> clusterIps = addresses(Json.stringList(service.tree(), "spec", "clusterIPs"));
        clusterIps.addAll(addresses(List.of(service.text("spec", "clusterIP"))));
        if (clusterIps.isEmpty()) {
            return elements;
        }
        clusterIps.forEach(ip -> elements.put(new Element("cluster_ips", ip), ""));
        for (JsonNode port : Json.items(service.tree(), "spec", "ports")) {
            port(clusterIps, port);
        }
        return elements;
    }

    private void port(Set<String> clusterIps, JsonNode port) {
        String protocol = Json.textOr("TCP", port, "protocol").toLowerCase(Locale.ROOT);
        int number = Json.intOr(0, port, "port");
        if (!List.of("tcp", "udp", "sctp").contains(protocol) || number == 0) {
            return;
        }
        boolean affinity = service.text("spec", "sessionAffinity").equals("ClientIP");
        boolean outsideLocal = service.text("spec", "externalTrafficPolicy").equals("Local");
        boolean insideLocal = service.text("spec", "internalTrafficPolicy").equals("Local");
        Backends backends = backends(Json.text(port, "name"), protocol);
        PortRules rules = new PortRules(protocol, affinity, backends);
        for (String ip : clusterIps) {
            String key = ip + " . " + number;
            if (!backends.all().isEmpty()) {
                Kind kind = insideLocal ? Kind.CLUSTER_LOCAL : Kind.CLUSTER;
                rules.address(key, kind, "vip");
            }
        }
        for (String ip : externalIps()) {
            rules.external(ip + " . " + number, outsideLocal);
        }
        guard(protocol, number);
        int nodePort = Json.intOr(0, port, "nodePort");
        if (nodePort > 0) {
            rules.nodePort(Integer.toString(nodePort), outsideLocal);
        }
        for (Endpoint endpoint : backends.local()) {
            elements.put(new Element("hairpin", endpoint.ip() + " . " + endpoint.ip()), "");
        }
    }

    /** The elements of one port. */
    private final class PortRules {
        private final String protocol;
        private final boolean affinity;
        private final Backends backends;

        PortRules(String protocol, boolean affinity, Backends backends) {
            this.protocol = protocol;
            this.affinity = affinity;
            this.backends = backends;
        }

        /** From everywhere: by this treatment. Nobody local where only local ones may answer: silence, as upstream. */
        void address(String key, Kind kind, String map) {
            endpoints(key, kind);
            elements.put(new Element(protocol + "_" + map, key), verdict(kind));
        }

        void external(String key, boolean outsideLocal) {
            if (backends.all().isEmpty()) {
                elements.put(new Element(protocol + "_reject", key), "");
            } else if (outsideLocal) {
                address(key, Kind.EXTERNAL_LOCAL, "outside");
                address(key, Kind.CLUSTER, "vip");
            } else {
                address(key, Kind.EXTERNAL, "vip");
            }
        }

        void nodePort(String key, boolean outsideLocal) {
            if (backends.all().isEmpty()) {
                elements.put(new Element(protocol + "_nreject", key), "");
            } else if (outsideLocal) {
                address(key, Kind.NODE_PORT_LOCAL, "noutside");
                address(key, Kind.NODE_PORT_INSIDE, "node");
            } else {
                address(key, Kind.NODE_PORT, "node");
            }
        }

        private String verdict(Kind kind) {
            int count = (kind.local ? backends.local() : backends.all()).size();
            return count == 0 ? "drop" : new Treatment(protocol, kind, affinity, count).verdict();
        }

        private void endpoints(String key, Kind kind) {
            List<Endpoint> targets = kind.local ? backends.local() : backends.all();
            String map = protocol + (kind.nodePort ? "_nep" : "_ep");
            int index = kind.local ? Treatment.LOCAL_OFFSET : 0;
            for (Endpoint target : targets) {
                elements.put(new Element(map, key + " . " + index++), target.target());
            }
        }
    }

    private Set<String> externalIps() {
        Set<String> ips = addresses(Json.stringList(service.tree(), "spec", "externalIPs"));
        ips.addAll(balancerIps());
        return ips;
    }

    private Set<String> balancerIps() {
        List<String> ips = new ArrayList<>();
        for (JsonNode ingress : Json.items(service.tree(), "status", "loadBalancer", "ingress")) {
            if (!Json.text(ingress, "ipMode").equals("Proxy")) {
                ips.add(Json.text(ingress, "ip"));
            }
        }
        return addresses(ips);
    }

    /** loadBalancerSourceRanges: who from outside may come in by a load balancer's address. */
    private void guard(String protocol, int port) {
        List<String> ranges = Json.stringList(service.tree(), "spec", "loadBalancerSourceRanges");
        if (ranges.isEmpty()) {
            return;
        }
        for (String ip : balancerIps()) {
            elements.put(new Element(protocol + "_guarded", ip + " . " + port), "");
            for (String range : ranges) {
                String cidr = range.strip();
                if (CIDR4.matcher(cidr).matches()) {
                    elements.put(new Element(protocol + "_allowed", ip + " . " + port + " . " + cidr), "");
                }
            }
        }
    }

    private Backends backends(String portName, String protocol) {
        Set<Endpoint> ready = new LinkedHashSet<>();
        Set<Endpoint> ending = new LinkedHashSet<>();
        for (KubeObject slice : slices) {
            if (!slice.text("addressType").equals("IPv4")) {
                continue;
            }
            for (JsonNode port : Json.items(slice.tree(), "ports")) {
                boolean same = Json.text(port, "name").equals(portName)
                        && Json.textOr("TCP", port, "protocol").equalsIgnoreCase(protocol);
                int number = Json.intOr(0, port, "port");
                if (same && number > 0) {
                    collect(slice, number, ready, ending);
                }
            }
        }
        // Endpoints that end still serve: better than nobody, for all and for this node apart, as upstream does.
        List<Endpoint> all = sorted(ready.isEmpty() ? ending : ready);
        List<Endpoint> local = all.stream().filter(Endpoint::local).toList();
        if (local.isEmpty()) {
            local = sorted(ending).stream().filter(Endpoint::local).toList();
        }
        return new Backends(all, local);
    }

    private void collect(KubeObject slice, int port, Set<Endpoint> ready, Set<Endpoint> ending) {
        for (JsonNode endpoint : Json.items(slice.tree(), "endpoints")) {
            List<String> addresses = Json.stringList(endpoint, "addresses");
            if (addresses.isEmpty() || !IPV4.matcher(addresses.get(0)).matches()) {
                continue;
            }
            boolean local = Json.text(endpoint, "nodeName").equals(nodeName);
            Endpoint target = new Endpoint(addresses.get(0), port, local);
            // An absent "ready" means ready.
            JsonNode isReady = Json.at(endpoint, "conditions", "ready");
            if (!isReady.isBoolean() || isReady.booleanValue()) {
                ready.add(target);
            } else if (Json.bool(endpoint, "conditions", "serving")
                    && Json.bool(endpoint, "conditions", "terminating")) {
                ending.add(target);
            }
        }
    }

    private static List<Endpoint> sorted(Set<Endpoint> endpoints) {
        return endpoints.stream()
                .sorted(java.util.Comparator.comparing(Endpoint::target))
                .limit(MAX_ENDPOINTS)
                .toList();
    }

    private static Set<String> addresses(Collection<String> texts) {
        Set<String> ips = new TreeSet<>();
        for (String text : texts) {
            if (IPV4.matcher(text).matches()) {
                ips.add(text);
            }
        }
        return ips;
    }
}
