package io.minik.agent.kubelet;

import io.minik.ground.loop.Loop;
import io.minik.runtime.RuntimeFault;
import io.minik.runtime.container.Containers;
import io.minik.runtime.cri.Connection;
import io.minik.runtime.cri.Session;
import io.minik.runtime.image.Images;
import io.minik.runtime.sandbox.Sandboxes;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
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
import java.util.function.Consumer;

/**
 * Sandboxes, containers and images in memory. Containers run until a test ends them, or are stopped; one whose first
 * word is {@code stubborn} ignores the stop signal. Images that a test did not offer can't be pulled.
 */
final class FakeRuntime {
    private final Loop loop;
    final Map<String, Sandboxes.Sandbox> sandboxes = new LinkedHashMap<>();
    final Map<String, Containers.Container> containers = new LinkedHashMap<>();
    final Set<String> registry = new HashSet<>();
    /** What the config of every image says. */
    String imageUser = "";

    final Map<String, Images.Image> local = new HashMap<>();
    final List<String> log = new ArrayList<>();
    private final List<Consumer<Containers.Container>> listeners = new ArrayList<>();
    private final Map<String, Promise<Containers.Container>> stopping = new HashMap<>();
    Optional<RuntimeFault> startFault = Optional.empty();
    private int addresses = 1;
    long memoryInUse;
    long diskInUse;

    FakeRuntime(Loop loop) {
        this.loop = loop;
    }

    /** The container's process ends. */
    void exit(String id, int code) {
        end(id, code, code == 0 ? "Completed" : "Error");
    }

    Containers.Container only(String name) {
        return containers.values().stream()
                .filter(c -> c.config().name().equals(name))
                .reduce((older, newer) -> newer)
                .orElseThrow();
    }

    long running() {
        return containers.values().stream()
                .filter(c -> c.state() == Containers.State.RUNNING)
                .count();
    }

    private void end(String id, int code, String reason) {
        Containers.Container c = containers.get(id);
        if (c == null || c.state() == Containers.State.EXITED) {
            return;
        }
        Containers.Container ended = new Containers.Container(
                id,
                c.config(),
                Containers.State.EXITED,
                0,
                c.createdAtNanos(),
                c.startedAtNanos(),
                now(),
                code,
                reason,
                "");
        containers.put(id, ended);
        log.add("exited " + id + " " + code);
        listeners.forEach(listener -> listener.accept(ended));
        Promise<Containers.Container> waiting = stopping.remove(id);
        if (waiting != null) {
            waiting.complete(ended);
        }
    }

