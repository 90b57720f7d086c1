package io.minik.inttest.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.inttest.conformance.Run.Place;
import java.time.Duration;
import java.util.function.Consumer;

/** What a ResourceQuota counts, while its objects come and go. */
final class Quotas {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String QUOTA = "test-quota";

    private Quotas() {}

    static void add(Run run) {
        run.behaviour("quota: its status is calculated promptly", Quotas::prompt);
        run.behaviour("quota: the life of a configmap", place -> life(place, "configmaps", "'data':{'a':'b'}"));
        run.behaviour("quota: the life of a secret", place -> life(place, "secrets", "'data':{'a':'Yg=='}"));
        run.behaviour("quota: the life of a replication controller", Quotas::controllers);
        run.behaviour("quota: the life of a replica set", Quotas::sets);
        run.behaviour("quota: the life of a service", Quotas::services);
        run.behaviour("quota: the life of a pod", Quotas::pods);
        run.behaviour("quota: terminating scopes", Quotas::terminating);
        run.behaviour("quota: best effort scopes", Quotas::bestEffort);
        run.behaviour("quota: update and delete", Quotas::updated);
        run.behaviour("quota: lifecycle and delete of a collection", Quotas::lifecycle);
        run.behaviour("quota: status is patched and updated", Quotas::status);
    }

    private static void quota(Place place, String name, String spec) {
        place.api()
                .post(place.core("resourcequotas"), Api.json("{'metadata':{'name':'%s'},'spec':{%s}}", name, spec))
                .ok();
    }

    private static String used(Place place, String name, String resource) {
        JsonNode found = place.api()
                .get(place.core("resourcequotas") + "/" + name)
                .ok()
                .path("status")
                .path("used");
        return found.path(resource).asText();
    }

    private static void uses(Place place, String name, String resource, String wanted) {
        Checks.within(SOON, name + ": " + resource + " used: " + wanted, () -> used(place, name, resource)
                .equals(wanted));
    }

    private static void prompt(Place place) {
        quota(place, QUOTA, "'hard':{'services':'10','cpu':'1','pods':'5','memory':'500Mi'}");
        uses(place, QUOTA, "services", "0");
        uses(place, QUOTA, "cpu", "0");
        JsonNode hard =
                place.api().get(place.core("resourcequotas") + "/" + QUOTA).ok().at("/status/hard");
        Checks.same("hard", "500Mi", hard.path("memory").asText());
    }

    private static void counted(Place place, String path, String resource, String body, String before, String after) {
        uses(place, QUOTA, resource, before);
        place.api().post(path, body).ok();
        uses(place, QUOTA, resource, after);
        place.api().delete(path + "/counted").ok();
        uses(place, QUOTA, resource, before);
    }

    private static void life(Place place, String plural, String fields) {
        int there = place.api().get(place.core(plural)).ok().path("items").size();
        quota(place, QUOTA, "'hard':{'" + plural + "':'" + (there + 1) + "'}");
        counted(
                place,
                place.core(plural),
                plural,
                Api.json("{'metadata':{'name':'counted'},%s}", fields),
                String.valueOf(there),
                String.valueOf(there + 1));
        place.api()
                .post(place.core(plural), "{\"metadata\":{\"name\":\"last\"}}")
                .ok();
        String refused = place.api()
                .post(place.core(plural), "{\"metadata\":{\"name\":\"more\"}}")
                .expect(Api.FORBIDDEN)
                .message();
        Checks.says(refused, "exceeded quota: " + QUOTA);
    }

    private static void controllers(Place place) {
        quota(place, QUOTA, "'hard':{'replicationcontrollers':'1'}");
        counted(
                place,
                place.core("replicationcontrollers"),
                "replicationcontrollers",
                Owners.controller(place, "counted", 0),
                "0",
                "1");
    }

    private static void sets(Place place) {
        quota(place, QUOTA, "'hard':{'count/replicasets.apps':'5'}");
        String body = Api.json(
                "{'metadata':{'name':'counted'},'spec':{'replicas':0,'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'c','image':'x'}]}}}}");
        counted(place, place.apps("replicasets"), "count/replicasets.apps", body, "0", "1");
    }

