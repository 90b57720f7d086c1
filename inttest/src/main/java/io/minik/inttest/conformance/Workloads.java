package io.minik.inttest.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.inttest.conformance.Run.Place;
import java.time.Duration;
import java.util.List;

/** Controllers of pods that go on: status and scale endpoints, collections, adoption, orphans. */
final class Workloads {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String CONDITION =
            "{'type':'StatusUpdate','status':'True','reason':'E2E','message':'Set from e2e test'}";

    private Workloads() {}

    static void add(Run run) {
        for (String plural : List.of("deployments", "replicasets", "statefulsets", "daemonsets")) {
            run.behaviour("status: is updated and patched", plural, Workloads::status);
            run.behaviour("collection: is listed, patched and deleted", plural, Workloads::collection);
        }
        for (String plural : List.of("deployments", "replicasets", "statefulsets")) {
            run.behaviour("scale: is read, updated and patched", plural, Workloads::scale);
        }
        run.behaviour(
                "replicationcontrollers: scale is read and updated", place -> scale(place, "replicationcontrollers"));
        run.behaviour("replicationcontrollers: lifecycle with status and scale", Workloads::controllerLife);
        run.behaviour("replicasets: are replaced and patched", Workloads::replaced);
        run.behaviour("replicasets: adopt and release pods", place -> adopts(place, "replicasets"));
        run.behaviour(
                "replicationcontrollers: adopt and release pods", place -> adopts(place, "replicationcontrollers"));
        run.behaviour("replicasets: serve on each replica", place -> serves(place, "replicasets"));
        run.behaviour(
                "replicationcontrollers: serve on each replica", place -> serves(place, "replicationcontrollers"));
        run.behaviour("replicationcontrollers: a quota that is exceeded is told", Workloads::exceeded);
    }

    private static String kind(String plural) {
        return switch (plural) {
            case "deployments" -> "Deployment";
            case "replicasets" -> "ReplicaSet";
            case "statefulsets" -> "StatefulSet";
            case "daemonsets" -> "DaemonSet";
            default -> "ReplicationController";
        };
    }

    static String path(Place place, String plural) {
        return plural.equals("replicationcontrollers") ? place.core(plural) : place.apps(plural);
    }

    /** @param container fields beside name and image */
    static String body(Place place, String plural, String name, int replicas, String container) {
        String selector = plural.equals("replicationcontrollers")
                ? "{'name':'" + name + "'}"
                : "{'matchLabels':{'name':'" + name + "'}}";
        return Api.json(
                "{'metadata':{'name':'%1$s','labels':{'life':'%1$s'}},'spec':{%2$s%3$s'selector':%4$s,'template':{'metadata':{'labels':{'name':'%1$s'}},'spec':{'terminationGracePeriodSeconds':0,'containers':[{'name':'c','image':'%5$s',%6$s}]}}}}",
                name,
                plural.equals("daemonsets") ? "" : "'replicas':" + replicas + ",",
                plural.equals("statefulsets") ? "'serviceName':'" + name + "'," : "",
                selector,
                place.image(),
                container);
    }

    private static JsonNode made(Place place, String plural, String name, int replicas) {
        return place.api()
                .post(path(place, plural), body(place, plural, name, replicas, "'command':['sleep','3600']"))
                .expect(Api.CREATED)
                .body();
    }

    private static void status(Place place, String plural) {
        Api api = place.api();
        made(place, plural, "told", plural.equals("daemonsets") ? 0 : 1);
        String status = path(place, plural) + "/told/status";
        try (Watched watch = new Watched(api, path(place, plural), "labelSelector=life%3Dtold")) {
            while (true) {
                ObjectNode read = (ObjectNode) api.get(status).ok();
                Checks.same("kind", kind(plural), read.path("kind").asText());
                read.withArray("/status/conditions").add(Api.tree(Api.json(CONDITION)));
                Api.Answer answer = api.put(status, read);
                if (answer.code() != Api.CONFLICT) {
                    answer.ok();
                    break;
                }
            }
            watch.until(
                    "MODIFIED",
                    object -> Checks.any(
                            object.at("/status/conditions"),
                            each -> each.path("type").asText().equals("StatusUpdate")));
            api.merge(status, Api.json("{'status':{'conditions':[%s]}}", CONDITION.replace("Update", "Patched")))
                    .ok();
            watch.until(
                    "MODIFIED",
                    object -> Checks.any(
                            object.at("/status/conditions"),
                            each -> each.path("type").asText().equals("StatusPatched")));
        }
    }

