package io.minik.server.registry;

import io.minik.api.client.ApiCall.Verb;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.KindRow;
import io.minik.server.authn.User;
import java.util.Map;

/**
 * A request that may be done: authenticated, authorized and routed to a kind.
 *
 * @param key as in {@link io.minik.api.client.ApiCall}: a name of "" means the collection
 * @param manager who the caller writes as, in managedFields
 * @param contentType of the body, without parameters; empty if there is none
 */
public record Request(
        Verb verb,
        KindRow kind,
        ObjectKey key,
        String subresource,
        Map<String, String> query,
        User user,
        String manager,
        String contentType,
        byte[] body) {

    public String parameter(String name) {
        return query.getOrDefault(name, "");
    }

    public boolean dryRun() {
        return !parameter("dryRun").isEmpty();
    }
}
