package io.minik.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.ApiException;
import io.minik.api.schema.Decoder;
import io.minik.api.schema.Defaults;
import io.minik.api.schema.FieldValidation;
import io.minik.api.schema.Format;
import io.minik.api.schema.Kinds;
import io.minik.api.schema.Subresource;
import io.minik.api.schema.Type;
import io.minik.ground.json.Json;
import io.minik.server.request.Request;
import java.util.Optional;

/** What was said and answered, as the audit log tells it: JSON, whatever it came in. */
final class AuditBodies {
    /** Longer lists are not told: nobody reads them, and everybody waits. */
    static final long MOST_BYTES = 1 << 20;

    private AuditBodies() {}

    /** Of what can't be read, nothing is told: the answer says why. */
    static Optional<JsonNode> said(Kinds kinds, Request request) {
        Request.Body body = request.body();
        try {
            if (body.tree().isPresent()) {
                return Optional.of(body.tree().get());
            }
            return body.isEmpty() ? Optional.empty() : Optional.of(read(kinds, request, body));
        } catch (ApiException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static JsonNode read(Kinds kinds, Request request, Request.Body body) {
        Format format =
                switch (body.contentType()) {
                    case MediaType.PROTOBUF -> Format.PROTOBUF;
                    case "application/yaml", "application/apply-patch+yaml" -> Format.YAML;
                    default -> Format.JSON;
                };
        if (request.verb() == Verb.PATCH && format == Format.JSON) {
            return Json.parse(body.bytes());
        }
        Type type = type(kinds, request);
        ObjectNode tree = Decoder.read(type, body.bytes(), format);
        boolean whole = request.verb() == Verb.CREATE || request.verb() == Verb.UPDATE;
        if (whole && type == request.kind().type()) {
            tree = Decoder.decode(type, tree, FieldValidation.IGNORE).tree();
            Defaults.apply(request.kind(), tree);
        }
        return tree;
    }

    private static Type type(Kinds kinds, Request request) {
        if (request.verb() == Verb.DELETE || request.verb() == Verb.DELETE_COLLECTION) {
            return kinds.now().findType("v1", "DeleteOptions").orElseThrow(IllegalArgumentException::new);
        }
        Optional<Subresource> sub = request.kind().subresource(request.subresource());
        return sub.flatMap(each -> kinds.now()
                        .findType(
                                each.group().isEmpty() ? each.version() : each.group() + "/" + each.version(),
                                each.kind()))
                .orElse(request.kind().type());
    }

    /** Empty for what is no object; a list that is too long is told by nothing but that. */
    static Optional<ObjectNode> answered(Answer answer) {
        if (answer instanceof Answer.One one) {
            return Optional.of(one.result().object().compact().tree());
        }
        if (answer instanceof Answer.Many many && many.listing().bytes() <= MOST_BYTES) {
            return Optional.of(many.listing().object().tree());
        }
        return Optional.empty();
    }

    /** The same without its managed fields, and those of its items. The tree is left as it is. */
    static JsonNode withoutManagedFields(JsonNode tree) {
        JsonNode copy = tree.deepCopy();
        strip(copy);
        copy.path("items").forEach(AuditBodies::strip);
        return copy;
    }

    private static void strip(JsonNode object) {
        if (object.path("metadata") instanceof ObjectNode metadata) {
            metadata.remove("managedFields");
        }
    }
}
