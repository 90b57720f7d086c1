package io.minik.server.policy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Kinds;
import io.minik.server.matching.Attributes;
import io.minik.server.policy.Binding.ParamRef;
import io.minik.server.policy.PolicyHead.NamedKind;
import io.minik.server.registry.Versions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The objects that bindings name as parameters of their policies, of any kind that is served. Any thread. */
final class Parameters {
    private final Kinds kinds;
    private final Versions versions;

    Parameters(Kinds kinds, Versions versions) {
        this.kinds = kinds;
        this.versions = versions;
    }

    /** A policy or a binding that cannot be followed. */
    static final class Unusable extends Exception {
        private static final long serialVersionUID = 1;

        Unusable(String message) {
            super(message, null, false, false);
        }
    }

    /** Fails for a policy whose parameters are of no kind. */
    void check(PolicyHead policy) throws Unusable {
        if (policy.paramKind().isPresent() && row(policy.paramKind().get()).isEmpty()) {
            throw new Unusable("failed to find resource referenced by paramKind: '"
                    + policy.paramKind().get() + "'");
        }
    }

    /** What a policy is to be evaluated with, once each; an empty one where it is evaluated without. */
    List<Optional<ObjectNode>> of(PolicyHead policy, Binding binding, Attributes asked) throws Unusable {
        if (policy.paramKind().isEmpty() || binding.params().isEmpty()) {
            return List.of(Optional.empty());
        }
        ParamRef reference = binding.params().get();
        Optional<KindRow> row = row(policy.paramKind().get());
        if (row.isEmpty()) {
            throw new Unusable("paramKind kind `" + policy.paramKind().get() + "` not known");
        }
        Resource resource = row.get().resource();
        String namespace = namespace(reference, resource, asked);
        List<Optional<ObjectNode>> found = new ArrayList<>();
        for (KubeObject object : present(reference, row.get(), namespace, asked)) {
            found.add(Optional.of(seen(row.get(), object)));
        }
        if (found.isEmpty() && reference.required()) {
            throw new Unusable("no params found for policy binding with `Deny` parameterNotFoundAction");
        }
        return found;
    }

    private static String namespace(ParamRef reference, Resource resource, Attributes asked) throws Unusable {
        if (!resource.namespaced()) {
            if (!reference.namespace().isEmpty()) {
                throw new Unusable("paramRef.namespace must not be provided for a cluster-scoped `paramKind`");
            }
            return "";
        }
        String namespace = reference.namespace().isEmpty() ? asked.namespace() : reference.namespace();
        if (namespace.isEmpty()) {
            throw new Unusable(
                    "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources");
        }
        return namespace;
    }

    private static Collection<KubeObject> present(ParamRef reference, KindRow row, String namespace, Attributes asked) {
        if (!reference.name().isEmpty()) {
            ObjectKey key = namespace.isEmpty()
                    ? ObjectKey.cluster(reference.name())
                    : ObjectKey.of(namespace, reference.name());
            return asked.lookup().find(row.stored(), key).map(List::of).orElse(List.of());
        }
        return asked.lookup().list(row.stored(), namespace).stream()
                .filter(object -> reference.selector().matches(object.meta().labels()))
                .toList();
    }

    private ObjectNode seen(KindRow row, KubeObject object) {
        return row.stored().equals(row.resource())
                ? object.tree()
                : versions.convert(row.stored(), row.resource(), object.tree());
    }

    private Optional<KindRow> row(NamedKind kind) {
        return kinds.now().findKind(kind.apiVersion(), kind.kind()).filter(row -> row.has("get"));
    }
}
