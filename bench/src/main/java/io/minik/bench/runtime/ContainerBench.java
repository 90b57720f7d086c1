package io.minik.bench.runtime;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.runtime.cgroup.Cgroups;
import io.minik.runtime.container.ContainerConfig;
import io.minik.runtime.container.Containers;
import io.minik.runtime.container.LinuxContainers;
import io.minik.runtime.net.BridgeNetwork;
import io.minik.runtime.sandbox.LinuxSandboxes;
import io.minik.runtime.sandbox.SandboxFiles;
import io.minik.runtime.sandbox.Sandboxes;
import io.minik.runtime.snapshot.OverlaySnapshotter;
import io.minik.runtime.snapshot.Snapshotter;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.KeyedWorker;
import io.minik.runtime.sys.LinuxFileCalls;
import io.minik.runtime.sys.LinuxSys;
import io.minik.runtime.sys.Poller;
import io.minik.runtime.sys.Trees;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Create, start, wait for and remove a container of {@code /bin/true}: ours in this process, crun and runc as programs.
 *
 * <pre>
 *   unshare -m sh -c 'umount /sys/fs/cgroup/unified; exec java -cp … io.minik.bench.runtime.ContainerBench DIRECTORY'
 * </pre>
 *
 * (crun refuses a hybrid cgroup tree; the unmount is private to the bench. A machine with one tree needs neither.)
 */
public final class ContainerBench {
    private static final int RUNS = Integer.getInteger("bench.runs", 300);
    private static final int WARM_UP = RUNS;
    private static final int PEER_RUNS = RUNS / 3;
    private static final int AT_ONCE = 50;
    private static final String LAYER = "sha256:" + "0".repeat(64);

    private final Map<String, Promise<Void>> ends = new ConcurrentHashMap<>();
    private final Path dir;
    private final Path image;
    private final LinuxContainers containers;

    private ContainerBench(Path dir, Path image, LinuxContainers containers) {
        this.dir = dir;
        this.image = image;
        this.containers = containers;
        containers.onExit(c -> {
            Promise<Void> end = ends.get(c.id());
            if (end != null) {
                end.tryComplete();
            }
        });
    }

    public static void main(String[] arguments) throws Exception {
        Path dir = Path.of(arguments[0]).toAbsolutePath();
        Path image = dir.resolve("image");
        Trees.make(image.resolve("bin"));
        for (String name : List.of("proc", "dev", "sys", "etc", "tmp")) {
            Trees.make(image.resolve(name));
        }
        if (Files.notExists(image.resolve("bin/true"))) {
            Files.copy(Path.of("/bin/busybox"), image.resolve("bin/true"));
        }
        Vertx vertx = Vertx.vertx();
        Kernel kernel = new Kernel(new LinuxSys());
        try (Poller poller = new Poller(kernel);
                Cgroups cgroups = Cgroups.detect(kernel, "minik-bench")) {
            OverlaySnapshotter snapshots = new OverlaySnapshotter(dir.resolve("snapshots"), LinuxFileCalls::new);
            unpack(image, snapshots);
            KeyedWorker worker = new KeyedWorker(vertx.createSharedWorkerExecutor("runtime", 8));
            SandboxFiles files = new SandboxFiles(dir.resolve("data"), dir.resolve("run"));
            BridgeNetwork network = new BridgeNetwork(worker, kernel, dir.resolve("data"), "mkbench0", "minik_bench");
            LinuxSandboxes sandboxes = new LinuxSandboxes(
                    new LinuxSandboxes.Parts(vertx, worker, kernel, poller, cgroups, network, files));
            LinuxContainers containers = new LinuxContainers(new LinuxContainers.Parts(
                    vertx,
                    worker,
                    kernel,
                    poller,
                    cgroups,
                    snapshots,
                    files,
                    dir.resolve("data"),
                    dir.resolve("run"),
                    InstantSource.system()));
            await(sandboxes.run(pod()));
            new ContainerBench(dir, image, containers).run();
            await(sandboxes.remove("bench"));
            cgroups.remove("");
        } finally {
            await(vertx.close());
        }
    }

    private static void unpack(Path image, Snapshotter snapshots) throws Exception {
        Process tar = new ProcessBuilder("tar", "-C", image.toString(), "-c", ".").start();
        try (InputStream content = tar.getInputStream()) {
            snapshots.unpack(LAYER, content);
        }
        if (tar.waitFor() != 0) {
            throw new IllegalStateException("tar failed");
        }
    }

