package io.minik.api.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** An API and the hands of a test, which reach behind it: what they do asks no rules. */
public interface TestApi extends Transport {
    /** Stores as it is, status and all, with what every object has given if absent. */
    KubeObject put(Resource resource, KubeObject object);

    /** Changes an object as it is; one that is being deleted and waits for nobody goes. */
    KubeObject edit(Resource resource, ObjectKey key, Consumer<ObjectNode> change);

    Optional<KubeObject> find(Resource resource, ObjectKey key);

    /** @throws ApiException NotFound */
    default KubeObject require(Resource resource, ObjectKey key) {
        return find(resource, key).orElseThrow(() -> ApiException.notFound(resource, key.name()));
    }

    List<KubeObject> all(Resource resource);

    /** Removes without asking finalizers or grace: as a kubelet confirms an end, or a person forces it. */
    void remove(Resource resource, ObjectKey key);

    /** All calls so far, oldest first. */
    List<ApiCall> calls();

    default List<ApiCall> calls(ApiCall.Verb verb, Resource resource) {
        return calls().stream()
                .filter(call -> call.verb() == verb && call.resource().equals(resource))
                .toList();
    }

    /** Lets calls fail: asked for each call, before it has any effect. */
    void failing(Function<ApiCall, Optional<ApiException>> when);

    /** Ends all watches of a resource, whose versions up to now are forgotten: a 410. */
    void forgetWatches(Resource resource);
}
