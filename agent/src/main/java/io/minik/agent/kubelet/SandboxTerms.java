package io.minik.agent.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.client.ApiClient;
import io.minik.api.core.Pod;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.runtime.cri.RuntimeService;
import io.vertx.core.Future;
import java.util.Set;

/** Whether this node's one runtime can make the sandbox that a pod asks for; if not, the pod waits and says why. */
final class SandboxTerms {
    /** RuntimeClass handlers that mean our runtime: its own name, and the one that manifests use for the usual runtime. */
    private static final Set<String> HANDLERS = Set.of("minik", "runc");

    private final ApiClient api;
    private final RuntimeService runtime;

    SandboxTerms(ApiClient api, RuntimeService runtime) {
        this.api = api;
        this.runtime = runtime;
    }

    Future<Void> check(Pod pod) {
        // The scheduler keeps such pods from nodes, but who names the node himself passes it by.
        JsonNode claim = pod.object().at("spec", "resourceClaims").path(0);
        if (!claim.isMissingNode()) {
            return Future.failedFuture(new IllegalStateException("resource claim \"" + Json.text(claim, "name")
                    + "\" cannot be prepared: this node gives out no devices"));
        }
        String name = pod.spec().runtimeClassName();
        if (name.isEmpty()) {
            return userNamespace(pod, "");
        }
        return api.get(Resources.RUNTIME_CLASSES, ObjectKey.cluster(name))
                .recover(error -> Future.failedFuture(
                        ApiException.is(error, Status.Reason.NotFound)
                                ? new IllegalStateException("RuntimeClass \"" + name + "\" not found", error)
                                : error))
                .compose(found -> {
                    String handler = found.text("handler");
                    return HANDLERS.contains(handler)
                            ? userNamespace(pod, handler)
                            : Future.failedFuture(
                                    new IllegalStateException("no runtime for \"" + handler + "\" is configured"));
                });
    }

    private Future<Void> userNamespace(Pod pod, String handler) {
        if (pod.spec().network().hostUsers()) {
            return Future.succeededFuture();
        }
        return runtime.features()
                .compose(features -> features.userNamespaces()
                        ? Future.succeededFuture()
                        : Future.failedFuture(new IllegalStateException("RuntimeClass handler \"" + handler
                                + "\" does not support user namespaces (hostUsers: false)")));
    }
}
