package io.minik.server.aggregation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.client.Informer;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.net.HttpCall;
import io.minik.server.webhook.GoWords;
import io.minik.server.webhook.Places;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** Whether an extension server can be asked: its Service, its endpoints, its answer; in upstream's reasons and words. */
final class ExtensionChecks {
    private static final String OF_SERVICE = "kubernetes.io/service-name";
    private static final int OK = 200;
    private static final int REDIRECTED = 300;

    /** Of one group version: an adapter of metrics names each of them as one. */
    private static final int MOST_RESOURCES = 8192;

    /** One of its endpoints may be gone or broken: others are asked before the server counts as away. */
    private static final int TRIES = 5;

    private final Informer services;
    private final Informer slices;
    private final ExtensionClient client;

    ExtensionChecks(Informer services, Informer slices, ExtensionClient client) {
        this.services = services;
        this.slices = slices;
        this.client = client;
    }

    /**
     * The Available condition.
     *
     * @param resources that the server named
     */
    record Verdict(boolean available, String reason, String message, Optional<List<JsonNode>> resources) {
        static Verdict not(String reason, String message) {
            return new Verdict(false, reason, message, Optional.empty());
        }
    }

    /** Never fails. */
    Future<Verdict> check(Extension extension) {
        Optional<Verdict> nowhere = place(extension);
        return nowhere.map(Future::succeededFuture).orElseGet(() -> ask(extension));
    }

    private Optional<Verdict> place(Extension extension) {
        String words = "service/" + extension.service() + " in \"" + extension.namespace() + "\"";
        ObjectKey key = ObjectKey.of(extension.namespace(), extension.service());
        Optional<KubeObject> service = services.get(key);
        if (service.isEmpty()) {
            return Optional.of(Verdict.not("ServiceNotFound", words + " is not present"));
        }
        JsonNode spec = service.get().at("spec");
        if (!Json.textOr("ClusterIP", spec, "type").equals("ClusterIP")) {
            return Optional.empty();
        }
        Optional<JsonNode> port = Json.items(spec, "ports").stream()
                .filter(each -> Json.intOr(0, each, "port") == extension.port())
                .findFirst();
        if (port.isEmpty()) {
            return Optional.of(
                    Verdict.not("ServicePortError", words + " is not listening on port " + extension.port()));
        }
        String name = Json.text(port.get(), "name");
        List<KubeObject> found = slices.byNamespace(extension.namespace()).stream()
                .filter(slice ->
                        extension.service().equals(slice.meta().labels().get(OF_SERVICE)))
                .toList();
        if (found.isEmpty()) {
            return Optional.of(Verdict.not("EndpointsNotFound", "cannot find endpointslices for " + words));
        }
        return found.stream().anyMatch(slice -> leads(slice, name))
                ? Optional.empty()
                : Optional.of(Verdict.not(
                        "MissingEndpoints",
                        "endpointslices for " + words + " have no addresses with port name \"" + name + "\""));
    }

    private static boolean leads(KubeObject slice, String portName) {
        return Json.items(slice.tree(), "endpoints").stream()
                        .anyMatch(endpoint -> Json.boolOr(true, endpoint, "conditions", "ready"))
                && Json.items(slice.tree(), "ports").stream()
                        .anyMatch(port -> Json.text(port, "name").equals(portName) && port.has("port"));
    }

    /** Once, and if that does not succeed several times at once: any success will do. */
    private Future<Verdict> ask(Extension extension) {
        return once(extension).compose(first -> {
            if (first.available()) {
                return Future.succeededFuture(first);
            }
            List<Future<Verdict>> more = new ArrayList<>();
            for (int at = 1; at < TRIES; at++) {
                more.add(once(extension));
            }
            return Future.join(more).map(all -> more.stream()
                    .map(Future::result)
                    .filter(Verdict::available)
                    .findFirst()
                    .orElse(first));
        });
    }

    /**
     * Asked as requests are passed on, with the certificate checked: upstream's check believes anybody, and tells of a wrong caBundle
     * nowhere but in the answers to requests.
     */
    private Future<Verdict> once(Extension extension) {
        return client.place(extension)
                .compose(place -> {
                    String url = "https://" + place + extension.path();
                    return client.document(extension, place, extension.path(), "application/json")
                            .map(answer -> answered(url, answer))
                            .recover(error -> Future.succeededFuture(failed(url, place, error, extension)));
                })
                .recover(nowhere -> Future.succeededFuture(
                        Verdict.not("FailedDiscoveryCheck", String.valueOf(nowhere.getMessage()))));
    }

    private static Verdict failed(String url, Places.Place place, Throwable error, Extension extension) {
        String why = error instanceof TimeoutException
                ? "net/http: request canceled (Client.Timeout exceeded while awaiting headers)"
                : GoWords.of(error, place.toString(), extension.serverName());
        return Verdict.not(
                "FailedDiscoveryCheck", "failing or missing response from " + url + ": Get \"" + url + "\": " + why);
    }

    private static Verdict answered(String url, HttpCall.Answer answer) {
        if (answer.code() < OK || answer.code() >= REDIRECTED) {
            return Verdict.not(
                    "FailedDiscoveryCheck",
                    "failing or missing response from " + url + ": bad status from " + url + ": " + answer.code());
        }
        return new Verdict(true, "Passed", "all checks passed", Optional.of(resources(answer)));
    }

    /** What is no list of resources is none: the server may serve requests all the same. */
    private static List<JsonNode> resources(HttpCall.Answer answer) {
        try {
            return Json.items(Json.parse(answer.body().getBytes()), "resources").stream()
                    .filter(each -> !Json.text(each, "name").isEmpty())
                    .limit(MOST_RESOURCES)
                    .toList();
        } catch (IllegalArgumentException noJson) {
            return List.of();
        }
    }
}
