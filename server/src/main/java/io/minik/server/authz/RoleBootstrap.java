package io.minik.server.authz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.ListOptions;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.room.Room;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees that the bootstrap roles and bindings are there: missing objects are made, missing rules, labels and subjects are
 * added, extra ones are left. Objects whose autoupdate annotation is "false" are not touched. Their namespaces are there
 * since the API server prepared itself.
 */
public final class RoleBootstrap implements Room {
    /** Someone else (another server) wrote the same object meanwhile: read again, this often at most. */
    private static final int ATTEMPTS = 5;

    private static final Logger log = LoggerFactory.getLogger(RoleBootstrap.class);

    private final ApiClient client;
    private volatile boolean done;

    /** @param client with system:masters' rights */
    public RoleBootstrap(ApiClient client) {
        this.client = client;
    }

    @Override
    public String name() {
        return "rbac-bootstrap";
    }

    /** Succeeds when everything is there. */
    @Override
    public Future<Void> start() {
        return ensure(1)
                .onSuccess(changed -> {
                    done = true;
                    log.atInfo().addKeyValue("written", changed).log("bootstrap roles are there");
                })
                .mapEmpty();
    }

    @Override
    public Future<Void> stop() {
        return Future.succeededFuture();
    }

    @Override
    public Health health() {
        return done ? Health.READY : Health.notReady("writing bootstrap roles");
    }

    private Future<Integer> ensure(int attempt) {
        return roles().recover(error -> attempt < ATTEMPTS
                        && (ApiException.is(error, Reason.Conflict) || ApiException.is(error, Reason.AlreadyExists))
                ? ensure(attempt + 1)
                : Future.failedFuture(error));
    }

    private Future<Integer> roles() {
        BootstrapPolicy policy = BootstrapPolicy.load();
        List<Future<Integer>> kinds = new ArrayList<>();
        for (Resource resource : policy.resources()) {
            kinds.add(client.list(resource, "", ListOptions.ALL).compose(list -> {
                Map<ObjectKey, KubeObject> present = new HashMap<>();
                list.items().forEach(item -> present.put(item.key(), item));
                return ensureAll(resource, policy.of(resource), present);
            }));
        }
        return Future.all(kinds)
                .map(all -> kinds.stream().mapToInt(Future::result).sum());
    }

    private Future<Integer> ensureAll(
            Resource resource, Map<ObjectKey, KubeObject> wanted, Map<ObjectKey, KubeObject> present) {
        List<Future<KubeObject>> writes = new ArrayList<>();
        wanted.forEach((key, object) -> {
            KubeObject found = present.get(key);
            if (found == null) {
                writes.add(client.create(resource, object));
            } else if (!Json.text(found.tree(), "metadata", "annotations", BootstrapPolicy.AUTO_UPDATE)
                    .equals("false")) {
                if (object.tree().has("roleRef") && !object.at("roleRef").equals(found.at("roleRef"))) {
                    writes.add(client.delete(resource, key, DeleteOptions.onlyIf(found.uid()))
                            .compose(deleted -> client.create(resource, object)));
                } else {
                    merged(found, object).ifPresent(next -> writes.add(client.update(resource, next)));
                }
            }
        });
        return Future.all(writes).map(writes.size());
    }

    /** The object that is there with what it lacks; empty if it lacks nothing. */
    static Optional<KubeObject> merged(KubeObject found, KubeObject wanted) {
        KubeObject next = found.edit(tree -> {
            for (String map : List.of("labels", "annotations")) {
                Map<String, String> missing = Json.strings(wanted.tree(), "metadata", map);
                missing.keySet()
                        .removeAll(Json.strings(found.tree(), "metadata", map).keySet());
                if (!missing.isEmpty()) {
                    ObjectNode target = Json.child(Json.child(tree, "metadata"), map);
                    missing.forEach(target::put);
                }
            }
            if (wanted.tree().has("aggregationRule")) {
                if (!tree.has("aggregationRule")) {
                    tree.set("aggregationRule", wanted.at("aggregationRule").deepCopy());
                }
            } else {
                missingRules(found, wanted).forEach(rule -> array(tree, "rules").add(rule.tree()));
            }
            for (JsonNode subject : wanted.at("subjects")) {
                if (!Set.copyOf(Json.items(found.tree(), "subjects")).contains(subject)) {
                    array(tree, "subjects").add(subject.deepCopy());
                }
            }
        });
        return next.tree().equals(found.tree()) ? Optional.empty() : Optional.of(next);
    }

    private static List<PolicyRule> missingRules(KubeObject found, KubeObject wanted) {
        List<PolicyRule> owned = PolicyRule.all(found.at("rules"));
        return PolicyRule.all(wanted.at("rules")).stream()
                .filter(rule -> rule.singles().stream()
                        .anyMatch(single -> owned.stream().noneMatch(own -> own.covers(single))))
                .toList();
    }

    private static ArrayNode array(ObjectNode tree, String field) {
        return tree.get(field) instanceof ArrayNode present ? present : tree.putArray(field);
    }
}
