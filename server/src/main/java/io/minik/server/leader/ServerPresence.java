package io.minik.server.leader;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.ListOptions;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.ground.net.Address;
import io.minik.ground.room.Room;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows that this server is there, by a Lease kube-system/apiserver-HASH as upstream's, and keeps the addresses of the Service
 * default/kubernetes: those of all servers whose Leases were renewed while this one looked. Owned by its loop.
 */
public final class ServerPresence implements Room {
    private static final Logger log = LoggerFactory.getLogger(ServerPresence.class);
    private static final String NAMESPACE = "kube-system";
    private static final String LABEL = "apiserver.kubernetes.io/identity";
    private static final String ADDRESS = "minik.io/advertise-address";

    /** Upstream's: how often, and after how long a server without a sign is no address of the Service any more. */
    static final Duration RENEW = Duration.ofSeconds(10);

    static final Duration SILENT = Duration.ofSeconds(15);
    /** Upstream's: what was not renewed for so long is deleted by whoever sees it. */
    static final Duration FORGOTTEN = Duration.ofHours(1);

    private static final int HASH_DIGITS = 26;
    private static final ObjectKey KUBERNETES = ObjectKey.of("default", "kubernetes");

    private final Loop loop;
    private final ApiClient api;
    private final Here here;
    private final ObjectKey key;
    private final Map<String, ObservedLease> seen = new HashMap<>();
    private Loop.Timer timer = Loop.Timer.NONE;
    private boolean stopped;

    /**
     * @param host of this machine, which names the Lease
     * @param identity alike for no two processes
     * @param address and port: where the cluster reaches this server
     */
    public record Here(String host, String identity, String address, IntSupplier port) {}

    public ServerPresence(Loop loop, ApiClient api, Here here) {
        this.loop = loop;
        this.api = api;
        this.here = here;
        this.key = ObjectKey.of(NAMESPACE, "apiserver-" + hash(here.host()));
    }

    private static String hash(String host) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(host.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, HASH_DIGITS);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    @Override
    public String name() {
        return "server-presence";
    }

    @Override
    public Future<Void> start() {
        return tick();
    }

    /** Its address goes at once: nobody is sent to a server that has said good-bye. */
    @Override
    public Future<Void> stop() {
        stopped = true;
        timer.cancel();
        return api.delete(Resources.LEASES, key, DeleteOptions.DEFAULT)
                .compose(gone -> publish())
                .recover(error -> {
                    log.atInfo()
                            .addKeyValue("err", String.valueOf(error.getMessage()))
                            .log("this server's lease is left to run out");
                    return Future.succeededFuture();
                });
    }

    @Override
    public Health health() {
        return Health.READY;
    }

    private Future<Void> tick() {
        if (stopped) {
            return Future.succeededFuture();
        }
        return renew().compose(unused -> publish()).transform(done -> {
            if (done.failed()) {
                log.atWarn()
                        .addKeyValue("err", String.valueOf(done.cause().getMessage()))
                        .log("this server's lease could not be renewed");
            }
            if (!stopped) {
                timer = loop.after(RENEW, () -> tick().onFailure(
                                error -> log.atDebug().setCause(error).log("a renewal")));
            }
            return Future.succeededFuture();
        });
    }

    private Future<KubeObject> renew() {
        return api.get(Resources.LEASES, key)
                .compose(found -> api.update(Resources.LEASES, found.edit(this::renewed)))
                .recover(error -> ApiException.is(error, Reason.NotFound)
                        ? api.create(
                                Resources.LEASES,
                                KubeObject.named("coordination.k8s.io/v1", "Lease", key, this::renewed))
                        : Future.failedFuture(error));
    }

    private void renewed(ObjectNode tree) {
        ObjectNode metadata = Json.child(tree, "metadata");
        Json.child(metadata, "labels").put(LABEL, "kube-apiserver").put("kubernetes.io/hostname", here.host());
        Json.child(metadata, "annotations").put(ADDRESS, here.address());
        Json.child(tree, "spec")
                .put("holderIdentity", key.name() + "_" + here.identity())
                .put("leaseDurationSeconds", FORGOTTEN.toSeconds())
                .put("renewTime", LeaderElection.MICRO_TIME.format(loop.now()));
    }

