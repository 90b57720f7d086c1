package io.minik.server.authz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.Controller;
import io.minik.api.client.Informer;
import io.minik.api.client.Informers;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.selector.LabelSelector;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Fills ClusterRoles that have an aggregationRule with the rules of those that their selectors match. */
public final class RoleAggregation implements Controller {
    /** Writes of a few roles: one at a time keeps conflicts away. */
    private static final int CONCURRENCY = 1;

    private final ApiClient client;
    private final Informer roles;
    private final ReconcileLoop work;

    /** @param informers of the same loop */
    public RoleAggregation(Loop on, Informers informers, ApiClient client) {
        this.client = client;
        this.roles = informers.of(Resources.CLUSTER_ROLES);
        this.work = new ReconcileLoop("clusterrole-aggregation", on, CONCURRENCY, this::reconcile)
                .watch(roles, changed -> aggregated());
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    /** Any role may match any selector: all aggregated roles look again, there are few. */
    private Collection<ObjectKey> aggregated() {
        List<ObjectKey> keys = new ArrayList<>();
        for (KubeObject role : roles.list()) {
            if (role.at("aggregationRule").isObject()) {
                keys.add(role.key());
            }
        }
        return keys;
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> role =
                roles.get(key).filter(it -> it.at("aggregationRule").isObject());
        if (role.isEmpty()) {
            return Future.succeededFuture(Optional.empty());
        }
        ArrayNode rules = gathered(role.get(), roles.list());
        if (rules.equals(role.get().at("rules"))
                || (rules.isEmpty() && role.get().at("rules").isEmpty())) {
            return Future.succeededFuture(Optional.empty());
        }
        return client.update(Resources.CLUSTER_ROLES, role.get().edit(tree -> tree.set("rules", rules)))
                .<Optional<Duration>>map(Optional.empty())
                .recover(error -> ApiException.is(error, Reason.NotFound)
                        ? Future.succeededFuture(Optional.empty())
                        : Future.failedFuture(error));
    }

    /** Rules of all roles that match, by role name, each once. */
    static ArrayNode gathered(KubeObject role, Collection<KubeObject> all) {
        List<LabelSelector> selectors = new ArrayList<>();
        for (JsonNode selector : role.at("aggregationRule", "clusterRoleSelectors")) {
            selectors.add(LabelSelector.of(selector));
        }
        List<KubeObject> sources = all.stream()
                .filter(other -> !other.name().equals(role.name()))
                .filter(other -> selectors.stream()
                        .anyMatch(selector -> selector.matches(other.meta().labels())))
                .sorted(Comparator.comparing(KubeObject::name))
                .toList();
        ArrayNode rules = Json.array();
        List<JsonNode> seen = new ArrayList<>();
        for (KubeObject source : sources) {
            for (JsonNode rule : source.at("rules")) {
                if (!seen.contains(rule)) {
                    seen.add(rule);
                    rules.add(rule.deepCopy());
                }
            }
        }
        return rules;
    }
}
