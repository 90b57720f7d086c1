package io.minik.server.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import io.minik.server.admission.Admission;
import io.minik.server.admission.Review;
import io.minik.server.admission.Review.Operation;
import io.minik.server.admission.SideWrite;
import io.minik.server.registry.KindStrategy;
import io.minik.server.registry.NameSource;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Gives Services their cluster IPs and node ports. Each allocation is an object of its own (an IPAddress, as upstream; a
 * guard per node port), made and removed in the Service's own transaction under the condition that it was not there: so
 * two Services never get the same, whoever writes, and a restart has nothing to repair.
 */
public final class ServiceAllocation implements Admission {
    /** Not served: guards at /registry/ranges/servicenodeports/. */
    static final Resource NODE_PORTS = new Resource("", "v1", "ranges/servicenodeports", "RangeAllocation", false);

    /** The range's lower part is left to addresses that people choose, at most this many: upstream's static band. */
    private static final long MAX_STATIC_BAND = 256;

    private static final long MIN_STATIC_BAND = 16;
    private static final String HEADLESS = "None";

    private final ServiceRanges ranges;
    private final PortRange nodePorts;
    private final NameSource names;
    private final RandomGenerator random;

    public ServiceAllocation(String serviceCidr, PortRange nodePorts, NameSource names, RandomGenerator random) {
        this.ranges = new ServiceRanges(Cidr.parse(serviceCidr));
        this.nodePorts = nodePorts;
        this.names = names;
        this.random = random;
    }

    @Override
    public String name() {
        return "ServiceAllocation";
    }

    @Override
    public Future<Void> mutate(Review review) {
        if (review.is(Operation.CREATE, Resources.SERVICES)) {
            created(review);
        } else if (review.is(Operation.UPDATE, Resources.SERVICES)) {
            updated(review);
        }
        return DONE;
    }

    private void created(Review review) {
        ObjectNode spec = Json.child(review.object(), "spec");
        if (wantsClusterIp(spec)) {
            checkFamilies(review, spec);
            allocateClusterIp(review, spec);
        }
        allocateNodePorts(review, spec, Set.of());
    }

    private void updated(Review review) {
        KubeObject old = review.old().orElseThrow();
        JsonNode before = old.tree().path("spec");
        ObjectNode spec = Json.child(review.object(), "spec");
        ServiceTypeChange.drop(before, spec);
        if (ServiceTypeChange.losesBalancer(before, spec)) {
            Json.child(review.object(), "status").putObject("loadBalancer");
        }
        if (wantsClusterIp(spec)) {
            checkFamilies(review, spec);
            keepClusterIp(before, spec);
            if (Json.text(before, "clusterIP").isEmpty()) {
                allocateClusterIp(review, spec);
            }
        } else if (!Json.text(before, "clusterIP").isEmpty()) {
            release(Resources.IP_ADDRESSES, Json.text(before, "clusterIP"), review);
        }
        Set<Integer> held = ports(before);
        keepNodePorts(before, spec);
        allocateNodePorts(review, spec, held);
        Set<Integer> wanted = ports(spec);
        for (int port : held) {
            if (!wanted.contains(port)) {
                release(NODE_PORTS, Integer.toString(port), review);
            }
        }
    }

    @Override
    public void release(Review review) {
        if (review.resource().equals(Resources.SERVICES)) {
            JsonNode spec = review.old().orElseThrow().tree().path("spec");
            for (String ip : Json.stringList(spec, "clusterIPs")) {
                release(Resources.IP_ADDRESSES, ip, review);
            }
            for (int port : ports(spec)) {
                release(NODE_PORTS, Integer.toString(port), review);
            }
        }
    }

    private static boolean wantsClusterIp(JsonNode spec) {
        return !Json.text(spec, "type").equals("ExternalName");
    }

    /** This cluster has IPv4 alone. Headless and without a selector, a Service only names what people say it names. */
    private static void checkFamilies(Review review, JsonNode spec) {
        if (Json.text(spec, "clusterIP").equals(HEADLESS)
                && spec.path("selector").isEmpty()) {
            return;
        }
        List<String> families = Json.stringList(spec, "ipFamilies");
        if (families.contains("IPv6")) {
            String field = Causes.at("spec.ipFamilies", families.indexOf("IPv6"));
            throw refusal(review, new Causes().invalid(field, "IPv6", "not configured on this cluster"));
        }
        if (Json.text(spec, "ipFamilyPolicy").equals("RequireDualStack")) {
            String why = "this cluster is not configured for dual-stack services";
            throw refusal(review, new Causes().invalid("spec.ipFamilyPolicy", "RequireDualStack", why));
        }
    }