    private Future<Void> publish() {
        return api.list(Resources.LEASES, NAMESPACE, ListOptions.labels(LABEL + "=kube-apiserver"))
                .compose(leases -> {
                    List<String> addresses = addresses(leases.items());
                    return forget(leases.items())
                            .compose(unused -> addresses.isEmpty() ? Future.succeededFuture() : settle(addresses));
                });
    }

    private List<String> addresses(List<KubeObject> leases) {
        long now = loop.millis();
        seen.keySet().retainAll(leases.stream().map(KubeObject::name).toList());
        TreeSet<String> addresses = new TreeSet<>();
        for (KubeObject lease : leases) {
            ObservedLease observed =
                    seen.getOrDefault(lease.name(), ObservedLease.NONE).seen(lease, now);
            seen.put(lease.name(), observed);
            String address = Json.text(lease.tree(), "metadata", "annotations", ADDRESS);
            // Loopback means another machine to every pod; one word that is no address would keep all the others out.
            if (Address.find(address).filter(ip -> !ip.isLoopback()).isPresent()
                    && now - observed.sinceMillis() <= SILENT.toMillis()) {
                addresses.add(address);
            }
        }
        return List.copyOf(addresses);
    }

    private Future<Void> forget(List<KubeObject> leases) {
        Future<Void> all = Future.succeededFuture();
        for (KubeObject lease : leases) {
            ObservedLease observed = seen.getOrDefault(lease.name(), ObservedLease.NONE);
            if (loop.millis() - observed.sinceMillis() > FORGOTTEN.toMillis()) {
                all = all.compose(unused -> api.delete(Resources.LEASES, lease.key(), DeleteOptions.DEFAULT)
                        .mapEmpty());
            }
        }
        return all;
    }

    private Future<Void> settle(List<String> addresses) {
        return settle(Resources.ENDPOINTS, endpoints(addresses), "subsets")
                .compose(unused -> settle(Resources.ENDPOINT_SLICES, slice(addresses), "endpoints"));
    }

    private Future<Void> settle(Resource resource, KubeObject wanted, String part) {
        return api.get(resource, KUBERNETES)
                .<Void>compose(present -> present.tree()
                                .path(part)
                                .equals(wanted.tree().path(part))
                        ? Future.succeededFuture()
                        : api.update(resource, wanted.edit(tree -> Json.child(tree, "metadata")
                                        .put("resourceVersion", present.meta().resourceVersion())))
                                .mapEmpty())
                .recover(error -> ApiException.is(error, Reason.NotFound)
                        ? api.create(resource, wanted).mapEmpty()
                        : Future.failedFuture(error));
    }

    private KubeObject endpoints(List<String> addresses) {
        return KubeObject.named("v1", "Endpoints", KUBERNETES, tree -> {
            Json.child(Json.child(tree, "metadata"), "labels").put("endpointslice.kubernetes.io/skip-mirror", "true");
            ObjectNode subset = tree.putArray("subsets").addObject();
            var array = subset.putArray("addresses");
            addresses.forEach(address -> array.addObject().put("ip", address));
            port(subset);
        });
    }

    private KubeObject slice(List<String> addresses) {
        return KubeObject.named("discovery.k8s.io/v1", "EndpointSlice", KUBERNETES, tree -> {
            Json.child(Json.child(tree, "metadata"), "labels").put("kubernetes.io/service-name", "kubernetes");
            tree.put("addressType", "IPv4");
            var endpoints = tree.putArray("endpoints");
            addresses.forEach(address -> {
                ObjectNode endpoint = endpoints.addObject();
                endpoint.putArray("addresses").add(address);
                endpoint.putObject("conditions").put("ready", true);
            });
            port(tree);
        });
    }

    private void port(ObjectNode tree) {
        tree.putArray("ports")
                .addObject()
                .put("name", "https")
                .put("port", here.port().getAsInt())
                .put("protocol", "TCP");
    }
}
