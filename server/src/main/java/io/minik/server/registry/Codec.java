package io.minik.server.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Cause;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.patch.Apply;
import io.minik.api.patch.JsonPatch;
import io.minik.api.patch.ManagedFields;
import io.minik.api.patch.MergePatch;
import io.minik.api.patch.StrategicMerge;
import io.minik.api.schema.Decoded;
import io.minik.api.schema.Decoder;
import io.minik.api.schema.Defaults;
import io.minik.api.schema.FieldValidation;
import io.minik.api.schema.Format;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Kinds;
import io.minik.api.schema.Structural;
import io.minik.api.schema.Subresource;
import io.minik.api.schema.Type;
import io.minik.api.validation.Validator;
import io.minik.api.validation.Warnings;
import io.minik.ground.json.Json;
import io.minik.server.request.Request;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** From bytes to trees that fit their type, with defaults; from a tree and a patch to the next tree. Pure. */
final class Codec {
    private static final String TEXT_BODIES = "application/json, application/yaml";
    private static final String BODIES = TEXT_BODIES + ", application/vnd.kubernetes.protobuf";
    /** No generated type says how the lists of an added kind merge. */
    private static final String PATCHES_OF_ADDED =
            "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";

    private static final String PATCHES = "application/json-patch+json, application/merge-patch+json,"
            + " application/strategic-merge-patch+json," + " application/apply-patch+yaml";

    private final Kinds kinds;
    private final KindStrategies strategies;
    private final InstantSource clock;

    Codec(Kinds kinds, KindStrategies strategies, InstantSource clock) {
        this.kinds = kinds;
        this.strategies = strategies;
        this.clock = clock;
    }

    Resource stored(Resource resource) {
        return kinds.now().stored(resource);
    }

    /** A stored object as a resource's version shows it. */
    KubeObject view(Resource resource, KubeObject object) {
        if (!converted(resource)) {
            return object;
        }
        KubeObject seen = strategies.of(resource).view(resource, object);
        return kinds.find(resource.apiVersion(), resource.plural())
                .flatMap(row -> row.type().structural())
                .map(schema -> restated(schema, seen))
                .orElse(seen);
    }

    /** Under the schema that it was stored with it may have had other fields, and other defaults. */
    private static KubeObject restated(Structural schema, KubeObject object) {
        ObjectNode tree = object.tree().deepCopy();
        return schema.restate(tree) ? KubeObject.of(tree) : object;
    }

    /** What somebody else made, as the schema of its version has it. @param tree written to */
    ObjectNode restated(Resource resource, ObjectNode tree) {
        kinds.find(resource.apiVersion(), resource.plural())
                .flatMap(row -> row.type().structural())
                .ifPresent(schema -> schema.restate(tree));
        return tree;
    }

    ObjectNode toStored(Resource resource, ObjectNode tree) {
        Resource stored = stored(resource);
        return stored.equals(resource) ? tree : strategies.of(resource).toStored(stored, tree);
    }

    /** Whether a stored object may have to be shown in another form than it is stored in. */
    boolean converted(Resource resource) {
        return kinds.now().converted(resource);
    }

    /** The body of a PUT, or of a POST of the kind itself. */
    ObjectNode decode(Request request, List<String> warnings) {
        Type type = bodyType(request);
        Request.Body body = request.body();
        Decoded decoded = body.tree().isPresent()
                ? Decoder.decode(type, body.tree().get(), level(request))
                : Decoder.decode(type, body.bytes(), format(request, type), level(request));
        warnings.addAll(decoded.warnings());
        ObjectNode tree = decoded.tree();
        if (type == request.kind().type()) {
            Defaults.apply(request.kind(), tree);
        }
        return tree;
    }

    /** DeleteOptions; an empty body means none. */
    ObjectNode options(Request request) {
        Request.Body body = request.body();
        if (body.isEmpty()) {
            return Json.object();
        }
        Type type = kinds.now()
                .findType("v1", "DeleteOptions")
                .orElseThrow(() -> new IllegalStateException("the schema has no DeleteOptions"));
        ObjectNode tree =
                body.tree().map(ObjectNode::deepCopy).orElseGet(() -> Decoder.read(type, body.bytes(), format(body)));
        tree.remove(List.of("kind", "apiVersion"));
        return Decoder.decode(type, tree, FieldValidation.IGNORE).tree();
    }

    /** Applies the request's patch. @param doc consumed; @param kind whose rules lists follow */
    ObjectNode patch(Request request, ObjectNode doc, List<String> warnings) {
        Type type = bodyType(request);
        if (applies(request)) {
            // Of the object itself, what is created if there is none was decoded before, and its warnings told.
            List<String> told = request.subresource().isEmpty() ? new ArrayList<>() : warnings;
            return applied(request, type, Optional.of(doc), told);
        }
        Request.Body body = request.body();
        Decoder.Patch patch;
        try {
            patch = body.tree()
                    .map(tree -> new Decoder.Patch(tree.deepCopy(), List.of()))
                    .orElseGet(() -> Decoder.patch(body.bytes()));
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest("error decoding patch: " + e.getMessage());
        }
        JsonNode changes = patch.tree();
        boolean strategic = body.contentType().equals("application/strategic-merge-patch+json");
        boolean added = request.kind().added().isPresent();
        if (added && strategic) {
            throw unsupported(PATCHES_OF_ADDED);
        }
        JsonNode patched =
                switch (body.contentType()) {
                    case "application/json-patch+json" -> JsonPatch.apply(doc, changes);
                    case "application/merge-patch+json" -> MergePatch.apply(doc, changes);
                    case "application/strategic-merge-patch+json" -> {
                        if (!(changes instanceof ObjectNode merged)) {
                            throw ApiException.badRequest("error decoding patch: not a JSON object");
                        }
                        yield StrategicMerge.apply(doc, merged, type);
                    }
                    default -> throw unsupported(added ? PATCHES_OF_ADDED : PATCHES);
                };
        if (!(patched instanceof ObjectNode tree)) {
            throw ApiException.badRequest("the patched object is no object");
        }
        if (body.contentType().equals("application/json-patch+json")) {
            patch = JsonPatch.strict(patch);
        }
        Decoded decoded = Decoder.patched(type, tree, strategic, patch, level(request));
        warnings.addAll(decoded.warnings());
        if (type == request.kind().type()) {
            Defaults.apply(request.kind(), decoded.tree());
        }
        return decoded.tree();
    }

