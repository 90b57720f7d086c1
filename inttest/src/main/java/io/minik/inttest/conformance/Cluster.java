package io.minik.inttest.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.inttest.conformance.Run.Place;
import java.time.Duration;
import java.util.List;

/** Services with what backs them, disruption budgets, volumes and claims, nodes, classes and limits. */
final class Cluster {
    private static final Duration SOON = Duration.ofSeconds(60);

    private Cluster() {}

    static void add(Run run) {
        run.behaviour("service: status is patched and updated", Cluster::serviceStatus);
        run.behaviour("service: a collection is deleted", Cluster::serviceCollection);
        run.behaviour("service: is found in all namespaces", Cluster::serviceEverywhere);
        run.behaviour("service: the API's own, and its endpoints", Cluster::kubernetes);
        run.behaviour("endpoints: lifecycle", Cluster::endpoints);
        run.behaviour("endpoints: follow the pods of a Service", Cluster::followed);
        run.behaviour("endpoints: of a selector without pods come and go", Cluster::withoutPods);
        run.behaviour("endpoints: custom ones are mirrored", Cluster::mirrored);
        run.behaviour("ServiceCIDR: API operations", Cluster::serviceCidr);
        run.behaviour("IPAddress: API operations", Cluster::address);
        run.behaviour("budget: status is observed, updated and patched", Cluster::budgetStatus);
        run.behaviour("budget: an eviction is refused until it is allowed", Cluster::eviction);
        run.behaviour("claim: lifecycle of a volume and its claim", Cluster::claim);
        run.behaviour("claim: status of both is patched and updated", Cluster::claimStatus);
        run.behaviour("node: lifecycle", Cluster::node);
        run.behaviour("limits: a pod gets the defaults of a LimitRange", Cluster::limits);
        run.behaviour("RuntimeClass: a pod of one that is not there is refused", Cluster::noClass);
        run.behaviour("RuntimeClass: a pod of one that was deleted is refused", Cluster::classDeleted);
        run.behaviour("RuntimeClass: a pod gets its overhead", Cluster::overhead);
        run.behaviour("RuntimeClass: a pod without overhead", Cluster::noOverhead);
        run.behaviour("configuration: an empty key is refused", Cluster::emptyKey);
        run.behaviour("configuration: a map is updated", Cluster::mapUpdated);
    }

    private static String service(String name, String selector) {
        return Api.json(
                "{'metadata':{'name':'%s','labels':{'of':'%s'}},'spec':{%s'ports':[{'name':'http','port':80,'targetPort':8080}]}}",
                name, name, selector.isEmpty() ? "" : "'selector':{" + selector + "},");
    }

    private static void serviceStatus(Place place) {
        Api api = place.api();
        String path = place.core("services");
        api.post(path, service("s", "'a':'b'").replace("\"ports\"", "\"type\":\"LoadBalancer\",\"ports\""))
                .ok();
        String status = path + "/s/status";
        JsonNode patched = api.merge(
                        status,
                        Api.json(
                                "{'metadata':{'annotations':{'patchedstatus':'true'}},'status':{'loadBalancer':{'ingress':[{'ip':'203.0.113.1'}]}}}"))
                .ok();
        Checks.same(
                "address",
                "203.0.113.1",
                patched.at("/status/loadBalancer/ingress/0/ip").asText());
        Checks.same(
                "annotation",
                "true",
                patched.at("/metadata/annotations/patchedstatus").asText());
        JsonNode updated = Pods.update(
                place,
                status,
                read -> read.withArray("/status/conditions")
                        .add(
                                Api.tree(
                                        Api.json(
                                                "{'type':'StatusUpdate','status':'True','reason':'E2E','message':'Set from e2e test','lastTransitionTime':'2026-01-01T00:00:00Z'}"))));
        Checks.holds(
                "condition",
                updated.at("/status/conditions").findValuesAsText("type").contains("StatusUpdate"));
        Pods.update(
                place, path + "/s", read -> read.withObject("/metadata/labels").put("updated", "yes"));
        api.delete(path + "/s").ok();
    }

