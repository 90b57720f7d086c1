package io.minik.server.kinds;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.Transport;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.net.Cidr;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The objects that every cluster has from its first second. Made through the API like all others; present ones stay. */
public final class Bootstrap {
    private static final Logger log = LoggerFactory.getLogger(Bootstrap.class);
    private static final List<String> NAMESPACES = List.of("default", "kube-system", "kube-public", "kube-node-lease");
    private static final int NODE_CRITICAL = 2_000_001_000;
    private static final int CLUSTER_CRITICAL = 2_000_000_000;
    private static final int HTTPS = 443;
    private static final ObjectKey KUBERNETES = ObjectKey.of("default", "kubernetes");

    private final ApiClient api;
    private final String serviceCidr;
    private final String serviceIp;
    private final String advertiseAddress;
    private final IntSupplier port;
    private final Map<String, String> published;

    /**
     * @param advertiseAddress and port: where the API server really is; empty: whoever knows all servers tells
     * @param published what extensions of the API read of whom they may believe; empty: nothing
     */
    public Bootstrap(
            Transport transport,
            String serviceCidr,
            String advertiseAddress,
            IntSupplier port,
            Map<String, String> published) {
        this.api = new ApiClient(transport, "kube-apiserver");
        this.serviceCidr = serviceCidr;
        this.serviceIp = serviceIp(serviceCidr);
        this.advertiseAddress = advertiseAddress;
        this.port = port;
        this.published = published;
    }

    /** Of the kubernetes Service: the first address of the range. */
    public static String serviceIp(String serviceCidr) {
        return Cidr.parse(serviceCidr).at(1).toString();
    }

    public Future<Void> run() {
        Future<Void> made = Future.succeededFuture();
        for (String namespace : NAMESPACES) {
            made = made.compose(unused -> ensure(
                    Resources.NAMESPACES,
                    KubeObject.named("v1", "Namespace", ObjectKey.cluster(namespace), tree -> {})));
        }
        return made.compose(unused -> ensure(
                        Resources.PRIORITY_CLASSES,
                        priorityClass(
                                "system-node-critical",
                                NODE_CRITICAL,
                                "system critical pods that must not be moved" + " from their current node.")))
                .compose(unused -> ensure(
                        Resources.PRIORITY_CLASSES,
                        priorityClass(
                                "system-cluster-critical",
                                CLUSTER_CRITICAL,
                                "system critical pods that must run in"
                                        + " the cluster, but can be moved to another node if necessary.")))
                .compose(unused -> ensure(Resources.SERVICE_CIDRS, serviceCidr()))
                .compose(unused -> ensure(Resources.SERVICES, service()))
                .compose(unused -> where())
                .compose(unused -> published.isEmpty()
                        ? Future.succeededFuture()
                        : settle(Resources.CONFIG_MAPS, authentication(published)));
    }

    /** A machine whose cable is out has no address but loopback, which means another machine to every pod. */
    private Future<Void> where() {
        if (advertiseAddress.isEmpty()) {
            return Future.succeededFuture();
        }
        if (advertiseAddress.startsWith("127.")) {
            log.atWarn()
                    .addKeyValue("address", advertiseAddress)
                    .log("this machine has no address but loopback: pods do not find the API server until it has one"
                            + " and minik is started again, or --advertise-address names one");
            return Future.succeededFuture();
        }
        return settle(Resources.ENDPOINTS, endpoints())
                .compose(unused -> settle(Resources.ENDPOINT_SLICES, endpointSlice()));
    }

    private Future<Void> ensure(Resource resource, KubeObject object) {
        return api.get(resource, object.key())
                .<Void>mapEmpty()
                .recover(absent -> ApiException.is(absent, Reason.NotFound)
                        ? api.create(resource, object).mapEmpty()
                        : Future.failedFuture(absent));
    }

    /** Makes it so: the address may have changed since the last start. */
    private Future<Void> settle(Resource resource, KubeObject wanted) {
        return api.get(resource, wanted.key())
                .<Void>compose(present -> api.update(resource, wanted.edit(tree -> Json.child(tree, "metadata")
                                .put("resourceVersion", present.meta().resourceVersion())))
                        .mapEmpty())
                .recover(absent -> ApiException.is(absent, Reason.NotFound)
                        ? api.create(resource, wanted).mapEmpty()
                        : Future.failedFuture(absent));
    }

    /** How an extension of the API finds out who its callers are. */
    private static KubeObject authentication(Map<String, String> published) {
        return KubeObject.named(
                "v1",
                "ConfigMap",
                ObjectKey.of("kube-system", "extension-apiserver-authentication"),
                tree -> published.forEach(Json.child(tree, "data")::put));
    }

    private static KubeObject priorityClass(String name, int value, String purpose) {
        return KubeObject.named(
                "scheduling.k8s.io/v1", "PriorityClass", ObjectKey.cluster(name), tree -> tree.put("value", value)
                        .put("description", "Used for " + purpose));
    }

    private KubeObject serviceCidr() {
        return KubeObject.named(
                "networking.k8s.io/v1", "ServiceCIDR", ObjectKey.cluster("kubernetes"), tree -> tree.putObject("spec")
                        .putArray("cidrs")
                        .add(serviceCidr));
    }

    private KubeObject service() {
        return KubeObject.named("v1", "Service", KUBERNETES, tree -> {
            Json.child(Json.child(tree, "metadata"), "labels")
                    .put("component", "apiserver")
                    .put("provider", "kubernetes");
            ObjectNode spec = tree.putObject("spec").put("type", "ClusterIP").put("clusterIP", serviceIp);
            spec.put("sessionAffinity", "None");
            spec.putArray("ports")
                    .addObject()
                    .put("name", "https")
                    .put("port", HTTPS)
                    .put("protocol", "TCP")
                    .put("targetPort", port.getAsInt());
        });
    }

    private KubeObject endpoints() {
        return KubeObject.named("v1", "Endpoints", KUBERNETES, tree -> {
            Json.child(Json.child(tree, "metadata"), "labels").put("endpointslice.kubernetes.io/skip-mirror", "true");
            ObjectNode subset = tree.putArray("subsets").addObject();
            subset.putArray("addresses").addObject().put("ip", advertiseAddress);
            subset.putArray("ports")
                    .addObject()
                    .put("name", "https")
                    .put("port", port.getAsInt())
                    .put("protocol", "TCP");
        });
    }

    private KubeObject endpointSlice() {
        return KubeObject.named("discovery.k8s.io/v1", "EndpointSlice", KUBERNETES, tree -> {
            Json.child(Json.child(tree, "metadata"), "labels").put("kubernetes.io/service-name", "kubernetes");
            tree.put("addressType", "IPv4");
            ObjectNode endpoint = tree.putArray("endpoints").addObject();
            endpoint.putArray("addresses").add(advertiseAddress);
            endpoint.putObject("conditions").put("ready", true);
            tree.putArray("ports")
                    .addObject()
                    .put("name", "https")
                    .put("port", port.getAsInt())
                    .put("protocol", "TCP");
        });
    }
}
