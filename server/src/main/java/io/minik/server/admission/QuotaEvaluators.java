package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Quantity;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.ground.json.Json;
import io.minik.server.admission.Review.Operation;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Everything that quotas can count, by resource: all that lives in namespaces, a few in more than number. */
public final class QuotaEvaluators {
    /** Counted under their bare name since before there was {@code count/…}. */
    private static final Set<Resource> SHORT_NAMED = Set.of(
            Resources.CONFIG_MAPS, Resources.SECRETS, Resources.REPLICATION_CONTROLLERS, Resources.RESOURCE_QUOTAS);

    private static final String DEVICE_CLAIMS = "resourceclaims.resource.k8s.io";

    /** By group and plural: one kind may be asked for in two versions. Swapped, never changed. */
    private volatile Map<String, QuotaEvaluator> byResource = Map.of();

    /** @param stored the resources under which objects are stored; those of the cluster are left out */
    public QuotaEvaluators(Collection<Resource> stored) {
        count(stored);
    }

    /** The same of other resources: when kinds come and go. */
    public void count(Collection<Resource> stored) {
        Map<String, QuotaEvaluator> all = new LinkedHashMap<>();
        for (Resource resource : stored) {
            if (resource.namespaced() && !resource.plural().equals("events")) {
                all.put(resource.groupResource(), evaluator(resource));
            }
        }
        byResource = all;
    }

    private static QuotaEvaluator evaluator(Resource resource) {
        if (resource.equals(Resources.PODS)) {
            return new PodQuota();
        }
        if (resource.equals(Resources.SERVICES)) {
            return new Services();
        }
        if (resource.equals(Resources.PERSISTENT_VOLUME_CLAIMS)) {
            return new Claims();
        }
        if (resource.groupResource().equals(DEVICE_CLAIMS)) {
            return new DeviceClaims(resource);
        }
        return new QuotaEvaluator.Count(
                resource, SHORT_NAMED.contains(resource) ? Optional.of(resource.plural()) : Optional.empty());
    }

    Optional<QuotaEvaluator> find(Resource resource) {
        return Optional.ofNullable(byResource.get(resource.groupResource()));
    }

    Collection<QuotaEvaluator> all() {
        return byResource.values();
    }

    private static final class Services implements QuotaEvaluator {
        @Override
        public Resource resource() {
            return Resources.SERVICES;
        }

        @Override
        public boolean counts(String name) {
            return Set.of("services", "count/services", "services.nodeports", "services.loadbalancers")
                    .contains(name);
        }

        @Override
        public boolean handles(Review review) {
            return review.operation() != Operation.DELETE
                    && review.subresource().isEmpty();
        }

        @Override
        public Map<String, Quantity> usage(JsonNode service, Instant now) {
            String type = Json.text(service, "spec", "type");
            boolean balanced = type.equals("LoadBalancer");
            return Map.of(
                    "count/services", Quantity.of(1),
                    "services", Quantity.of(1),
                    "services.loadbalancers", Quantity.of(balanced ? 1 : 0),
                    "services.nodeports", Quantity.of(type.equals("NodePort") || balanced ? nodePorts(service) : 0));
        }

        /** All ports, or, where none are given out, those that the user chose. */
        private static long nodePorts(JsonNode service) {
            JsonNode ports = Json.at(service, "spec", "ports");
            boolean all =
                    Json.at(service, "spec", "allocateLoadBalancerNodePorts").asBoolean(true);
            long count = 0;
            for (JsonNode port : ports) {
                count += all || Json.intOr(0, port, "nodePort") != 0 ? 1 : 0;
            }
            return count;
        }
    }

    private static final class Claims implements QuotaEvaluator {
        private static final String COUNT = "persistentvolumeclaims";
        private static final String STORAGE = "requests.storage";
        private static final String OF_CLASS = ".storageclass.storage.k8s.io/";

        @Override
        public Resource resource() {
            return Resources.PERSISTENT_VOLUME_CLAIMS;
        }

        @Override
        public boolean counts(String name) {
            return Set.of(COUNT, "count/" + COUNT, STORAGE).contains(name) || name.contains(OF_CLASS);
        }

        @Override
        public boolean handles(Review review) {
            return review.operation() != Operation.DELETE
                    && review.subresource().isEmpty();
        }

        @Override
        public boolean inScope(Scope scope, JsonNode claim) {
            return scope.name().equals("VolumeAttributesClass")
                    && scope.admits(Json.text(claim, "spec", "volumeAttributesClassName"));
        }

        @Override
        public Map<String, Quantity> usage(JsonNode claim, Instant now) {
            Map<String, Quantity> usage = new TreeMap<>();
            Quantity one = Quantity.of(1);
            usage.put("count/" + COUNT, one);
            usage.put(COUNT, one);
            String storageClass =
                    Json.text(claim, "metadata", "annotations", "volume.beta.kubernetes.io/storage-class");
            if (storageClass.isEmpty()) {
                storageClass = Json.text(claim, "spec", "storageClassName");
            }
            if (!storageClass.isEmpty()) {
                usage.put(storageClass + OF_CLASS + COUNT, one);
            }
            Optional<Quantity> asked = Quantity.find(Json.text(claim, "spec", "resources", "requests", "storage"));
            Optional<Quantity> given = Quantity.find(Json.text(claim, "status", "allocatedResources", "storage"));
            if (asked.isPresent()) {
                Quantity storage = given.map(asked.get()::max).orElse(asked.get());
                usage.put(STORAGE, storage);
                if (!storageClass.isEmpty()) {
                    usage.put(storageClass + OF_CLASS + STORAGE, storage);
                }
            }
            return usage;
        }
    }

    /** Claims of devices count, and the devices that they may take, by class. */
    private record DeviceClaims(Resource resource) implements QuotaEvaluator {
        private static final String OF_CLASS = ".deviceclass.resource.k8s.io/devices";

        @Override
        public boolean counts(String name) {
            return name.equals(QuotaEvaluator.generic(resource)) || name.endsWith(OF_CLASS);
        }

        @Override
        public Map<String, Quantity> usage(JsonNode claim, Instant now) {
            Map<String, Quantity> usage = new TreeMap<>();
            usage.put(QuotaEvaluator.generic(resource), Quantity.of(1));
            for (JsonNode request : Json.at(claim, "spec", "devices", "requests")) {
                if (request.has("exactly")) {
                    usage.merge(
                            Json.text(request, "exactly", "deviceClassName") + OF_CLASS,
                            devices(request.path("exactly")),
                            Quantity::add);
                }
                Map<String, Quantity> worst = new TreeMap<>();
                for (JsonNode alternative : request.path("firstAvailable")) {
                    worst.merge(
                            Json.text(alternative, "deviceClassName") + OF_CLASS, devices(alternative), Quantity::max);
                }
                worst.forEach((name, amount) -> usage.merge(name, amount, Quantity::add));
            }
            return usage;
        }

        /** Upstream's bound on the devices of one request, which "All" may take. */
        private static final int MOST = 32;

        private static Quantity devices(JsonNode request) {
            return Quantity.of(
                    Json.text(request, "allocationMode").equals("All") ? MOST : Json.intOr(1, request, "count"));
        }
    }
}