    private void allocateClusterIp(Review review, ObjectNode spec) {
        String wanted = Json.text(spec, "clusterIP");
        List<String> all = Json.stringList(spec, "clusterIPs");
        if (wanted.isEmpty() && !all.isEmpty()) {
            wanted = all.get(0);
        }
        if (wanted.equals(HEADLESS)) {
            setClusterIp(spec, HEADLESS);
            return;
        }
        String ip = wanted.isEmpty() ? freeAddress(review) : checkedAddress(review, wanted);
        setClusterIp(spec, ip);
        review.effects()
                .sideWrites()
                .add(new SideWrite(
                        Resources.IP_ADDRESSES, ObjectKey.cluster(ip), "", Optional.of(ipAddress(ip, review))));
    }

    private static void setClusterIp(ObjectNode spec, String ip) {
        spec.put("clusterIP", ip);
        spec.putArray("clusterIPs").add(ip);
        if (spec.path("ipFamilies").isEmpty()) {
            spec.putArray("ipFamilies").add("IPv4");
        }
        if (Json.text(spec, "ipFamilyPolicy").isEmpty()) {
            spec.put("ipFamilyPolicy", "SingleStack");
        }
    }

    private String freeAddress(Review review) {
        for (Cidr range : ranges.now(review.lookup())) {
            Optional<String> ip = freeAddress(range, review);
            if (ip.isPresent()) {
                return ip.get();
            }
        }
        throw ApiException.internal("failed to allocate a serviceIP: range is full");
    }

    private Optional<String> freeAddress(Cidr range, Review review) {
        long band = Math.min(MAX_STATIC_BAND, Math.max(MIN_STATIC_BAND, range.size() / 16));
        long first = band + 1 < range.size() - 1 ? band : 1;
        long span = range.size() - 1 - first;
        long start = span > 0 ? random.nextLong(span) : 0;
        for (long i = 0; i < span; i++) {
            String ip = range.at(first + (start + i) % span).toString();
            if (free(Resources.IP_ADDRESSES, ip, review)) {
                return Optional.of(ip);
            }
        }
        for (long offset = 1; offset < first; offset++) {
            String ip = range.at(offset).toString();
            if (free(Resources.IP_ADDRESSES, ip, review)) {
                return Optional.of(ip);
            }
        }
        return Optional.empty();
    }

    private String checkedAddress(Review review, String ip) {
        String problem = "";
        Optional<Address> address = Address.find(ip);
        List<Cidr> now = ranges.now(review.lookup());
        if (address.isEmpty() || now.stream().noneMatch(range -> range.containsHost(address.get()))) {
            problem = "failed to allocate IP " + ip + ": the provided IP (" + ip
                    + ") is not in the valid range. The range of valid IPs is "
                    + now.stream().map(Cidr::toString).collect(Collectors.joining(", "));
        } else if (!free(Resources.IP_ADDRESSES, ip, review)) {
            problem = "failed to allocate IP " + ip + ": provided IP is already allocated";
        }
        if (!problem.isEmpty()) {
            throw refusal(
                    review, new Causes().invalid("spec.clusterIPs", Json.array().add(ip), problem));
        }
        return ip;
    }

    private ObjectNode ipAddress(String ip, Review review) {
        return KubeObject.named("networking.k8s.io/v1", "IPAddress", ObjectKey.cluster(ip), tree -> {
                    ObjectNode metadata = Json.child(tree, "metadata")
                            .put("uid", names.uid())
                            .put("creationTimestamp", KindStrategy.timestamp(review.now()));
                    metadata.putObject("labels")
                            .put("ipaddress.kubernetes.io/ip-family", "IPv4")
                            .put("ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io");
                    tree.putObject("spec")
                            .putObject("parentRef")
                            .put("group", "")
                            .put("resource", "services")
                            .put("namespace", review.key().namespace())
                            .put("name", review.key().name());
                })
                .tree();
    }

    /** A PUT that does not repeat the cluster IP keeps it. */
    private static void keepClusterIp(JsonNode before, ObjectNode spec) {
        if (!Json.text(before, "clusterIP").isEmpty()
                && Json.text(spec, "clusterIP").isEmpty()) {
            spec.set("clusterIP", before.path("clusterIP"));
            if (spec.path("clusterIPs").isEmpty()) {
                spec.set("clusterIPs", before.path("clusterIPs"));
            }
        }
        for (String field : List.of("ipFamilies", "ipFamilyPolicy")) {
            if (spec.path(field).isMissingNode() && before.has(field)) {
                spec.set(field, before.path(field));
            }
        }
    }

