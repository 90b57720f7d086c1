package io.minik.server.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.KindRow;
import io.minik.server.authn.User;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A request that may be done: authenticated, authorized and routed to a kind.
 *
 * @param key as in {@link io.minik.api.client.ApiCall}: a name of "" means the collection
 * @param manager who the caller writes as, in managedFields
 * @param tree the body that a room of this process gives as it is, never written to; then {@code body} is empty
 * @param contentType of the body, without parameters; empty if there is none
 * @param audit takes annotations for the audit log
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
        byte[] body,
        BiConsumer<String, String> audit,
        Optional<ObjectNode> tree) {
    /** For those whose own request is in the log already. */
    static final BiConsumer<String, String> UNHEARD = (key, value) -> {};

    /** One whose body is bytes. */
    public Request(
            Verb verb,
            KindRow kind,
            ObjectKey key,
            String subresource,
            Map<String, String> query,
            User user,
            String manager,
            String contentType,
            byte[] body,
            BiConsumer<String, String> audit) {
        this(verb, kind, key, subresource, query, user, manager, contentType, body, audit, Optional.empty());
    }

    public String parameter(String name) {
        return query.getOrDefault(name, "");
    }

    public boolean dryRun() {
        return !parameter("dryRun").isEmpty();
    }
}