    private static String service(String name, String type) {
        return Api.json(
                "{'metadata':{'name':'%s'},'spec':{'type':'%s','selector':{'a':'b'},'ports':[{'port':80}]}}",
                name, type);
    }

    private static void services(Place place) {
        Api api = place.api();
        String path = place.core("services");
        quota(place, QUOTA, "'hard':{'services':'2','services.nodeports':'1','services.loadbalancers':'1'}");
        uses(place, QUOTA, "services", "0");
        api.post(path, service("one", "ClusterIP")).ok();
        api.post(path, service("two", "NodePort")).ok();
        Checks.says(
                api.post(path, service("three", "LoadBalancer"))
                        .expect(Api.FORBIDDEN)
                        .message(),
                "exceeded quota");
        uses(place, QUOTA, "services", "2");
        uses(place, QUOTA, "services.nodeports", "1");
        api.delete(path + "/one").ok();
        api.delete(path + "/two").ok();
        uses(place, QUOTA, "services", "0");
        uses(place, QUOTA, "services.nodeports", "0");
    }

    private static String pod(Place place, String name, String cpu, String more) {
        return Api.json(
                "{'metadata':{'name':'%s'},'spec':{'terminationGracePeriodSeconds':0,%s'containers':[{'name':'c','image':'%s','command':['sleep','3600'],'resources':{'requests':{'cpu':'%s','memory':'50Mi'},'limits':{'cpu':'500m','memory':'200Mi'}}}]}}",
                name, more, place.image(), cpu);
    }

    private static void pods(Place place) {
        Api api = place.api();
        String path = place.core("pods");
        quota(place, QUOTA, "'hard':{'pods':'2','cpu':'300m','memory':'500Mi'}");
        uses(place, QUOTA, "pods", "0");
        api.post(path, pod(place, "counted", "200m", "")).ok();
        uses(place, QUOTA, "pods", "1");
        uses(place, QUOTA, "cpu", "200m");
        uses(place, QUOTA, "memory", "50Mi");
        Checks.says(
                api.post(path, pod(place, "large", "200m", ""))
                        .expect(Api.FORBIDDEN)
                        .message(),
                "exceeded quota");
        Checks.says(
                api.post(path, Run.pod("asks-nothing", place.image(), ""))
                        .expect(Api.FORBIDDEN)
                        .message(),
                "must specify");
        api.merge(path + "/counted", "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}")
                .ok();
        uses(place, QUOTA, "cpu", "200m");
        api.delete(path + "/counted").ok();
        uses(place, QUOTA, "pods", "0");
        uses(place, QUOTA, "cpu", "0");
    }

    private static void scoped(Place place, String in, String out, Consumer<String> create) {
        uses(place, in, "pods", "0");
        uses(place, out, "pods", "0");
        create.accept("scoped");
        uses(place, in, "pods", "1");
        Checks.same("the other's", "0", used(place, out, "pods"));
        place.api().delete(place.core("pods") + "/scoped").ok();
        uses(place, in, "pods", "0");
    }

    private static void terminating(Place place) {
        quota(place, "terminating", "'hard':{'pods':'5'},'scopes':['Terminating']");
        quota(place, "lasting", "'hard':{'pods':'5'},'scopes':['NotTerminating']");
        String path = place.core("pods");
        scoped(place, "lasting", "terminating", name -> place.api()
                .post(path, pod(place, name, "100m", ""))
                .ok());
        scoped(place, "terminating", "lasting", name -> place.api()
                .post(path, pod(place, name, "100m", "'activeDeadlineSeconds':3600,"))
                .ok());
    }

    private static void bestEffort(Place place) {
        quota(place, "best", "'hard':{'pods':'5'},'scopes':['BestEffort']");
        quota(place, "other", "'hard':{'pods':'5'},'scopes':['NotBestEffort']");
        String path = place.core("pods");
        scoped(place, "best", "other", name -> place.api()
                .post(path, Run.pod(name, place.image(), ""))
                .ok());
        scoped(place, "other", "best", name -> place.api()
                .post(path, pod(place, name, "100m", ""))
                .ok());
    }

