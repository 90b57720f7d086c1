package io.minik.server.crd;

import io.minik.api.client.ApiClient;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.ListOptions;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.schema.KindRow;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;

/** The objects of a definition that is being deleted. */
final class Instances {
    /** Objects with finalizers take their time. */
    static final Duration LOOK_AGAIN = Duration.ofMillis(500);

    private final ApiClient client;
    private final List<KindRow> rows;

    /** @param rows all show the same objects */
    Instances(ApiClient client, List<KindRow> rows) {
        this.client = client;
        this.rows = rows;
    }

    /** Asks all to go. Succeeds with whether some are left. */
    Future<Boolean> delete() {
        if (rows.isEmpty()) {
            return Future.succeededFuture(false);
        }
        // As it is stored, if that is served: then nobody needs to be asked, who may be gone already.
        Resource resource = rows.stream()
                .map(KindRow::resource)
                .filter(rows.get(0).stored()::equals)
                .findFirst()
                .orElse(rows.get(0).resource());
        return client.list(resource, "", ListOptions.ALL).compose(found -> {
            List<Future<Void>> deletions = found.items().stream()
                    .map(KubeObject::namespace)
                    .distinct()
                    .map(namespace -> client.deleteCollection(
                                    resource, namespace, ListOptions.ALL, DeleteOptions.DEFAULT)
                            .<Void>mapEmpty())
                    .toList();
            return deletions.isEmpty()
                    ? Future.succeededFuture(false)
                    : Future.join(deletions)
                            .compose(all -> client.list(resource, "", ListOptions.ALL))
                            .map(left -> !left.items().isEmpty());
        });
    }
}