    private static void serviceCollection(Place place) {
        Api api = place.api();
        String path = place.core("services");
        for (String name : List.of("one", "two", "kept")) {
            api.post(path, service(name, "'a':'b'").replace("\"of\":\"two\"", "\"of\":\"one\""))
                    .ok();
        }
        api.delete(path + "?labelSelector=of%3Done").ok();
        Checks.within(
                SOON, "one is left", () -> api.get(path).ok().path("items").size() == 1);
        Checks.same(
                "the other",
                "kept",
                api.get(path).ok().at("/items/0/metadata/name").asText());
    }

    private static void serviceEverywhere(Place place) {
        place.api().post(place.core("services"), service("s", "'a':'b'")).ok();
        Checks.holds(
                "found",
                Checks.any(
                        place.api().get("/api/v1/services").ok().path("items"),
                        each -> each.at("/metadata/namespace").asText().equals(place.namespace())));
        Checks.holds(
                "kubernetes, too",
                Checks.any(
                        place.api().get("/api/v1/services").ok().path("items"),
                        each -> each.at("/metadata/name").asText().equals("kubernetes")));
    }

    private static void kubernetes(Place place) {
        String path = "/api/v1/namespaces/default/";
        JsonNode service = place.api().get(path + "services/kubernetes").ok();
        Checks.same("port", 443, service.at("/spec/ports/0/port").asInt());
        JsonNode endpoints = place.api().get(path + "endpoints/kubernetes").ok();
        String address = endpoints.at("/subsets/0/addresses/0/ip").asText();
        Checks.holds("has an address", !address.isEmpty());
        JsonNode slices = place.api()
                .get(
                        "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dkubernetes")
                .ok();
        Checks.same(
                "slice", address, slices.at("/items/0/endpoints/0/addresses/0").asText());
        Checks.same(
                "port",
                endpoints.at("/subsets/0/ports/0/port").asInt(),
                slices.at("/items/0/ports/0/port").asInt());
    }

    private static void endpoints(Place place) {
        Api api = place.api();
        String path = place.core("endpoints");
        try (Watched watch = new Watched(api, path, "labelSelector=life%3Dstatic")) {
            api.post(
                            path,
                            Api.json(
                                    "{'metadata':{'name':'e','labels':{'life':'static'}},'subsets':[{'addresses':[{'ip':'10.0.0.24'}],'ports':[{'name':'http','port':80,'protocol':'TCP'}]}]}"))
                    .ok();
            watch.next("ADDED", "e");
            Checks.holds(
                    "listed in all namespaces",
                    !api.get("/api/v1/endpoints?labelSelector=life%3Dstatic")
                            .ok()
                            .path("items")
                            .isEmpty());
            Pods.update(place, path + "/e", read -> read.withObject("/metadata/labels")
                    .put("updated", "yes"));
            watch.until(
                    "MODIFIED",
                    each -> each.at("/metadata/labels/updated").asText().equals("yes"));
            api.merge(
                            path + "/e",
                            Api.json(
                                    "{'subsets':[{'addresses':[{'ip':'10.0.0.25'}],'ports':[{'name':'http-test','port':8080,'protocol':'TCP'}]}]}"))
                    .ok();
            JsonNode patched = watch.until(
                    "MODIFIED",
                    each -> each.at("/subsets/0/addresses/0/ip").asText().equals("10.0.0.25"));
            Checks.same("port", 8080, patched.at("/subsets/0/ports/0/port").asInt());
            api.delete(path + "?labelSelector=life%3Dstatic").ok();
            watch.until("DELETED", each -> true);
        }
    }

    private static JsonNode slices(Place place, String service) {
        return place.api()
                .get("/apis/discovery.k8s.io/v1/namespaces/" + place.namespace()
                        + "/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3D" + service)
                .ok()
                .path("items");
    }

