package io.minik.server.authz;

import io.minik.server.authn.User;
import io.minik.server.authz.Authorizer.Decision;
import io.minik.server.authz.Authorizer.Outcome;
import io.minik.server.authz.PodReferences.Kind;
import io.minik.server.request.Target;
import java.util.List;
import java.util.Set;

/** What a kubelet may do: the static rules of system:node, cut down to what its own pods need, and the certificates that it shows. */
final class NodeAuthorizer {
    private static final Decision NOT_A_NODE = new Decision(Outcome.NO_OPINION, "");
    private static final Decision ALLOWED = new Decision(Outcome.ALLOW, "");
    private static final String LEASE_NAMESPACE = "kube-node-lease";
    private static final Set<String> READ = Set.of("get", "list", "watch");
    private static final Set<String> OWN = Set.of("get", "create", "update", "patch", "delete");

    private final PodReferences references;
    private final IngressReferences ingresses;
    private final List<PolicyRule> rules;

    NodeAuthorizer(PodReferences references, IngressReferences ingresses, List<PolicyRule> rules) {
        this.references = references;
        this.ingresses = ingresses;
        this.rules = rules;
    }

    Decision authorize(User user, Target asked) {
        return NodeUser.of(user)
                .map(node -> asked.resourceRequest() ? resource(node, asked) : byRules(asked))
                .orElse(NOT_A_NODE);
    }

    private Decision resource(String node, Target asked) {
        return switch (asked.group() + "/" + asked.resource()) {
            case "/secrets" -> read(node, Kind.SECRET, asked);
            case "/configmaps" -> read(node, Kind.CONFIG_MAP, asked);
            case "/persistentvolumeclaims" -> claim(node, asked);
            case "/persistentvolumes" ->
                !asked.verb().equals("get") || !asked.subresource().isEmpty()
                        ? no("can only get individual resources of this type")
                        : related(node, references.usesVolume(node, asked.name()));
            case "resource.k8s.io/resourceclaims" -> get(node, Kind.RESOURCE_CLAIM, asked);
            case "/serviceaccounts" -> token(node, asked);
            case "coordination.k8s.io/leases" ->
                asked.namespace().equals(LEASE_NAMESPACE)
                        ? own(node, asked, "node lease")
                        : no("can only access leases in the \"" + LEASE_NAMESPACE + "\" system namespace");
            case "storage.k8s.io/csinodes" -> own(node, asked, "CSINode");
            case "/nodes" -> node(node, asked);
            case "/pods" -> pod(node, asked);
            case "resource.k8s.io/resourceslices" -> slice(node, asked);
            default -> byRules(asked);
        };
    }

    private Decision byRules(Target asked) {
        for (PolicyRule rule : rules) {
            if (rule.allows(asked)) {
                return ALLOWED;
            }
        }
        return NOT_A_NODE;
    }

    private Decision read(String node, Kind kind, Target asked) {
        if (!READ.contains(asked.verb()) || !asked.subresource().isEmpty()) {
            return no("can only read resources of this type");
        }
        if (asked.namespace().isEmpty()) {
            return no("can only read namespaced object of this type");
        }
        return object(node, kind, asked);
    }

    private Decision get(String node, Kind kind, Target asked) {
        if (!asked.verb().equals("get") || !asked.subresource().isEmpty()) {
            return no("can only get individual resources of this type");
        }
        return object(node, kind, asked);
    }

    private Decision claim(String node, Target asked) {
        if (asked.subresource().equals("status")) {
            return asked.verb().equals("update") || asked.verb().equals("patch")
                    ? object(node, Kind.CLAIM, asked)
                    : no("can only get/update/patch this type");
        }
        return get(node, Kind.CLAIM, asked);
    }

    private Decision token(String node, Target asked) {
        if (!asked.verb().equals("create")
                || asked.name().isEmpty()
                || !asked.subresource().equals("token")) {
            return no("can only create tokens for individual service accounts");
        }
        return object(node, Kind.SERVICE_ACCOUNT, asked);
    }

    /** Names on create are not known yet: NodeRestriction checks those. */
    private static Decision own(String node, Target asked, String what) {
        if (!OWN.contains(asked.verb()) || !asked.subresource().isEmpty()) {
            return no("can only get, create, update, patch, or delete a " + what);
        }
        return asked.verb().equals("create") || asked.name().equals(node)
                ? ALLOWED
                : no("can only access " + what + " with the same name as the requesting node");
    }

    private Decision node(String node, Target asked) {
        boolean writes = !READ.contains(asked.verb());
        if (writes && !asked.name().isEmpty() && !asked.name().equals(node)) {
            return no(
                    "node '" + node + "' cannot " + asked.verb() + " '" + asked.name() + "', only its own Node object");
        }
        return byRules(asked);
    }

    /** What is written is NodeRestriction's to judge; what is read must run here. */
    private Decision pod(String node, Target asked) {
        boolean write =
                switch (asked.subresource()) {
                    case "" -> asked.verb().equals("create") || asked.verb().equals("delete");
                    case "status" ->
                        asked.verb().equals("update") || asked.verb().equals("patch");
                    case "eviction" -> asked.verb().equals("create");
                    default -> false;
                };
        if (write) {
            return ALLOWED;
        }
        if (!asked.subresource().isEmpty() || !READ.contains(asked.verb())) {
            return NOT_A_NODE;
        }
        if (!asked.verb().equals("get") && asked.selects("spec.nodeName", node)) {
            return ALLOWED;
        }
        return asked.name().isEmpty()
                ? no("can only list/watch pods with spec.nodeName field selector")
                : related(node, references.runs(node, asked.namespace(), asked.name()));
    }

    private Decision slice(String node, Target asked) {
        boolean many = Set.of("list", "watch", "deletecollection").contains(asked.verb());
        return many && !asked.selects("spec.nodeName", node) && !asked.selects("nodeName", node)
                ? no("can only list/watch/deletecollection resourceslices with nodeName field selector")
                : byRules(asked);
    }

    private Decision object(String node, Kind kind, Target asked) {
        if (asked.name().isEmpty()) {
            return no("No Object name found");
        }
        return related(
                node,
                references.refersTo(node, kind, asked.namespace(), asked.name())
                        || (kind == Kind.SECRET && ingresses.names(asked.namespace(), asked.name())));
    }

    private static Decision related(String node, boolean found) {
        return found ? ALLOWED : no("no relationship found between node '" + node + "' and this object");
    }

    private static Decision no(String why) {
        return new Decision(Outcome.NO_OPINION, why);
    }
}
