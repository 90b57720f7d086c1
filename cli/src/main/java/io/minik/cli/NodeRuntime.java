package io.minik.cli;

import io.minik.agent.node.NodeImage;
import io.minik.agent.node.RuntimeFacts;
import io.minik.api.meta.Quantity;
import io.minik.ground.room.Room;
import io.minik.runtime.cgroup.CgroupLimits;
import io.minik.runtime.cgroup.Cgroups;
import io.minik.runtime.container.Containers;
import io.minik.runtime.container.LinuxContainers;
import io.minik.runtime.cri.CriParts.RuntimeCondition;
import io.minik.runtime.cri.CriParts.RuntimeHandlerFeatures;
import io.minik.runtime.cri.ImageService;
import io.minik.runtime.cri.RuntimeService;
import io.minik.runtime.image.ImageStore;
import io.minik.runtime.linux.LinuxImageService;
import io.minik.runtime.linux.LinuxRuntimeService;
import io.minik.runtime.linux.LogLimits;
import io.minik.runtime.net.BridgeNetwork;
import io.minik.runtime.sandbox.LinuxSandboxes;
import io.minik.runtime.sandbox.SandboxFiles;
import io.minik.runtime.snapshot.OverlaySnapshotter;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.KeyedWorker;
import io.minik.runtime.sys.LinuxFileCalls;
import io.minik.runtime.sys.LinuxSys;
import io.minik.runtime.sys.Poller;
import io.minik.runtime.sys.Sys;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rooms of the runtime, put together: kernel, cgroups, images and their layers, network, sandboxes, containers. As a
 * room it adopts on start what an earlier minik left running, and on stop leaves every container alone.
 */
final class NodeRuntime implements Room {
    /** Containers that start or stop at a time: more wait. */
    private static final int WORKERS = 8;
    /** A runtime call that takes longer is worth a warning. */
    private static final int SLOW_SECONDS = 60;

    private static final long SHARES_PER_CPU = 1024;
    private static final long MILLIS = 1000;

    static final String NFT_TABLE = "minik_masq";

    private final WorkerExecutor executor;
    private final Poller poller;
    /** Nothing that the kernel is asked takes that long, but on a disk that is dying. */
    private static final long STUCK_MILLIS = 60_000;

    private final Cgroups cgroups;
    private final Sys sys;
    private final ImageStore images;
    private final BridgeNetwork network;
    private final LinuxSandboxes sandboxes;
    private final LinuxContainers containers;
    private final KeyedWorker worker;
    private final LogLimits logs;
    private final Path layers;
    private volatile Health health = Health.notReady("adopting containers");
    private volatile Health networkHealth = Health.notReady("the node has no range of pod addresses yet");

    private NodeRuntime(Vertx vertx, NodeOptions node) {
        Path data = node.dataDir.resolve("agent");
        this.executor = vertx.createSharedWorkerExecutor("minik-runtime", WORKERS, SLOW_SECONDS, TimeUnit.SECONDS);
        this.worker = new KeyedWorker(executor);
        this.logs = node.kubelet.logs();
        this.sys = new LinuxSys();
        Kernel kernel = new Kernel(sys);
        this.poller = new Poller(kernel);
        this.cgroups = Cgroups.detect(kernel, node.cgroupRoot);
        OverlaySnapshotter snapshots = new OverlaySnapshotter(data.resolve("snapshots"), LinuxFileCalls::new);
        this.layers = snapshots.root();
        this.images = new ImageStore(
                vertx,
                new ImageStore.Places(data.resolve("content"), node.registries, data.resolve("images")),
                snapshots);
        this.network = new BridgeNetwork(worker, kernel, data, node.bridge, NFT_TABLE);
        SandboxFiles files = new SandboxFiles(data, node.runDir);
        this.sandboxes =
                new LinuxSandboxes(new LinuxSandboxes.Parts(vertx, worker, kernel, poller, cgroups, network, files));
        this.containers = new LinuxContainers(new LinuxContainers.Parts(
                vertx, worker, kernel, poller, cgroups, snapshots, files, data, node.runDir, InstantSource.system()));
    }

