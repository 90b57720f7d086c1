package io.minik.agent.streaming;

import io.minik.agent.kubelet.Kubelet;
import io.minik.agent.kubelet.KubeletConfig;
import io.minik.agent.kubelet.KubeletSettings;
import io.minik.agent.node.NodeFigures;
import io.minik.agent.node.NodePressure;
import io.minik.agent.node.NodeReserved;
import io.minik.agent.node.Threshold;
import io.minik.agent.probe.NetworkActions;
import io.minik.agent.probe.ProbeTimers;
import io.minik.agent.volume.FileWork;
import io.minik.agent.volume.LinuxMounts;
import io.minik.agent.volume.LocalVolumes;
import io.minik.agent.volume.Volumes;
import io.minik.api.client.ApiClient;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.FakeApi;
import io.minik.api.client.Informers;
import io.minik.api.client.ListOptions;
import io.minik.api.client.WatchEvent;
import io.minik.api.client.WatchHandle;
import io.minik.api.client.WatchHandler;
import io.minik.api.core.Pod;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.ground.net.Cidr;
import io.minik.ground.tls.ClientAuthority;
import io.minik.ground.tls.Pem;
import io.minik.runtime.cgroup.Cgroups;
import io.minik.runtime.container.Containers;
import io.minik.runtime.container.LinuxContainers;
import io.minik.runtime.cri.RuntimeService;
import io.minik.runtime.image.ImageStore;
import io.minik.runtime.linux.LinuxImageService;
import io.minik.runtime.linux.LinuxRuntimeService;
import io.minik.runtime.linux.LogLimits;
import io.minik.runtime.net.BridgeNetwork;
import io.minik.runtime.net.Network;
import io.minik.runtime.sandbox.LinuxSandboxes;
import io.minik.runtime.sandbox.SandboxFiles;
import io.minik.runtime.snapshot.OverlaySnapshotter;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.KeyedWorker;
import io.minik.runtime.sys.LinuxFileCalls;
import io.minik.runtime.sys.LinuxSys;
import io.minik.runtime.sys.Poller;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A kubelet on the real runtime, with an API in memory and busybox as its image; may be dropped and made again. */
final class RealNode implements AutoCloseable {
    static final String IMAGE = "test.local/busybox:1";
    private static final String CGROUP_ROOT = "mkag" + ProcessHandle.current().pid();
    private static final long LIMIT_SECONDS = 60;
    private static final Kernel KERNEL = new Kernel(new LinuxSys());

    final Path directory;
    final FakeApi api;
    final Certificates certificates;
    Vertx vertx = Vertx.vertx();
    Context context = vertx.getOrCreateContext();
    private Poller poller = new Poller(KERNEL);
    private final Cgroups cgroups;
    LinuxContainers containers;
    LinuxSandboxes sandboxes;
    private final RuntimeService runtime;
    private BridgeNetwork network;
    private final ImageStore images;
    Kubelet kubelet;
    KubeletServer server;

    RealNode(Path directory, FakeApi api, Certificates certificates) throws IOException {
        this(directory, api, certificates, "mkag0", "10.217.7.0/24");
    }