    private static void followed(Place place) {
        Api api = place.api();
        api.post(place.core("services"), service("s", "'app':'s'")).ok();
        String body = Run.pod("pod", place.image(), "")
                .replace("\"name\":\"pod\"", "\"name\":\"pod\",\"labels\":{\"app\":\"s\"}");
        api.post(place.core("pods"), body).ok();
        Pods.phase(place, "pod", "Running");
        String ip = Pods.get(place, "pod").at("/status/podIP").asText();
        Checks.within(SOON, "Endpoints have it", () -> api.get(place.core("endpoints") + "/s")
                .body()
                .at("/subsets/0/addresses/0/ip")
                .asText()
                .equals(ip));
        Checks.within(SOON, "a slice has it", () -> slices(place, "s")
                .at("/0/endpoints/0/addresses/0")
                .asText()
                .equals(ip));
        JsonNode endpoint = slices(place, "s").at("/0/endpoints/0");
        Checks.same("pod", "pod", endpoint.at("/targetRef/name").asText());
        Checks.same("ready", true, endpoint.at("/conditions/ready").asBoolean());
        Checks.same("port", 8080, slices(place, "s").at("/0/ports/0/port").asInt());
        api.delete(place.core("pods") + "/pod").ok();
        Checks.within(SOON, "no endpoints are left", () -> slices(place, "s")
                .at("/0/endpoints")
                .isEmpty());
    }

    private static void withoutPods(Place place) {
        Api api = place.api();
        api.post(place.core("services"), service("s", "'app':'nobody'")).ok();
        Checks.within(SOON, "a slice", () -> slices(place, "s").size() == 1);
        Checks.within(
                SOON, "Endpoints", () -> api.get(place.core("endpoints") + "/s").code() == Api.OK);
        api.delete(place.core("services") + "/s").ok();
        Checks.within(SOON, "no slice", () -> slices(place, "s").isEmpty());
        Checks.within(
                SOON,
                "no Endpoints",
                () -> api.get(place.core("endpoints") + "/s").code() == Api.NOT_FOUND);
    }

    private static void mirrored(Place place) {
        Api api = place.api();
        api.post(place.core("services"), service("s", "")).ok();
        String endpoints = place.core("endpoints");
        api.post(
                        endpoints,
                        Api.json(
                                "{'metadata':{'name':'s'},'subsets':[{'addresses':[{'ip':'10.1.2.3'}],'ports':[{'name':'http','port':80}]}]}"))
                .ok();
        Checks.within(SOON, "mirrored", () -> slices(place, "s")
                .at("/0/endpoints/0/addresses/0")
                .asText()
                .equals("10.1.2.3"));
        api.merge(
                        endpoints + "/s",
                        Api.json("{'subsets':[{'addresses':[{'ip':'10.2.3.4'}],'ports':[{'name':'http','port':80}]}]}"))
                .ok();
        Checks.within(SOON, "the update is mirrored", () -> slices(place, "s")
                .at("/0/endpoints/0/addresses/0")
                .asText()
                .equals("10.2.3.4"));
        api.delete(endpoints + "/s").ok();
        Checks.within(SOON, "its end is mirrored", () -> slices(place, "s").isEmpty());
    }

