package io.minik.inttest.operator;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Makes a ConfigMap of each App, says so in its status, and takes the ConfigMap away before the App may go; the leader of
 * several does. It runs in a pod, as its ServiceAccount, and applies the definition of its kind itself. Arguments: identity,
 * port and keys of its webhooks, its definition. Runs until it is killed.
 */
public final class Operator {
    private static final String FINALIZER = "operator.example.com/map";
    private static final String MANAGER = "app-operator";
    private static final PatchContext APPLY = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager(MANAGER)
            .withForce(true)
            .build();
    private static final ResourceDefinitionContext APPS = new ResourceDefinitionContext.Builder()
            .withGroup("operator.example.com")
            .withVersion("v1alpha1")
            .withKind("App")
            .withPlural("apps")
            .withNamespaced(true)
            .build();

    private final KubernetesClient client;
    private final String identity;
    private final BlockingQueue<String> queue = new LinkedBlockingQueue<>();
    private volatile boolean leads;

    private Operator(KubernetesClient client, String identity) {
        this.client = client;
        this.identity = identity;
    }

    public static void main(String[] arguments) throws Exception {
        AppReview.serve(Integer.parseInt(arguments[1]), Path.of(arguments[2]));
        try (KubernetesClient client = new KubernetesClientBuilder().build();
                InputStream definition = Files.newInputStream(Path.of(arguments[3]))) {
            for (HasMetadata object : client.load(definition).items()) {
                client.resource(object).fieldManager(MANAGER).forceConflicts().serverSideApply();
            }
            client.apiextensions()
                    .v1()
                    .customResourceDefinitions()
                    .withName("apps.operator.example.com")
                    .waitUntilCondition(Operator::established, 30, TimeUnit.SECONDS);
            new Operator(client, arguments[0]).run();
        }
    }

    private static boolean established(CustomResourceDefinition definition) {
        return definition != null
                && definition.getStatus() != null
                && definition.getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Established")
                                && condition.getStatus().equals("True"));
    }

    private void run() throws InterruptedException {
        SharedIndexInformer<GenericKubernetesResource> informer =
                client.genericKubernetesResources(APPS).inAnyNamespace().inform(new Waking(queue), 0);
        elect(informer);
        System.out.println(identity + " runs");
        while (true) {
            String key = queue.poll(1, TimeUnit.SECONDS);
            if (key == null || !leads) {
                continue;
            }
            GenericKubernetesResource app = informer.getIndexer().getByKey(key);
            if (app == null) {
                continue;
            }
            try {
                reconcile(app);
            } catch (KubernetesClientException e) {
                System.out.println(key + ": " + e.getMessage());
                queue.add(key);
                TimeUnit.MILLISECONDS.sleep(200);
            }
        }
    }

    /** Again and again: a leader that could not renew, because the server was away, stands anew. */
    private void elect(SharedIndexInformer<GenericKubernetesResource> informer) {
        Thread thread = new Thread(
                () -> {
                    while (true) {
                        client.leaderElector()
                                .withConfig(new LeaderElectionConfigBuilder()
                                        .withName(MANAGER)
                                        .withLeaseDuration(Duration.ofSeconds(6))
                                        .withRenewDeadline(Duration.ofSeconds(4))
                                        .withRetryPeriod(Duration.ofSeconds(1))
                                        .withLock(new LeaseLock("operator", MANAGER, identity))
                                        .withLeaderCallbacks(new LeaderCallbacks(
                                                () -> {
                                                    leads = true;
                                                    informer.getIndexer()
                                                            .listKeys()
                                                            .forEach(queue::add);
                                                },
                                                () -> leads = false,
                                                leader -> System.out.println(leader + " leads")))
                                        .build())
                                .build()
                                .run();
                    }
                },
                "election");
        thread.setDaemon(true);
        thread.start();
    }

    private void reconcile(GenericKubernetesResource app) {
        String namespace = app.getMetadata().getNamespace();
        String name = "app-" + app.getMetadata().getName();
        List<String> finalizers = app.getMetadata().getFinalizers();
        if (app.getMetadata().getDeletionTimestamp() != null) {
            client.configMaps().inNamespace(namespace).withName(name).delete();
            if (finalizers.contains(FINALIZER)) {
                patch(app, "{\"metadata\":{\"finalizers\":null}}");
            }
            return;
        }
        if (!finalizers.contains(FINALIZER)) {
            patch(app, "{\"metadata\":{\"finalizers\":[\"" + FINALIZER + "\"]}}");
        }
        ConfigMap map = new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .endMetadata()
                .addToData("size", String.valueOf(app.<Object>get("spec", "size")))
                .addToData("note", String.valueOf(app.<Object>get("spec", "note")))
                .build();
        client.configMaps().inNamespace(namespace).resource(map).patch(APPLY, map);
        Object seen = app.<Object>get("status", "observedGeneration");
        long generation = app.getMetadata().getGeneration();
        if (!String.valueOf(generation).equals(String.valueOf(seen))) {
            GenericKubernetesResource status = new GenericKubernetesResourceBuilder()
                    .withApiVersion(app.getApiVersion())
                    .withKind(app.getKind())
                    .withNewMetadata()
                    .withName(app.getMetadata().getName())
                    .withNamespace(namespace)
                    .endMetadata()
                    .addToAdditionalProperties(
                            "status", Map.of("phase", "Ready", "by", identity, "observedGeneration", generation))
                    .build();
            client.genericKubernetesResources(APPS)
                    .inNamespace(namespace)
                    .withName(app.getMetadata().getName())
                    .subresource("status")
                    .patch(APPLY, Serialization.asJson(status));
        }
    }

    private void patch(GenericKubernetesResource app, String merge) {
        client.genericKubernetesResources(APPS)
                .inNamespace(app.getMetadata().getNamespace())
                .withName(app.getMetadata().getName())
                .patch(PatchContext.of(PatchType.JSON_MERGE), merge);
    }

    private record Waking(BlockingQueue<String> queue) implements ResourceEventHandler<GenericKubernetesResource> {
        private void wake(GenericKubernetesResource app) {
            queue.add(app.getMetadata().getNamespace() + "/" + app.getMetadata().getName());
        }

        @Override
        public void onAdd(GenericKubernetesResource app) {
            wake(app);
        }

        @Override
        public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource now) {
            wake(now);
        }

        @Override
        public void onDelete(GenericKubernetesResource app, boolean unknown) {
            wake(app);
        }
    }
}
