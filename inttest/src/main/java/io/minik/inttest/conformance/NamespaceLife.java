package io.minik.inttest.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.inttest.conformance.Run.Place;
import java.time.Duration;

/** What a namespace takes with it, in which order, and what may be written to it. */
final class NamespaceLife {
    private static final Duration SOON = Duration.ofSeconds(40);

    private NamespaceLife() {}

    static void add(Run run) {
        run.behaviour("namespace: its pods are removed with it", NamespaceLife::podsGo);
        run.behaviour("namespace: its Services are removed with it", NamespaceLife::servicesGo);
        run.behaviour("namespace: is patched", NamespaceLife::patched);
        run.behaviour("namespace: is updated", NamespaceLife::updated);
        run.behaviour("namespace: status is patched and updated", NamespaceLife::status);
        run.behaviour("namespace: a finalizer is set and holds it", NamespaceLife::finalizer);
        run.behaviour("namespace: pods are deleted first", NamespaceLife::podsFirst);
    }

    private static String path(Place place) {
        return "/api/v1/namespaces/" + place.namespace() + "-inner";
    }

    private static void inner(Place place) {
        Run.namespace(place.api(), place.namespace() + "-inner");
    }

    private static void gone(Place place) {
        Checks.within(SOON, "it is gone", () -> place.api().get(path(place)).code() == Api.NOT_FOUND);
    }

    private static void podsGo(Place place) {
        Api api = place.api();
        inner(place);
        api.post(path(place) + "/pods", Run.pod("pod", place.image(), "")).ok();
        Checks.within(SOON, "it runs", () -> api.get(path(place) + "/pods/pod")
                .ok()
                .at("/status/phase")
                .asText()
                .equals("Running"));
        api.delete(path(place)).ok();
        gone(place);
        inner(place);
        Checks.same(
                "pods of the new one",
                0,
                api.get(path(place) + "/pods").ok().path("items").size());
        api.delete(path(place)).ok();
    }

    private static void servicesGo(Place place) {
        Api api = place.api();
        inner(place);
        api.post(
                        path(place) + "/services",
                        Api.json("{'metadata':{'name':'s'},'spec':{'selector':{'a':'b'},'ports':[{'port':80}]}}"))
                .ok();
        api.delete(path(place)).ok();
        gone(place);
        inner(place);
        Checks.same(
                "Services of the new one",
                0,
                api.get(path(place) + "/services").ok().path("items").size());
        api.delete(path(place)).ok();
    }

    private static void patched(Place place) {
        inner(place);
        place.api()
                .patch(path(place), Api.STRATEGIC, Api.json("{'metadata':{'labels':{'testLabel':'testValue'}}}"))
                .ok();
        JsonNode found = place.api().get(path(place)).ok();
        Checks.same("label", "testValue", found.at("/metadata/labels/testLabel").asText());
        place.api().delete(path(place)).ok();
    }

    private static void updated(Place place) {
        inner(place);
        JsonNode read = place.api().get(path(place)).ok();
        ((ObjectNode) read).withObject("/metadata/labels").put("updated", "yes");
        JsonNode written = place.api().put(path(place), read).ok();
        Checks.same("label", "yes", written.at("/metadata/labels/updated").asText());
        place.api().delete(path(place)).ok();
    }

    private static void status(Place place) {
        Api api = place.api();
        inner(place);
        String status = path(place) + "/status";
        JsonNode patched = api.merge(
                        status,
                        Api.json(
                                "{'metadata':{'annotations':{'e2e-patched-ns-status':'%s'}},'status':{'conditions':[{'type':'StatusPatch','status':'True','reason':'E2E','message':'Patched by an e2e test','lastTransitionTime':'2026-01-01T00:00:00Z'}]}}",
                                place.namespace()))
                .ok();
        Checks.same(
                "condition",
                "StatusPatch",
                patched.at("/status/conditions/0/type").asText());
        Checks.same(
                "annotation",
                place.namespace(),
                patched.at("/metadata/annotations/e2e-patched-ns-status").asText());
        ObjectNode read = (ObjectNode) api.get(status).ok();
        read.withArray("/status/conditions")
                .add(
                        Api.tree(
                                Api.json(
                                        "{'type':'StatusUpdate','status':'True','reason':'E2E','message':'Updated by an e2e test','lastTransitionTime':'2026-01-01T00:00:00Z'}")));
        JsonNode updated = api.put(status, read).ok();
        Checks.same("conditions", 2, updated.at("/status/conditions").size());
        Checks.same("phase", "Active", updated.at("/status/phase").asText());
        api.delete(path(place)).ok();
    }

    private static void finalizer(Place place) {
        Api api = place.api();
        inner(place);
        ObjectNode read = (ObjectNode) api.get(path(place)).ok();
        read.withArray("/spec/finalizers").add("e2e.example.com/fakeFinalizer");
        JsonNode written = api.put(path(place) + "/finalize", read).ok();
        Checks.same("finalizers", 2, written.at("/spec/finalizers").size());
        api.delete(path(place)).ok();
        Checks.within(SOON, "kubernetes is done with it", () -> {
            JsonNode left = api.get(path(place)).ok().at("/spec/finalizers");
            return left.size() == 1 && left.get(0).asText().equals("e2e.example.com/fakeFinalizer");
        });
        ObjectNode waiting = (ObjectNode) api.get(path(place)).ok();
        Checks.same("phase", "Terminating", waiting.at("/status/phase").asText());
        waiting.withArray("/spec/finalizers").removeAll();
        api.put(path(place) + "/finalize", waiting).ok();
        gone(place);
    }

    /** A pod with a finalizer holds the namespace; what else is there stays until the pod is gone. */
    private static void podsFirst(Place place) {
        Api api = place.api();
        inner(place);
        String pod = path(place) + "/pods/pod";
        api.post(
                        path(place) + "/pods",
                        Run.pod("pod", place.image(), "")
                                .replace(
                                        "\"name\":\"pod\"",
                                        "\"name\":\"pod\",\"finalizers\":[\"e2e.example.com/finalizer\"]"))
                .ok();
        api.post(path(place) + "/configmaps", "{\"metadata\":{\"name\":\"kept\"}}")
                .ok();
        api.delete(path(place)).ok();
        Checks.within(
                SOON,
                "the pod is being deleted",
                () -> !api.get(pod).ok().at("/metadata/deletionTimestamp").isMissingNode());
        Checks.within(
                SOON,
                "what remains is told",
                () -> Checks.any(
                        api.get(path(place)).ok().at("/status/conditions"),
                        each -> each.path("type").asText().equals("NamespaceContentRemaining")
                                && each.path("status").asText().equals("True")));
        Checks.same(
                "the map is there",
                Api.OK,
                api.get(path(place) + "/configmaps/kept").code());
        api.merge(pod, "{\"metadata\":{\"finalizers\":null}}").ok();
        gone(place);
    }
}