    private static void serviceCidr(Place place) {
        Api api = place.api();
        Lifecycle.Kind kind = new Lifecycle.Kind(
                "networking.k8s.io/v1", "servicecidrs", "ServiceCIDR", false, "'spec':{'cidrs':['192.0.2.0/24']}", "");
        String path = kind.root() + "/servicecidrs";
        String name = place.namespace();
        Checks.holds("the server's own is there", Checks.any(api.get(path).ok().path("items"), each -> each.at(
                        "/metadata/name")
                .asText()
                .equals("kubernetes")));
        api.post(path, Lifecycle.body(kind, name, name)).expect(Api.CREATED);
        api.merge(path + "/" + name, "{\"metadata\":{\"labels\":{\"patched\":\"yes\"}}}")
                .ok();
        Pods.update(place, path + "/" + name, read -> read.withObject("/metadata/labels")
                .put("updated", "yes"));
        api.merge(
                        path + "/" + name + "/status",
                        Api.json(
                                "{'status':{'conditions':[{'type':'StatusPatched','status':'True','reason':'E2E','message':'m','lastTransitionTime':'2026-01-01T00:00:00Z'}]}}"))
                .ok();
        JsonNode read = api.get(path + "/" + name + "/status").ok();
        Checks.holds("status", Checks.any(read.at("/status/conditions"), each -> each.path("type")
                .asText()
                .equals("StatusPatched")));
        Checks.same("updated", "yes", read.at("/metadata/labels/updated").asText());
        api.delete(path + "?labelSelector=updated%3Dyes").ok();
        Checks.within(SOON, "gone", () -> api.get(path + "/" + name).code() == Api.NOT_FOUND);
    }

    private static void address(Place place) {
        Api api = place.api();
        Lifecycle.Kind kind = new Lifecycle.Kind(
                "networking.k8s.io/v1",
                "ipaddresses",
                "IPAddress",
                false,
                "'spec':{'parentRef':{'group':'','resource':'services','namespace':'" + place.namespace()
                        + "','name':'none'}}",
                "");
        String path = kind.root() + "/ipaddresses";
        String name = "192.0.2." + (1 + Integer.parseInt(place.namespace().replaceAll("[^0-9]", "")) % 250);
        api.post(path, Lifecycle.body(kind, name, place.namespace())).expect(Api.CREATED);
        Checks.same(
                "get",
                name,
                api.get(path + "/" + name).ok().at("/metadata/name").asText());
        api.merge(path + "/" + name, "{\"metadata\":{\"labels\":{\"patched\":\"yes\"}}}")
                .ok();
        Pods.update(place, path + "/" + name, read -> read.withObject("/metadata/labels")
                .put("updated", "yes"));
        Checks.same(
                "listed",
                1,
                api.get(path + "?labelSelector=updated%3Dyes,patched%3Dyes")
                        .ok()
                        .path("items")
                        .size());
        api.delete(path + "?labelSelector=updated%3Dyes").ok();
        Checks.within(SOON, "gone", () -> api.get(path + "/" + name).code() == Api.NOT_FOUND);
    }

    private static String budgets(Place place) {
        return "/apis/policy/v1/namespaces/" + place.namespace() + "/poddisruptionbudgets";
    }

    private static void budget(Place place, int available) {
        place.api()
                .post(
                        budgets(place),
                        Api.json(
                                "{'metadata':{'name':'b'},'spec':{'minAvailable':%d,'selector':{'matchLabels':{'foo':'bar'}}}}",
                                available))
                .ok();
    }

    private static void pods(Place place, int count) {
        for (int i = 0; i < count; i++) {
            String body = Run.pod("pod-" + i, place.image(), "")
                    .replace("\"name\":\"pod-" + i + "\"", "\"name\":\"pod-" + i + "\",\"labels\":{\"foo\":\"bar\"}");
            place.api().post(place.core("pods"), body).ok();
        }
        for (int i = 0; i < count; i++) {
            Pods.phase(place, "pod-" + i, "Running");
        }
    }

    private static void budgetStatus(Place place) {
        Api api = place.api();
        budget(place, 1);
        pods(place, 2);
        String path = budgets(place) + "/b";
        Checks.within(
                SOON,
                "a disruption is allowed",
                () -> api.get(path).ok().at("/status/disruptionsAllowed").asInt() == 1);
        JsonNode status = api.get(path).ok().path("status");
        Checks.same("healthy", 2, status.path("currentHealthy").asInt());
        Checks.same("expected", 2, status.path("expectedPods").asInt());
        String disrupted = "{'disruptedPods':{'pod-1':'2026-01-01T00:00:00Z'}}";
        Pods.update(place, path + "/status", read -> read.withObject("/status")
                .set("disruptedPods", Api.tree(Api.json(disrupted)).path("disruptedPods")));
        api.patch(path + "/status", Api.MERGE, Api.json("{'status':{'disruptedPods':null,'observedGeneration':1}}"))
                .ok();
        Checks.within(
                SOON,
                "the controller goes on",
                () -> api.get(path).ok().at("/status/disruptionsAllowed").asInt() == 1);
    }

