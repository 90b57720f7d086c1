package io.minik.inttest;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** fabric8's client creates, lists, watches, edits, patches and deletes. Argument: a kubeconfig. */
public final class Fabric8Story {
    private static final int WAIT_SECONDS = 20;
    private static final int POLL_MILLIS = 200;
    private static final String NAMESPACE = "fabric8";

    private Fabric8Story() {}

    public static void main(String[] arguments) throws Exception {
        Config config = Config.fromKubeconfig(Files.readString(Path.of(arguments[0])));
        try (KubernetesClient client =
                new KubernetesClientBuilder().withConfig(config).build()) {
            run(client);
        }
    }

    @SuppressWarnings("try") // the watch is there for its listener
    private static void run(KubernetesClient client) throws InterruptedException {
        client.namespaces()
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(NAMESPACE)
                        .endMetadata()
                        .build())
                .create();
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        try (Watch watch = client.configMaps()
                .inNamespace(NAMESPACE)
                .withLabel("story", "fabric8")
                .watch(new Recorder(events))) {
            ConfigMap made = client.configMaps()
                    .inNamespace(NAMESPACE)
                    .resource(new ConfigMapBuilder()
                            .withNewMetadata()
                            .withName("settings")
                            .addToLabels("story", "fabric8")
                            .endMetadata()
                            .addToData("color", "blue")
                            .build())
                    .create();
            step("create gives a uid", !made.getMetadata().getUid().isEmpty());
            step("the watch sees it", "ADDED settings".equals(next(events)));
            step(
                    "list by label finds it",
                    client.configMaps()
                                    .inNamespace(NAMESPACE)
                                    .withLabel("story", "fabric8")
                                    .list()
                                    .getItems()
                                    .size()
                            == 1);
            ConfigMap edited = client.configMaps()
                    .inNamespace(NAMESPACE)
                    .withName("settings")
                    .edit(map ->
                            new ConfigMapBuilder(map).addToData("size", "large").build());
            step("edit adds a key", "large".equals(edited.getData().get("size")));
            step("the watch sees the edit", "MODIFIED settings".equals(next(events)));
            for (PatchType type : new PatchType[] {PatchType.STRATEGIC_MERGE, PatchType.JSON_MERGE}) {
                ConfigMap patched = client.configMaps()
                        .inNamespace(NAMESPACE)
                        .withName("settings")
                        .patch(PatchContext.of(type), "{\"data\":{\"by\":\"" + type.name() + "\"}}");
                step(type + " patches", type.name().equals(patched.getData().get("by")));
                step("the watch sees the patch", "MODIFIED settings".equals(next(events)));
            }
            step(
                    "a stale replace is a conflict",
                    409
                            == codeOf(() -> client.configMaps()
                                    .inNamespace(NAMESPACE)
                                    .resource(made)
                                    .lockResourceVersion(made.getMetadata().getResourceVersion())
                                    .update()));
            client.configMaps().inNamespace(NAMESPACE).withName("settings").delete();
            step("the watch sees the delete", "DELETED settings".equals(next(events)));
        }
        deployment(client);
        client.namespaces().withName(NAMESPACE).delete();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (client.namespaces().withName(NAMESPACE).get() != null && System.nanoTime() < end) {
            events.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
        }
        step("the namespace goes", client.namespaces().withName(NAMESPACE).get() == null);
    }

    private static void deployment(KubernetesClient client) {
        Deployment made = client.apps()
                .deployments()
                .inNamespace(NAMESPACE)
                .resource(new DeploymentBuilder()
                        .withNewMetadata()
                        .withName("idle")
                        .endMetadata()
                        .withNewSpec()
                        .withReplicas(0)
                        .withNewSelector()
                        .withMatchLabels(Map.of("app", "idle"))
                        .endSelector()
                        .withNewTemplate()
                        .withNewMetadata()
                        .withLabels(Map.of("app", "idle"))
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("c")
                        .withImage("nowhere.invalid/idle:1")
                        .endContainer()
                        .endSpec()
                        .endTemplate()
                        .endSpec()
                        .build())
                .create();
        step(
                "defaults are filled in",
                "RollingUpdate".equals(made.getSpec().getStrategy().getType()));
        Deployment scaled = client.apps()
                .deployments()
                .inNamespace(NAMESPACE)
                .withName("idle")
                .scale(1);
        step("scale sets replicas", scaled.getSpec().getReplicas() == 1);
        client.apps()
                .replicaSets()
                .inNamespace(NAMESPACE)
                .withLabel("app", "idle")
                .waitUntilCondition(
                        set -> set != null && set.getSpec().getReplicas() == 1, WAIT_SECONDS, TimeUnit.SECONDS);
        step(
                "a bad manifest is 422 and names the field",
                422
                        == codeOf(() -> client.pods()
                                .inNamespace(NAMESPACE)
                                .load(Fabric8Story.class.getResourceAsStream("bad-pod.yml"))
                                .create()));
    }

    private static int codeOf(Runnable call) {
        try {
            call.run();
            return 0;
        } catch (KubernetesClientException e) {
            return e.getCode();
        }
    }

    private static String next(BlockingQueue<String> events) throws InterruptedException {
        String event = events.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        return event == null ? "nothing" : event;
    }

    private static void step(String what, boolean holds) {
        if (!holds) {
            throw new IllegalStateException("fabric8: not so: " + what);
        }
        System.out.println("fabric8: " + what);
    }

    private record Recorder(BlockingQueue<String> events) implements Watcher<ConfigMap> {
        @Override
        public void eventReceived(Action action, ConfigMap map) {
            events.add(action + " " + map.getMetadata().getName());
        }

        @Override
        public void onClose(@Nullable WatcherException cause) {
            if (cause != null) {
                events.add("closed: " + cause.getMessage());
            }
        }
    }
}
