package io.minik.runtime.container;

import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import io.minik.runtime.cgroup.Cgroups;
import io.minik.runtime.container.ContainerConfig.ImageUse;
import io.minik.runtime.container.ContainerConfig.LogFile;
import io.minik.runtime.container.ContainerConfig.Notes;
import io.minik.runtime.container.ContainerConfig.Origin;
import io.minik.runtime.container.ContainerConfig.Place;
import io.minik.runtime.container.ContainerConfig.Program;
import io.minik.runtime.container.ContainerConfig.Stdio;
import io.minik.runtime.container.Containers.Resources;
import io.minik.runtime.container.Containers.Security;
import io.minik.runtime.container.Containers.User;
import io.minik.runtime.net.LinkUsage;
import io.minik.runtime.net.Network;
import io.minik.runtime.sandbox.LinuxSandboxes;
import io.minik.runtime.sandbox.SandboxFiles;
import io.minik.runtime.sandbox.Sandboxes.PodOf;
import io.minik.runtime.sandbox.Sandboxes.PodResources;
import io.minik.runtime.sandbox.Sandboxes.SandboxConfig;
import io.minik.runtime.sandbox.Sandboxes.Sharing;
import io.minik.runtime.snapshot.Snapshotter;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.KeyedWorker;
import io.minik.runtime.sys.LinuxSys;
import io.minik.runtime.sys.Poller;
import io.minik.runtime.sys.Trees;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The runtime's rooms in a directory, with busybox as the only image; may be dropped and made again as a restart would. */
final class TestNode implements AutoCloseable {
    static final String CGROUP_ROOT =
            System.getProperty("mkrt.cgroup", "mkrt" + ProcessHandle.current().pid());
    private static final long LIMIT_SECONDS = 60;
    private static final List<String> APPLETS = List.of(
            "sh",
            "echo",
            "cat",
            "sleep",
            "true",
            "false",
            "id",
            "ls",
            "ps",
            "env",
            "kill",
            "mount",
            "stty",
            "tty",
            "touch",
            "head",
            "dd",
            "grep",
            "hostname",
            "nc",
            "seq",
            "trap",
            "readlink",
            "stat",
            "pwd",
            "yes",
            "wc",
            "ip",
            "ping",
            "chmod",
            "mkdir",
            "unshare",
            "printf",
            "usleep",
            "tr",
            "cut",
            "ln",
            "rmdir");

    static final Kernel KERNEL = new Kernel(new LinuxSys());

    final Kernel kernel = KERNEL;
    final Path dir;
    final Path image;
    final Vertx vertx = Vertx.vertx();
    final WorkerExecutor executor = vertx.createSharedWorkerExecutor("runtime", 8);
    final Poller poller = new Poller(kernel);
    final Cgroups cgroups = Cgroups.detect(kernel, CGROUP_ROOT);
    final SandboxFiles sandboxFiles;
    final LinuxSandboxes sandboxes;
    final LinuxContainers containers;

    TestNode(Path dir, Network network) {
        this.dir = dir;
        this.image = dir.resolve("layers/image");
        if (Files.notExists(image)) {
            makeImage();
        }
        KeyedWorker worker = new KeyedWorker(executor);
        sandboxFiles = new SandboxFiles(dir.resolve("data"), dir.resolve("run"));
        sandboxes = new LinuxSandboxes(
                new LinuxSandboxes.Parts(vertx, worker, kernel, poller, cgroups, network, sandboxFiles));
        containers = new LinuxContainers(new LinuxContainers.Parts(
                vertx,
                worker,
                kernel,
                poller,
                cgroups,
                new OneLayer(dir.resolve("snapshots"), image),
                sandboxFiles,
                dir.resolve("data"),
                dir.resolve("run"),
                InstantSource.system()));
        await(sandboxes.reclaim());
        await(containers.adopt());
    }

