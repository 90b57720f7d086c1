package io.minik.server.controllers.control;

import io.minik.api.client.ApiClient;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.vertx.core.Future;
import java.util.List;
import java.util.stream.Stream;

/** Puts a finalizer on an object and takes it off; others' stay. Whoever changed the object meanwhile makes it a conflict. */
public final class Finalizers {
    private Finalizers() {}

    public static Future<Void> add(ApiClient client, Resource resource, KubeObject object, String finalizer) {
        return write(client, resource, object, Stream.concat(present(object), Stream.of(finalizer)));
    }

    /** An object that is gone already has none. */
    public static Future<Void> remove(ApiClient client, Resource resource, KubeObject object, String finalizer) {
        return write(client, resource, object, present(object).filter(each -> !each.equals(finalizer)));
    }

    private static Stream<String> present(KubeObject object) {
        return object.meta().finalizers().stream();
    }

    private static Future<Void> write(
            ApiClient client, Resource resource, KubeObject object, Stream<String> finalizers) {
        List<String> wanted = finalizers.toList();
        KubeObject changed = object.edit(tree -> {
            var list = Json.child(tree, "metadata").putArray("finalizers");
            wanted.forEach(list::add);
        });
        return Outcomes.ignoring(client.update(resource, changed), Reason.NotFound);
    }
}