    /** Loads what talks to the kernel: blocking, some hundred milliseconds when cold. */
    static Future<NodeRuntime> open(Vertx vertx, NodeOptions node) {
        return vertx.executeBlocking(() -> new NodeRuntime(vertx, node), false);
    }

    @Override
    public String name() {
        return "runtime";
    }

    @Override
    public Future<Void> start() {
        return sandboxes
                .reclaim()
                .compose(unused -> containers.adopt())
                .compose(unused -> images.start())
                .compose(unused -> containers.list())
                .compose(known -> images.reclaim(
                        known.stream().map(Containers.Container::id).collect(Collectors.toSet())))
                .onSuccess(unused -> health = Health.READY)
                .onFailure(error -> health = Health.notReady(String.valueOf(error.getMessage())));
    }

    @Override
    public Future<Void> stop() {
        health = Health.notReady("stopped");
        return images.stop()
                .eventually(containers::release)
                .eventually(executor::close)
                .onComplete(done -> {
                    poller.close();
                    cgroups.close();
                });
    }

    @Override
    public Health health() {
        if (poller.ended().failed()) {
            return Health.notReady("the poll thread is dead: no output or end of a container is seen");
        }
        if (poller.busyMillis() > STUCK_MILLIS) {
            return Health.notReady("the poll thread has been at one thing for " + poller.busyMillis() / 1000 + " s");
        }
        if (worker.waitingMillis() > STUCK_MILLIS) {
            return Health.notReady("work has waited for a thread for " + worker.waitingMillis() / 1000 + " s");
        }
        return health;
    }

    @Override
    public Future<Void> failed() {
        return poller.ended();
    }

    Sys sys() {
        return sys;
    }

    BridgeNetwork network() {
        return network;
    }

    /** What runs pods, in CRI's words. */
    RuntimeService runtimeService() {
        return service(logs);
    }

    /** The same for others than this node's kubelet: they rotate their logs themselves. */
    RuntimeService clientsRuntime() {
        return service(LogLimits.NEVER);
    }

    private RuntimeService service(LogLimits logs) {
        return new LinuxRuntimeService(
                sandboxes,
                containers,
                images,
                logs,
                new LinuxRuntimeService.Condition(
                        Build.THIS.version(),
                        () -> condition(RuntimeCondition.RUNTIME_READY, health()),
                        () -> condition(RuntimeCondition.NETWORK_READY, networkHealth),
                        this::features));
    }

    /** What images are on is what counts: volumes are on the same disk, or say themselves that they can't be mapped. */
    private Future<RuntimeHandlerFeatures> features() {
        return sandboxes.mapsUsers(layers).map(users -> new RuntimeHandlerFeatures(true, users));
    }

    private static RuntimeCondition condition(String type, Health health) {
        return health.ready()
                ? RuntimeCondition.met(type)
                : new RuntimeCondition(type, false, type.replace("Ready", "NotReady"), health.message());
    }

    /** All pods together get no more than this, by resource; empty: what there is. */
    Future<Void> limit(String pods, Map<String, String> most) {
        long memory = Quantity.orZero(most.getOrDefault("memory", "0")).value();
        long cpuMillis = Quantity.orZero(most.getOrDefault("cpu", "0")).milliValue();
        CgroupLimits limits =
                new CgroupLimits(cpuMillis * SHARES_PER_CPU / MILLIS, 0, 0, memory == 0 ? -1 : memory, 0, "", "");
        return executor.executeBlocking(() -> {
            cgroups.create(pods).limit(limits);
            return null;
        });
    }

    /** Pods can have addresses. */
    void networkReady() {
        networkHealth = Health.READY;
    }

    /** As the node's status shows them. */
    Future<RuntimeFacts> facts() {
        return imageService().listImages().compose(all -> features()
                .map(can -> new RuntimeFacts(
                        all.stream()
                                .map(image -> new NodeImage(
                                        Stream.concat(image.repoDigests().stream(), image.repoTags().stream())
                                                .toList(),
                                        image.size()))
                                .toList(),
                        can.userNamespaces())));
    }

    ImageService imageService() {
        return new LinuxImageService(images);
    }
}