    private static void eviction(Place place) {
        Api api = place.api();
        budget(place, 2);
        pods(place, 2);
        String path = budgets(place) + "/b";
        Checks.within(
                SOON,
                "two are healthy",
                () -> api.get(path).ok().at("/status/currentHealthy").asInt() == 2);
        String eviction = Api.json("{'apiVersion':'policy/v1','kind':'Eviction','metadata':{'name':'pod-0'}}");
        String evict = Pods.path(place, "pod-0") + "/eviction";
        Api.Answer refused = api.post(evict, eviction);
        Checks.same("refused", 429, refused.code());
        Checks.says(refused.body().toString(), "DisruptionBudget");
        api.merge(path, "{\"spec\":{\"minAvailable\":1}}").ok();
        Checks.within(SOON, "allowed", () -> api.post(evict, eviction).code() == Api.CREATED);
        Checks.within(SOON, "evicted", () -> api.get(Pods.path(place, "pod-0")).code() == Api.NOT_FOUND);
    }

    private static String volume(Place place) {
        String name = "pv-" + place.namespace();
        place.api()
                .post(
                        "/api/v1/persistentvolumes",
                        Api.json(
                                "{'metadata':{'name':'%1$s','labels':{'of':'%1$s'}},'spec':{'storageClassName':'%1$s','accessModes':['ReadWriteOnce'],'capacity':{'storage':'2Gi'},'persistentVolumeReclaimPolicy':'Retain','csi':{'driver':'inline-driver-%1$s','volumeHandle':'e2e-conformance'},'claimRef':{'namespace':'%2$s','name':'claim'}}}",
                                name, place.namespace()))
                .expect(Api.CREATED);
        place.api()
                .post(
                        place.core("persistentvolumeclaims"),
                        Api.json(
                                "{'metadata':{'name':'claim','labels':{'of':'%1$s'}},'spec':{'storageClassName':'%1$s','accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'2Gi'}}}}",
                                name))
                .expect(Api.CREATED);
        return name;
    }

    private static void claim(Place place) {
        Api api = place.api();
        String name = volume(place);
        String volumes = "/api/v1/persistentvolumes";
        String claims = place.core("persistentvolumeclaims");
        Checks.within(
                SOON,
                "bound",
                () -> api.get(claims + "/claim")
                                .ok()
                                .at("/status/phase")
                                .asText()
                                .equals("Bound")
                        && api.get(volumes + "/" + name)
                                .ok()
                                .at("/status/phase")
                                .asText()
                                .equals("Bound"));
        for (String path : List.of(volumes + "/" + name, claims + "/claim")) {
            api.merge(path, "{\"metadata\":{\"labels\":{\"patched\":\"yes\"}}}").ok();
            JsonNode updated = Pods.update(
                    place, path, read -> read.withObject("/metadata/labels").put("updated", "yes"));
            Checks.same("patched", "yes", updated.at("/metadata/labels/patched").asText());
            Checks.same("updated", "yes", updated.at("/metadata/labels/updated").asText());
        }
        api.delete(claims + "?labelSelector=of%3D" + name).ok();
        api.delete(volumes + "?labelSelector=of%3D" + name).ok();
        Checks.within(
                SOON,
                "gone",
                () -> api.get(claims + "/claim").code() == Api.NOT_FOUND
                        && api.get(volumes + "/" + name).code() == Api.NOT_FOUND);
    }

