package io.minik.inttest.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.http.WebSocket;
import io.minik.inttest.conformance.Run.Place;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Pods as the API has them: their writes, generations, resizes, status, and what is asked of their kubelet. */
final class Pods {
    static final Duration SOON = Duration.ofSeconds(60);
    private static final int UPDATES = 500;

    private Pods() {}

    static void add(Run run) {
        run.behaviour("pod: 500 updates, and the generation that is observed", Pods::manyUpdates);
        run.behaviour("pod: generation starts at 1 and counts updates", Pods::generation);
        run.behaviour("pod: generation of a deletion with grace", Pods::generationOfDeletion);
        run.behaviour("pod: resized, three guaranteed containers, net increase", place -> resizeThree(place, 1));
        run.behaviour("pod: resized, three guaranteed containers, net decrease", place -> resizeThree(place, -1));
        run.behaviour("pod: resized, CPU and memory of different containers", Pods::resizeMixed);
        run.behaviour("pod: resized, six burstable containers", Pods::resizeSix);
        run.behaviour("pod: resized to what is the same", Pods::resizeEquivalent);
        run.behaviour("pod: resized by a replace", Pods::resizeReplace);
        run.behaviour("pod: an ephemeral container is started", Pods::ephemeral);
        run.behaviour("pod: ephemeral containers are updated", Pods::ephemeralUpdate);
        run.behaviour("pod: its class of service", Pods::serviceClass);
        run.behaviour("pod: a deadline is set on a running pod", Pods::deadline);
        run.behaviour("pod: is updated", Pods::updated);
        run.behaviour("pod: is submitted and removed", Pods::removed);
        run.behaviour("pod: a collection is deleted", Pods::collection);
        run.behaviour("pod: its host's addresses", Pods::hostAddress);
        run.behaviour("pod: status is patched", Pods::status);
        run.behaviour("pod: lifecycle of pod and status", Pods::lifecycle);
        run.behaviour("pod: a command by WebSocket", Pods::execute);
        run.behaviour("pod: its log by WebSocket", Pods::log);
        run.behaviour("pod: an image is mounted as a volume", Pods::imageVolume);
        run.behaviour("pod: sysctls are set", Pods::sysctls);
        run.behaviour("pod: sysctls that are none are refused", Pods::invalidSysctls);
        run.behaviour("pod: a CSI volume is kept in its spec", Pods::inlineVolume);
    }

    static String path(Place place, String name) {
        return place.core("pods") + "/" + name;
    }

    static JsonNode get(Place place, String name) {
        return place.api().get(path(place, name)).ok();
    }

    static void phase(Place place, String name, String phase) {
        Checks.within(
                SOON,
                name + " is " + phase,
                () -> get(place, name).at("/status/phase").asText().equals(phase));
    }

    static JsonNode running(Place place, String name, String spec) {
        place.api().post(place.core("pods"), Run.pod(name, place.image(), spec)).expect(Api.CREATED);
        phase(place, name, "Running");
        return get(place, name);
    }

    /** Reads, changes and writes, again where the kubelet wrote in between. */
    static JsonNode update(Place place, String path, Consumer<ObjectNode> change) {
        while (true) {
            ObjectNode read = (ObjectNode) place.api().get(path).ok();
            change.accept(read);
            Api.Answer answer = place.api().put(path, read);
            if (answer.code() != Api.CONFLICT) {
                return answer.ok();
            }
        }
    }

    private static long generationOf(JsonNode pod) {
        return pod.at("/metadata/generation").asLong();
    }