    private static void collection(Place place, String plural) {
        Api api = place.api();
        made(place, plural, "many", 1);
        String path = path(place, plural);
        String selected = path + "?labelSelector=life%3Dmany";
        Checks.same("listed", 1, api.get(selected).ok().path("items").size());
        JsonNode patched = api.merge(path + "/many", "{\"metadata\":{\"labels\":{\"patched\":\"yes\"}}}")
                .ok();
        Checks.same("patched", "yes", patched.at("/metadata/labels/patched").asText());
        api.delete(selected).ok();
        Checks.within(SOON, "gone", () -> api.get(selected).ok().path("items").isEmpty());
        Checks.within(
                SOON,
                "its pods, too",
                () -> api.get(place.core("pods")).ok().path("items").isEmpty());
    }

    private static void scale(Place place, String plural) {
        Api api = place.api();
        made(place, plural, "scaled", 1);
        String scale = path(place, plural) + "/scaled/scale";
        ObjectNode read = (ObjectNode) api.get(scale).ok();
        Checks.same("kind", "Scale", read.path("kind").asText());
        Checks.same("replicas", 1, read.at("/spec/replicas").asInt());
        read.withObject("/spec").put("replicas", 2);
        read.withObject("/metadata").remove("resourceVersion");
        Checks.same("scale", 2, api.put(scale, read).ok().at("/spec/replicas").asInt());
        Checks.same(
                "object",
                2,
                api.get(path(place, plural) + "/scaled")
                        .ok()
                        .at("/spec/replicas")
                        .asInt());
        JsonNode patched = api.merge(scale, "{\"spec\":{\"replicas\":4}}").ok();
        Checks.same("patched", 4, patched.at("/spec/replicas").asInt());
        Checks.within(
                SOON,
                "the status follows",
                () -> api.get(scale).ok().at("/status/replicas").asInt() == 4);
    }

    private static void controllerLife(Place place) {
        Api api = place.api();
        String path = place.core("replicationcontrollers");
        try (Watched watch = new Watched(api, path, "labelSelector=life%3Dlife")) {
            made(place, "replicationcontrollers", "life", 1);
            watch.until("ADDED", object -> true);
            watch.until("MODIFIED", object -> object.at("/status/readyReplicas").asInt() == 1);
            api.merge(path + "/life", "{\"metadata\":{\"labels\":{\"test-rc\":\"patched\"}}}")
                    .ok();
            watch.until(
                    "MODIFIED",
                    object -> object.at("/metadata/labels/test-rc").asText().equals("patched"));
            api.merge(path + "/life/status", "{\"status\":{\"readyReplicas\":0,\"availableReplicas\":0}}")
                    .ok();
            watch.until("MODIFIED", object -> object.at("/status/readyReplicas").asInt() == 0);
            watch.until("MODIFIED", object -> object.at("/status/readyReplicas").asInt() == 1);
            api.merge(path + "/life/scale", "{\"spec\":{\"replicas\":2}}").ok();
            watch.until("MODIFIED", object -> object.at("/status/readyReplicas").asInt() == 2);
            JsonNode everywhere = api.get("/api/v1/replicationcontrollers?labelSelector=test-rc%3Dpatched")
                    .ok();
            Checks.holds("listed in all namespaces", !everywhere.path("items").isEmpty());
            api.delete(path + "?labelSelector=life%3Dlife").ok();
            watch.until("DELETED", object -> true);
        }
    }

