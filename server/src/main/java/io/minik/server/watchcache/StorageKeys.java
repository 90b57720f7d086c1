package io.minik.server.watchcache;

import io.minik.api.meta.Resource;
import io.minik.api.object.ObjectKey;
import io.minik.store.Bytes;
import java.util.Map;

/**
 * Where objects live in the store: upstream's layout, so that etcdctl users and backups find what they know.
 *
 * <pre>
 *   /registry/pods/default/web          namespaced
 *   /registry/minions/edge-1            cluster-scoped
 *   /registry/services/specs/default/db two words for services and endpoints
 * </pre>
 */
public final class StorageKeys {
    public static final String ROOT = "/registry/";

    /** Resources whose folder is not their plural. */
    private static final Map<String, String> IRREGULAR = Map.of(
            "nodes", "minions",
            "services", "services/specs",
            "endpoints", "services/endpoints",
            "replicationcontrollers", "controllers",
            "ingresses.networking.k8s.io", "ingress",
            "customresourcedefinitions.apiextensions.k8s.io", "apiextensions.k8s.io/customresourcedefinitions",
            "apiservices.apiregistration.k8s.io", "apiregistration.k8s.io/apiservices");

    private StorageKeys() {}

    /** {@code pods}: the folder below /registry/, without slashes at its ends. */
    public static String folder(Resource resource) {
        String regular = builtIn(resource.group()) ? resource.plural() : resource.group() + "/" + resource.plural();
        return IRREGULAR.getOrDefault(resource.groupResource(), regular);
    }

    /** {@code /registry/pods/}. */
    public static String prefix(Resource resource) {
        return ROOT + folder(resource) + "/";
    }

    public static Bytes key(Resource resource, ObjectKey key) {
        return Bytes.utf8(prefix(resource) + key);
    }

    /** Groups of Kubernetes itself share one name space of plurals; a custom resource's folder starts with its group. */
    private static boolean builtIn(String group) {
        return group.isEmpty() || !group.contains(".") || group.endsWith(".k8s.io");
    }
}
