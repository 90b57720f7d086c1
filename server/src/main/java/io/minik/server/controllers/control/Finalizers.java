package io.minik.server.controllers.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.PatchType;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.vertx.core.Future;
import java.util.stream.Stream;

/**
 * Puts a finalizer on an object and takes it off; others' stay. A merge patch says the whole list: whoever changed the object
 * meanwhile makes it a conflict, and so does another object of the name.
 */
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
        ObjectNode patch = Json.object();
        ObjectNode meta = patch.putObject("metadata")
                .put("uid", object.uid())
                .put("resourceVersion", object.meta().resourceVersion());
        finalizers.forEach(meta.putArray("finalizers")::add);
        return Outcomes.ignoring(client.patch(resource, object.key(), "", PatchType.MERGE, patch), Reason.NotFound);
    }
}