    /** @param bridge unique on the machine, with its own cgroups; @param range of the pods' addresses */
    RealNode(Path directory, FakeApi api, Certificates certificates, String bridge, String range) throws IOException {
        this.cgroups = Cgroups.detect(KERNEL, CGROUP_ROOT + bridge);
        this.directory = directory;
        this.api = api;
        this.certificates = certificates;
        KeyedWorker worker = new KeyedWorker(vertx.createSharedWorkerExecutor("runtime", 8));
        OverlaySnapshotter snapshots = new OverlaySnapshotter(directory.resolve("snapshots"), LinuxFileCalls::new);
        images = new ImageStore(
                vertx,
                new ImageStore.Places(
                        directory.resolve("images"), directory.resolve("registries.yaml"), directory.resolve("none")),
                snapshots);
        network = new BridgeNetwork(worker, KERNEL, directory.resolve("net"), bridge, bridge);
        SandboxFiles files = new SandboxFiles(directory.resolve("data"), directory.resolve("run"));
        sandboxes =
                new LinuxSandboxes(new LinuxSandboxes.Parts(vertx, worker, KERNEL, poller, cgroups, network, files));
        containers = new LinuxContainers(new LinuxContainers.Parts(
                vertx,
                worker,
                KERNEL,
                poller,
                cgroups,
                snapshots,
                files,
                directory.resolve("data"),
                directory.resolve("run"),
                InstantSource.system()));
        runtime = new LinuxRuntimeService(
                sandboxes, containers, images, LogLimits.DEFAULT, LinuxRuntimeService.Condition.ready("0"));
        await(sandboxes.reclaim());
        await(containers.adopt());
        await(images.start());
        await(network.configure(
                new Network.Ranges(
                        List.of(Cidr.parse(range)), List.of(Cidr.parse(range)), List.of(Cidr.parse("10.217.0.0/24"))),
                1500));
        if (await(images.find(IMAGE)).isEmpty()) {
            await(images.importArchive(BusyboxArchive.write(directory.resolve("busybox.tar"), IMAGE)));
        }
        kubelet = on(() -> kubelet(images));
        NodeFigures figures = new NodeFigures(directory, place -> new Threshold.Amount(0, 0), NodeReserved.USUAL);
        server = new KubeletServer(
                vertx,
                context,
                new KubeletServer.Config(
                        "n1", "127.0.0.1", 0, certificates.serverCert(), certificates.serverKey(), "v1.36.4"),
                new Gate(
                        new ApiClient(api, "kubelet"),
                        new ClientAuthority(Pem.certificates(certificates.ca()), InstantSource.system()),
                        "n1",
                        InstantSource.system()),
                kubelet,
                runtime,
                new KubeletServer.Node(
                        figures,
                        new LocalVolumes(directory.resolve("storage"), FileWork.on(vertx)),
                        () -> "",
                        new SystemLogs(directory.resolve("var-log"), true, FileWork.on(vertx)),
                        Json::object));
        await(onFuture(() -> kubelet.start()));
        await(server.start());
    }

    private Kubelet kubelet(ImageStore images) throws IOException {
        Loop loop = Loop.on(context);
        ApiClient client = new ApiClient(api, "kubelet");
        FileWork work = FileWork.on(vertx);
        NetworkActions actions = new NetworkActions(vertx, loop, runtime, "1.36");
        Path root = directory.resolve("kubelet");
        KubeletConfig config = new KubeletConfig(
                "n1",
                List.of("127.0.0.1"),
                new KubeletConfig.Places(
                        root, directory.resolve("logs"), Optional.empty(), directory.resolve("manifests")),
                new KubeletConfig.Resolving(List.of("10.43.0.10"), "cluster.local", Path.of("/etc/resolv.conf")),
                "kubepods",
                new KubeletConfig.Machine(
                        Map.of("cpu", "8", "memory", "16Gi", "pods", "110"),
                        16L << 30,
                        new NodePressure(NodePressure.Policy.NONE),
                        Map::of),
                Optional::empty,
                KubeletConfig.Addressing.open(Future.succeededFuture()),
                KubeletSettings.DEFAULT,
                (url, header) -> Future.failedFuture("no pages here"));
        return new Kubelet(
                config,
                new Kubelet.Parts(
                        loop,
                        client,
                        new Informers(loop, client),
                        new EventRecorder(loop, client, "kubelet", "n1"),
                        runtime,
                        new LinuxImageService(images),
                        new Volumes(loop, client, root.resolve("pods"), new LinuxMounts(KERNEL.sys()), work),
                        new ProbeTimers(loop, actions),
                        actions,
                        work));
    }

    // ---- what a test does