    private static void generation(Place place) {
        Checks.same("at first", 1L, generationOf(running(place, "pod", "")));
        update(place, path(place, "pod"), pod -> pod.withObject("/metadata/annotations")
                .put("a", "b"));
        Checks.same("metadata", 1L, generationOf(get(place, "pod")));
        update(place, path(place, "pod"), pod -> ((ObjectNode) pod.at("/spec/containers/0"))
                .put("image", place.image() + "-other"));
        Checks.same("image", 2L, generationOf(get(place, "pod")));
        update(place, path(place, "pod"), pod -> pod.withObject("/spec").put("activeDeadlineSeconds", 3600));
        Checks.same("deadline", 3L, generationOf(get(place, "pod")));
        update(place, path(place, "pod"), pod -> pod.withArray("/spec/tolerations")
                .addObject()
                .put("key", "x")
                .put("operator", "Exists"));
        Checks.same("toleration", 4L, generationOf(get(place, "pod")));
        Checks.within(
                SOON,
                "observed",
                () -> get(place, "pod").at("/status/observedGeneration").asLong() == 4);
    }

    private static void generationOfDeletion(Place place) {
        String body = Run.pod("pod", place.image(), "")
                .replace(
                        "\"name\":\"pod\"",
                        "\"name\":\"pod\",\"generation\":100,\"finalizers\":[\"e2e.example.com/f\"]");
        JsonNode made = place.api().post(place.core("pods"), body).ok();
        Checks.same("what one asks for is not taken", 1L, generationOf(made));
        phase(place, "pod", "Running");
        place.api().delete(path(place, "pod"), "{\"gracePeriodSeconds\":1}").ok();
        Checks.within(SOON, "deleted", () -> !get(place, "pod")
                .at("/metadata/deletionTimestamp")
                .isMissingNode());
        Checks.same("generation", 2L, generationOf(get(place, "pod")));
        place.api()
                .merge(path(place, "pod"), "{\"metadata\":{\"finalizers\":null}}")
                .ok();
    }

    private static void manyUpdates(Place place) {
        running(place, "pod", "");
        for (int i = 0; i < UPDATES; i++) {
            String key = "k" + i;
            place.api()
                    .patch(
                            path(place, "pod"),
                            Api.JSON_PATCH,
                            Api.json(
                                    "[{'op':'add','path':'/spec/tolerations/-','value':{'key':'%s','operator':'Exists'}}]",
                                    key))
                    .ok();
        }
        Checks.same("generation", 1L + UPDATES, generationOf(get(place, "pod")));
        Checks.within(
                SOON,
                "observed",
                () -> get(place, "pod").at("/status/observedGeneration").asLong() == 1 + UPDATES);
    }

    private static String container(Place place, String name, String requests, String limits) {
        return Api.json(
                "{'name':'%s','image':'%s','command':['sleep','3600'],'resizePolicy':[{'resourceName':'cpu','restartPolicy':'NotRequired'},{'resourceName':'memory','restartPolicy':'NotRequired'}],'resources':{'requests':{%s},'limits':{%s}}}",
                name, place.image(), requests, limits);
    }

    private static String amounts(int cpu, int memory) {
        return Api.json("'cpu':'%dm','memory':'%dMi'", cpu, memory);
    }

    private static void made(Place place, String... containers) {
        place.api()
                .post(
                        place.core("pods"),
                        Api.json("{'metadata':{'name':'pod'},'spec':{'terminationGracePeriodSeconds':0,'containers':[")
                                + String.join(",", containers) + "]}}")
                .expect(Api.CREATED);
        phase(place, "pod", "Running");
    }

    /** Resizes, and waits until each container's status says what its spec says, without having been restarted. */
    private static void resize(Place place, String... containers) {
        String patch = "{\"spec\":{\"containers\":[" + String.join(",", containers) + "]}}";
        place.api().patch(path(place, "pod") + "/resize", Api.STRATEGIC, patch).ok();
        resized(place);
    }

    private static void resized(Place place) {
        Checks.within(SOON, "resized", () -> {
            JsonNode pod = get(place, "pod");
            for (JsonNode wanted : pod.at("/spec/containers")) {
                if (!Checks.any(
                        pod.at("/status/containerStatuses"),
                        each -> each.path("name").equals(wanted.path("name"))
                                && sameAmounts(each.path("resources"), wanted.path("resources"))
                                && each.path("restartCount").asInt() == 0)) {
                    return false;
                }
            }
            return !Checks.any(
                    pod.at("/status/conditions"),
                    each -> each.path("type").asText().startsWith("PodResize"));
        });
    }