    private static void updated(Place place) {
        Api api = place.api();
        quota(place, QUOTA, "'hard':{'cpu':'1','memory':'500Mi'}");
        String path = place.core("resourcequotas") + "/" + QUOTA;
        ObjectNode read = (ObjectNode) api.get(path).ok();
        read.withObject("/spec/hard").put("cpu", "2").put("memory", "1Gi");
        JsonNode written = update(api, path, read);
        Checks.same("cpu", "2", written.at("/spec/hard/cpu").asText());
        Checks.same("memory", "1Gi", api.get(path).ok().at("/spec/hard/memory").asText());
        api.delete(path).ok();
        Checks.within(SOON, "it is gone", () -> api.get(path).code() == Api.NOT_FOUND);
    }

    private static JsonNode update(Api api, String path, ObjectNode wanted) {
        while (true) {
            ObjectNode read = (ObjectNode) api.get(path).ok();
            read.set("spec", wanted.path("spec"));
            Api.Answer answer = api.put(path, read);
            if (answer.code() != Api.CONFLICT) {
                return answer.ok();
            }
        }
    }

    private static void lifecycle(Place place) {
        Api api = place.api();
        String path = place.core("resourcequotas");
        quota(place, QUOTA, "'hard':{'cpu':'1','memory':'500Mi'}");
        Checks.same(
                "cpu",
                "1",
                api.get(path + "/" + QUOTA).ok().at("/spec/hard/cpu").asText());
        String everywhere = "/api/v1/resourcequotas?labelSelector=quota%3D" + place.namespace();
        api.merge(
                        path + "/" + QUOTA,
                        Api.json(
                                "{'metadata':{'labels':{'quota':'%s'}},'spec':{'hard':{'memory':'750Mi'}}}",
                                place.namespace()))
                .ok();
        JsonNode list = api.get(everywhere).ok();
        Checks.same("list", 1, list.path("items").size());
        Checks.same("memory", "750Mi", list.at("/items/0/spec/hard/memory").asText());
        api.delete(path + "?labelSelector=quota%3D" + place.namespace()).ok();
        Checks.within(
                SOON,
                "the collection is gone",
                () -> api.get(everywhere).ok().path("items").isEmpty());
    }

    private static void status(Place place) {
        Api api = place.api();
        quota(place, QUOTA, "'hard':{'cpu':'500m','memory':'500Mi'}");
        uses(place, QUOTA, "cpu", "0");
        String status = place.core("resourcequotas") + "/" + QUOTA + "/status";
        try (Watched watch = new Watched(api, place.core("resourcequotas"), "")) {
            ObjectNode read = (ObjectNode) api.get(status).ok();
            read.withObject("/status/hard").put("cpu", "222m").put("memory", "222Mi");
            JsonNode updated = api.put(status, read).ok();
            Checks.same("cpu", "222m", updated.at("/status/hard/cpu").asText());
            watch.until(
                    "MODIFIED", object -> object.at("/status/hard/cpu").asText().equals("222m"));
            watch.until(
                    "MODIFIED", object -> object.at("/status/hard/cpu").asText().equals("500m"));
            JsonNode patched = api.merge(status, Api.json("{'status':{'hard':{'cpu':'333m'}}}"))
                    .ok();
            Checks.same("cpu", "333m", patched.at("/status/hard/cpu").asText());
            watch.until(
                    "MODIFIED", object -> object.at("/status/hard/cpu").asText().equals("333m"));
            watch.until(
                    "MODIFIED", object -> object.at("/status/hard/cpu").asText().equals("500m"));
        }
        Checks.same(
                "the spec is as it was",
                "500m",
                api.get(place.core("resourcequotas") + "/" + QUOTA)
                        .ok()
                        .at("/spec/hard/cpu")
                        .asText());
    }
}