    private static void claimStatus(Place place) {
        Api api = place.api();
        String name = volume(place);
        String volume = "/api/v1/persistentvolumes/" + name;
        String claim = place.core("persistentvolumeclaims") + "/claim";
        Checks.within(
                SOON,
                "bound",
                () -> api.get(claim).ok().at("/status/phase").asText().equals("Bound"));
        String condition =
                "{'type':'StatusPatched','status':'True','reason':'E2E','message':'m','lastTransitionTime':'2026-01-01T00:00:00Z'}";
        api.merge(claim + "/status", Api.json("{'status':{'conditions':[%s]}}", condition))
                .ok();
        JsonNode updated = Pods.update(place, claim + "/status", read -> ((ObjectNode) read.at("/status/conditions/0"))
                .put("reason", "E2E-updated"));
        Checks.same(
                "reason",
                "E2E-updated",
                updated.at("/status/conditions/0/reason").asText());
        api.merge(volume + "/status", Api.json("{'status':{'message':'StatusPatched','reason':'E2E'}}"))
                .ok();
        JsonNode told = Pods.update(
                place, volume + "/status", read -> read.withObject("/status").put("message", "StatusUpdated"));
        Checks.same("message", "StatusUpdated", told.at("/status/message").asText());
        Checks.same("reason", "E2E", told.at("/status/reason").asText());
        api.delete(claim).ok();
        api.delete(volume).ok();
    }

    private static void node(Place place) {
        Api api = place.api();
        String nodes = "/api/v1/nodes";
        String name = "e2e-fake-node-" + place.namespace();
        api.post(
                        nodes,
                        Api.json(
                                "{'metadata':{'name':'%s'},'spec':{'unschedulable':true},'status':{'phase':'Running','conditions':[{'type':'Ready','status':'True','reason':'E2E','message':'Set from e2e test'}]}}",
                                name))
                .expect(Api.CREATED);
        api.patch(nodes + "/" + name, Api.STRATEGIC, Api.json("{'metadata':{'labels':{'%s':'patched'}}}", name))
                .ok();
        Pods.update(place, nodes + "/" + name, read -> read.withObject("/metadata/labels")
                .put(name, "updated"));
        JsonNode status = Pods.update(place, nodes + "/" + name + "/status", read -> read.withArray(
                        "/status/conditions")
                .add(Api.tree(Api.json(
                        "{'type':'StatusUpdate','status':'True','reason':'E2E','message':'Set from e2e test'}"))));
        Checks.holds("condition", Checks.any(status.at("/status/conditions"), each -> each.path("type")
                .asText()
                .equals("StatusUpdate")));
        Checks.same(
                "listed",
                1,
                api.get(nodes + "?labelSelector=" + name + "%3Dupdated")
                        .ok()
                        .path("items")
                        .size());
        api.delete(nodes + "?labelSelector=" + name + "%3Dupdated").ok();
        Checks.within(SOON, "gone", () -> api.get(nodes + "/" + name).code() == Api.NOT_FOUND);
    }