    private static boolean sameAmounts(JsonNode one, JsonNode other) {
        if (one.isObject()) {
            boolean same = one.size() == other.size();
            for (var entry : one.properties()) {
                same &= other.has(entry.getKey()) && sameAmounts(entry.getValue(), other.get(entry.getKey()));
            }
            return same;
        }
        return one.isMissingNode()
                ? other.isEmpty()
                : Quantity.getAmountInBytes(Quantity.parse(one.asText()))
                                .compareTo(Quantity.getAmountInBytes(Quantity.parse(other.asText())))
                        == 0;
    }

    private static String change(String name, int cpu, int memory) {
        String amounts = amounts(cpu, memory);
        return Api.json("{'name':'%s','resources':{'requests':{%s},'limits':{%s}}}", name, amounts, amounts);
    }

    private static void guaranteed(Place place) {
        String same = amounts(20, 50);
        made(
                place,
                container(place, "c1", same, same),
                container(place, "c2", same, same),
                container(place, "c3", same, same));
    }

    private static void resizeThree(Place place, int direction) {
        guaranteed(place);
        resize(place, change("c1", 30, 60), change("c2", 20 + direction * 5, 50 + direction * 5), change("c3", 15, 45));
        Checks.same(
                "class", "Guaranteed", get(place, "pod").at("/status/qosClass").asText());
    }

    private static void resizeMixed(Place place) {
        guaranteed(place);
        resize(place, change("c1", 30, 50), change("c2", 15, 60), change("c3", 30, 60));
    }

    private static void resizeSix(Place place) {
        made(
                place,
                container(place, "c1", "", ""),
                container(place, "c2", "'cpu':'20m'", ""),
                container(place, "c3", "'memory':'50Mi'", ""),
                container(place, "c4", "'cpu':'20m','memory':'50Mi'", ""),
                container(place, "c5", "'cpu':'20m','memory':'50Mi'", "'cpu':'30m'"),
                container(place, "c6", "'cpu':'20m','memory':'50Mi'", "'cpu':'30m','memory':'60Mi'"));
        resize(
                place,
                Api.json(
                        "{'name':'c1','resources':{'requests':{'cpu':'10m','memory':'40Mi'},'limits':{'cpu':'40m','memory':'80Mi'}}}"),
                Api.json("{'name':'c2','resources':{'requests':{'cpu':'30m','memory':'40Mi'}}}"),
                Api.json("{'name':'c3','resources':{'requests':{'memory':'60Mi'},'limits':{'memory':'90Mi'}}}"),
                Api.json("{'name':'c4','resources':{'limits':{'cpu':'40m'}}}"),
                Api.json("{'name':'c5','resources':{'requests':{'cpu':'10m'},'limits':{'cpu':'20m','memory':'90Mi'}}}"),
                Api.json("{'name':'c6','resources':{'limits':{'cpu':'40m','memory':'70Mi'}}}"));
    }

    private static void resizeEquivalent(Place place) {
        made(place, container(place, "c1", "'cpu':'2m','memory':'52428800'", "'cpu':'0.02','memory':'100Mi'"));
        place.api()
                .patch(
                        path(place, "pod") + "/resize",
                        Api.STRATEGIC,
                        Api.json(
                                "{'spec':{'containers':[{'name':'c1','resources':{'requests':{'cpu':'0.002','memory':'50Mi'},'limits':{'cpu':'20m','memory':'104857600'}}}]}}"))
                .ok();
        resized(place);
    }

