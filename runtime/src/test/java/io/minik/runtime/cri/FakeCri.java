package io.minik.runtime.cri;

import io.minik.ground.loop.Loop;
import io.minik.runtime.cri.Cri.AttachRequest;
import io.minik.runtime.cri.Cri.AuthConfig;
import io.minik.runtime.cri.Cri.Container;
import io.minik.runtime.cri.Cri.ContainerConfig;
import io.minik.runtime.cri.Cri.ContainerEvent;
import io.minik.runtime.cri.Cri.ContainerEventType;
import io.minik.runtime.cri.Cri.ContainerFilter;
import io.minik.runtime.cri.Cri.ContainerState;
import io.minik.runtime.cri.Cri.ContainerStats;
import io.minik.runtime.cri.Cri.ContainerStatus;
import io.minik.runtime.cri.Cri.CpuUsage;
import io.minik.runtime.cri.Cri.ExecRequest;
import io.minik.runtime.cri.Cri.ExecSyncResponse;
import io.minik.runtime.cri.Cri.FilesystemUsage;
import io.minik.runtime.cri.Cri.Image;
import io.minik.runtime.cri.Cri.LinuxContainerResources;
import io.minik.runtime.cri.Cri.MemoryUsage;
import io.minik.runtime.cri.Cri.NamespaceMode;
import io.minik.runtime.cri.Cri.PodSandbox;
import io.minik.runtime.cri.Cri.PodSandboxConfig;
import io.minik.runtime.cri.Cri.PodSandboxFilter;
import io.minik.runtime.cri.Cri.PodSandboxState;
import io.minik.runtime.cri.Cri.PodSandboxStatus;
import io.minik.runtime.cri.CriException.Code;
import io.minik.runtime.cri.CriParts.ImageFilesystem;
import io.minik.runtime.cri.CriParts.ImageUser;
import io.minik.runtime.cri.CriParts.NetworkInterfaceUsage;
import io.minik.runtime.cri.CriParts.RuntimeCondition;
import io.minik.runtime.cri.CriParts.Version;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/**
 * CRI in memory, for tests: its states, exit codes, logs and errors are those that {@link CriContract} asks of every runtime;
 * what its programs do is in {@link FakeProcess}. Images that a test did not offer can't be pulled. On the loop it is given;
 * answers are there at once.
 */
public final class FakeCri implements RuntimeService, ImageService {
    /** What it says it can do. */
    public CriParts.RuntimeHandlerFeatures features = new CriParts.RuntimeHandlerFeatures(true, true);

    private static final int START_ERROR = 128;

    private final Loop loop;
    public final Map<String, FakePod> sandboxes = new LinkedHashMap<>();
    public final Map<String, FakeContainer> containers = new LinkedHashMap<>();
    /** References that a registry has. */
    public final Set<String> registry = new HashSet<>();

    /** What is here, by reference. */
    public final Map<String, FakeImage> local = new LinkedHashMap<>();
    /** Who runs images that are pulled from now on. */
    public String imageUser = "";
    /** All that was asked and changed something, and what ended. */
    public final List<String> log = new ArrayList<>();
    /** Fails every start from now on. */
    public Optional<CriException> startFault = Optional.empty();

    public long memoryInUse;
    public long diskInUse;
    private final List<Consumer<ContainerEvent>> listeners = new ArrayList<>();
    private int addresses = 1;

    public FakeCri(Loop loop) {
        this.loop = loop;
    }

    // ---- what a test does

    /** The container's process ends. */
    public void exit(String id, int code) {
        FakeContainer container = containers.get(id);
        if (container != null) {
            container.process().ifPresent(process -> process.end(code));
        }
    }

    /** The newest of a name. */
    public FakeContainer only(String name) {
        return containers.values().stream()
                .filter(c -> c.config().metadata().name().equals(name))
                .reduce((older, newer) -> newer)
                .orElseThrow();
    }

    public long running() {
        return containers.values().stream().filter(FakeContainer::running).count();
    }

    /** As a reboot leaves it: nothing runs, and what is on record is. */
    public void diesAlone(String sandboxId) {
        sandboxes.computeIfPresent(sandboxId, (id, pod) -> pod.in(PodSandboxState.SANDBOX_NOTREADY));
    }

    // ---- sandboxes

    @Override
    public Future<String> runPodSandbox(PodSandboxConfig config) {
        String id = config.metadata().uid() + "-" + config.metadata().attempt();
        log.add("sandbox " + id);
        boolean node = config.linux().namespaceOptions().network() == NamespaceMode.NODE;
        sandboxes.computeIfAbsent(
                id,
                fresh -> new FakePod(
                        config,
                        PodSandboxState.SANDBOX_READY,
                        now(),
                        node ? List.of() : List.of("10.42.0." + ++addresses),
                        config.linux().resources()));
        return Future.succeededFuture(id);
    }

