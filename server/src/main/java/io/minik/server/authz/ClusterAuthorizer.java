package io.minik.server.authz;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.server.authn.User;
import io.minik.server.request.Target;
import io.vertx.core.Future;

/** The API server's authorizer: system:masters, then nodes, then RBAC; the first that allows decides. Any thread. */
public final class ClusterAuthorizer implements Authorizer {
    /** To system:masters always, and to nodes. */
    private static final Future<Decision> ALLOWED = Future.succeededFuture(new Decision(Outcome.ALLOW, ""));

    private final RbacIndex index;
    private final NodeAuthorizer nodes;

    ClusterAuthorizer(RbacIndex index, NodeAuthorizer nodes) {
        this.index = index;
        this.nodes = nodes;
    }

    @Override
    public Future<Decision> authorize(User user, Target asked) {
        if (user.groups().contains(User.MASTERS)) {
            return ALLOWED;
        }
        Decision byNode = nodes.authorize(user, asked);
        if (byNode.allowed()) {
            return ALLOWED;
        }
        RbacIndex.Grant[] found = new RbacIndex.Grant[1];
        index.visit(user, asked.resourceRequest() ? asked.namespace() : "", (grant, rule) -> {
            if (rule.allows(asked)) {
                found[0] = grant;
                return false;
            }
            return true;
        });
        return found[0] != null ? found[0].allowed() : Future.succeededFuture(byNode);
    }

    /** The status of a SelfSubjectRulesReview: what a user may do in a namespace. */
    public ObjectNode rulesReview(User user, String namespace) {
        ObjectNode status = Json.object();
        ArrayNode resourceRules = status.putArray("resourceRules");
        ArrayNode urlRules = status.putArray("nonResourceRules");
        if (user.groups().contains(User.MASTERS)) {
            resourceRules.add(Json.object()
                    .<ObjectNode>set("verbs", Json.array().add("*"))
                    .<ObjectNode>set("apiGroups", Json.array().add("*"))
                    .set("resources", Json.array().add("*")));
            urlRules.add(Json.object()
                    .<ObjectNode>set("verbs", Json.array().add("*"))
                    .set("nonResourceURLs", Json.array().add("*")));
        }
        for (PolicyRule rule : index.rules(user, namespace)) {
            if (!rule.resources().isEmpty() && !Json.items(resourceRules).contains(rule.tree())) {
                resourceRules.add(rule.tree());
            }
            if (!rule.urls().isEmpty() && !rule.tree().equals(urlRules.path(0))) {
                urlRules.add(rule.tree());
            }
        }
        boolean node = NodeUser.of(user).isPresent();
        status.put("incomplete", node);
        if (node) {
            status.put("evaluationError", "node authorizer does not support user rule resolution");
        }
        return status;
    }
}