    private void makeImage() {
        try {
            for (String name : List.of("bin", "etc", "tmp", "proc", "dev", "sys", "run", "var")) {
                Trees.make(image.resolve(name));
            }
            Files.copy(Path.of("/bin/busybox"), image.resolve("bin/busybox"));
            for (String applet : APPLETS) {
                Files.createSymbolicLink(image.resolve("bin").resolve(applet), Path.of("busybox"));
            }
            Files.createSymbolicLink(image.resolve("var/run"), Path.of("../run"));
            Files.writeString(
                    image.resolve("etc/passwd"),
                    "root:x:0:0:root:/root:/bin/sh\nguest:x:1000:1001:guest:/home/guest:/bin/sh\n");
            Files.writeString(image.resolve("etc/group"), "root:x:0:\nguest:x:1001:\nextra:x:1002:guest\n");
            Files.setPosixFilePermissions(image.resolve("tmp"), PosixFilePermissions.fromString("rwxrwxrwx"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    static SandboxConfig pod(String id) {
        return new SandboxConfig(
                id,
                new PodOf("default", "pod-" + id, id, 0),
                "host-" + id,
                Sharing.USUAL,
                Map.of(),
                "kubepods/pod" + id,
                new PodResources(0, 0, 0, 0, 0),
                Map.of(),
                Map.of());
    }

    static SandboxConfig pod(String id, Sharing sharing, Map<String, String> sysctls) {
        SandboxConfig usual = pod(id);
        return new SandboxConfig(
                usual.id(),
                usual.pod(),
                usual.hostname(),
                sharing,
                sysctls,
                usual.cgroupParent(),
                usual.resources(),
                Map.of(),
                Map.of());
    }

    static Security security(String user) {
        return Security.of(User.named(user));
    }

    ContainerConfig config(String pod, String id, String... command) {
        return new ContainerConfig(
                id,
                new Origin(pod, "c", 0),
                new ImageUse("sha256:test", "busybox", List.of("layer")),
                new Program(List.of(command), List.of("PATH=/bin", "GREETING=hello"), "", ""),
                List.of(),
                List.of(),
                new Stdio(false, false, false, new LogFile(dir.resolve("logs").resolve(id + ".log"), 0, 5)),
                security(""),
                new Place("kubepods/pod" + pod, "", new Resources(0, 0, 0, 0, 0, 0, "", "")),
                new Notes(Map.of(), Map.of()));
    }

    /** The same, among the processes of another container. */
    static ContainerConfig beside(ContainerConfig c, String target) {
        return c.with(new Place(c.place().cgroupParent(), target, c.place().resources()));
    }

    static ContainerConfig inPod(ContainerConfig c, String cgroupParent) {
        return c.with(new Place(cgroupParent, c.place().pidTarget(), c.place().resources()));
    }

    static ContainerConfig limited(ContainerConfig c, Resources resources) {
        return c.with(new Place(c.place().cgroupParent(), c.place().pidTarget(), resources));
    }

    static ContainerConfig onTerminal(ContainerConfig c, boolean tty) {
        return c.with(new Stdio(tty, false, tty, c.stdio().log()));
    }

    /** Creates and starts it, waits for its end. */
    Containers.Container runToEnd(ContainerConfig config) {
        await(containers.create(config));
        CompletableFuture<Containers.Container> ended = exitOf(config.id());
        await(containers.start(config.id()));
        return ended.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
    }

    Containers.Container waitForExit(String id) {
        CompletableFuture<Containers.Container> ended = exitOf(id);
        Containers.Container now = await(containers.find(id)).orElseThrow();
        return now.state() == Containers.State.EXITED
                ? now
                : ended.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
    }

    CompletableFuture<Containers.Container> exitOf(String id) {
        CompletableFuture<Containers.Container> ended = new CompletableFuture<>();
        containers.onExit(c -> {
            if (c.id().equals(id)) {
                ended.complete(c);
            }
        });
        return ended;
    }

    /** The log's content without times: {@code stdout F hello}. */
    List<String> log(String id) {
        try {
            return Files.readAllLines(dir.resolve("logs").resolve(id + ".log")).stream()
                    .map(line -> line.substring(line.indexOf(' ') + 1))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As a kill -9 leaves it: nothing is stopped, nothing released but what dies with the process. */
    void drop() {
        await(containers.release());
        poller.close();
        cgroups.close();
        await(vertx.close());
    }

    @Override
    public void close() {
        for (Containers.Container container : await(containers.list())) {
            await(containers.remove(container.id()));
        }
        for (var sandbox : await(sandboxes.list())) {
            await(sandboxes.remove(sandbox.id()));
        }
        cgroups.remove("");
        drop();
    }

    /** One lower layer, a directory. */
    private record OneLayer(Path dir, Path image) implements Snapshotter {
        @Override
        public void settle(List<String> layers) {}

        @Override
        public void unpack(String chainId, InputStream tar) {
            throw new UnsupportedOperationException("the image is a directory");
        }

        @Override
        public boolean has(String chainId) {
            return true;
        }

        @Override
        public void flush() {
            // The image is a directory of the host: nothing of it was written here.
        }

        @Override
        public void removeUnrecorded(Set<String> recorded) {
            // Nothing is ever unpacked.
        }

        @Override
        public List<Path> directories(List<String> layers) {
            return List.of(image);
        }

        @Override
        public RootFs prepare(String containerId, List<String> layers, List<String> mounted) {
            Path own = dir.resolve(containerId);
            for (String part : List.of("upper", "work", "merged")) {
                Trees.make(own.resolve(part));
            }
            return new RootFs(List.of(image), own.resolve("upper"), own.resolve("work"), own.resolve("merged"));
        }

        @Override
        public Usage usage(String containerId) {
            return new Usage(0, 0);
        }

        @Override
        public Usage layersUsage() {
            return new Usage(0, 0);
        }

        @Override
        public Path root() {
            return dir;
        }

        @Override
        public void remove(String containerId) {
            Trees.remove(dir.resolve(containerId));
        }

        @Override
        public void removeLayer(String chainId) {
            throw new UnsupportedOperationException("the image is a directory");
        }

        @Override
        public void reclaim(Set<String> containerIds, Set<String> layers) {
            throw new UnsupportedOperationException("nothing is kept");
        }
    }

    /** Pods stay alone. */
    static final class NoNetwork implements Network {
        @Override
        public Future<Void> configure(Ranges ranges, int mtu) {
            return Future.succeededFuture();
        }

        @Override
        public Future<Map<Cidr, String>> routes(Map<Cidr, Address> nodeIpByPodCidr) {
            return Future.succeededFuture(Map.of());
        }

        @Override
        public List<Address> attach(String sandboxId, int netlinkFd, int namespaceFd) {
            return List.of(Address.parse("192.0.2.1"));
        }

        @Override
        public void loopback(int netlinkFd) {}

        @Override
        public Optional<LinkUsage> usage(String sandboxId) {
            return Optional.empty();
        }

        @Override
        public void detach(String sandboxId) {}

        @Override
        public void reclaim(Set<String> sandboxIds) {}
    }
}
