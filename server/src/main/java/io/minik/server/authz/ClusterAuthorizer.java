package io.minik.server.authz;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.server.authn.User;
import io.minik.server.outside.KubeconfigServer;
import io.minik.server.request.Target;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;

/**
 * The API server's authorizer: system:masters always, then nodes and RBAC, or whoever is configured instead; the first that decides does.
 * Any thread.
 */
public final class ClusterAuthorizer implements Authorizer {
    /** To system:masters always, and to nodes. */
    private static final Future<Decision> ALLOWED = Future.succeededFuture(new Decision(Outcome.ALLOW, ""));

    private final RbacIndex index;
    private final NodeAuthorizer nodes;
    /** Empty: nodes, then RBAC. */
    private volatile Optional<AuthorizerChain> chain = Optional.empty();

    ClusterAuthorizer(RbacIndex index, NodeAuthorizer nodes) {
        this.index = index;
        this.nodes = nodes;
    }

    @Override
    public Future<Decision> authorize(User user, Target asked) {
        if (user.groups().contains(User.MASTERS)) {
            return ALLOWED;
        }
        Optional<AuthorizerChain> configured = chain;
        if (configured.isPresent()) {
            return configured.get().authorize(user, asked);
        }
        Decision byNode = nodes.authorize(user, asked);
        return byNode.allowed() ? ALLOWED : byRoles(user, asked, byNode);
    }

    private Future<Decision> byRoles(User user, Target asked, Decision otherwise) {
        RbacIndex.Grant[] found = new RbacIndex.Grant[1];
        index.visit(user, asked.resourceRequest() ? asked.namespace() : "", (grant, rule) -> {
            if (rule.allows(asked)) {
                found[0] = grant;
                return false;
            }
            return true;
        });
        return found[0] != null ? found[0].allowed() : Future.succeededFuture(otherwise);
    }

    /**
     * From the next request on. What is under way is decided as it began.
     *
     * @param servers what a kubeconfig file names
     */
    public void follow(
            AuthorizationConfig config, Function<String, KubeconfigServer> servers, Vertx vertx, InstantSource clock) {
        Optional<AuthorizerChain> before = chain;
        chain = config.equals(AuthorizationConfig.USUAL)
                ? Optional.empty()
                : Optional.of(AuthorizerChain.of(config, servers, this::own, vertx, clock));
        before.ifPresent(AuthorizerChain::end);
    }

    private Authorizer own(String type) {
        Decision none = new Decision(Outcome.NO_OPINION, "");
        return switch (type) {
            case "Node" -> (user, asked) -> Future.succeededFuture(nodes.authorize(user, asked));
            case "RBAC" -> (user, asked) -> byRoles(user, asked, none);
            case "AlwaysAllow" -> (user, asked) -> ALLOWED;
            case "AlwaysDeny" ->
                (user, asked) -> Future.succeededFuture(new Decision(Outcome.NO_OPINION, "Everything is forbidden."));
            default -> throw new IllegalArgumentException("no authorizer of ours: " + type);
        };
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