    private static void limits(Place place) {
        Api api = place.api();
        api.post(
                        place.core("limitranges"),
                        Api.json(
                                "{'metadata':{'name':'l'},'spec':{'limits':[{'type':'Container','min':{'cpu':'50m','memory':'100Mi'},'max':{'cpu':'500m','memory':'500Mi'},'default':{'cpu':'500m','memory':'500Mi'},'defaultRequest':{'cpu':'100m','memory':'200Mi'}}]}}"))
                .ok();
        JsonNode bare =
                api.post(place.core("pods"), Run.pod("bare", place.image(), "")).ok();
        JsonNode resources = bare.at("/spec/containers/0/resources");
        Checks.same("request", "100m", resources.at("/requests/cpu").asText());
        Checks.same("request", "200Mi", resources.at("/requests/memory").asText());
        Checks.same("limit", "500m", resources.at("/limits/cpu").asText());
        String asked = Run.pod("asked", place.image(), "")
                .replace("\"command\"", "\"resources\":{\"requests\":{\"cpu\":\"300m\"}},\"command\"");
        JsonNode pod = api.post(place.core("pods"), asked).ok();
        Checks.same(
                "what is asked for",
                "300m",
                pod.at("/spec/containers/0/resources/requests/cpu").asText());
        Checks.same(
                "the rest",
                "500Mi",
                pod.at("/spec/containers/0/resources/limits/memory").asText());
        for (String request : List.of("\"requests\":{\"cpu\":\"10m\"}", "\"limits\":{\"cpu\":\"600m\"}")) {
            api.post(
                            place.core("pods"),
                            asked.replace("asked", "wrong").replace("\"requests\":{\"cpu\":\"300m\"}", request))
                    .expect(Api.FORBIDDEN);
        }
        api.merge(
                        place.core("limitranges") + "/l",
                        Api.json(
                                "{'spec':{'limits':[{'type':'Container','min':{'cpu':'9m'},'max':{'cpu':'600m'},'defaultRequest':{'cpu':'10m'}}]}}"))
                .ok();
        Checks.within(
                SOON,
                "the new minimum",
                () -> api.post(
                                        place.core("pods"),
                                        asked.replace("asked", "small").replace("300m", "10m"))
                                .code()
                        == Api.CREATED);
        api.delete(place.core("limitranges") + "/l").ok();
    }

    private static final String CLASSES = "/apis/node.k8s.io/v1/runtimeclasses";

    private static Api.Answer ofClass(Place place, String name, String spec) {
        return place.api()
                .post(place.core("pods"), Run.pod("pod", place.image(), "'runtimeClassName':'" + name + "'," + spec));
    }

    private static void noClass(Place place) {
        ofClass(place, place.namespace() + "-none", "").expect(Api.FORBIDDEN);
    }

    private static void madeClass(Place place, String fields) {
        place.api()
                .post(CLASSES, Api.json("{'metadata':{'name':'%s'},'handler':'minik'%s}", place.namespace(), fields))
                .expect(Api.CREATED);
    }

    private static void classDeleted(Place place) {
        madeClass(place, "");
        place.api().delete(CLASSES + "/" + place.namespace()).ok();
        Checks.within(
                SOON, "refused", () -> ofClass(place, place.namespace(), "").code() == Api.FORBIDDEN);
    }

    private static void overhead(Place place) {
        madeClass(place, ",'overhead':{'podFixed':{'cpu':'10m','memory':'1Mi'}}");
        JsonNode pod = ofClass(place, place.namespace(), "").ok();
        Checks.same("CPU", "10m", pod.at("/spec/overhead/cpu").asText());
        Checks.same("memory", "1Mi", pod.at("/spec/overhead/memory").asText());
        Pods.phase(place, "pod", "Running");
        place.api().delete(CLASSES + "/" + place.namespace()).ok();
    }

    private static void noOverhead(Place place) {
        madeClass(place, "");
        Checks.holds(
                "none",
                ofClass(place, place.namespace(), "").ok().at("/spec/overhead").isMissingNode());
        Pods.phase(place, "pod", "Running");
        place.api().delete(CLASSES + "/" + place.namespace()).ok();
    }

    private static void emptyKey(Place place) {
        place.api()
                .post(place.core("configmaps"), Api.json("{'metadata':{'name':'m'},'data':{'':'x'}}"))
                .expect(Api.INVALID);
        place.api()
                .post(place.core("secrets"), Api.json("{'metadata':{'name':'m'},'data':{'':'eA=='}}"))
                .expect(Api.INVALID);
    }

    private static void mapUpdated(Place place) {
        Api api = place.api();
        String path = place.core("configmaps");
        api.post(path, Api.json("{'metadata':{'name':'m'},'data':{'data':'value'}}"))
                .ok();
        Pods.update(place, path + "/m", read -> read.withObject("/data").put("data", "value-2"));
        Checks.same(
                "value", "value-2", api.get(path + "/m").ok().at("/data/data").asText());
    }
}