    private static boolean wantsNodePorts(JsonNode spec) {
        String type = Json.text(spec, "type");
        return type.equals("NodePort")
                || (type.equals("LoadBalancer")
                        && spec.path("allocateLoadBalancerNodePorts").asBoolean(true));
    }

    private static void keepNodePorts(JsonNode before, ObjectNode spec) {
        if (!wantsNodePorts(spec)) {
            return;
        }
        for (JsonNode port : spec.path("ports")) {
            for (JsonNode earlier : before.path("ports")) {
                boolean same = port.path("port").asInt() == earlier.path("port").asInt()
                        && Json.textOr("TCP", port, "protocol").equals(Json.textOr("TCP", earlier, "protocol"));
                int held = earlier.path("nodePort").asInt();
                if (same && held != 0 && port.path("nodePort").asInt() == 0) {
                    ((ObjectNode) port).put("nodePort", held);
                }
            }
        }
    }

    private void allocateNodePorts(Review review, ObjectNode spec, Set<Integer> held) {
        Set<Integer> taken = new HashSet<>(held);
        int index = 0;
        for (JsonNode port : spec.path("ports")) {
            int wanted = port.path("nodePort").asInt();
            if (wanted != 0 && !taken.contains(wanted)) {
                claimPort(review, wanted, "spec.ports[" + index + "].nodePort");
                taken.add(wanted);
            }
            index++;
        }
        if (!wantsNodePorts(spec)) {
            return;
        }
        for (JsonNode port : spec.path("ports")) {
            if (port.path("nodePort").asInt() == 0) {
                int found = freePort(review, taken);
                ((ObjectNode) port).put("nodePort", found);
                guard(review, found);
                taken.add(found);
            }
        }
        boolean healthCheck = Json.text(spec, "type").equals("LoadBalancer")
                && Json.text(spec, "externalTrafficPolicy").equals("Local");
        if (healthCheck && spec.path("healthCheckNodePort").asInt() == 0) {
            int found = freePort(review, taken);
            spec.put("healthCheckNodePort", found);
            guard(review, found);
        }
    }

    private void claimPort(Review review, int port, String field) {
        if (!nodePorts.contains(port)) {
            String why = "provided port is not in the valid range. The range of valid ports is " + nodePorts;
            throw refusal(review, new Causes().invalid(field, port, why));
        }
        if (!free(NODE_PORTS, Integer.toString(port), review)) {
            throw refusal(review, new Causes().invalid(field, port, "provided port is already allocated"));
        }
        guard(review, port);
    }

    /** A random one above those that are left to people's choice, or one of these if all others are taken. */
    private int freePort(Review review, Set<Integer> taken) {
        int band = nodePorts.chosenByPeople();
        int span = nodePorts.size() - band;
        int start = random.nextInt(span);
        for (int i = 0; i < nodePorts.size(); i++) {
            int offset = i < span ? band + (start + i) % span : i - span;
            int port = nodePorts.first() + offset;
            if (!taken.contains(port) && free(NODE_PORTS, Integer.toString(port), review)) {
                return port;
            }
        }
        throw ApiException.internal("failed to allocate a nodePort: range is full");
    }

    private static void guard(Review review, int port) {
        ObjectKey key = ObjectKey.cluster(Integer.toString(port));
        ObjectNode guard = KubeObject.named("v1", "RangeAllocation", key, tree -> tree.put("range", key.name())
                        .put("data", review.key().toString()))
                .tree();
        review.effects().sideWrites().add(new SideWrite(NODE_PORTS, key, "", Optional.of(guard)));
    }

    /** Node ports of a spec, each once: one number may serve TCP and UDP. */
    private static Set<Integer> ports(JsonNode spec) {
        Set<Integer> ports = new TreeSet<>();
        for (JsonNode port : spec.path("ports")) {
            ports.add(port.path("nodePort").asInt());
        }
        ports.add(spec.path("healthCheckNodePort").asInt());
        ports.remove(0);
        return ports;
    }

    private static boolean free(Resource resource, String name, Review review) {
        return review.lookup().find(resource, ObjectKey.cluster(name)).isEmpty();
    }

    private static void release(Resource resource, String name, Review review) {
        ObjectKey key = ObjectKey.cluster(name);
        review.lookup().find(resource, key).ifPresent(present -> review.effects()
                .sideWrites()
                .add(new SideWrite(resource, key, present.meta().resourceVersion(), Optional.empty())));
    }

    private static ApiException refusal(Review review, Causes causes) {
        return causes.refusal(review.resource(), review.key().name());
    }
}
