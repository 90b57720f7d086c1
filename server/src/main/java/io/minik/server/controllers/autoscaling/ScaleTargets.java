package io.minik.server.controllers.autoscaling;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.client.ApiClient;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The Scales of what autoscalers point at, of whatever kind. */
final class ScaleTargets {
    private static final String SCALE = "scale";

    private final ApiClient client;
    private final Supplier<List<Resource>> served;

    ScaleTargets(ApiClient client, Supplier<List<Resource>> served) {
        this.client = client;
        this.served = served;
    }

    /** One Scale as it was read. */
    record Target(Resource resource, KubeObject scale) {
        int replicas() {
            return Json.intOr(0, scale.tree(), "spec", "replicas");
        }

        int statusReplicas() {
            return Json.intOr(0, scale.tree(), "status", "replicas");
        }

        String selector() {
            return scale.text("status", "selector");
        }
    }

    /** @param reference apiVersion, kind and name */
    Future<Target> read(String namespace, JsonNode reference) {
        String apiVersion = Json.text(reference, "apiVersion");
        String kind = Json.text(reference, "kind");
        Optional<Resource> resource = find(apiVersion, kind);
        if (resource.isEmpty()) {
            return Future.failedFuture(
                    new Uncountable("no matches for kind \"" + kind + "\" in group \"" + group(apiVersion) + "\""));
        }
        return client.get(resource.get(), ObjectKey.of(namespace, Json.text(reference, "name")), SCALE, Map.of())
                .map(scale -> new Target(resource.get(), scale));
    }

    Future<Void> write(Target target, int replicas) {
        KubeObject next = target.scale().edit(tree -> Json.child(tree, "spec").put("replicas", replicas));
        return client.update(target.resource(), next, SCALE).mapEmpty();
    }

    /** {@code ingresses.networking.k8s.io} */
    Optional<String> plural(String apiVersion, String kind) {
        return find(apiVersion, kind).map(Resource::groupResource);
    }

    /** Of this group in any version, the named one first. */
    private Optional<Resource> find(String apiVersion, String kind) {
        List<Resource> all = served.get().stream()
                .filter(resource ->
                        resource.kind().equals(kind) && resource.group().equals(group(apiVersion)))
                .toList();
        return all.stream()
                .filter(resource -> resource.apiVersion().equals(apiVersion))
                .findFirst()
                .or(() -> all.stream().findFirst());
    }

    private static String group(String apiVersion) {
        int slash = apiVersion.indexOf('/');
        return slash < 0 ? "" : apiVersion.substring(0, slash);
    }
}
