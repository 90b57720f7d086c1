package io.minik.server.crd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Status;
import io.minik.api.meta.Status.Cause;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.api.schema.AddedKind.Conversion;
import io.minik.api.validation.Validator;
import io.minik.ground.json.Json;
import io.minik.server.registry.Converter;
import io.minik.server.webhook.ClientConfig;
import io.minik.server.webhook.WebhookClient;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Asks the webhook of a definition to convert objects: apiextensions.k8s.io ConversionReview. What it answers may differ in anything but
 * what the object is; of the metadata only labels and annotations are the webhook's.
 */
public final class ConversionWebhook implements Converter {
    /** Upstream's, for which a definition has no word. */
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private static final String GROUP = "apiextensions.k8s.io";
    private static final List<String> OWN = List.of("labels", "annotations");

    private final WebhookClient client;
    private final Supplier<String> uids;

    public ConversionWebhook(WebhookClient client, Supplier<String> uids) {
        this.client = client;
        this.uids = uids;
    }

    /** Why objects are not converted, as it follows the name of their kind. */
    private static final class Unconverted extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unconverted(String why) {
            super(why, null, false, false);
        }
    }

    @Override
    public Future<List<ObjectNode>> convert(Conversion by, String version, List<ObjectNode> objects) {
        Optional<String> review = ClientConfig.review(Json.stringList(by.webhook(), "conversionReviewVersions"));
        if (review.isEmpty()) {
            return Future.failedFuture(unknown("no supported conversion review versions"));
        }
        String uid = uids.get();
        ObjectNode asked = Json.object().put("kind", "ConversionReview").put("apiVersion", GROUP + "/" + review.get());
        ObjectNode request = asked.putObject("request").put("uid", uid).put("desiredAPIVersion", version);
        objects.forEach(request.putArray("objects")::add);
        return client.call(ClientConfig.of(by.webhook().path("clientConfig")), asked, TIMEOUT)
                .map(answer -> converted(objects, version, answered(answer, review.get(), uid)))
                .recover(error -> Future.failedFuture(failure(objects.get(0), error)));
    }

    private static ApiException failure(ObjectNode first, Throwable error) {
        String why =
                error instanceof Unconverted ? String.valueOf(error.getMessage()) : "failed: " + error.getMessage();
        return unknown("conversion webhook for " + kind(first) + " " + why);
    }

    /** An error of upstream's that has no reason. */
    private static ApiException unknown(String message) {
        return new ApiException(new Status(Reason.Unknown.code(), Reason.Unknown, message, Details.NONE));
    }

    /** {@code example.com/v1, Kind=CronTab}. */
    private static String kind(ObjectNode object) {
        return Json.text(object, "apiVersion") + ", Kind=" + Json.text(object, "kind");
    }

    /** What says that it went well; of the older review upstream checks no more than that. */
    private static List<JsonNode> answered(ObjectNode answer, String review, String uid) {
        JsonNode response = answer.path("response");
        boolean strict = review.equals("v1");
        if (strict && !kind(answer).equals(GROUP + "/v1, Kind=ConversionReview")) {
            throw new Unconverted("failed: expected webhook response of " + GROUP + "/v1, Kind=ConversionReview, got "
                    + kind(answer));
        }
        if (!response.isObject()) {
            throw new Unconverted("failed: no response provided");
        }
        if (strict && !Json.text(response, "uid").equals(uid)) {
            throw new Unconverted(
                    "failed: expected response.uid=\"" + uid + "\", got \"" + Json.text(response, "uid") + "\"");
        }
        String status = Json.text(response, "result", "status");
        if (!status.equals("Success")) {
            String message = Json.text(response, "result", "message");
            throw new Unconverted("failed: "
                    + (message.isEmpty() ? "response.result.status was '" + status + "', not 'Success'" : message));
        }
        return Json.items(response, "convertedObjects");
    }

    private static List<ObjectNode> converted(List<ObjectNode> objects, String version, List<JsonNode> answers) {
        if (answers.size() != objects.size()) {
            throw new Unconverted("returned " + answers.size() + " objects, expected " + objects.size());
        }
        List<ObjectNode> converted = new ArrayList<>(objects.size());
        for (int at = 0; at < objects.size(); at++) {
            String place = objects.size() == 1 ? "" : "converted ";
            String index = objects.size() == 1 ? "" : " at index " + at;
            ObjectNode original = objects.get(at);
            if (!(answers.get(at) instanceof ObjectNode answer)) {
                throw new Unconverted("returned invalid " + place + "object at index " + at
                        + ": Object 'Kind' is missing in '" + answers.get(at) + "'");
            }
            checkKind(original, version, answer, "returned invalid " + place + "object at index " + at + ": ");
            checkIdentity(original, answer, "returned invalid " + place + "object" + index + ": ");
            restore(
                    original,
                    answer,
                    "returned invalid metadata" + (objects.size() == 1 ? "" : " in object" + index) + ": ");
            converted.add(answer);
        }
        return converted;
    }

    private static void checkKind(ObjectNode original, String version, ObjectNode answer, String invalid) {
        String got = Json.text(answer, "apiVersion");
        if (!got.equals(version)) {
            throw new Unconverted(invalid + "invalid groupVersion (expected " + version + ", received " + got + ")");
        }
        String kind = Json.text(original, "kind");
        if (!Json.text(answer, "kind").equals(kind)) {
            throw new Unconverted(
                    invalid + "invalid kind (expected " + kind + ", received " + Json.text(answer, "kind") + ")");
        }
    }

    private static void checkIdentity(ObjectNode original, ObjectNode answer, String invalid) {
        Map<String, String> words = Map.of("name", "name", "namespace", "namespace", "uid", "UID");
        for (String field : List.of("name", "namespace", "uid")) {
            String before = Json.text(original, "metadata", field);
            String after = Json.text(answer, "metadata", field);
            if (!before.equals(after)) {
                throw new Unconverted(
                        invalid + "must have the same " + words.get(field) + ": " + before + " != " + after);
            }
        }
    }

    /** The metadata are the original's again, but for labels and annotations. */
    private static void restore(ObjectNode original, ObjectNode answer, String invalid) {
        JsonNode said = answer.path("metadata");
        if (said.isMissingNode()) {
            throw new Unconverted(invalid + "missing metadata in converted object");
        }
        ObjectNode metadata = original.path("metadata").deepCopy();
        for (String field : OWN) {
            JsonNode own = said.path(field);
            if (own.isMissingNode() || own.isNull()) {
                metadata.remove(field);
                continue;
            }
            if (!own.isObject() || own.valueStream().anyMatch(value -> !value.isTextual())) {
                throw new Unconverted(invalid + "invalid metadata." + field + " in converted object");
            }
            List<Cause> causes = own.equals(metadata.path(field))
                    ? List.of()
                    : field.equals("labels") ? Validator.labels(own) : Validator.annotations(own);
            if (!causes.isEmpty()) {
                throw new Unconverted(invalid + Causes.text(causes));
            }
            metadata.set(field, own);
        }
        answer.set("metadata", metadata);
    }
}
