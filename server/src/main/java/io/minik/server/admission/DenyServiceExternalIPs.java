package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.ground.json.Json;
import io.minik.server.admission.Review.Operation;
import io.vertx.core.Future;
import java.util.Set;
import java.util.TreeSet;

/** Nobody takes addresses for a Service that it had not before. */
public final class DenyServiceExternalIPs implements Admission {
    @Override
    public String name() {
        return "DenyServiceExternalIPs";
    }

    @Override
    public Future<Void> validate(Review review) {
        if (!review.is(Operation.CREATE, Resources.SERVICES) && !review.is(Operation.UPDATE, Resources.SERVICES)) {
            return DONE;
        }
        Set<String> more = addresses(review.object());
        review.old().ifPresent(old -> more.removeAll(addresses(old.tree())));
        if (!more.isEmpty()) {
            throw ApiException.forbidden(
                    review.resource(), review.key().name(), "Use of external IPs is denied by admission control.");
        }
        return DONE;
    }

    private static Set<String> addresses(JsonNode service) {
        return new TreeSet<>(Json.stringList(service, "spec", "externalIPs"));
    }
}
