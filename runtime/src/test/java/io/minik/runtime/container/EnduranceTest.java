package io.minik.runtime.container;

import static io.minik.runtime.container.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.minik.runtime.cgroup.Cgroups;
import io.minik.runtime.container.Containers.Container;
import io.minik.runtime.container.Containers.State;
import io.minik.runtime.net.BridgeNetwork;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.KeyedWorker;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many containers, and miniks that are killed. */
@Tag("root")
class EnduranceTest {
    private static final int CONTAINERS = 100;

    @TempDir
    Path dir;

    private static long count(Path directory) throws Exception {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.count();
        }
    }

    private static long zombies() throws Exception {
        long own = ProcessHandle.current().pid();
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes
                    .filter(p -> p.getFileName().toString().matches("[0-9]+"))
                    .filter(p -> stat(p).matches("(?s).*\\) Z " + own + " .*"))
                    .count();
        }
    }

    private static String stat(Path process) {
        try {
            return Files.readString(process.resolve("stat"));
        } catch (IOException e) {
            return "";
        }
    }

    private static long mounts(Path dir) throws Exception {
        return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                .filter(l -> l.contains(dir.toString()))
                .count();
    }

    private void wave(TestNode node, String name) throws Exception {
        Map<String, Container> ended = new ConcurrentHashMap<>();
        CountDownLatch all = new CountDownLatch(CONTAINERS);
        node.containers.onExit(c -> {
            if (c.id().startsWith(name) && ended.put(c.id(), c) == null) {
                all.countDown();
            }
        });
        List<Future<?>> started = new ArrayList<>();
        for (int i = 0; i < CONTAINERS; i++) {
            String id = name + i;
            started.add(node.containers
                    .create(node.config("p1", id, "sh", "-c", "echo I am " + id + "; exit " + i))
                    .compose(c -> node.containers.start(id)));
        }
        await(Future.all(started));
        assertThat(all.await(120, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < CONTAINERS; i++) {
            assertThat(ended.get(name + i)).extracting(Container::exitCode).isEqualTo(i);
            assertThat(node.log(name + i)).containsExactly("stdout F I am " + name + i);
            await(node.containers.remove(name + i));
        }
    }

    @Test
    void aHundredAtOnceEndAsTheyShouldAndLeaveNothing() throws Exception {
        try (TestNode node = new TestNode(dir, new TestNode.NoNetwork())) {
            await(node.sandboxes.run(TestNode.pod("p1")));
            wave(node, "warm");
            long descriptors = count(Path.of("/proc/self/fd"));
            long threads = count(Path.of("/proc/self/task"));
            long mounts = mounts(dir);

            wave(node, "soak");

            assertThat(count(Path.of("/proc/self/fd"))).isLessThanOrEqualTo(descriptors);
            assertThat(count(Path.of("/proc/self/task"))).isLessThanOrEqualTo(threads + 2);
            assertThat(mounts(dir)).isEqualTo(mounts);
            assertThat(zombies()).isZero();
            node.cgroups.remove("kubepods/podp1/none");
            assertThat(node.cgroups.at(LaunchPlan.SHIM_CGROUP).processes()).isEmpty();
        }
        assertThat(mounts(dir)).isZero();
    }

    private Process devNode(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-Dmkrt.cgroup=" + TestNode.CGROUP_ROOT,
                "-cp",
                System.getProperty("java.class.path"),
                DevNode.class.getName(),
                dir.toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @Test
    void aKilledMinikLosesNeitherContainersNorTheirOutput() throws Exception {
        Process first = devNode(
                "sh",
                "-c",
                "i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo line $i; usleep 3000; done; until [ -e /tmp/go ]; do usleep 10000; done; exit 21");
        BufferedReader said = new BufferedReader(new InputStreamReader(first.getInputStream(), StandardCharsets.UTF_8));
        assertThat(said.readLine()).startsWith("container dev-1 RUNNING");
        first.destroyForcibly().waitFor();

        try (TestNode node = new TestNode(dir, new TestNode.NoNetwork())) {
            Container adopted = await(node.containers.find("dev-1")).orElseThrow();
            assertThat(adopted.state()).isEqualTo(State.RUNNING);
            assertThat(await(node.containers.execSync(
                                    "dev-1", List.of("sh", "-c", "echo inside; touch /tmp/go"), 10_000))
                            .stdout())
                    .hasToString("inside\n");

            assertThat(node.waitForExit("dev-1").exitCode()).isEqualTo(21);
            List<String> lines = node.log("dev-1");
            assertThat(lines).hasSize(400).startsWith("stdout F line 1").endsWith("stdout F line 400");
        }
    }

    @Test
    void reclaimTakesAwayWhatAKilledMinikLeft() throws Exception {
        Process first = devNode("sleep", "1000");
        BufferedReader said = new BufferedReader(new InputStreamReader(first.getInputStream(), StandardCharsets.UTF_8));
        int pid = Integer.parseInt(said.readLine().split(" ")[3]);
        first.destroyForcibly().waitFor();
        assertThat(Kernel.startTime(pid)).isPresent();

        Vertx vertx = Vertx.vertx();
        try (Cgroups cgroups = Cgroups.detect(TestNode.KERNEL, TestNode.CGROUP_ROOT)) {
            BridgeNetwork network = new BridgeNetwork(
                    new KeyedWorker(vertx.createSharedWorkerExecutor("network", 1)),
                    TestNode.KERNEL,
                    dir.resolve("data"),
                    "mkrt1",
                    "mkrt_masq1");
            assertThat(Reclaim.everything(TestNode.KERNEL, dir.resolve("data"), dir.resolve("run"), cgroups, network))
                    .isEmpty();
            assertThat(cgroups.at("").exists()).isFalse();
        } finally {
            await(vertx.close());
        }
        assertThat(Kernel.startTime(pid)).isEmpty();
        assertThat(mounts(dir)).isZero();
        assertThat(dir.resolve("run/sandboxes")).doesNotExist();
    }
}
