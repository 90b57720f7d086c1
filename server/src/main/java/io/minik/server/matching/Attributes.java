package io.minik.server.matching;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Type;
import io.minik.ground.json.Json;
import io.minik.server.admission.Lookup;
import io.minik.server.admission.Review;
import io.minik.server.admission.Review.Operation;
import io.minik.server.authn.User;
import io.minik.server.registry.Versions;
import io.minik.server.request.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A review as rules and expressions speak of it: admission.k8s.io/v1 AdmissionRequest. Each part is made when first asked for. For
 * one review, on its loop; whoever changes the review's object makes another.
 */
public final class Attributes {
    private final Review review;
    private final Versions versions;
    private final List<Versioned> versioned = new ArrayList<>(1);
    private @Nullable List<KindRow> others;

    public Attributes(Review review, Versions versions) {
        this.review = review;
        this.versions = versions;
    }

    /** A kind, of an object or of what a subresource takes. */
    public record Kind(String group, String version, String kind) {
        static Kind of(KindRow row, String subresource) {
            return row.subresource(subresource)
                    .map(sub -> new Kind(sub.group(), sub.version(), sub.kind()))
                    .orElseGet(() -> {
                        Resource resource = row.resource();
                        return new Kind(resource.group(), resource.version(), resource.kind());
                    });
        }

        String apiVersion() {
            return group.isEmpty() ? version : group + "/" + version;
        }

        ObjectNode tree() {
            return Json.object().put("group", group).put("version", version).put("kind", kind);
        }
    }

    /** The form of its kind in which a rule has matched a request. @param kind of what is sent */
    public record Matched(KindRow row, Kind kind) {}

    /** The objects in one form; empty: there is none. Not to be written to. */
    public record Versioned(Matched as, Optional<ObjectNode> object, Optional<ObjectNode> old) {
        /** The same with what somebody has made of the object. */
        public Versioned with(ObjectNode other) {
            return new Versioned(as, Optional.of(other), old);
        }
    }

    public Review review() {
        return review;
    }

    public Lookup lookup() {
        return review.lookup();
    }

    public User user() {
        return review.user();
    }

    /** CREATE, UPDATE, DELETE or CONNECT. */
    public String operation() {
        return review.operation().name();
    }

    public Resource resource() {
        return review.resource();
    }

    public String subresource() {
        return review.request().subresource();
    }

    public String name() {
        return review.key().name();
    }

    /** That of an object in it; a Namespace is in itself. */
    public String namespace() {
        return isNamespace() ? name() : review.key().namespace();
    }

    boolean isNamespace() {
        return resource().equals(Resources.NAMESPACES);
    }

    /** The form in which it was asked. */
    public Matched asAsked() {
        return as(review.request().kind());
    }

    Matched as(KindRow row) {
        return new Matched(row, Kind.of(row, subresource()));
    }

    /** The other forms of its kind that have the subresource, too. */
    List<KindRow> others() {
        List<KindRow> known = others;
        if (known == null) {
            known = versions.others(review.request().kind());
            known.removeIf(other -> !subresource().isEmpty()
                    && !subresource().equals("status")
                    && other.subresource(subresource()).isEmpty());
            others = known;
        }
        return known;
    }

    Optional<ObjectNode> object() {
        return review.operation() == Operation.DELETE ? Optional.empty() : Optional.of(review.object());
    }

    Optional<ObjectNode> old() {
        return review.old().map(KubeObject::tree);
    }

    public Versioned in(Matched form) {
        for (Versioned known : versioned) {
            if (known.as().row().resource().equals(form.row().resource())) {
                return known;
            }
        }
        Versioned made = new Versioned(form, object().map(tree -> to(form, tree)), old().map(tree -> to(form, tree)));
        versioned.add(made);
        return made;
    }

    private ObjectNode to(Matched form, ObjectNode tree) {
        Resource other = form.row().resource();
        if (apart()) {
            return tree;
        }
        ObjectNode whole = other.equals(resource()) ? tree : versions.convert(resource(), other, tree);
        return scales() ? versions.scale(form.row(), whole) : whole;
    }

    /** Whether what is sent is no form of the object that it is sent to: a Binding, an Eviction, the options of an exec. */
    public boolean apart() {
        return review.operation() == Operation.CONNECT
                || (review.operation() == Operation.CREATE && !subresource().isEmpty());
    }