    private static void resizeReplace(Place place) {
        made(place, container(place, "c1", amounts(20, 50), amounts(30, 60)));
        update(place, path(place, "pod") + "/resize", pod -> {
            ObjectNode resources = (ObjectNode) pod.at("/spec/containers/0/resources");
            resources.withObject("/requests").put("cpu", "30m").put("memory", "60Mi");
            resources.withObject("/limits").put("cpu", "40m").put("memory", "70Mi");
        });
        resized(place);
    }

    private static String debugger(Place place, String name) {
        return Api.json(
                "{'spec':{'ephemeralContainers':[{'name':'%s','image':'%s','command':['sh','-c','echo polo; sleep 3600']}]}}",
                name, place.image());
    }

    private static void ephemeral(Place place) {
        running(place, "pod", "");
        place.api()
                .patch(path(place, "pod") + "/ephemeralcontainers", Api.STRATEGIC, debugger(place, "debugger"))
                .ok();
        Checks.within(SOON, "it runs", () -> !get(place, "pod")
                .at("/status/ephemeralContainerStatuses/0/state/running")
                .isMissingNode());
        Checks.within(SOON, "it says something", () -> place.api()
                .get(path(place, "pod") + "/log?container=debugger", "*/*")
                .body()
                .asText()
                .contains("polo"));
    }

    private static void ephemeralUpdate(Place place) {
        running(place, "pod", "");
        String path = path(place, "pod") + "/ephemeralcontainers";
        JsonNode one =
                place.api().patch(path, Api.STRATEGIC, debugger(place, "one")).ok();
        Checks.same("containers", 1, one.at("/spec/ephemeralContainers").size());
        Checks.same(
                "read",
                "one",
                place.api()
                        .get(path)
                        .ok()
                        .at("/spec/ephemeralContainers/0/name")
                        .asText());
        update(place, path, pod -> pod.withArray("/spec/ephemeralContainers")
                .addObject()
                .put("name", "two")
                .put("image", place.image()));
        JsonNode two = place.api().get(path).ok().at("/spec/ephemeralContainers");
        Checks.same("containers", 2, two.size());
        Checks.same("the second", "two", two.at("/1/name").asText());
    }

    private static void serviceClass(Place place) {
        String same = "'cpu':'100m','memory':'100Mi'";
        made(place, container(place, "c", same, same));
        Checks.same(
                "class", "Guaranteed", get(place, "pod").at("/status/qosClass").asText());
    }

    private static void deadline(Place place) {
        running(place, "pod", "");
        update(place, path(place, "pod"), pod -> pod.withObject("/spec").put("activeDeadlineSeconds", 2));
        Checks.within(
                SOON,
                "the deadline is exceeded",
                () -> get(place, "pod").at("/status/reason").asText().equals("DeadlineExceeded"));
    }

    private static void updated(Place place) {
        running(place, "pod", "");
        JsonNode written = update(place, path(place, "pod"), pod -> pod.withObject("/metadata/labels")
                .put("time", "later"));
        Checks.same("label", "later", written.at("/metadata/labels/time").asText());
        Checks.same(
                "selected",
                1,
                place.api()
                        .get(place.core("pods") + "?labelSelector=time%3Dlater")
                        .ok()
                        .path("items")
                        .size());
    }

    private static void removed(Place place) {
        Api api = place.api();
        try (Watched watch = new Watched(api, place.core("pods"), "")) {
            running(place, "pod", "");
            watch.until("ADDED", pod -> true);
            api.delete(path(place, "pod"), "{\"gracePeriodSeconds\":5}").ok();
            JsonNode last = watch.until("DELETED", pod -> true);
            Checks.holds("was deleted", !last.at("/metadata/deletionTimestamp").isMissingNode());
            Checks.same(
                    "grace", 5, last.at("/metadata/deletionGracePeriodSeconds").asInt());
        }
        api.get(path(place, "pod")).expect(Api.NOT_FOUND);
    }

    private static void collection(Place place) {
        for (int i = 0; i < 3; i++) {
            running(place, "pod-" + i, "");
        }
        place.api().delete(place.core("pods")).ok();
        Checks.within(
                SOON,
                "all are gone",
                () -> place.api().get(place.core("pods")).ok().path("items").isEmpty());
    }

