package io.minik.api.meta;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * meta/v1 Status of a failure: the one error that API users see.
 *
 * @param code HTTP status
 * @param details name, group, kind (the resource's plural, except for Invalid), uid as upstream sets them; empty strings are left out
 * @param retryAfterSeconds 0 = not said
 * @param continueToken with which an expired list can go on, if only inconsistently; empty for all other failures
 */
public record Status(int code, Reason reason, String message, Details details, String continueToken) {
    public Status(int code, Reason reason, String message, Details details) {
        this(code, reason, message, details, "");
    }

    public record Details(
            String name, String group, String kind, String uid, List<Cause> causes, int retryAfterSeconds) {
        public static final Details NONE = new Details("", "", "", "", List.of(), 0);
    }

    /** @param reason a FieldValue… word: FieldValueInvalid, FieldValueRequired, FieldValueNotSupported, … */
    public record Cause(String reason, String message, String field) {}

    /** meta/v1 StatusReason, with the HTTP code that goes with it. */
    public enum Reason {
        Unknown(500),
        BadRequest(400),
        Unauthorized(401),
        Forbidden(403),
        NotFound(404),
        MethodNotAllowed(405),
        NotAcceptable(406),
        AlreadyExists(409),
        Conflict(409),
        Gone(410),
        Expired(410),
        RequestEntityTooLarge(413),
        UnsupportedMediaType(415),
        Invalid(422),
        TooManyRequests(429),
        InternalError(500),
        ServiceUnavailable(503),
        Timeout(504),
        /** Ours: upstream answers with etcd's words and InternalError. */
        InsufficientStorage(507);

        private final int code;

        Reason(int code) {
            this.code = code;
        }

        public int code() {
            return code;
        }

        static Reason of(String word) {
            for (Reason reason : values()) {
                if (reason.name().equals(word)) {
                    return reason;
                }
            }
            return Unknown;
        }
    }

    public ObjectNode tree() {
        ObjectNode tree = Json.object().put("kind", "Status").put("apiVersion", "v1");
        putIfSet(tree.putObject("metadata"), "continue", continueToken);
        tree.put("status", "Failure").put("message", message);
        if (reason != Reason.Unknown) {
            tree.put("reason", reason.name());
        }
        if (!details.equals(Details.NONE)) {
            ObjectNode node = tree.putObject("details");
            putIfSet(node, "name", details.name);
            putIfSet(node, "group", details.group);
            putIfSet(node, "kind", details.kind);
            putIfSet(node, "uid", details.uid);
            if (!details.causes.isEmpty()) {
                var causes = node.putArray("causes");
                for (Cause cause : details.causes) {
                    ObjectNode item = causes.addObject();
                    putIfSet(item, "reason", cause.reason);
                    putIfSet(item, "message", cause.message);
                    putIfSet(item, "field", cause.field);
                }
            }
            if (details.retryAfterSeconds > 0) {
                node.put("retryAfterSeconds", details.retryAfterSeconds);
            }
        }
        return tree.put("code", code);
    }

    public static Status of(JsonNode tree) {
        List<Cause> causes = new ArrayList<>();
        JsonNode details = tree.path("details");
        for (JsonNode cause : details.path("causes")) {
            causes.add(new Cause(Json.text(cause, "reason"), Json.text(cause, "message"), Json.text(cause, "field")));
        }
        return new Status(
                Json.intOr(500, tree, "code"),
                Reason.of(Json.text(tree, "reason")),
                Json.text(tree, "message"),
                new Details(
                        Json.text(details, "name"),
                        Json.text(details, "group"),
                        Json.text(details, "kind"),
                        Json.text(details, "uid"),
                        List.copyOf(causes),
                        Json.intOr(0, details, "retryAfterSeconds")),
                Json.text(tree, "metadata", "continue"));
    }

    /**
     * The same in fewer words where it says a client's own megabytes back, each text cut and its causes few.
     *
     * @param most characters of the message; a cause may have a tenth of it
     */
    public Status shortened(int most) {
        long length = (long) message.length() + details.name.length();
        for (Cause cause : details.causes) {
            length += length(cause);
        }
        if (length <= most) {
            return this;
        }
        List<Cause> fewer = new ArrayList<>();
        long room = most;
        for (Cause cause : details.causes) {
            Cause one = new Cause(cause.reason, cut(cause.message, most / 10), cut(cause.field, most / 10));
            room -= length(one);
            if (room < 0) {
                break;
            }
            fewer.add(one);
        }
        Details less = new Details(
                cut(details.name, most / 10),
                details.group,
                details.kind,
                details.uid,
                List.copyOf(fewer),
                details.retryAfterSeconds);
        return new Status(code, reason, cut(message, most), less, continueToken);
    }

    /** With the names of its fields. */
    private static long length(Cause cause) {
        return 50L + cause.reason.length() + cause.message.length() + cause.field.length();
    }

    private static String cut(String text, int most) {
        return text.length() <= most
                ? text
                : text.substring(0, Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most) + "...";
    }

    private static void putIfSet(ObjectNode node, String field, String value) {
        if (!value.isEmpty()) {
            node.put(field, value);
        }
    }
}