    /** Whether what is sent is a Scale. */
    private boolean scales() {
        return subresource().equals("scale");
    }

    /** Of what {@link #in} shows; empty for what travels in a URL: the options of an exec. */
    public Optional<Type> type(Matched form) {
        if (apart()) {
            return versions.type(form.kind().apiVersion(), form.kind().kind());
        }
        return Optional.of(scales() ? versions.scaleType() : form.row().type());
    }

    /** The object in the form in which it was asked, of what somebody has made of it in another; a new tree. */
    public ObjectNode back(Matched form, ObjectNode made) {
        if (scales()) {
            return versions.scaled(review.request().kind(), review.object(), made);
        }
        Resource other = form.row().resource();
        return apart() || other.equals(resource()) ? made : versions.convert(other, resource(), made);
    }

    /** The namespace in which the request is; empty for what is in none, and for Namespaces themselves. */
    public Optional<KubeObject> namespaceObject() {
        String namespace = review.key().namespace();
        return namespace.isEmpty() || isNamespace()
                ? Optional.empty()
                : lookup().find(Resources.NAMESPACES, ObjectKey.cluster(namespace));
    }

    /** The AdmissionRequest without uid, object and oldObject, as a new tree. */
    public ObjectNode tree(Matched form) {
        ObjectNode tree = Json.object();
        Matched asked = asAsked();
        tree.set("kind", form.kind().tree());
        tree.set("resource", resourceTree(form.row().resource()));
        put(tree, "subResource", subresource());
        tree.set("requestKind", asked.kind().tree());
        tree.set("requestResource", resourceTree(resource()));
        put(tree, "requestSubResource", subresource());
        put(tree, "name", name());
        put(tree, "namespace", namespace());
        tree.put("operation", operation());
        tree.set("userInfo", user().tree());
        tree.put("dryRun", review.request().dryRun());
        tree.set("options", options());
        return tree;
    }

    private static ObjectNode resourceTree(Resource resource) {
        return Json.object()
                .put("group", resource.group())
                .put("version", resource.version())
                .put("resource", resource.plural());
    }

    /** meta.k8s.io/v1 CreateOptions, UpdateOptions, PatchOptions or DeleteOptions. */
    private ObjectNode options() {
        Request request = review.request();
        ObjectNode tree = Json.object();
        switch (request.verb()) {
            case DELETE, DELETE_COLLECTION -> {
                deleteOptions(request, tree);
                return tree;
            }
            case PATCH -> {
                tree.put("kind", "PatchOptions");
                if (!request.parameter("force").isEmpty()) {
                    tree.put("force", request.parameter("force").equals("true"));
                }
            }
            case UPDATE -> tree.put("kind", "UpdateOptions");
            default -> tree.put("kind", "CreateOptions");
        }
        tree.put("apiVersion", "meta.k8s.io/v1");
        put(tree, "fieldManager", request.parameter("fieldManager"));
        put(tree, "fieldValidation", request.parameter("fieldValidation"));
        if (request.dryRun()) {
            ArrayNode dryRun = tree.putArray("dryRun");
            dryRun.add(request.parameter("dryRun"));
        }
        return tree;
    }

    private static void deleteOptions(Request request, ObjectNode tree) {
        Request.Body body = request.body();
        if (body.tree().isPresent()) {
            tree.setAll(body.tree().get());
        } else if (body.bytes().length > 0 && !body.contentType().contains("protobuf")) {
            tree.setAll(Json.parseObject(body.bytes()));
        }
        tree.put("kind", "DeleteOptions").put("apiVersion", "meta.k8s.io/v1");
        put(tree, "propagationPolicy", request.parameter("propagationPolicy"));
        if (!request.parameter("gracePeriodSeconds").isEmpty()) {
            tree.put("gracePeriodSeconds", Long.parseLong(request.parameter("gracePeriodSeconds")));
        }
        if (request.dryRun()) {
            tree.putArray("dryRun").add(request.parameter("dryRun"));
        }
    }

    private static void put(ObjectNode tree, String field, String value) {
        if (!value.isEmpty()) {
            tree.put(field, value);
        }
    }
}
