package io.minik.inttest;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Fills a cluster. Arguments: kubeconfig, then one of
 *
 * <pre>
 *   post PATH COUNT TEMPLATE     creates COUNT objects; in the template {i} is the number, {noise:N} N bytes of text
 *   put PATH COUNT TEMPLATE      the same object over and over
 *   fill PATH TEMPLATE           creates objects until the server has no room for more
 *   hollow NODES                 nodes that say they are Ready and that every pod bound to them runs, until it is ended
 * </pre>
 */
public final class SizeLoad {
    private static final int IN_FLIGHT = 16;
    private static final int WAIT_SECONDS = 60;
    private static final long HEARTBEAT_MILLIS = 10_000;

    private static final int GONE = 404;
    private static final int NO_ROOM = 507;

    private final KubernetesClient client;

    /** Requests of the hollow nodes; more at once than a connection has streams would fail. */
    private final Semaphore room = new Semaphore(IN_FLIGHT);

    /** The same for their heartbeats. */
    private final Semaphore beats = new Semaphore(IN_FLIGHT);

    private final ScheduledExecutorService kubelet = Executors.newSingleThreadScheduledExecutor();

    private SizeLoad(KubernetesClient client) {
        this.client = client;
    }

    public static void main(String[] arguments) throws Exception {
        Config config = Config.fromKubeconfig(Files.readString(Path.of(arguments[0])));
        config.setRequestTimeout((int) TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
        try (KubernetesClient client =
                new KubernetesClientBuilder().withConfig(config).build()) {
            SizeLoad load = new SizeLoad(client);
            switch (arguments[1]) {
                case "post" -> load.many("POST", arguments[2], Integer.parseInt(arguments[3]), template(arguments[4]));
                case "put" -> load.many("PUT", arguments[2], Integer.parseInt(arguments[3]), template(arguments[4]));
                case "fill" -> load.fill(arguments[2], template(arguments[3]));
                case "hollow" -> load.hollow(Integer.parseInt(arguments[2]));
                default -> throw new IllegalArgumentException(arguments[1]);
            }
        }
    }

    private static String template(String file) throws IOException {
        return Files.readString(Path.of(file));
    }

    private void many(String method, String path, int count, String template) throws Exception {
        long began = System.nanoTime();
        Sent sent = pour(method, path, count, method.equals("PUT") ? 1 : IN_FLIGHT, template);
        System.out.printf("%d in %d ms%n", sent.done(), (System.nanoTime() - began) / 1_000_000);
        if (!sent.failures().isEmpty()) {
            throw new IllegalStateException(sent.failures().get(0));
        }
    }

    private void fill(String path, String template) throws Exception {
        Sent sent = pour("POST", path, Integer.MAX_VALUE, IN_FLIGHT, template);
        for (String failure : sent.failures()) {
            if (!failure.startsWith(NO_ROOM + " ")) {
                throw new IllegalStateException(failure);
            }
        }
        System.out.println(sent.done() + " " + sent.failures().get(0));
    }

    private record Sent(int done, List<String> failures) {}

    /** Sends that many, some at once, until one fails. */
    private Sent pour(String method, String path, int count, int atOnce, String template) throws Exception {
        Semaphore places = new Semaphore(atOnce);
        Queue<String> failures = new ConcurrentLinkedQueue<>();
        AtomicInteger done = new AtomicInteger();
        for (int i = 0; i < count && failures.isEmpty(); i++) {
            places.acquire();
            send(method, path, "application/json", filled(template, i)).whenComplete((answer, error) -> {
                if (error != null || answer.code() / 100 != 2) {
                    failures.add(error != null ? error.toString() : answer.code() + " " + answer.bodyString());
                } else {
                    done.incrementAndGet();
                }
                places.release();
            });
        }
        places.acquire(atOnce);
        return new Sent(done.get(), List.copyOf(failures));
    }

    private static String filled(String template, int i) {
        String text = template.replace("{i}", Integer.toString(i));
        int at = text.indexOf("{noise:");
        if (at < 0) {
            return text;
        }
        int end = text.indexOf('}', at);
        int bytes = Integer.parseInt(text.substring(at + "{noise:".length(), end));
        Random random = new Random(i);
        StringBuilder noise = new StringBuilder(bytes + 16);
        while (noise.length() < bytes) {
            noise.append(Long.toHexString(random.nextLong()));
        }
        noise.setLength(bytes);
        return text.substring(0, at) + noise + text.substring(end + 1);
    }

    private CompletableFuture<Answer> send(String method, String path, String type, String body) {
        String server = client.getMasterUrl().toString();
        var request = client.getHttpClient()
                .newHttpRequestBuilder()
                .uri(server.substring(0, server.length() - 1) + path)
                .method(method, type, body)
                .build();
        return client.getHttpClient()
                .sendAsync(request, String.class)
                .thenApply((HttpResponse<String> response) -> new Answer(response.code(), response.body()));
    }

    private record Answer(int code, String bodyString) {}

    // ---- hollow nodes ----

    private void hollow(int nodes) throws Exception {
        for (int i = 0; i < nodes; i++) {
            node("hollow-" + i);
        }
        watch();
        System.out.println("hollow nodes are there");
        // A thread of its own: a node that waited for what it says of its pods would be taken for lost.
        Executors.newSingleThreadScheduledExecutor()
                .scheduleWithFixedDelay(() -> beat(nodes), HEARTBEAT_MILLIS, HEARTBEAT_MILLIS, TimeUnit.MILLISECONDS)
                .get();
    }

    private void beat(int nodes) {
        for (int i = 0; i < nodes; i++) {
            String spec = "{\"spec\":{\"renewTime\":\"" + now() + "\"}}";
            beats.acquireUninterruptibly();
            send("PATCH", lease("hollow-" + i), "application/merge-patch+json", spec)
                    .whenComplete((answer, away) -> beats.release());
        }
    }

    /** All pods and their changes; where the watch is lost, all of them anew. */
    private void watch() {
        client.pods().inAnyNamespace().watch(new Watcher<Pod>() {
            @Override
            public void eventReceived(Action action, Pod pod) {
                String node = pod.getSpec().getNodeName();
                if (node != null && pod.getStatus().getPodIP() == null && action != Action.DELETED) {
                    kubelet.execute(() -> runs(pod));
                }
            }

            @Override
            public void onClose(WatcherException cause) {
                kubelet.schedule(SizeLoad.this::watchAgain, 1, TimeUnit.SECONDS);
            }
        });
    }

    private void watchAgain() {
        try {
            watch();
        } catch (RuntimeException away) {
            kubelet.schedule(this::watchAgain, 1, TimeUnit.SECONDS);
        }
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString().replace("Z", ".000000Z");
    }

    private static String lease(String node) {
        return "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/" + node;
    }

    private void node(String name) throws Exception {
        String time = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        String ready = "{\"type\":\"Ready\",\"status\":\"True\",\"reason\":\"KubeletReady\",\"message\":\"hollow\","
                + "\"lastHeartbeatTime\":\"" + time + "\",\"lastTransitionTime\":\"" + time + "\"}";
        String room = "{\"cpu\":\"64\",\"memory\":\"256Gi\",\"pods\":\"500\"}";
        String status =
                "{\"status\":{\"capacity\":" + room + ",\"allocatable\":" + room + ",\"conditions\":[" + ready + "]}}";
        send(
                        "POST",
                        "/api/v1/nodes",
                        "application/json",
                        "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"" + name + "\"}}")
                .get(WAIT_SECONDS, TimeUnit.SECONDS);
        send(
                        "POST",
                        "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases",
                        "application/json",
                        "{\"apiVersion\":\"coordination.k8s.io/v1\",\"kind\":\"Lease\",\"metadata\":{\"name\":\"" + name
                                + "\"},\"spec\":{\"holderIdentity\":\"" + name + "\",\"leaseDurationSeconds\":40,"
                                + "\"renewTime\":\"" + now() + "\"}}")
                .get(WAIT_SECONDS, TimeUnit.SECONDS);
        Answer answer = send("PATCH", "/api/v1/nodes/" + name + "/status", "application/merge-patch+json", status)
                .get(WAIT_SECONDS, TimeUnit.SECONDS);
        if (answer.code() / 100 != 2) {
            throw new IllegalStateException(answer.toString());
        }
    }

    /** Tells that it runs, until it is told: as a kubelet does. */
    private void runs(Pod pod) {
        room.acquireUninterruptibly();
        int number = pod.getMetadata().getUid().hashCode();
        String time = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        String ip = "10.9." + (number >>> 8 & 255) + "." + (number & 255);
        String condition = "{\"type\":\"%s\",\"status\":\"True\",\"lastTransitionTime\":\"" + time + "\"}";
        String status = "{\"status\":{\"phase\":\"Running\",\"podIP\":\"" + ip + "\",\"podIPs\":[{\"ip\":\"" + ip
                + "\"}],\"hostIP\":\"10.8.0.1\",\"startTime\":\"" + time + "\",\"conditions\":["
                + condition.formatted("Initialized") + "," + condition.formatted("Ready") + ","
                + condition.formatted("ContainersReady") + "," + condition.formatted("PodScheduled")
                + "],\"containerStatuses\":[{\"name\":\"c\",\"image\":\"registry.example/app:1\",\"imageID\":\"x\","
                + "\"ready\":true,\"started\":true,\"restartCount\":0,\"state\":{\"running\":{\"startedAt\":\"" + time
                + "\"}}}]}}";
        send(
                        "PATCH",
                        "/api/v1/namespaces/" + pod.getMetadata().getNamespace() + "/pods/"
                                + pod.getMetadata().getName() + "/status",
                        "application/merge-patch+json",
                        status)
                .whenComplete((answer, error) -> {
                    room.release();
                    if (error != null || (answer.code() / 100 != 2 && answer.code() != GONE)) {
                        kubelet.schedule(() -> runs(pod), 1, TimeUnit.SECONDS);
                    }
                });
    }
}
