package io.minik.server.authz;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.authn.ServiceAccountTokens;
import io.minik.server.authn.User;
import io.minik.server.authz.Authorizer.Decision;
import io.minik.server.authz.Authorizer.Outcome;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Roles and bindings, indexed by subject. Written by one loop, read by any: values are immutable lists that are replaced. A
 * reader may see a binding before its role or after: then the binding grants nothing, as upstream.
 */
final class RbacIndex {
    /**
     * @param namespace of the binding, empty for cluster-wide
     * @param role namespace empty = a ClusterRole
     * @param allowed what it lets an authorizer say, made once
     */
    record Grant(String namespace, ObjectKey binding, ObjectKey role, Future<Decision> allowed) {
        static Grant of(String namespace, ObjectKey binding, ObjectKey role, String subject) {
            String kind = namespace.isEmpty() ? "ClusterRoleBinding" : "RoleBinding";
            String roleKind = role.namespace().isEmpty() ? "ClusterRole" : "Role";
            String reason = "RBAC: allowed by " + kind + " \"" + binding + "\" of " + roleKind + " \"" + role.name()
                    + "\" to " + subject;
            return new Grant(namespace, binding, role, Future.succeededFuture(new Decision(Outcome.ALLOW, reason)));
        }
    }

    private static final String USER = "User ";
    private static final String GROUP = "Group ";

    private final Map<ObjectKey, List<PolicyRule>> roles = new ConcurrentHashMap<>();
    private final Map<String, List<Grant>> grantsBySubject = new ConcurrentHashMap<>();
    /** Which subjects a binding has, to take it out again. Writer's loop only. */
    private final Map<ObjectKey, List<String>> subjectsByBinding = new HashMap<>();

    /** A Role, or a ClusterRole (no namespace). */
    void role(Optional<KubeObject> before, Optional<KubeObject> now) {
        now.ifPresentOrElse(
                role -> roles.put(role.key(), PolicyRule.all(role.at("rules"))),
                () -> before.ifPresent(role -> roles.remove(role.key())));
    }

    /** A RoleBinding, or a ClusterRoleBinding (no namespace). */
    void binding(Optional<KubeObject> before, Optional<KubeObject> now) {
        before.ifPresent(binding -> remove(binding.key()));
        now.ifPresent(this::add);
    }

    private void add(KubeObject binding) {
        remove(binding.key());
        String namespace = binding.namespace();
        boolean clusterRole = binding.text("roleRef", "kind").equals("ClusterRole");
        ObjectKey role = ObjectKey.of(clusterRole ? "" : namespace, binding.text("roleRef", "name"));
        List<String> subjects = new ArrayList<>();
        for (JsonNode subject : binding.at("subjects")) {
            String key = subjectKey(subject, namespace);
            if (!key.isEmpty() && !subjects.contains(key)) {
                subjects.add(key);
                Grant grant = Grant.of(namespace, binding.key(), role, describe(subject, namespace));
                grantsBySubject.merge(key, List.of(grant), RbacIndex::joined);
            }
        }
        subjectsByBinding.put(binding.key(), subjects);
    }

    private void remove(ObjectKey binding) {
        List<String> subjects = subjectsByBinding.remove(binding);
        if (subjects == null) {
            return;
        }
        for (String subject : subjects) {
            grantsBySubject.computeIfPresent(subject, (key, grants) -> {
                List<Grant> left = grants.stream()
                        .filter(grant -> !grant.binding().equals(binding))
                        .toList();
                return left.isEmpty() ? null : left;
            });
        }
    }

    private static List<Grant> joined(List<Grant> some, List<Grant> more) {
        List<Grant> all = new ArrayList<>(some);
        all.addAll(more);
        return List.copyOf(all);
    }

    private static String subjectKey(JsonNode subject, String bindingNamespace) {
        String name = Json.text(subject, "name");
        return switch (Json.text(subject, "kind")) {
            case "User" -> USER + name;
            case "Group" -> GROUP + name;
            case "ServiceAccount" -> {
                String namespace = Json.textOr(bindingNamespace, subject, "namespace");
                yield namespace.isEmpty() ? "" : USER + ServiceAccountTokens.userName(namespace, name);
            }
            default -> "";
        };
    }

    private static String describe(JsonNode subject, String bindingNamespace) {
        String kind = Json.text(subject, "kind");
        String name = Json.text(subject, "name");
        return kind.equals("ServiceAccount")
                ? kind + " \"" + name + "/" + Json.textOr(bindingNamespace, subject, "namespace") + "\""
                : kind + " \"" + name + "\"";
    }

    interface Visitor {
        /** @return false to stop */
        boolean visit(Grant grant, PolicyRule rule);
    }

    /** Visits every rule that a user has in a namespace; empty namespace: cluster-wide rules only. */
    void visit(User user, String namespace, Visitor visitor) {
        if (!visit(USER + user.name(), namespace, visitor)) {
            return;
        }
        for (String group : user.groups()) {
            if (!visit(GROUP + group, namespace, visitor)) {
                return;
            }
        }
    }

    private boolean visit(String subject, String namespace, Visitor visitor) {
        for (Grant grant : grantsBySubject.getOrDefault(subject, List.of())) {
            if (grant.namespace().isEmpty() || grant.namespace().equals(namespace)) {
                for (PolicyRule rule : roles.getOrDefault(grant.role(), List.of())) {
                    if (!visitor.visit(grant, rule)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /** All rules of a user in a namespace, cluster-wide ones included. */
    List<PolicyRule> rules(User user, String namespace) {
        List<PolicyRule> rules = new ArrayList<>();
        visit(user, namespace, (grant, rule) -> rules.add(rule));
        return rules;
    }

    Optional<List<PolicyRule>> role(ObjectKey key) {
        return Optional.ofNullable(roles.get(key));
    }
}