    /** The object that a patch of nothing makes: only apply can. */
    Optional<ObjectNode> createdByPatch(Request request, List<String> warnings) {
        return applies(request) && request.subresource().isEmpty()
                ? Optional.of(applied(request, bodyType(request), Optional.empty(), warnings))
                : Optional.empty();
    }

    static boolean applies(Request request) {
        return request.body().contentType().equals("application/apply-patch+yaml");
    }

    private ObjectNode applied(Request request, Type type, Optional<ObjectNode> live, List<String> warnings) {
        String manager = request.parameter("fieldManager");
        Request.Body body = request.body();
        Decoded decoded = body.tree().isPresent()
                ? Decoder.applied(type, body.tree().get().deepCopy(), List.of())
                : Decoder.applied(type, body.bytes());
        if (level(request) == FieldValidation.STRICT && !decoded.warnings().isEmpty()) {
            throw ApiException.badRequest(
                    "error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:" + "\n  "
                            + String.join("\n  ", decoded.warnings()));
        }
        if (level(request) == FieldValidation.WARN) {
            warnings.addAll(decoded.warnings());
        }
        boolean force = request.parameter("force").equals("true");
        boolean whole = type == request.kind().type();
        Apply.Applier applier =
                new Apply.Applier(type, manager, force, request.subresource(), clock.instant(), tree -> {
                    if (whole) {
                        Defaults.apply(request.kind(), tree);
                    }
                });
        return Apply.apply(applier, live, decoded.tree());
    }

    /**
     * Whose the fields are now: told from what the caller sent, before admission and allocation add theirs. An apply has
     * settled that already, and a binding is a record of the server.
     */
    void track(Request request, Optional<KubeObject> old, ObjectNode next) {
        String subresource = request.subresource();
        if (applies(request) || subresource.equals("binding")) {
            return;
        }
        ManagedFields.Writer writer = new ManagedFields.Writer(
                request.kind().type(), request.requester().manager(), subresource, clock.instant());
        if (old.isPresent()) {
            ManagedFields.track(writer, old.get().tree(), next);
            return;
        }
        ObjectNode said = Json.object().setAll(next);
        if (!strategies.of(request.resource()).has(Trait.KEEPS_STATUS_ON_CREATE)) {
            said.remove("status");
        }
        // The metadata is the same node in both.
        ManagedFields.created(writer, said);
    }

    /** @throws ApiException 422 */
    void validate(KindRow kind, ObjectKey key, ObjectNode tree, Optional<KubeObject> old, String subresource) {
        List<Cause> causes = Validator.validate(kind, tree, old.map(KubeObject::tree), subresource);
        if (!causes.isEmpty() && old.isPresent()) {
            // What was stored before there was a default is no other for having it now.
            ObjectNode defaulted = old.get().tree().deepCopy();
            Defaults.apply(kind, defaulted);
            if (!defaulted.equals(old.get().tree())) {
                causes = Validator.validate(kind, tree, Optional.of(defaulted), subresource);
            }
        }
        if (!causes.isEmpty()) {
            throw ApiException.invalid(kind.resource(), key.name(), causes);
        }
    }

    /** What is odd about a valid object, or about what an update makes of it. */
    List<String> warnings(KindRow kind, ObjectNode tree, Optional<KubeObject> old, String subresource) {
        return subresource.isEmpty() ? Warnings.of(kind, tree, old.map(KubeObject::tree)) : List.of();
    }

    private Type bodyType(Request request) {
        KindRow kind = request.kind();
        if (request.subresource().isEmpty()) {
            return kind.type();
        }
        Subresource sub = kind.subresource(request.subresource()).orElseThrow(Registry::notAllowed);
        String apiVersion = sub.group().isEmpty() ? sub.version() : sub.group() + "/" + sub.version();
        boolean own = sub.kind().equals(kind.resource().kind())
                && apiVersion.equals(kind.resource().apiVersion());
        return own ? kind.type() : kinds.now().findType(apiVersion, sub.kind()).orElseThrow(Registry::notAllowed);
    }

    private static FieldValidation level(Request request) {
        return FieldValidation.of(request.parameter("fieldValidation"));
    }

    private static Format format(Request.Body body) {
        return switch (body.contentType()) {
            case "", "application/json", "*/*" -> Format.JSON;
            case "application/yaml", "text/yaml", "application/x-yaml" -> Format.YAML;
            case "application/vnd.kubernetes.protobuf" -> Format.PROTOBUF;
            default -> throw unsupported(BODIES);
        };
    }

    /** Of an object: those of added kinds have no field numbers. */
    private static Format format(Request request, Type type) {
        Format format = format(request.body());
        if (format == Format.PROTOBUF && type.structural().isPresent()) {
            throw unsupported(TEXT_BODIES);
        }
        return format;
    }

    private static ApiException unsupported(String accepted) {
        return ApiException.of(
                Reason.UnsupportedMediaType,
                "the body of the request was in an unknown format - accepted media types include: " + accepted,
                Details.NONE);
    }
}
