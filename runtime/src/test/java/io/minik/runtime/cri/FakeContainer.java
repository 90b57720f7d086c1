package io.minik.runtime.cri;

import io.minik.ground.loop.Loop;
import io.minik.runtime.cri.Cri.Container;
import io.minik.runtime.cri.Cri.ContainerConfig;
import io.minik.runtime.cri.Cri.ContainerState;
import io.minik.runtime.cri.Cri.ContainerStatus;
import io.minik.runtime.cri.Cri.LinuxContainerResources;
import io.minik.runtime.cri.Cri.PodSandboxConfig;
import io.minik.runtime.cri.CriParts.ContainerSetup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One container of {@link FakeCri}: what was asked for, and what became of it. */
public final class FakeContainer {
    private final Loop loop;
    private final String id;
    private final String sandboxId;
    private final ContainerConfig config;
    private final String hostname;
    private final Path log;
    private final FakeCri.FakeImage image;
    private final long createdAt;

    private Map<String, String> annotations;
    private LinuxContainerResources resources;
    private ContainerState state = ContainerState.CONTAINER_CREATED;
    private Optional<FakeProcess> process = Optional.empty();
    private long startedAt;
    private long finishedAt;
    private int exitCode;
    private String reason = "";
    private String message = "";

    FakeContainer(
            Loop loop,
            String id,
            String sandboxId,
            ContainerConfig config,
            PodSandboxConfig sandbox,
            FakeCri.FakeImage image) {
        this.loop = loop;
        this.id = id;
        this.sandboxId = sandboxId;
        this.config = config;
        this.hostname = sandbox.hostname();
        this.log = sandbox.logDirectory().resolve(config.logPath());
        this.image = image;
        this.createdAt = FakeCri.nanos(loop.now());
        this.annotations = config.annotations();
        this.resources = config.linux().resources();
    }

    public String id() {
        return id;
    }

    public String sandboxId() {
        return sandboxId;
    }

    public ContainerConfig config() {
        return config;
    }

    public Path logPath() {
        return log;
    }

    /** Whole and final. */
    public List<String> argv() {
        return image.argv(config.process());
    }

    public Map<String, String> env() {
        Map<String, String> all = new HashMap<>(image.env(config.process()));
        all.putIfAbsent("HOSTNAME", hostname);
        return all;
    }

    public int attempt() {
        return config.metadata().attempt();
    }

    ContainerState state() {
        return state;
    }

    public boolean running() {
        return state == ContainerState.CONTAINER_RUNNING;
    }

    Optional<FakeProcess> process() {
        return process;
    }

    FakeProcess start() {
        FakeProcess started = new FakeProcess(loop, argv(), env(), this::write);
        process = Optional.of(started);
        state = ContainerState.CONTAINER_RUNNING;
        startedAt = FakeCri.nanos(loop.now());
        return started;
    }

    private void write(String stream, String text) {
        try {
            Files.createDirectories(log.getParent());
            Files.writeString(
                    log,
                    loop.now() + " " + stream + " F " + text + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void exited(int code, String why, String text) {
        process = Optional.empty();
        state = ContainerState.CONTAINER_EXITED;
        finishedAt = FakeCri.nanos(loop.now());
        startedAt = startedAt == 0 ? finishedAt : startedAt;
        exitCode = code;
        reason = why;
        message = text;
    }

    void update(LinuxContainerResources others, Map<String, String> added) {
        resources = resources.updated(others);
        annotations = Cri.with(annotations, added);
    }

    public ContainerStatus status() {
        return new ContainerStatus(
                new Container(
                        id,
                        sandboxId,
                        config.metadata(),
                        config.image(),
                        image.told().id(),
                        state,
                        createdAt,
                        config.labels(),
                        annotations),
                startedAt,
                finishedAt,
                exitCode,
                reason,
                message,
                log,
                new ContainerSetup(
                        config.mounts(),
                        Optional.of(resources),
                        Optional.empty(),
                        config.process().stopSignal(),
                        0));
    }
}
