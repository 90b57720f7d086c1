package io.minik.agent.kubelet;

import io.minik.agent.node.NodePressure;
import io.minik.agent.node.Threshold;
import io.minik.agent.probe.Actions;
import io.minik.agent.probe.Prober;
import io.minik.agent.volume.DownwardFields;
import io.minik.agent.volume.FileWork;
import io.minik.agent.volume.PodVolumes;
import io.minik.agent.volume.VolumeFault;
import io.minik.api.client.ApiClient;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.FakeApi;
import io.minik.api.client.Informers;
import io.minik.api.core.Container;
import io.minik.api.core.LifecycleHandler;
import io.minik.api.core.Pod;
import io.minik.api.core.Volume;
import io.minik.api.core.VolumeMount;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.ManualLoop;
import io.minik.runtime.cri.FakeCri;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;

/** A kubelet with a clock, an API and a runtime that a test moves by hand. */
final class KubeletHarness {
    /** What the kubelet knows of its node. */
    static final KubeObject NODE = KubeObject.of(Json.parseObject("""
            {"apiVersion":"v1","kind":"Node","metadata":{"name":"n1","labels":{"disk":"ssd"}}}
            """.getBytes(StandardCharsets.UTF_8)));

    final ManualLoop loop = new ManualLoop();
    final FakeApi api = new FakeApi(loop);
    final FakeCri runtime = new FakeCri(loop);
    final Map<String, Prober.Listener> probes = new HashMap<>();
    final Set<String> mounted = new HashSet<>();
    Promise<Void> network = Promise.promise();
    NodePressure pressure = new NodePressure(NodePressure.Policy.NONE);
    final Map<Threshold.Signal, Threshold.Amount> left = new EnumMap<>(Threshold.Signal.class);
    final List<String> imageVolumes = new ArrayList<>();
    final Map<String, Long> usedBytes = new HashMap<>();
    final List<String> filled = new ArrayList<>();
    final List<String> hooks = new ArrayList<>();
    final List<String> retired = new ArrayList<>();
    Optional<String> mountFault = Optional.empty();
    Actions.Outcome hookOutcome = Actions.Outcome.success("");
    /** What is at the URL of static pods. */
    Future<byte[]> page = Future.failedFuture("connection refused");

    final List<String> asked = new ArrayList<>();
    KubeletSettings settings = KubeletSettings.DEFAULT;
    Map<String, String> allocatable = Map.of("cpu", "2", "memory", "4Gi", "pods", "10");
    CountedPods workers = new CountedPods();
    Kubelet kubelet;

    KubeletHarness(Path directory, KubeletSettings settings) {
        this.settings = settings;
        network.complete();
        kubelet = make(directory);
    }

    /** On a node with thresholds. */
    KubeletHarness(Path directory, NodePressure.Policy policy) {
        network.complete();
        pressure = new NodePressure(policy);
        kubelet = make(directory);
    }

    /** On a node with other resources. */
    KubeletHarness(Path directory, Map<String, String> allocatable) {
        network.complete();
        this.allocatable = allocatable;
        kubelet = make(directory);
    }

    KubeletHarness(Path directory) {
        network.complete();
        kubelet = make(directory);
    }

    /** A new kubelet on what is there: minik was restarted. */
    void restart(Path directory) {
        kubelet.stop();
        loop.settle();
        probes.clear();
        kubelet = make(directory);
        start();
    }

    KubeletHarness start() {
        kubelet.start();
        loop.settle();
        return this;
    }

    private Kubelet make(Path directory) {
        workers = new CountedPods();
        ApiClient client = new ApiClient(api, "kubelet");
        KubeletConfig config = new KubeletConfig(
                "n1",
                List.of("192.168.0.1"),
                new KubeletConfig.Places(
                        directory.resolve("kubelet"),
                        directory.resolve("logs"),
                        Optional.of(directory.resolve("links")),
                        directory.resolve("manifests")),
                new KubeletConfig.Resolving(List.of("10.43.0.10"), "cluster.local", directory.resolve("resolv.conf")),
                "kubepods",
                new KubeletConfig.Machine(allocatable, 8L << 30, pressure, () -> Map.copyOf(left)),
                () -> Optional.of(NODE),
                KubeletConfig.Addressing.open(network.future()),
                settings,
                (url, header) -> {
                    asked.add(url + " " + header);
                    return page;
                });
        return new Kubelet(
                config,
                new Kubelet.Parts(
                        loop,
                        client,
                        new Informers(loop, client),
                        new EventRecorder(loop, client, "kubelet", "n1"),
                        runtime,
                        runtime,
                        new FakeVolumes(),
                        new FakeProber(),
                        this::hook,
                        new DirectFiles()),
                workers);
    }

