package io.minik.server.authz;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.server.authn.User;

/** The API server's authorizer: system:masters, then nodes, then RBAC; the first that allows decides. Any thread. */
public final class ClusterAuthorizer implements Authorizer {
    private static final Decision MASTERS = new Decision(Outcome.ALLOW, "");

    private final RbacIndex index;
    private final NodeAuthorizer nodes;

    ClusterAuthorizer(RbacIndex index, NodeAuthorizer nodes) {
        this.index = index;
        this.nodes = nodes;
    }

    @Override
    public Decision authorize(Attributes asked) {
        if (asked.user().groups().contains(User.MASTERS)) {
            return MASTERS;
        }
        Decision byNode = nodes.authorize(asked);
        if (byNode.allowed()) {
            return byNode;
        }
        RbacIndex.Grant[] found = new RbacIndex.Grant[1];
        index.visit(asked.user(), asked.resourceRequest() ? asked.namespace() : "", (grant, rule) -> {
            if (rule.allows(asked)) {
                found[0] = grant;
                return false;
            }
            return true;
        });
        return found[0] != null ? new Decision(Outcome.ALLOW, found[0].reason()) : byNode;
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
