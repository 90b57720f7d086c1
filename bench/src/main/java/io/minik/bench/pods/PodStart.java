package io.minik.bench.pods;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.HttpTransport;
import io.minik.api.client.ListOptions;
import io.minik.api.client.WatchEvent;
import io.minik.api.client.WatchHandle;
import io.minik.api.client.WatchHandler;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Arguments: kubeconfig, image, pods. One pod at a time, each deleted once it ran; prints percentiles in milliseconds. */
public final class PodStart {
    private static final int WAIT_SECONDS = 60;
    private static final String NAMESPACE = "default";

    private final Map<String, CountDownLatch> running = new ConcurrentHashMap<>();
    private final Map<String, CountDownLatch> gone = new ConcurrentHashMap<>();
    private final ApiClient client;

    private PodStart(ApiClient client) {
        this.client = client;
    }

    public static void main(String[] arguments) throws Exception {
        Vertx vertx = Vertx.vertx();
        HttpTransport transport = new HttpTransport(vertx, config(Path.of(arguments[0])));
        try {
            new PodStart(new ApiClient(transport, "bench")).run(arguments[1], Integer.parseInt(arguments[2]));
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void run(String image, int pods) throws Exception {
        WatchHandle watch =
                get(client.watch(Resources.PODS, NAMESPACE, ListOptions.labels("bench=pod-start"), new Handler()));
        double[] millis = new double[pods];
        int warmUp = Math.min(10, pods);
        for (int i = -warmUp; i < pods; i++) {
            String name = "bench-" + (i + warmUp);
            running.put(name, new CountDownLatch(1));
            gone.put(name, new CountDownLatch(1));
            long start = System.nanoTime();
            get(client.create(Resources.PODS, pod(name, image)));
            await(running.get(name), name + " to run");
            if (i >= 0) {
                millis[i] = (System.nanoTime() - start) / 1e6;
            }
            get(client.delete(Resources.PODS, ObjectKey.of(NAMESPACE, name), DeleteOptions.DEFAULT.grace(0)));
            await(gone.get(name), name + " to go");
        }
        watch.close();
        Arrays.sort(millis);
        System.out.printf(
                Locale.ROOT,
                "pod create -> Running seen by a watch, %d pods: p50 %.0f ms, p90 %.0f ms, p99 %.0f ms, max %.0f ms%n",
                pods,
                millis[pods / 2],
                millis[pods * 9 / 10],
                millis[pods * 99 / 100],
                millis[pods - 1]);
    }

    private static KubeObject pod(String name, String image) {
        return KubeObject.named("v1", "Pod", ObjectKey.of(NAMESPACE, name), tree -> {
            Json.child(Json.child(tree, "metadata"), "labels").put("bench", "pod-start");
            tree.putObject("spec")
                    .putArray("containers")
                    .addObject()
                    .put("name", "c")
                    .put("image", image)
                    .put("imagePullPolicy", "IfNotPresent")
                    .putArray("command")
                    .add("sleep")
                    .add("600");
        });
    }

    private static void await(CountDownLatch latch, String what) throws InterruptedException {
        if (!latch.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("waited in vain for " + what);
        }
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
    }

    private static HttpTransport.Config config(Path kubeconfig) throws IOException {
        Object document = new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(kubeconfig));
        JsonNode tree = Json.MAPPER.valueToTree(document);
        JsonNode cluster = tree.at("/clusters/0/cluster");
        JsonNode user = tree.at("/users/0/user");
        return HttpTransport.Config.withCertificate(
                URI.create(cluster.path("server").asText()),
                decoded(cluster, "certificate-authority-data"),
                decoded(user, "client-certificate-data"),
                decoded(user, "client-key-data"),
                "minik-bench");
    }

    private static String decoded(JsonNode node, String field) {
        return new String(Base64.getDecoder().decode(node.path(field).asText()), StandardCharsets.UTF_8);
    }

    private final class Handler implements WatchHandler {
        @Override
        public void onEvent(WatchEvent event) {
            String name = event.object().name();
            if (event.type() == WatchEvent.Type.DELETED) {
                Optional.ofNullable(gone.get(name)).ifPresent(CountDownLatch::countDown);
            } else if (event.object().text("status", "phase").equals("Running")) {
                Optional.ofNullable(running.get(name)).ifPresent(CountDownLatch::countDown);
            }
        }

        @Override
        public void onEnd(Optional<ApiException> why) {
            why.ifPresent(error -> System.err.println("the watch ended: " + error.getMessage()));
        }
    }
}
