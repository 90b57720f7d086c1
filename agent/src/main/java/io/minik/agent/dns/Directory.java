package io.minik.agent.dns;

import io.minik.api.client.Informer;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.net.Address;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Services and slices as DNS looks them up: by name and by address. On the informers' loop. */
final class Directory {
    private static final String SERVICE_LABEL = "kubernetes.io/service-name";
    /** Named apart from other rooms' indexes on the shared informers. */
    private static final String BY_IP = "dns-ip";

    private static final String BY_SERVICE = "dns-service";

    private final Informer services;
    private final Informer slices;
    private final Informer nodes;

    Directory(Informer services, Informer slices, Informer nodes) {
        this.nodes = nodes;
        this.services = services.index(BY_IP, service -> Json.stringList(service.tree(), "spec", "clusterIPs"));
        this.slices = slices.index(BY_SERVICE, slice -> serviceOf(slice).map(ObjectKey::toString).stream()
                        .toList())
                .index(BY_IP, Directory::addresses);
    }

    private static List<String> addresses(KubeObject slice) {
        List<String> all = new ArrayList<>();
        for (var endpoint : Json.items(slice.tree(), "endpoints")) {
            all.addAll(Json.stringList(endpoint, "addresses"));
        }
        return all;
    }

    boolean isSynced() {
        return services.isSynced() && slices.isSynced();
    }

    boolean hasNamespace(String namespace) {
        return !services.byNamespace(namespace).isEmpty();
    }

    Optional<KubeObject> service(String namespace, String name) {
        return services.get(ObjectKey.of(namespace, name));
    }

    Collection<KubeObject> slicesOf(KubeObject service) {
        return slices.byIndex(BY_SERVICE, service.key().toString());
    }

    Collection<KubeObject> servicesAt(String ip) {
        return services.byIndex(BY_IP, ip);
    }

    Collection<KubeObject> slicesWith(String ip) {
        return slices.byIndex(BY_IP, ip);
    }

    /** Inside the cluster; none if there is no such node. */
    List<Address> addressesOfNode(String name) {
        List<Address> all = new ArrayList<>();
        nodes.get(ObjectKey.cluster(name)).ifPresent(node -> {
            for (var item : node.at("status", "addresses")) {
                if (Json.text(item, "type").equals("InternalIP")) {
                    Address.find(Json.text(item, "address")).ifPresent(all::add);
                }
            }
        });
        return all;
    }

    static Optional<ObjectKey> serviceOf(KubeObject slice) {
        return Optional.ofNullable(slice.meta().labels().get(SERVICE_LABEL))
                .map(name -> ObjectKey.of(slice.namespace(), name));
    }
}
