package io.minik.server.registry;

import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Resource;
import io.minik.ground.json.Json;
import io.minik.server.request.Request;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** The query of a write, as meta/v1 CreateOptions, UpdateOptions and PatchOptions would hold it: refused if it is none. */
final class WriteParameters {
    private static final Set<String> LEVELS = Set.of("", "Ignore", "Strict", "Warn");
    private static final int LONGEST_MANAGER_BYTES = 128;

    private WriteParameters() {}

    /** @throws ApiException 422 */
    static void check(Request request) {
        Causes causes = new Causes();
        String dryRun = request.parameter("dryRun");
        if (!dryRun.isEmpty() && !dryRun.equals("All")) {
            causes.unsupported("dryRun", Json.array().add(dryRun), List.of("All"));
        }
        if (request.verb() != Verb.DELETE && request.verb() != Verb.DELETE_COLLECTION) {
            manager(request, causes);
            String level = request.parameter("fieldValidation");
            if (!LEVELS.contains(level)) {
                causes.unsupported("fieldValidation", level, LEVELS);
            }
        }
        if (request.verb() == Verb.PATCH && !request.parameter("force").isEmpty() && !Codec.applies(request)) {
            causes.forbidden("force", "may not be specified for non-apply patch");
        }
        if (!causes.isEmpty()) {
            throw causes.refusal(new Resource("meta.k8s.io", "v1", "", kind(request.verb()), false), "");
        }
    }

    private static void manager(Request request, Causes causes) {
        String manager = request.parameter("fieldManager");
        if (manager.isEmpty() && request.verb() == Verb.PATCH && Codec.applies(request)) {
            causes.required("fieldManager", "is required for apply patch");
        }
        if (manager.getBytes(StandardCharsets.UTF_8).length > LONGEST_MANAGER_BYTES) {
            causes.tooLong("fieldManager", LONGEST_MANAGER_BYTES);
        }
        if (manager.codePoints().anyMatch(Character::isISOControl)) {
            causes.invalid("fieldManager", manager, "should only contain printable characters");
        }
    }

    private static String kind(Verb verb) {
        return switch (verb) {
            case CREATE -> "CreateOptions";
            case UPDATE -> "UpdateOptions";
            case PATCH -> "PatchOptions";
            default -> "DeleteOptions";
        };
    }
}
