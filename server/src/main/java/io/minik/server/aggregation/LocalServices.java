package io.minik.server.aggregation;

import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Schema;
import io.minik.ground.json.Json;
import io.minik.server.discovery.Priorities;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The APIServices of what this server serves itself: which there should be, and whose each is to change. Pure. */
final class LocalServices {
    static final Resource API_SERVICES =
            new Resource("apiregistration.k8s.io", "v1", "apiservices", "APIService", false);

    private static final String AUTOMANAGED = "kube-aggregator.kubernetes.io/automanaged";

    /** Made as it should be when the server starts; changes of users' last until then. */
    private static final String ON_START = "onstart";

    private static final String ALWAYS = "true";

    private LocalServices() {}

    /** The APIServices of what this server serves itself, by name. */
    static Map<String, KubeObject> wanted(Schema now) {
        Map<String, KubeObject> wanted = new LinkedHashMap<>();
        for (KindRow row : now.kinds()) {
            String group = row.resource().group();
            String version = row.resource().version();
            if (!group.equals(API_SERVICES.group())) {
                wanted.computeIfAbsent(version + "." + group, name -> made(name, row));
            }
        }
        return wanted;
    }

    private static KubeObject made(String name, KindRow row) {
        String group = row.resource().group();
        String version = row.resource().version();
        Priorities priorities = Priorities.of(group, version);
        return KubeObject.named(API_SERVICES.apiVersion(), API_SERVICES.kind(), ObjectKey.cluster(name), tree -> {
            Json.child(Json.child(tree, "metadata"), "labels")
                    .put(AUTOMANAGED, row.added().isPresent() ? ALWAYS : ON_START);
            var spec = tree.putObject("spec");
            if (!group.isEmpty()) {
                spec.put("group", group);
            }
            spec.put("version", version)
                    .put("groupPriorityMinimum", priorities.group())
                    .put("versionPriority", priorities.version());
        });
    }

    /**
     * Whether it is one of Kubernetes' own groups, whose requests are never another server's. So is the one of APIServices, which has no
     * APIService: nobody could take such a one back.
     */
    static boolean isBuiltIn(String name, Map<String, KubeObject> wanted) {
        KubeObject ours = wanted.get(name);
        return name.endsWith("." + API_SERVICES.group())
                || (ours != null && ON_START.equals(ours.meta().labels().get(AUTOMANAGED)));
    }

    enum Deed {
        NOTHING,
        CREATE,
        UPDATE,
        DELETE
    }

    /**
     * As upstream's autoregistration decides it; besides, whoever names a service in one of ours has taken it over.
     *
     * @param settled whether that was made right since the start
     */
    static Deed decide(Optional<KubeObject> wanted, Optional<KubeObject> present, boolean settled) {
        if (present.isEmpty()) {
            return wanted.isPresent() ? Deed.CREATE : Deed.NOTHING;
        }
        String managed = present.get().meta().labels().getOrDefault(AUTOMANAGED, "");
        boolean ours = managed.equals(ALWAYS) || (managed.equals(ON_START) && !settled);
        if (!ours || present.get().at("spec", "service").isObject()) {
            return Deed.NOTHING;
        }
        if (wanted.isEmpty()) {
            return Deed.DELETE;
        }
        return present.get().at("spec").equals(wanted.get().at("spec")) ? Deed.NOTHING : Deed.UPDATE;
    }
}
