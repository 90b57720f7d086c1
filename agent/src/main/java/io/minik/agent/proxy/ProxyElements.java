package io.minik.agent.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.agent.proxy.Treatment.Kind;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import io.minik.runtime.nft.Element;
import io.minik.runtime.nft.Family;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which elements one service wants, given its slices and this node. Pure. */
final class ProxyElements {
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
        List<String> clusterIps = new ArrayList<>(Json.stringList(service.tree(), "spec", "clusterIPs"));
        clusterIps.add(service.text("spec", "clusterIP"));
        for (Family family : Family.values()) {
            Set<String> own = addresses(family, clusterIps);
            own.forEach(ip -> elements.put(new Element(family.named("cluster_ips"), ip), ""));
            if (!own.isEmpty()) {
                for (JsonNode port : Json.items(service.tree(), "spec", "ports")) {
                    port(family, own, port);
                }
            }
        }
        return elements;
    }

    private void port(Family family, Set<String> clusterIps, JsonNode port) {
        String protocol = Json.textOr("TCP", port, "protocol").toLowerCase(Locale.ROOT);
        int number = Json.intOr(0, port, "port");
        if (!List.of("tcp", "udp", "sctp").contains(protocol) || number == 0) {
            return;
        }
        boolean outsideLocal = service.text("spec", "externalTrafficPolicy").equals("Local");
        boolean insideLocal = service.text("spec", "internalTrafficPolicy").equals("Local");
        Backends backends = Backends.of(here, slices, family, Json.text(port, "name"), protocol);
        PortRules rules = new PortRules(family, protocol, affinity(family, protocol, number), backends);
        for (String ip : clusterIps) {
            String key = ip + " . " + number;
            if (!backends.all().isEmpty()) {
                Kind kind = insideLocal ? Kind.CLUSTER_LOCAL : Kind.CLUSTER;
                rules.address(key, kind, "vip");
            }
        }
        for (String ip : externalIps(family)) {
            rules.external(ip + " . " + number, outsideLocal);
        }
        guard(family, protocol, number);
        int nodePort = Json.intOr(0, port, "nodePort");
        if (nodePort > 0) {
            rules.nodePort(Integer.toString(nodePort), outsideLocal);
        }
        for (Endpoint endpoint : backends.local()) {
            elements.put(new Element(family.named("hairpin"), endpoint.ip() + " . " + endpoint.ip()), "");
        }
    }

    private Optional<Affinity> affinity(Family family, String protocol, int port) {
        if (!service.text("spec", "sessionAffinity").equals("ClientIP")) {
            return Optional.empty();
        }
        int seconds = Json.intOr(
                AFFINITY_SECONDS, service.tree(), "spec", "sessionAffinityConfig", "clientIP", "timeoutSeconds");
        return Optional.of(new Affinity(family, service.key() + ":" + port, protocol, seconds));
    }

    /** The elements of one port. */
    private final class PortRules {
        private final Family family;
        private final String protocol;
        private final Optional<Affinity> affinity;
        private final Backends backends;

        PortRules(Family family, String protocol, Optional<Affinity> affinity, Backends backends) {
            this.family = family;
            this.protocol = protocol;
            this.affinity = affinity;
            this.backends = backends;
        }

        private Element element(String map, String key) {
            return new Element(family.named(protocol + "_" + map), key);
        }

        /** From everywhere: by this treatment. Nobody local where only local ones may answer: silence, as upstream. */
        void address(String key, Kind kind, String map) {
            endpoints(key, kind);
            elements.put(element(map, key), verdict(kind));
        }

        void external(String key, boolean outsideLocal) {
            if (backends.all().isEmpty()) {
                elements.put(element("reject", key), "");
            } else if (outsideLocal) {
                address(key, Kind.EXTERNAL_LOCAL, "outside");
                address(key, Kind.CLUSTER, "vip");
            } else {
                address(key, Kind.EXTERNAL, "vip");
            }
        }

        void nodePort(String key, boolean outsideLocal) {
            if (backends.all().isEmpty()) {
                elements.put(element("nreject", key), "");
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
                    .orElseGet(() -> new Treatment(family, protocol, kind, targets.size()).verdict());
        }

        private void endpoints(String key, Kind kind) {
            if (affinity.isPresent() && !protocol.equals("udp")) {
                // Its chains name the endpoints; of UDP, StaleFlows wants to know them, too.
                return;
            }
            String map = kind.nodePort ? "nep" : "ep";
            int index = kind.local ? Treatment.LOCAL_OFFSET : 0;
            for (Endpoint target : targets(kind)) {
                elements.put(element(map, key + " . " + index++), target.target());
            }
        }
    }

    private Set<String> externalIps(Family family) {
        Set<String> ips = addresses(family, Json.stringList(service.tree(), "spec", "externalIPs"));
        ips.addAll(balancerIps(family));
        return ips;
    }

    private Set<String> balancerIps(Family family) {
        List<String> ips = new ArrayList<>();
        for (JsonNode ingress : Json.items(service.tree(), "status", "loadBalancer", "ingress")) {
            if (!Json.text(ingress, "ipMode").equals("Proxy")) {
                ips.add(Json.text(ingress, "ip"));
            }
        }
        return addresses(family, ips);
    }

    /** loadBalancerSourceRanges: who from outside may come in by a load balancer's address. */
    private void guard(Family family, String protocol, int port) {
        List<String> ranges = Json.stringList(service.tree(), "spec", "loadBalancerSourceRanges");
        if (ranges.isEmpty()) {
            return;
        }
        List<String> own = ranges.stream()
                .map(range -> Cidr.find(range.strip()))
                .flatMap(Optional::stream)
                .filter(cidr -> Family.of(cidr) == family)
                .map(Cidr::toString)
                .distinct()
                .sorted()
                .toList();
        Set<String> ips = balancerIps(family);
        if (!ips.isEmpty()) {
            String verdict = Guard.verdict(family, own, elements);
            ips.forEach(
                    ip -> elements.put(new Element(family.named(protocol + "_guarded"), ip + " . " + port), verdict));
        }
    }

    private static Set<String> addresses(Family family, Collection<String> texts) {
        Set<String> ips = new TreeSet<>();
        for (String text : texts) {
            Address.find(text)
                    .filter(address -> Family.of(address) == family)
                    .ifPresent(address -> ips.add(address.toString()));
        }
        return ips;
    }
}
