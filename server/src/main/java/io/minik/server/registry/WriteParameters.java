package io.minik.server.registry;

import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Cause;
import io.minik.server.request.Request;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The query of a write, as meta/v1 CreateOptions, UpdateOptions and PatchOptions would hold it: refused if it is none. */
final class WriteParameters {
    private static final Set<String> LEVELS = Set.of("", "Ignore", "Strict", "Warn");
    private static final int LONGEST_MANAGER_BYTES = 128;

    private WriteParameters() {}

    /** @throws ApiException 422 */
    static void check(Request request) {
        List<Cause> causes = new ArrayList<>();
        String dryRun = request.parameter("dryRun");
        if (!dryRun.isEmpty() && !dryRun.equals("All")) {
            causes.add(new Cause(
                    "FieldValueNotSupported",
                    "Unsupported value: [\"" + dryRun + "\"]: supported values: \"All\"",
                    "dryRun"));
        }
        if (request.verb() != Verb.DELETE && request.verb() != Verb.DELETE_COLLECTION) {
            manager(request, causes);
            String level = request.parameter("fieldValidation");
            if (!LEVELS.contains(level)) {
                causes.add(new Cause(
                        "FieldValueNotSupported",
                        "Unsupported value: \"" + level
                                + "\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"",
                        "fieldValidation"));
            }
        }
        if (request.verb() == Verb.PATCH && !request.parameter("force").isEmpty() && !Codec.applies(request)) {
            causes.add(
                    new Cause("FieldValueForbidden", "Forbidden: may not be specified for non-apply patch", "force"));
        }
        if (!causes.isEmpty()) {
            throw ApiException.invalid(new Resource("meta.k8s.io", "v1", "", kind(request.verb()), false), "", causes);
        }
    }

    private static void manager(Request request, List<Cause> causes) {
        String manager = request.parameter("fieldManager");
        if (manager.isEmpty() && request.verb() == Verb.PATCH && Codec.applies(request)) {
            causes.add(new Cause("FieldValueRequired", "Required value: is required for apply patch", "fieldManager"));
        }
        if (manager.getBytes(StandardCharsets.UTF_8).length > LONGEST_MANAGER_BYTES) {
            causes.add(new Cause(
                    "FieldValueTooLong",
                    "Too long: may not be more than " + LONGEST_MANAGER_BYTES + " bytes",
                    "fieldManager"));
        }
        if (manager.codePoints().anyMatch(Character::isISOControl)) {
            causes.add(new Cause(
                    "FieldValueInvalid",
                    "Invalid value: \"" + manager + "\": should only contain printable characters",
                    "fieldManager"));
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