    private static void hostAddress(Place place) {
        JsonNode pod = running(place, "pod", "");
        JsonNode node = place.api()
                .get("/api/v1/nodes/" + pod.at("/spec/nodeName").asText())
                .ok();
        String address = pod.at("/status/hostIP").asText();
        Checks.holds("is its node's", Checks.any(node.at("/status/addresses"), each -> each.path("address")
                .asText()
                .equals(address)));
        Checks.same("all", address, pod.at("/status/hostIPs/0/ip").asText());
    }

    private static void status(Place place) {
        running(place, "pod", "");
        JsonNode patched = place.api()
                .patch(
                        path(place, "pod") + "/status",
                        Api.STRATEGIC,
                        Api.json("{'status':{'message':'Patched by e2e test','reason':'E2E'}}"))
                .ok();
        Checks.same(
                "message", "Patched by e2e test", patched.at("/status/message").asText());
        Checks.same("reason", "E2E", patched.at("/status/reason").asText());
    }

    private static void lifecycle(Place place) {
        Api api = place.api();
        try (Watched watch = new Watched(api, place.core("pods"), "labelSelector=test-pod-static%3Dtrue")) {
            String body = Run.pod("pod", place.image(), "")
                    .replace("\"name\":\"pod\"", "\"name\":\"pod\",\"labels\":{\"test-pod-static\":\"true\"}");
            api.post(place.core("pods"), body).ok();
            watch.until("ADDED", pod -> true);
            watch.until("MODIFIED", pod -> pod.at("/status/phase").asText().equals("Running"));
            api.patch(
                            path(place, "pod"),
                            Api.STRATEGIC,
                            Api.json(
                                    "{'metadata':{'labels':{'test-pod':'patched'}},'spec':{'terminationGracePeriodSeconds':0,'containers':[{'name':'c','image':'%s-other'}]}}",
                                    place.image()))
                    .ok();
            watch.until(
                    "MODIFIED",
                    pod -> pod.at("/metadata/labels/test-pod").asText().equals("patched"));
            JsonNode status = api.get(path(place, "pod") + "/status").ok();
            Checks.same("kind", "Pod", status.path("kind").asText());
            update(place, path(place, "pod") + "/status", pod -> pod.withArray("/status/conditions")
                    .addObject()
                    .put("type", "Told")
                    .put("status", "False"));
            watch.until(
                    "MODIFIED",
                    pod -> Checks.any(
                            pod.at("/status/conditions"),
                            each -> each.path("type").asText().equals("Told")));
            api.delete(place.core("pods") + "?labelSelector=test-pod-static%3Dtrue")
                    .ok();
            watch.until("DELETED", pod -> true);
        }
    }

