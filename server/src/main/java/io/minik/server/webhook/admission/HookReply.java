package io.minik.server.webhook.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * What a webhook answered, checked.
 *
 * @param patch a JSON patch; missing if it changes nothing
 * @param result why not, if it does not allow
 */
record HookReply(
        boolean allowed, JsonNode patch, JsonNode result, Map<String, String> annotations, List<String> warnings) {
    private static final String KIND = "AdmissionReview";
    private static final String PATCH = "JSONPatch";
    /** No refusal has a smaller code. */
    private static final int BAD_REQUEST = 400;

    /** HTTP has no larger one. */
    private static final int LARGEST_CODE = 999;

    /** An answer that is none, as the words that follow the webhook's name. */
    static final class Invalid extends RuntimeException {
        private static final long serialVersionUID = 1;

        Invalid(String why) {
            super(why, null, false, false);
        }
    }

    /** @param version of the review that was asked. @throws Invalid */
    static HookReply of(ObjectNode answer, String version, String uid, boolean mutating) {
        JsonNode response = answer.path("response");
        if (!response.isObject()) {
            throw new Invalid("received invalid webhook response: webhook response was absent");
        }
        if (version.equals("v1")) {
            check(answer, response, uid, mutating);
        }
        return new HookReply(
                Json.bool(response, "allowed"),
                mutating ? patch(response) : MissingNode.getInstance(),
                response.has("result") ? response.path("result") : response.path("status"),
                Json.strings(response, "auditAnnotations"),
                Json.stringList(response, "warnings"));
    }

    private static void check(ObjectNode answer, JsonNode response, String uid, boolean mutating) {
        if (!Json.text(response, "uid").equals(uid)) {
            throw wrong("expected response.uid=\"" + uid + "\", got \"" + Json.text(response, "uid") + "\"");
        }
        String apiVersion = Json.text(answer, "apiVersion");
        if (!apiVersion.equals("admission.k8s.io/v1")
                || !Json.text(answer, "kind").equals(KIND)) {
            throw wrong("expected webhook response of admission.k8s.io/v1, Kind=" + KIND + ", got " + apiVersion
                    + ", Kind=" + Json.text(answer, "kind"));
        }
        boolean patched = !Json.text(response, "patch").isEmpty();
        boolean typed = response.path("patchType").isTextual();
        if (!mutating && (patched || typed)) {
            throw wrong("validating webhook may not return response." + (patched ? "patch" : "patchType"));
        }
        if (patched != typed) {
            throw wrong(
                    patched
                            ? "webhook returned response.patch but not response.patchType"
                            : "webhook returned response.patchType but not response.patch");
        }
        if (typed && Json.text(response, "patchType").isEmpty()) {
            throw wrong("webhook returned invalid response.patchType of \"\"");
        }
    }

    private static Invalid wrong(String why) {
        return new Invalid("received invalid webhook response: " + why);
    }

    private static JsonNode patch(JsonNode response) {
        String encoded = Json.text(response, "patch");
        if (encoded.isEmpty()) {
            return MissingNode.getInstance();
        }
        String type = Json.textOr(PATCH, response, "patchType");
        if (!type.equals(PATCH)) {
            throw new Invalid("unsupported patch type \"" + type + "\"");
        }
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(encoded);
        } catch (IllegalArgumentException e) {
            throw new Invalid("failed to call webhook: illegal base64 data in response.patch: " + e.getMessage());
        }
        try {
            JsonNode patch = Json.parse(bytes);
            if (patch.isArray()) {
                return patch.isEmpty() ? MissingNode.getInstance() : patch;
            }
        } catch (IllegalArgumentException e) {
            // Told below: the words of both are one.
        }
        throw new Invalid("received undecodable patch in webhook response: "
                + new String(bytes, 0, Math.min(bytes.length, 100), StandardCharsets.UTF_8)
                + " is no JSON patch");
    }

    /** The refusal that it is, which is the webhook's to word. */
    ApiException denial(String webhook) {
        String denied = "admission webhook \"" + webhook + "\" denied the request";
        String why =
                Json.text(result, "message").isEmpty() ? Json.text(result, "reason") : Json.text(result, "message");
        Status given = Status.of(result);
        long code = Json.longOr(0, result, "code");
        return new ApiException(new Status(
                code < BAD_REQUEST || code > LARGEST_CODE ? BAD_REQUEST : (int) code,
                given.reason(),
                why.isEmpty() ? denied + " without explanation" : denied + ": " + why,
                given.details()));
    }
}