    private static void replaced(Place place) {
        Api api = place.api();
        String path = place.apps("replicasets");
        made(place, "replicasets", "set", 1);
        Checks.within(SOON, "one is ready", () -> ready(api, path + "/set", 1));
        api.merge(path + "/set/scale", "{\"spec\":{\"replicas\":3}}").ok();
        Checks.within(SOON, "three are ready", () -> ready(api, path + "/set", 3));
        String patch =
                "{'metadata':{'labels':{'test-rs':'patched'}},'spec':{'replicas':2,'template':{'spec':{'terminationGracePeriodSeconds':1,'containers':[{'name':'c','image':'%s'}]}}}}";
        api.patch(path + "/set", Api.STRATEGIC, Api.json(patch, place.image())).ok();
        Checks.within(
                SOON,
                "two are left",
                () -> ready(api, path + "/set", 2)
                        && api.get(place.core("pods")).ok().path("items").size() == 2);
        JsonNode set = api.get(path + "/set").ok();
        Checks.same("label", "patched", set.at("/metadata/labels/test-rs").asText());
        Checks.same(
                "template",
                1,
                set.at("/spec/template/spec/terminationGracePeriodSeconds").asInt());
    }

    static boolean ready(Api api, String path, int count) {
        JsonNode status = api.get(path).ok().path("status");
        return status.path("readyReplicas").asInt() == count
                && status.path("replicas").asInt() == count;
    }

    private static void adopts(Place place, String plural) {
        Api api = place.api();
        String pod = place.core("pods") + "/orphan";
        api.post(
                        place.core("pods"),
                        Run.pod("orphan", place.image(), "")
                                .replace("\"name\":\"orphan\"", "\"name\":\"orphan\",\"labels\":{\"name\":\"adopts\"}"))
                .ok();
        String uid = made(place, plural, "adopts", 1).at("/metadata/uid").asText();
        Checks.within(SOON, "adopted", () -> api.get(pod)
                .ok()
                .at("/metadata/ownerReferences/0/uid")
                .asText()
                .equals(uid));
        Checks.same("pods", 1, api.get(place.core("pods")).ok().path("items").size());
        api.merge(pod, "{\"metadata\":{\"labels\":{\"name\":\"released\"}}}").ok();
        Checks.within(
                SOON,
                "released",
                () -> api.get(pod).ok().at("/metadata/ownerReferences").isEmpty());
        Checks.within(
                SOON,
                "and replaced",
                () -> api.get(place.core("pods")).ok().path("items").size() == 2);
    }

    private static void serves(Place place, String plural) {
        Api api = place.api();
        String serve =
                "'command':['sh','-c','mkdir /w; hostname >/w/index.html; httpd -f -p 9376 -h /w'],'ports':[{'containerPort':9376}]";
        api.post(path(place, plural), body(place, plural, "served", 2, serve)).ok();
        Checks.within(SOON, "two are ready", () -> ready(api, path(place, plural) + "/served", 2));
        for (JsonNode pod : api.get(place.core("pods")).ok().path("items")) {
            String name = pod.at("/metadata/name").asText();
            Checks.within(SOON, name + " says its name", () -> api.get(
                            place.core("pods") + "/" + name + ":9376/proxy/", "*/*")
                    .body()
                    .asText()
                    .trim()
                    .equals(name));
        }
    }

    private static void exceeded(Place place) {
        Api api = place.api();
        api.post(place.core("resourcequotas"), Api.json("{'metadata':{'name':'few'},'spec':{'hard':{'pods':'2'}}}"))
                .ok();
        String path = place.core("replicationcontrollers") + "/many";
        made(place, "replicationcontrollers", "many", 3);
        Checks.within(SOON, "told", () -> failure(api, path));
        api.merge(path, "{\"spec\":{\"replicas\":2}}").ok();
        Checks.within(SOON, "taken back", () -> !failure(api, path));
    }

    private static boolean failure(Api api, String path) {
        return Checks.any(
                api.get(path).ok().at("/status/conditions"),
                each -> each.path("type").asText().equals("ReplicaFailure")
                        && each.path("message").asText().contains("exceeded quota"));
    }
}