    @Override
    public Future<Void> stopPodSandbox(String podSandboxId) {
        log.add("stop sandbox " + podSandboxId);
        List.copyOf(containers.values()).stream()
                .filter(c -> c.sandboxId().equals(podSandboxId))
                .forEach(c -> exit(c.id(), 137));
        diesAlone(podSandboxId);
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> removePodSandbox(String podSandboxId) {
        return stopPodSandbox(podSandboxId).map(stopped -> {
            containers.values().removeIf(c -> c.sandboxId().equals(podSandboxId));
            sandboxes.remove(podSandboxId);
            return null;
        });
    }

    @Override
    public Future<PodSandboxStatus> podSandboxStatus(String podSandboxId) {
        return answer(() -> require(sandboxes, podSandboxId).status(podSandboxId));
    }

    @Override
    public Future<List<PodSandbox>> listPodSandbox(PodSandboxFilter filter) {
        return Future.succeededFuture(sandboxes.entrySet().stream()
                .filter(pod -> Cri.matches(pod.getValue().config().labels(), filter.labelSelector()))
                .map(pod -> pod.getValue().status(pod.getKey()).sandbox())
                .toList());
    }

    @Override
    public Future<Void> updatePodSandboxResources(String podSandboxId, LinuxContainerResources resources) {
        return answer(() -> {
            log.add("update sandbox memory=" + resources.memoryLimitInBytes());
            sandboxes.put(podSandboxId, require(sandboxes, podSandboxId).with(resources));
            return null;
        });
    }

    // ---- containers

    @Override
    public Future<String> createContainer(String podSandboxId, ContainerConfig config, PodSandboxConfig sandboxConfig) {
        return answer(() -> {
            require(sandboxes, podSandboxId);
            FakeImage image = findImage(config.image().image())
                    .orElseThrow(() -> notFound(config.image().image()));
            String id = "c-" + sandboxConfig.metadata().uid() + "-"
                    + config.metadata().name() + "-" + config.metadata().attempt();
            if (image.argv(config.process()).isEmpty()) {
                throw new CriException(Code.INVALID_ARGUMENT, "no command specified");
            }
            if (!containers.containsKey(id)) {
                log.add("create " + id);
                FakeContainer made = new FakeContainer(loop, id, podSandboxId, config, sandboxConfig, image);
                containers.put(id, made);
                tell(ContainerEventType.CONTAINER_CREATED_EVENT, made);
            }
            return id;
        });
    }

    @Override
    public Future<Void> startContainer(String containerId) {
        return answer(() -> {
            FakeContainer container = require(containers, containerId);
            if (container.state() == ContainerState.CONTAINER_EXITED) {
                throw new CriException(Code.INVALID_ARGUMENT, "container " + containerId + " has exited already");
            }
            if (container.running()) {
                return null;
            }
            FakeProcess process;
            try {
                startFault.ifPresent(fault -> {
                    throw fault;
                });
                process = container.start();
            } catch (CriException e) {
                container.exited(START_ERROR, "StartError", String.valueOf(e.getMessage()));
                throw e;
            }
            log.add("start " + containerId);
            tell(ContainerEventType.CONTAINER_STARTED_EVENT, container);
            process.exit().onSuccess(code -> ended(container, code));
            process.run();
            return null;
        });
    }

    private void ended(FakeContainer container, int code) {
        container.exited(code, code == 0 ? "Completed" : "Error", "");
        log.add("exited " + container.id() + " " + code);
        tell(ContainerEventType.CONTAINER_STOPPED_EVENT, container);
    }

    @Override
    public Future<Void> stopContainer(String containerId, Duration timeout) {
        FakeContainer container = containers.get(containerId);
        if (container == null || !container.running()) {
            return Future.succeededFuture();
        }
        log.add("stop " + containerId + " " + timeout.toMillis());
        FakeProcess process = container.process().orElseThrow();
        process.stop(timeout);
        return process.exit().mapEmpty();
    }

    @Override
    public Future<Void> removeContainer(String containerId) {
        exit(containerId, 137);
        FakeContainer gone = containers.remove(containerId);
        if (gone != null) {
            log.add("remove " + containerId);
            tell(ContainerEventType.CONTAINER_DELETED_EVENT, gone);
        }
        return Future.succeededFuture();
    }

    @Override
    public Future<List<Container>> listContainers(ContainerFilter filter) {
        return Future.succeededFuture(containers.values().stream()
                .filter(c -> Cri.matches(c.config().labels(), filter.labelSelector()))
                .map(c -> c.status().container())
                .toList());
    }

    @Override
    public Future<ContainerStatus> containerStatus(String containerId) {
        return answer(() -> require(containers, containerId).status());
    }

    @Override
    public Future<Void> updateContainerResources(
            String containerId, LinuxContainerResources resources, Map<String, String> annotations) {
        return answer(() -> {
            log.add("update " + containerId + " memory=" + resources.memoryLimitInBytes());
            require(containers, containerId).update(resources, annotations);
            return null;
        });
    }

    @Override
    public Future<Optional<NetworkInterfaceUsage>> podSandboxNetwork(String podSandboxId) {
        return answer(() -> {
            require(sandboxes, podSandboxId);
            return Optional.of(new NetworkInterfaceUsage("eth0", 1000, 0, 2000, 0));
        });
    }

    @Override
    public Future<ContainerStats> containerStats(String containerId) {
        return answer(() -> {
            require(containers, containerId);
            return new ContainerStats(
                    now(),
                    new CpuUsage(0),
                    new MemoryUsage(memoryInUse, memoryInUse, memoryInUse),
                    new FilesystemUsage(diskInUse, 0),
                    1);
        });
    }

    @Override
    public Future<Void> reopenContainerLog(String containerId) {
        return answer(() -> {
            if (!require(containers, containerId).running()) {
                throw new CriException(Code.INVALID_ARGUMENT, "container " + containerId + " is not running");
            }
            log.add("reopen log " + containerId);
            Path file = require(containers, containerId).logPath();
            if (!Files.exists(file)) {
                Files.createFile(file);
            }
            return null;
        });
    }

    @Override
    public Future<Version> version() {
        return Future.succeededFuture(new Version("fake", "1.0.0"));
    }

    @Override
    public Future<CriParts.RuntimeHandlerFeatures> features() {
        return answer(() -> features);
    }

    @Override
    public Future<List<RuntimeCondition>> status() {
        return Future.succeededFuture(List.of(
                RuntimeCondition.met(RuntimeCondition.RUNTIME_READY),
                RuntimeCondition.met(RuntimeCondition.NETWORK_READY)));
    }

    private void tell(ContainerEventType type, FakeContainer container) {
        ContainerEvent event = new ContainerEvent(
                type, container.id(), container.sandboxId(), container.config().labels());
        List.copyOf(listeners).forEach(listener -> listener.accept(event));
    }

    @Override
    public void onContainerEvent(Consumer<ContainerEvent> listener) {
        listeners.add(listener);
    }

    // ---- processes inside

    private FakeProcess inside(String containerId, List<String> command) {
        FakeContainer container = require(containers, containerId);
        if (!container.running()) {
            throw new CriException(Code.INVALID_ARGUMENT, "container " + containerId + " is not running");
        }
        return new FakeProcess(loop, command, container.env(), null);
    }

    @Override
    public Future<ExecSyncResponse> execSync(String containerId, List<String> command, Duration timeout) {
        return answer(() -> inside(containerId, command)).compose(process -> {
            Buffer out = Buffer.buffer();
            Buffer err = Buffer.buffer();
            process.stdout().handler(out::appendBuffer);
            process.stderr().handler(err::appendBuffer);
            Promise<ExecSyncResponse> done = Promise.promise();
            Loop.Timer limit = loop.after(timeout, () -> {
                done.tryFail(new CriException(Code.DEADLINE_EXCEEDED, "command " + command + " is too slow"));
                process.close();
            });
            process.exit().onSuccess(code -> {
                limit.cancel();
                done.tryComplete(new ExecSyncResponse(out, err, code));
            });
            process.run();
            return done.future();
        });
    }

    @Override
    public Future<Session> exec(ExecRequest request) {
        return answer(() -> {
            FakeProcess process = inside(request.containerId(), request.cmd());
            loop.run(process::run);
            return process;
        });
    }

    @Override
    public Future<Session> attach(AttachRequest request) {
        return answer(() -> require(containers, request.containerId())
                .process()
                .orElseThrow(() -> new CriException(
                        Code.INVALID_ARGUMENT, "container " + request.containerId() + " is not running")));
    }

    /** What is sent comes back. */
    @Override
    public Future<Connection> portForward(String podSandboxId, int port) {
        return answer(() -> {
            require(sandboxes, podSandboxId);
            FakeStream echo = new FakeStream();
            return new Connection(echo, new FakeStream.Sink(echo::give, echo::finish), echo::finish);
        });
    }

    // ---- images

    @Override
    public Future<List<Image>> listImages() {
        return Future.succeededFuture(
                local.values().stream().map(FakeImage::told).distinct().toList());
    }

    private Optional<FakeImage> findImage(String image) {
        return local.entrySet().stream()
                .filter(known -> known.getKey().equals(image)
                        || known.getValue().told().id().equals(image))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    @Override
    public Future<Optional<Image>> imageStatus(String image) {
        return answer(() -> {
            checkName(image);
            return findImage(image).map(FakeImage::told);
        });
    }

    private static void checkName(String image) {
        if (!image.matches("[a-z0-9][a-zA-Z0-9._:@/-]*")) {
            throw new CriException(Code.INVALID_ARGUMENT, "invalid reference format: " + image);
        }
    }

    @Override
    public Future<String> pullImage(String image, Optional<AuthConfig> auth) {
        return answer(() -> {
            checkName(image);
            log.add("pull " + image);
            if (!registry.contains(image)) {
                throw new CriException(Code.UNKNOWN, image + ": not found");
            }
            return local.computeIfAbsent(image, name -> FakeImage.of(name, List.of(), imageUser))
                    .told()
                    .id();
        });
    }

    @Override
    public Future<Void> removeImage(String image) {
        if (local.entrySet()
                .removeIf(known -> known.getKey().equals(image)
                        || known.getValue().told().id().equals(image))) {
            log.add("remove image " + image);
        }
        return Future.succeededFuture();
    }

    @Override
    public Future<ImageFilesystem> imageFsInfo() {
        return Future.succeededFuture(
                new ImageFilesystem(Path.of("/images"), new FilesystemUsage(42L * local.size(), local.size())));
    }

    @Override
    public Future<List<Path>> imageLayers(String imageId) {
        return answer(() -> {
            if (findImage(imageId).isEmpty()) {
                throw notFound(imageId);
            }
            return List.of(Path.of("sha256:layer"));
        });
    }

    // ---- records

    private long now() {
        return nanos(loop.now());
    }

    static long nanos(Instant at) {
        return at.getEpochSecond() * 1_000_000_000L + at.getNano();
    }

    private static <T> T require(Map<String, T> all, String id) {
        T found = all.get(id);
        if (found == null) {
            throw notFound(id);
        }
        return found;
    }

    private static CriException notFound(String id) {
        return new CriException(Code.NOT_FOUND, "there is no " + id);
    }

    private static <T> Future<T> answer(Callable<T> work) {
        try {
            return Future.succeededFuture(work.call());
        } catch (Exception e) {
            return Future.failedFuture(e);
        }
    }

    /** A sandbox as it is now. */
    public record FakePod(
            PodSandboxConfig config,
            PodSandboxState state,
            long createdAt,
            List<String> ips,
            LinuxContainerResources resources) {
        FakePod in(PodSandboxState now) {
            return new FakePod(config, now, createdAt, List.of(), resources);
        }

        FakePod with(LinuxContainerResources changed) {
            return new FakePod(config, state, createdAt, ips, changed);
        }

        PodSandboxStatus status(String id) {
            return new PodSandboxStatus(
                    new PodSandbox(id, config.metadata(), state, createdAt, config.labels(), config.annotations()),
                    ips,
                    config.linux().namespaceOptions(),
                    Optional.of(resources));
        }
    }

    /** An image, and what it says of how to run it. */
    public record FakeImage(Image told, List<String> cmd, Map<String, String> env) {
        public static FakeImage of(String reference, List<String> volumes, String user) {
            Image told = new Image(
                    "sha256:" + Integer.toHexString(reference.hashCode()),
                    List.of(reference),
                    List.of(),
                    42,
                    ImageUser.of(user).uid(),
                    ImageUser.of(user).username(),
                    false,
                    volumes);
            return new FakeImage(told, List.of("run"), Map.of("FROM", "image", "PATH", "/bin"));
        }

        public FakeImage pinned() {
            Image kept = new Image(
                    told.id(),
                    told.repoTags(),
                    told.repoDigests(),
                    told.size(),
                    told.uid(),
                    told.username(),
                    true,
                    told.volumes());
            return new FakeImage(kept, cmd, env);
        }

        List<String> argv(Cri.ContainerProcess process) {
            List<String> argv = new ArrayList<>(process.command());
            argv.addAll(process.args());
            return argv.isEmpty() ? cmd : argv;
        }

        Map<String, String> env(Cri.ContainerProcess process) {
            Map<String, String> all = new HashMap<>(env);
            all.putAll(process.envs());
            return all;
        }
    }
}