    private Future<Actions.Outcome> hook(
            Actions.Purpose purpose, LifecycleHandler handler, Actions.Target target, long timeoutMillis) {
        hooks.add(handler + " " + target.containerId());
        return Future.succeededFuture(hookOutcome);
    }

    /** Creates a pod bound to this node; single quotes are JSON's double ones. */
    Pod create(String name, String spec) {
        KubeObject pod = KubeObject.named("v1", "Pod", ObjectKey.of("default", name), tree -> {
            tree.set("spec", Json.parse(spec.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
            Json.child(tree, "spec").put("nodeName", "n1");
            Json.child(tree, "metadata").put("generation", 1);
        });
        Pod made = Pod.of(api.put(Resources.PODS, pod));
        loop.settle();
        return made;
    }

    Prober.Listener probe(String containerId) {
        Prober.Listener listener = probes.get(containerId);
        if (listener == null) {
            throw new AssertionError("not probed: " + containerId);
        }
        return listener;
    }

    Pod pod(String name) {
        return Pod.of(api.require(Resources.PODS, ObjectKey.of("default", name)));
    }

    boolean exists(String name) {
        return api.find(Resources.PODS, ObjectKey.of("default", name)).isPresent();
    }

    void delete(String name, long grace) {
        new ApiClient(api, "user")
                .delete(Resources.PODS, ObjectKey.of("default", name), DeleteOptions.DEFAULT.grace(grace));
        loop.settle();
    }

    void pass(long seconds) {
        loop.advance(Duration.ofSeconds(seconds));
        loop.settle();
    }

    void exit(String container, int code) {
        runtime.exit(runtime.only(container).id(), code);
        loop.settle();
    }

    /** {@code Reason: message} of all events, oldest first. */
    List<String> events() {
        return api.all(Resources.EVENTS).stream()
                .sorted(Comparator.comparingLong(e -> Long.parseLong(e.meta().resourceVersion())))
                .map(event -> event.text("reason") + ": " + event.text("message"))
                .toList();
    }

    private final class FakeVolumes implements PodVolumes {
        @Override
        public Future<Void> mount(Pod pod, DownwardFields fields) {
            if (mountFault.isPresent()) {
                return Future.failedFuture(new VolumeFault(mountFault.get()));
            }
            mounted.add(pod.uid());
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> image(Pod pod, Volume volume, List<Path> layers) {
            imageVolumes.add(volume.name() + layers);
            return Future.succeededFuture();
        }

        @Override
        public Future<Map<String, Long>> used(Pod pod) {
            return Future.succeededFuture(Map.copyOf(usedBytes));
        }

        @Override
        public Future<Void> fill(Path directory, List<Path> layers, String path) {
            filled.add(path + layers);
            return Future.succeededFuture();
        }

        @Override
        public void changed(Pod pod, DownwardFields fields) {}

        @Override
        public Future<Path> hostPath(Pod pod, VolumeMount mount, String subPath) {
            return Future.succeededFuture(Path.of("/volumes", mount.name(), subPath));
        }

        @Override
        public Future<Void> unmount(String podUid) {
            mounted.remove(podUid);
            return Future.succeededFuture();
        }

        @Override
        public Future<Set<String>> present() {
            return Future.succeededFuture(Set.copyOf(mounted));
        }
    }

    private final class FakeProber implements Prober {
        @Override
        public void start(
                Container container, Actions.Target target, Instant startedAt, boolean started, Listener listener) {
            probes.putIfAbsent(target.containerId(), listener);
        }

        @Override
        public void retire(String containerId) {
            if (probes.containsKey(containerId)) {
                retired.add(containerId);
            }
        }

        @Override
        public void stop(String containerId) {
            probes.remove(containerId);
        }
    }

    private static final class DirectFiles implements FileWork {
        @Override
        public <T> Future<T> call(Callable<T> work) {
            try {
                return Future.succeededFuture(work.call());
            } catch (Exception e) {
                return Future.failedFuture(e);
            }
        }
    }
}
