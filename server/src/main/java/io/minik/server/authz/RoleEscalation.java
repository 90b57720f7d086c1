package io.minik.server.authz;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.authn.User;
import io.minik.server.authz.Authorizer.Attributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Nobody gives away what he does not have: who writes a role must hold its rules (or may {@code escalate}), who binds a role must
 * hold its rules (or may {@code bind} it). Admission asks on create and update of the four RBAC kinds. Any thread.
 */
public final class RoleEscalation {
    private final RbacIndex index;
    private final Authorizer authorizer;

    RoleEscalation(RbacIndex index, Authorizer authorizer) {
        this.index = index;
        this.authorizer = authorizer;
    }

    /** @param before the stored object, on update: unchanged rules are not questioned; @return why it is forbidden */
    public Optional<ApiException> check(User user, Resource resource, KubeObject object, Optional<KubeObject> before) {
        if (user.groups().contains(User.MASTERS) || !resource.group().equals(Resources.ROLES.group())) {
            return Optional.empty();
        }
        return switch (resource.plural()) {
            case "roles", "clusterroles" -> checkRole(user, resource, object, before);
            case "rolebindings", "clusterrolebindings" -> checkBinding(user, resource, object, before);
            default -> Optional.empty();
        };
    }

    private Optional<ApiException> checkRole(
            User user, Resource resource, KubeObject role, Optional<KubeObject> before) {
        JsonNode oldAggregation =
                before.map(old -> old.at("aggregationRule")).orElseGet(() -> role.at("no such field"));
        boolean aggregates = role.at("aggregationRule").isObject()
                && !role.at("aggregationRule").equals(oldAggregation);
        boolean sameRules =
                before.map(old -> old.at("rules").equals(role.at("rules"))).orElse(false);
        if ((sameRules && !aggregates) || may(user, "escalate", resource, role.namespace(), role.name())) {
            return Optional.empty();
        }
        List<PolicyRule> wanted = new ArrayList<>(PolicyRule.all(role.at("rules")));
        if (aggregates) {
            // What will be gathered is not known: only who has everything may say so.
            wanted.add(new PolicyRule(List.of("*"), List.of("*"), List.of("*"), List.of(), List.of()));
            wanted.add(new PolicyRule(List.of("*"), List.of(), List.of(), List.of(), List.of("*")));
        }
        return missing(user, role.namespace(), wanted).map(text -> ApiException.forbidden(resource, role.name(), text));
    }

    private Optional<ApiException> checkBinding(
            User user, Resource resource, KubeObject binding, Optional<KubeObject> before) {
        boolean same = before.map(old -> old.at("roleRef").equals(binding.at("roleRef"))
                        && old.at("subjects").equals(binding.at("subjects")))
                .orElse(false);
        boolean clusterRole = binding.text("roleRef", "kind").equals("ClusterRole");
        String roleName = binding.text("roleRef", "name");
        Resource roles = clusterRole ? Resources.CLUSTER_ROLES : Resources.ROLES;
        if (same || may(user, "bind", roles, binding.namespace(), roleName)) {
            return Optional.empty();
        }
        ObjectKey role = ObjectKey.of(clusterRole ? "" : binding.namespace(), roleName);
        Optional<List<PolicyRule>> rules = index.role(role);
        if (rules.isEmpty()) {
            return Optional.of(ApiException.notFound(roles, roleName));
        }
        return missing(user, binding.namespace(), rules.get())
                .map(text -> ApiException.forbidden(resource, binding.name(), text));
    }

    private boolean may(User user, String verb, Resource resource, String namespace, String name) {
        return authorizer
                .authorize(new Attributes(
                        user, verb, resource.group(), "*", resource.plural(), "", namespace, name, true, ""))
                .allowed();
    }

    private Optional<String> missing(User user, String namespace, List<PolicyRule> wanted) {
        List<PolicyRule> owned = index.rules(user, namespace);
        TreeSet<String> missing = new TreeSet<>();
        for (PolicyRule rule : wanted) {
            for (PolicyRule single : rule.singles()) {
                if (owned.stream().noneMatch(own -> own.covers(single))) {
                    missing.add(single.toString());
                }
            }
        }
        if (missing.isEmpty()) {
            return Optional.empty();
        }
        String groups =
                user.groups().stream().map(group -> "\"" + group + "\"").collect(Collectors.joining(" ", "[", "]"));
        return Optional.of("user \"" + user.name() + "\" (groups=" + groups
                + ") is attempting to grant RBAC permissions not currently held:\n" + String.join("\n", missing));
    }
}