    /** Single quotes are JSON's double ones; {@code IMAGE} is the image. */
    Pod create(String name, String spec) {
        String json = spec.replace('\'', '"').replace("IMAGE", IMAGE);
        KubeObject pod = KubeObject.named("v1", "Pod", ObjectKey.of("default", name), tree -> {
            tree.set("spec", Json.parse(json.getBytes(StandardCharsets.UTF_8)));
            Json.child(tree, "spec").put("nodeName", "n1");
        });
        return Pod.of(on(() -> api.put(Resources.PODS, pod)));
    }

    Pod pod(String name) {
        return Pod.of(api.require(Resources.PODS, ObjectKey.of("default", name)));
    }

    /** Waits for a state of the pod as the API has it. */
    Pod await(String name, Predicate<Pod> state) {
        Promise<Pod> found = Promise.promise();
        Future<WatchHandle> watch = onFuture(() -> new ApiClient(api, "test")
                .watch(Resources.PODS, "default", ListOptions.fields("metadata.name=" + name), new WatchHandler() {
                    @Override
                    public void onEvent(WatchEvent event) {
                        Pod pod = Pod.of(event.object());
                        if (state.test(pod)) {
                            found.tryComplete(pod);
                        }
                    }

                    @Override
                    public void onEnd(Optional<ApiException> why) {}
                }));
        try {
            return await(found.future());
        } catch (IllegalStateException e) {
            throw new AssertionError("pod " + name + " never got there: " + describe(name), e);
        } finally {
            watch.onSuccess(handle -> context.runOnContext(ignored -> handle.close()));
        }
    }

    /** Waits until the containers that exist are as wanted; looked at after each that ends. */
    void awaitContainers(Predicate<List<Containers.Container>> state) {
        Promise<Void> found = Promise.promise();
        context.runOnContext(ignored -> look(state, found));
        await(found.future());
    }

    private void look(Predicate<List<Containers.Container>> state, Promise<Void> found) {
        containers.list().onComplete(result -> {
            if (result.succeeded() && state.test(result.result())) {
                found.complete();
            } else {
                vertx.setTimer(20, ignored -> look(state, found));
            }
        });
    }

    String describe(String name) {
        StringBuilder out = new StringBuilder();
        api.find(Resources.PODS, ObjectKey.of("default", name))
                .ifPresent(pod -> out.append(pod.at("status")).append('\n'));
        api.all(Resources.EVENTS).forEach(event -> out.append(event.text("reason"))
                .append(": ")
                .append(event.text("message"))
                .append('\n'));
        return out.toString();
    }

    void delete(String name, long grace) {
        await(onFuture(() -> new ApiClient(api, "test")
                .delete(Resources.PODS, ObjectKey.of("default", name), DeleteOptions.DEFAULT.grace(grace))));
    }

    private <T> T on(Callable<T> work) {
        return await(onFuture(() -> Future.succeededFuture(work.call())));
    }

    private <T> Future<T> onFuture(Callable<Future<T>> work) {
        Promise<T> done = Promise.promise();
        context.runOnContext(ignored -> {
            try {
                work.call().onComplete(done);
            } catch (Exception e) {
                done.fail(e);
            }
        });
        return done.future();
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** As a kill -9 leaves it. */
    void drop() {
        await(kubelet.stop());
        await(images.stop());
        await(server.stop());
        await(containers.release());
        poller.close();
        cgroups.close();
        await(vertx.close());
    }

    @Override
    public void close() throws IOException {
        await(kubelet.stop());
        for (var container : await(containers.list())) {
            await(containers.remove(container.id()));
        }
        for (var sandbox : await(sandboxes.list())) {
            await(sandboxes.remove(sandbox.id()));
        }
        LinuxMounts mounts = new LinuxMounts(KERNEL.sys());
        mounts.below(directory).forEach(mounts::unmount);
        network.removeAll();
        cgroups.remove("");
        await(server.stop());
        await(images.stop());
        await(containers.release());
        poller.close();
        cgroups.close();
        await(vertx.close());
        Files.deleteIfExists(directory.resolve("busybox.tar"));
    }
}