    private static void execute(Place place) {
        running(place, "pod", "");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ExecWatch exec = place.api()
                .client()
                .pods()
                .inNamespace(place.namespace())
                .withName("pod")
                .inContainer("c")
                .writingOutput(out)
                .exec("sh", "-c", "echo remote execution test")) {
            Checks.same("exit code", 0, exec.exitCode().get(SOON.toSeconds(), TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Api.NotSo("interrupted");
        } catch (ExecutionException | TimeoutException e) {
            throw new Api.NotSo("exec: " + e);
        }
        Checks.same("output", "remote execution test\n", out.toString(StandardCharsets.UTF_8));
    }

    private static void log(Place place) {
        place.api()
                .post(
                        place.core("pods"),
                        Run.pod("pod", place.image(), "")
                                .replace("\"sleep\",\"3600\"", "\"sh\",\"-c\",\"echo container is alive; sleep 3600\""))
                .ok();
        phase(place, "pod", "Running");
        CompletableFuture<String> said = new CompletableFuture<>();
        place.api()
                .http()
                .newWebSocketBuilder()
                .uri(URI.create(place.api()
                        .url(path(place, "pod") + "/log?container=c&follow=true")
                        .replace("https:", "wss:")))
                .subprotocol("binary.k8s.io")
                .buildAsync(new WebSocket.Listener() {
                    private final StringBuilder text = new StringBuilder();

                    @Override
                    public void onMessage(WebSocket socket, ByteBuffer bytes) {
                        text.append(StandardCharsets.UTF_8.decode(bytes));
                        if (text.indexOf("\n") >= 0) {
                            said.complete(text.toString());
                        }
                        socket.request();
                    }

                    @Override
                    public void onError(WebSocket socket, Throwable error) {
                        said.completeExceptionally(error);
                    }
                })
                .whenComplete((socket, error) -> {
                    if (error != null) {
                        said.completeExceptionally(error);
                    }
                });
        try {
            Checks.same("log", "container is alive\n", said.get(SOON.toSeconds(), TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Api.NotSo("interrupted");
        } catch (ExecutionException | TimeoutException e) {
            throw new Api.NotSo("log: " + e);
        }
    }

    private static void imageVolume(Place place) {
        place.api()
                .post(
                        place.core("pods"),
                        Api.json(
                                "{'metadata':{'name':'pod'},'spec':{'restartPolicy':'Never','volumes':[{'name':'v','image':{'reference':'%1$s','pullPolicy':'Always'}}],'containers':[{'name':'c','image':'%1$s','command':['sh','-c','test -x /v/bin/busybox'],'volumeMounts':[{'name':'v','mountPath':'/v'}]}]}}",
                                place.image()))
                .ok();
        phase(place, "pod", "Succeeded");
    }

    private static void sysctls(Place place) {
        String spec =
                "'restartPolicy':'Never','securityContext':{'sysctls':[{'name':'kernel.shm_rmid_forced','value':'1'}]},";
        place.api()
                .post(
                        place.core("pods"),
                        Run.pod("pod", place.image(), spec)
                                .replace(
                                        "\"sleep\",\"3600\"",
                                        "\"sh\",\"-c\",\"test $(cat /proc/sys/kernel/shm_rmid_forced) = 1\""))
                .ok();
        phase(place, "pod", "Succeeded");
    }

    private static void invalidSysctls(Place place) {
        String spec =
                "'securityContext':{'sysctls':[{'name':'foo-','value':'bar'},{'name':'kernel.shmmax','value':'100000000'},{'name':'safe-and-unsafe','value':'100000000'},{'name':'bar..','value':'42'}]},";
        String message = place.api()
                .post(place.core("pods"), Run.pod("pod", place.image(), spec))
                .expect(Api.INVALID)
                .message();
        Checks.says(message, "Invalid value: \"foo-\"");
        Checks.says(message, "Invalid value: \"bar..\"");
        Checks.holds("the valid are not told", !message.contains("safe-and-unsafe") && !message.contains("shmmax"));
    }

    private static void inlineVolume(Place place) {
        Api api = place.api();
        String driver = "driver-" + place.namespace();
        api.post(
                        "/apis/storage.k8s.io/v1/csidrivers",
                        Api.json("{'metadata':{'name':'%s'},'spec':{'volumeLifecycleModes':['Ephemeral']}}", driver))
                .ok();
        String spec = "'nodeName':'nowhere','volumes':[{'name':'v','csi':{'driver':'" + driver + "'}}],";
        api.post(place.core("pods"), Run.pod("pod", place.image(), spec)).ok();
        JsonNode volume = get(place, "pod").at("/spec/volumes/0/csi/driver");
        Checks.same("driver", driver, volume.asText());
        JsonNode patched = api.merge(path(place, "pod"), "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}")
                .ok();
        Checks.same("driver", driver, patched.at("/spec/volumes/0/csi/driver").asText());
        api.delete(place.core("pods")).ok();
        api.delete("/apis/storage.k8s.io/v1/csidrivers/" + driver).ok();
    }
}
