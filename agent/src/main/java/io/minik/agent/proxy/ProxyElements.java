package io.minik.agent.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.agent.proxy.Treatment.Kind;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Which elements one service wants, given its slices and this node. Pure. IPv4. */
final class ProxyElements {
    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final Pattern CIDR4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}");
    private static final String OTHER_PROXY = "service.kubernetes.io/service-proxy-name";
    /** Upstream's default; the API server fills it in. */
    private static final int AFFINITY_SECONDS = 10_800;

    private final Place here;
    private final KubeObject service;
    private final Collection<KubeObject> slices;
    private final Map<Element, String> elements = new TreeMap<>();

    private ProxyElements(Place here, KubeObject service, Collection<KubeObject> slices) {
        this.here = here;
        this.service = service;
        this.slices = slices;
    }

    static Map<Element, String> of(Place here, KubeObject service, Collection<KubeObject> slices) {
        return new ProxyElements(here, service, slices).build();
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
        boolean outsideLocal = service.text("spec", "externalTrafficPolicy").equals("Local");
        boolean insideLocal = service.text("spec", "internalTrafficPolicy").equals("Local");
        Backends backends = Backends.of(here, slices, Json.text(port, "name"), protocol);
        PortRules rules = new PortRules(protocol, affinity(protocol, number), backends);
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

    private Optional<Affinity> affinity(String protocol, int port) {
        if (!service.text("spec", "sessionAffinity").equals("ClientIP")) {
            return Optional.empty();
        }
        int seconds = Json.intOr(
                AFFINITY_SECONDS, service.tree(), "spec", "sessionAffinityConfig", "clientIP", "timeoutSeconds");
        return Optional.of(new Affinity(service.key() + ":" + port, protocol, seconds));
    }

    /** The elements of one port. */
    private final class PortRules {
        private final String protocol;
        private final Optional<Affinity> affinity;
        private final Backends backends;

        PortRules(String protocol, Optional<Affinity> affinity, Backends backends) {
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

        private List<Endpoint> targets(Kind kind) {
            return kind.local ? backends.local() : backends.all();
        }

        private String verdict(Kind kind) {
            List<Endpoint> targets = targets(kind);
            if (targets.isEmpty()) {
                return "drop";
            }
            return affinity.map(clients -> clients.verdict(kind, targets, elements))
                    .orElseGet(() -> new Treatment(protocol, kind, targets.size()).verdict());
        }

        private void endpoints(String key, Kind kind) {
            if (affinity.isPresent() && !protocol.equals("udp")) {
                // Its chains name the endpoints; of UDP, StaleFlows wants to know them, too.
                return;
            }
            String map = protocol + (kind.nodePort ? "_nep" : "_ep");
            int index = kind.local ? Treatment.LOCAL_OFFSET : 0;
            for (Endpoint target : targets(kind)) {
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