    private long now() {
        Instant now = loop.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    private static RuntimeFault missing(String what) {
        return new RuntimeFault(RuntimeFault.Kind.NOT_FOUND, "find", what + " not found", 0);
    }

    Sandboxes sandboxes() {
        return new Sandboxes() {
            @Override
            public Future<Sandbox> run(SandboxConfig config) {
                log.add("sandbox " + config.id());
                Sandbox made = new Sandbox(
                        config.id(),
                        config,
                        Sandboxes.State.READY,
                        now(),
                        config.hostNetwork() ? List.of() : List.of("10.42.0." + ++addresses));
                return Future.succeededFuture(sandboxes.computeIfAbsent(config.id(), ignored -> made));
            }

            @Override
            public Future<Optional<Sandbox>> find(String id) {
                return Future.succeededFuture(Optional.ofNullable(sandboxes.get(id)));
            }

            @Override
            public Future<List<Sandbox>> list(Map<String, String> labels) {
                return Future.succeededFuture(List.copyOf(sandboxes.values()));
            }

            @Override
            public Future<Void> update(String id, PodResources resources) {
                log.add("update sandbox memory=" + resources.memoryLimitBytes());
                sandboxes.computeIfPresent(
                        id,
                        (k, s) -> new Sandbox(id, with(s.config(), resources), s.state(), s.createdAtNanos(), s.ips()));
                return Future.succeededFuture();
            }

            @Override
            public Future<Void> stop(String id) {
                log.add("stop sandbox " + id);
                containers.values().stream()
                        .filter(c -> c.config().sandboxId().equals(id))
                        .map(Containers.Container::id)
                        .toList()
                        .forEach(c -> end(c, 137, "Error"));
                sandboxes.computeIfPresent(
                        id,
                        (k, s) ->
                                new Sandbox(id, s.config(), Sandboxes.State.NOT_READY, s.createdAtNanos(), List.of()));
                return Future.succeededFuture();
            }

            @Override
            public Future<Void> remove(String id) {
                return stop(id).map(ignored -> {
                    sandboxes.remove(id);
                    return null;
                });
            }

            @Override
            public Future<Connection> connect(String id, int port) {
                return Future.failedFuture(missing("port " + port));
            }
        };
    }

    Containers containers() {
        return new FakeContainers();
    }

    private final class FakeContainers implements Containers {
        @Override
        public Future<Container> create(ContainerConfig config) {
            return Future.succeededFuture(containers.computeIfAbsent(config.id(), id -> {
                log.add("create " + id);
                return new Container(id, config, Containers.State.CREATED, 0, now(), 0, 0, 0, "", "");
            }));
        }

        @Override
        public Future<Container> start(String id) {
            Container c = containers.get(id);
            if (c == null) {
                return Future.failedFuture(missing(id));
            }
            if (startFault.isPresent()) {
                containers.put(
                        id,
                        new Container(
                                id,
                                c.config(),
                                Containers.State.EXITED,
                                0,
                                c.createdAtNanos(),
                                now(),
                                now(),
                                128,
                                "StartError",
                                String.valueOf(startFault.get().getMessage())));
                return Future.failedFuture(startFault.get());
            }
            log.add("start " + id);
            Container running = new Container(
                    id, c.config(), Containers.State.RUNNING, 4711, c.createdAtNanos(), now(), 0, 0, "", "");
            containers.put(id, running);
            return Future.succeededFuture(running);
        }

        @Override
        public Future<Container> stop(String id, long graceMillis) {
            Container c = containers.get(id);
            if (c == null) {
                return Future.failedFuture(missing(id));
            }
            if (c.state() != Containers.State.RUNNING) {
                return Future.succeededFuture(c);
            }
            log.add("stop " + id + " " + graceMillis);
            Promise<Container> done = stopping.computeIfAbsent(id, ignored -> Promise.promise());
            if (!c.config().command().get(0).equals("stubborn")) {
                end(id, 143, "Error");
            } else if (graceMillis == 0) {
                end(id, 137, "Error");
            } else {
                loop.after(Duration.ofMillis(graceMillis), () -> end(id, 137, "Error"));
            }
            return done.future();
        }

        @Override
        public Future<Void> remove(String id) {
            end(id, 137, "Error");
            if (containers.remove(id) != null) {
                log.add("remove " + id);
            }
            return Future.succeededFuture();
        }

        @Override
        public Future<Optional<Container>> find(String id) {
            return Future.succeededFuture(Optional.ofNullable(containers.get(id)));
        }

        @Override
        public Future<List<Container>> list() {
            return Future.succeededFuture(List.copyOf(containers.values()));
        }

        @Override
        public Future<Session> exec(String id, ExecConfig config) {
            return Future.failedFuture(missing("exec in " + id));
        }

        @Override
        public Future<ExecResult> execSync(String id, List<String> command, long timeoutMillis) {
            return Future.succeededFuture(new ExecResult(0, Buffer.buffer(), Buffer.buffer(), false));
        }

        @Override
        public Future<Session> attach(String id, boolean stdin, boolean stdout, boolean stderr) {
            return Future.failedFuture(missing("attach to " + id));
        }

        @Override
        public Future<Void> update(String id, Resources resources, Map<String, String> annotations) {
            log.add("update " + id + " memory=" + resources.memoryLimitBytes());
            containers.computeIfPresent(id, (k, c) -> annotated(c, annotations));
            return Future.succeededFuture();
        }

        @Override
        public Future<Stats> stats(String id) {
            return Future.succeededFuture(new Stats(0, 0, memoryInUse, 0, 0, 0, diskInUse, 0));
        }

        @Override
        public void onExit(Consumer<Container> listener) {
            listeners.add(listener);
        }
    }

    private static Sandboxes.SandboxConfig with(Sandboxes.SandboxConfig old, Sandboxes.PodResources resources) {
        return new Sandboxes.SandboxConfig(
                old.id(),
                old.podNamespace(),
                old.podName(),
                old.podUid(),
                old.attempt(),
                old.hostname(),
                old.hostNetwork(),
                old.hostPid(),
                old.hostIpc(),
                old.shareProcessNamespace(),
                old.sysctls(),
                old.cgroupParent(),
                resources,
                old.labels(),
                old.annotations());
    }

    private static Containers.Container annotated(Containers.Container c, Map<String, String> annotations) {
        Containers.ContainerConfig old = c.config();
        Map<String, String> merged = new HashMap<>(old.annotations());
        merged.putAll(annotations);
        return new Containers.Container(
                c.id(),
                new Containers.ContainerConfig(
                        old.id(),
                        old.sandboxId(),
                        old.name(),
                        old.attempt(),
                        old.imageId(),
                        old.imageReference(),
                        old.layers(),
                        old.command(),
                        old.env(),
                        old.workingDir(),
                        old.stdin(),
                        old.stdinOnce(),
                        old.tty(),
                        old.mounts(),
                        old.devices(),
                        old.security(),
                        old.resources(),
                        old.cgroupParent(),
                        old.stopSignal(),
                        old.logPath(),
                        old.logMaxBytes(),
                        old.logMaxFiles(),
                        old.labels(),
                        merged,
                        old.pidTarget()),
                c.state(),
                c.pid(),
                c.createdAtNanos(),
                c.startedAtNanos(),
                c.finishedAtNanos(),
                c.exitCode(),
                c.reason(),
                c.message());
    }

    static Containers.ContainerConfig config(String id, String imageId) {
        return new Containers.ContainerConfig(
                id,
                "sandbox",
                id,
                0,
                imageId,
                "",
                List.of(),
                List.of("run"),
                List.of(),
                "",
                false,
                false,
                false,
                List.of(),
                List.of(),
                new Containers.Security(
                        "", -1, List.of(), false, false, false, List.of(), List.of(), List.of(), List.of(), ""),
                new Containers.Resources(0, 0, 0, 0, 0, 0, "", ""),
                "",
                "",
                Path.of("/log"),
                0,
                1,
                Map.of(),
                Map.of(),
                "");
    }

    static Images.Image image(String reference) {
        return image(reference, List.of());
    }

    static Images.Image image(String reference, List<String> volumes) {
        return image(reference, volumes, "");
    }

    private static Images.Image image(String reference, List<String> volumes, String user) {
        return new Images.Image(
                "sha256:" + Integer.toHexString(reference.hashCode()),
                List.of(reference),
                List.of(),
                42,
                new Images.ImageConfig(
                        "amd64",
                        "linux",
                        user,
                        List.of("FROM=image"),
                        List.of(),
                        List.of("run"),
                        "/",
                        volumes,
                        Map.of(),
                        ""),
                List.of("sha256:layer"));
    }

    Images images() {
        return new Images() {
            @Override
            public Future<Image> pull(String reference, Optional<Credentials> credentials) {
                log.add("pull " + reference);
                if (!registry.contains(reference)) {
                    return Future.failedFuture(
                            new RuntimeFault(RuntimeFault.Kind.IMAGE_PULL, "pull", reference + ": not found", 0));
                }
                return Future.succeededFuture(local.computeIfAbsent(reference, r -> image(r, List.of(), imageUser)));
            }

            @Override
            public Future<Optional<Image>> find(String reference) {
                if (reference.contains(" ")) {
                    return Future.failedFuture(new RuntimeFault(
                            RuntimeFault.Kind.INVALID_IMAGE_NAME, "parse", "invalid reference format", 0));
                }
                return Future.succeededFuture(Optional.ofNullable(local.get(reference)));
            }

            @Override
            public Future<List<Image>> list() {
                return Future.succeededFuture(List.copyOf(local.values()));
            }

            @Override
            public Future<List<Path>> layers(Image image) {
                return Future.succeededFuture(
                        image.layers().stream().map(Path::of).toList());
            }

            @Override
            public Future<Void> remove(String reference) {
                local.values().removeIf(image -> image.id().equals(reference));
                local.remove(reference);
                return Future.succeededFuture();
            }

            @Override
            public Future<List<Image>> importArchive(Path archive) {
                return Future.succeededFuture(List.of());
            }
        };
    }
}