    private void run() throws Exception {
        for (int i = 0; i < WARM_UP; i++) {
            once("warm" + i);
        }
        List<Double> ours = new ArrayList<>();
        double cpu = cpuMillis();
        for (int i = 0; i < RUNS; i++) {
            long start = System.nanoTime();
            once("run" + i);
            ours.add((System.nanoTime() - start) / 1e6);
        }
        print("minik", ours, cpuMillis() - cpu);
        for (String peer : List.of("crun", "runc")) {
            List<Double> theirs = new ArrayList<>();
            Path bundle = bundle(peer);
            cpu = cpuMillis();
            for (int i = 0; i < PEER_RUNS; i++) {
                long start = System.nanoTime();
                peer(peer, bundle, i);
                theirs.add((System.nanoTime() - start) / 1e6);
            }
            print(peer, theirs, cpuMillis() - cpu);
        }
        long start = System.nanoTime();
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            all.add(start("many" + i));
        }
        await(Future.all(all));
        System.out.printf("minik, %d at once: %.0f ms%n", AT_ONCE, (System.nanoTime() - start) / 1e6);
    }

    /** Of this process and of its children that ended: user and system, in clock ticks of 10 ms. */
    private static double cpuMillis() throws Exception {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return 10.0 * Arrays.stream(fields, 11, 15).mapToLong(Long::parseLong).sum();
    }

    private static void print(String name, List<Double> millis, double cpuMillis) {
        double[] sorted = millis.stream().mapToDouble(d -> d).sorted().toArray();
        System.out.printf(
                "%-6s p50 %.2f ms  p99 %.2f ms  CPU %.2f ms a run  (%d runs)%n",
                name,
                sorted[sorted.length / 2],
                sorted[sorted.length * 99 / 100],
                cpuMillis / sorted.length,
                sorted.length);
    }

    private void once(String id) throws Exception {
        await(start(id));
    }

    private Future<Void> start(String id) {
        Promise<Void> end = Promise.promise();
        ends.put(id, end);
        return containers
                .create(config(id))
                .compose(c -> containers.start(id))
                .compose(c -> end.future())
                .compose(v -> containers.remove(id))
                .onComplete(v -> ends.remove(id));
    }

    private Path bundle(String peer) throws Exception {
        Path bundle = dir.resolve("bundle-" + peer);
        Trees.remove(bundle);
        Trees.make(bundle);
        exec(bundle, peer, "spec");
        ObjectMapper mapper = new ObjectMapper();
        Path file = bundle.resolve("config.json");
        ObjectNode config = (ObjectNode) mapper.readTree(file.toFile());
        ObjectNode process = (ObjectNode) config.get("process");
        process.put("terminal", false);
        process.putArray("args").add("/bin/true");
        ((ObjectNode) config.get("root")).put("path", image.toString());
        mapper.writeValue(file.toFile(), config);
        return bundle;
    }

    private static void peer(String peer, Path bundle, int number) throws Exception {
        exec(bundle, peer, "run", "minik-bench-" + peer + number);
    }

    private static void exec(Path directory, String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(Arrays.toString(command) + ": " + said);
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get();
    }

    private static Sandboxes.SandboxConfig pod() {
        return new Sandboxes.SandboxConfig(
                "bench",
                new Sandboxes.PodOf("default", "bench", "bench", 0),
                "bench",
                new Sandboxes.Sharing(true, false, false, false),
                Map.of(),
                "bench",
                new Sandboxes.PodResources(0, 0, 0, 0, 0),
                Map.of(),
                Map.of());
    }

    private ContainerConfig config(String id) {
        Containers.Security usual = Containers.Security.of(Containers.User.named(""));
        return new ContainerConfig(
                id,
                new ContainerConfig.Origin("bench", "c", 0),
                new ContainerConfig.ImageUse("sha256:bench", "bench", List.of(LAYER)),
                new ContainerConfig.Program(List.of("/bin/true"), List.of("PATH=/bin"), "", ""),
                List.of(),
                List.of(),
                new ContainerConfig.Stdio(
                        false, false, false, new ContainerConfig.LogFile(dir.resolve("logs/" + id + ".log"), 0, 1)),
                new Containers.Security(
                        usual.user(), false, false, true, usual.capabilities(), usual.paths(), usual.seccompProfile()),
                new ContainerConfig.Place("bench", "", new Containers.Resources(0, 0, 0, 0, 0, 0, "", "")),
                new ContainerConfig.Notes(Map.of(), Map.of()));
    }
}
