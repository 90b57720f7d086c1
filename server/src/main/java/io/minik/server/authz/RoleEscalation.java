package io.minik.server.authz;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.authn.User;
import io.minik.server.authz.Authorizer.Decision;
import io.minik.server.request.Target;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Nobody gives away what he does not have: who writes a role must hold its rules (or may {@code escalate}), who binds a role must
 * hold its rules (or may {@code bind} it). Admission asks on create and update of the four RBAC kinds. Any thread.
 */
public final class RoleEscalation {
    private static final Future<Void> DONE = Future.succeededFuture();

    private final RbacIndex index;
    private final Authorizer authorizer;

    RoleEscalation(RbacIndex index, Authorizer authorizer) {
        this.index = index;
        this.authorizer = authorizer;
    }

    /**
     * Fails with what is forbidden.
     *
     * @param before the stored object, on update: unchanged rules are not questioned
     */
    public Future<Void> check(User user, Resource resource, KubeObject object, Optional<KubeObject> before) {
        if (user.groups().contains(User.MASTERS) || !resource.group().equals(Resources.ROLES.group())) {
            return DONE;
        }
        return switch (resource.plural()) {
            case "roles", "clusterroles" -> checkRole(user, resource, object, before);
            case "rolebindings", "clusterrolebindings" -> checkBinding(user, resource, object, before);
            default -> DONE;
        };
    }

    private Future<Void> checkRole(User user, Resource resource, KubeObject role, Optional<KubeObject> before) {
        JsonNode oldAggregation =
                before.map(old -> old.at("aggregationRule")).orElseGet(() -> role.at("no such field"));
        boolean aggregates = role.at("aggregationRule").isObject()
                && !role.at("aggregationRule").equals(oldAggregation);
        boolean sameRules =
                before.map(old -> old.at("rules").equals(role.at("rules"))).orElse(false);
        if (sameRules && !aggregates) {
            return DONE;
        }
        return unless(may(user, "escalate", resource, role.key()), () -> {
            List<PolicyRule> wanted = new ArrayList<>(PolicyRule.all(role.at("rules")));
            if (aggregates) {
                // What will be gathered is not known: only who has everything may say so.
                wanted.add(new PolicyRule(List.of("*"), List.of("*"), List.of("*"), List.of(), List.of()));
                wanted.add(new PolicyRule(List.of("*"), List.of(), List.of(), List.of(), List.of("*")));
            }
            return missing(user, role.namespace(), wanted)
                    .map(text -> ApiException.forbidden(resource, role.name(), text));
        });
    }

    private Future<Void> checkBinding(User user, Resource resource, KubeObject binding, Optional<KubeObject> before) {
        boolean same = before.map(old -> old.at("roleRef").equals(binding.at("roleRef"))
                        && old.at("subjects").equals(binding.at("subjects")))
                .orElse(false);
        if (same) {
            return DONE;
        }
        boolean clusterRole = binding.text("roleRef", "kind").equals("ClusterRole");
        String roleName = binding.text("roleRef", "name");
        Resource roles = clusterRole ? Resources.CLUSTER_ROLES : Resources.ROLES;
        return unless(may(user, "bind", roles, ObjectKey.of(binding.namespace(), roleName)), () -> {
            ObjectKey role = ObjectKey.of(clusterRole ? "" : binding.namespace(), roleName);
            Optional<List<PolicyRule>> rules = index.role(role);
            if (rules.isEmpty()) {
                return Optional.of(ApiException.notFound(roles, roleName));
            }
            return missing(user, binding.namespace(), rules.get())
                    .map(text -> ApiException.forbidden(resource, binding.name(), text));
        });
    }

    private Future<Decision> may(User user, String verb, Resource resource, ObjectKey key) {
        return authorizer.authorize(
                user, Target.of(verb, resource.group(), resource.plural(), key.namespace(), key.name()));
    }

    private static Future<Void> unless(Future<Decision> allowed, Supplier<Optional<ApiException>> objection) {
        return allowed.compose(decision -> decision.allowed()
                ? DONE
                : objection.get().<Future<Void>>map(Future::failedFuture).orElse(DONE));
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
