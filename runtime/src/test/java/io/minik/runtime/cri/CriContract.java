package io.minik.runtime.cri;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.runtime.cri.Cri.AttachRequest;
import io.minik.runtime.cri.Cri.ContainerConfig;
import io.minik.runtime.cri.Cri.ContainerEvent;
import io.minik.runtime.cri.Cri.ContainerEventType;
import io.minik.runtime.cri.Cri.ContainerFilter;
import io.minik.runtime.cri.Cri.ContainerMetadata;
import io.minik.runtime.cri.Cri.ContainerProcess;
import io.minik.runtime.cri.Cri.ContainerState;
import io.minik.runtime.cri.Cri.ContainerStatus;
import io.minik.runtime.cri.Cri.ExecRequest;
import io.minik.runtime.cri.Cri.ExecSyncResponse;
import io.minik.runtime.cri.Cri.ImageSpec;
import io.minik.runtime.cri.Cri.LinuxContainerConfig;
import io.minik.runtime.cri.Cri.LinuxContainerResources;
import io.minik.runtime.cri.Cri.LinuxPodSandboxConfig;
import io.minik.runtime.cri.Cri.PodSandboxConfig;
import io.minik.runtime.cri.Cri.PodSandboxFilter;
import io.minik.runtime.cri.Cri.PodSandboxMetadata;
import io.minik.runtime.cri.Cri.PodSandboxState;
import io.minik.runtime.cri.CriException.Code;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the kubelet relies on, whoever runs its containers. The one image has a shell, says {@code PATH=/bin}, and names a
 * program that runs when nothing else is asked for.
 */
public abstract class CriContract {
    private static final long LIMIT_SECONDS = 60;
    private static final Duration NOW = Duration.ZERO;
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    protected Path dir;

    private RuntimeService runtime;
    private ImageService images;

    /**
     * What an implementation brings: both services, and a reference of the one image that is here.
     *
     * @param beyond whether it has what goes beyond CRI, too: what a pod may use, and where layers are
     */
    public record Node(RuntimeService runtime, ImageService images, String image, boolean beyond, AutoCloseable down) {}

    private Node node;

    protected abstract Node open() throws Exception;

    @BeforeEach
    void start() throws Exception {
        node = open();
        runtime = node.runtime();
        images = node.images();
    }

    @AfterEach
    void stop() throws Exception {
        node.down().close();
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static <T> T await(CompletableFuture<T> future) {
        return future.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
    }

    private static void refuses(Code code, Future<?> call) {
        try {
            call.toCompletionStage().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(CriException.class);
            assertThat(((CriException) e.getCause()).code())
                    .as(e.getCause().getMessage())
                    .isEqualTo(code);
            return;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("it was done");
    }

    private PodSandboxConfig pod(String uid) {
        return new PodSandboxConfig(
                new PodSandboxMetadata("pod-" + uid, uid, "default", 0),
                "host-" + uid,
                dir.resolve("logs").resolve(uid),
                Map.of("pod", uid),
                Map.of("note", "of the pod"),
                LinuxPodSandboxConfig.plain("kubepods/pod" + uid));
    }

    private ContainerConfig container(String name, List<String> command, List<String> args) {
        return new ContainerConfig(
                new ContainerMetadata(name, 0),
                new ImageSpec(imageId(), node.image()),
                ContainerProcess.of(command, args, Map.of("GREETING", "hello")),
                List.of(),
                List.of(),
                Map.of("container", name),
                Map.of("note", "of the container"),
                name + ".log",
                LinuxContainerConfig.PLAIN);
    }

    private String imageId() {
        return await(images.imageStatus(node.image())).orElseThrow().id();
    }

    private String create(String uid, String name, String script) throws IOException {
        Files.createDirectories(pod(uid).logDirectory());
        return await(runtime.createContainer(
                await(runtime.runPodSandbox(pod(uid))),
                container(name, List.of("sh", "-c", script), List.of()),
                pod(uid)));
    }

    private String started(String uid, String name, String script) throws IOException {
        String id = create(uid, name, script);
        await(runtime.startContainer(id));
        return id;
    }

    private ContainerStatus toEnd(String uid, String name, String script) throws IOException {
        String id = create(uid, name, script);
        CompletableFuture<ContainerEvent> ended = exitOf(id);
        await(runtime.startContainer(id));
        await(ended);
        return await(runtime.containerStatus(id));
    }

    private CompletableFuture<ContainerEvent> exitOf(String id) {
        CompletableFuture<ContainerEvent> ended = new CompletableFuture<>();
        runtime.onContainerExit(event -> {
            if (event.containerId().equals(id)) {
                ended.complete(event);
            }
        });
        return ended;
    }

    /** Without the times: {@code stdout F hello}. */
    private static List<String> log(ContainerStatus status) throws IOException {
        return Files.readAllLines(status.logPath()).stream()
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .toList();
    }

    // ---- containers

    @Test
    void aContainerRunsIsLoggedAndItsExitCodeIsKept() throws IOException {
        ContainerStatus ended = toEnd("u1", "c", "echo $GREETING to $HOSTNAME; echo problem >&2; exit 3");
        assertThat(ended.state()).isEqualTo(ContainerState.CONTAINER_EXITED);
        assertThat(ended.exitCode()).isEqualTo(3);
        assertThat(ended.reason()).isEqualTo("Error");
        assertThat(ended.startedAt())
                .isPositive()
                .isGreaterThanOrEqualTo(ended.container().createdAt());
        assertThat(ended.finishedAt()).isGreaterThanOrEqualTo(ended.startedAt());
        assertThat(log(ended)).containsExactlyInAnyOrder("stdout F hello to host-u1", "stderr F problem");
        assertThat(ended.logPath()).isEqualTo(pod("u1").logDirectory().resolve("c.log"));
        assertThat(toEnd("u1", "good", "exit 0").reason()).isEqualTo("Completed");
    }

    @Test
    void aStatusTellsWhatBecameOfWhatWasAsked() throws IOException {
        ContainerConfig asked = container("c", List.of("sh", "-c", "sleep 600"), List.of());
        ContainerConfig config = new ContainerConfig(
                asked.metadata(),
                asked.image(),
                new ContainerProcess(
                        asked.process().command(), List.of(), Map.of(), "", false, false, false, "SIGUSR1"),
                asked.mounts(),
                asked.devices(),
                asked.labels(),
                asked.annotations(),
                asked.logPath(),
                new LinuxContainerConfig(
                        new LinuxContainerResources(100_000, 50_000, 512, 64 << 20, 0),
                        LinuxContainerConfig.PLAIN.securityContext()));
        Files.createDirectories(pod("u1").logDirectory());
        String id = await(runtime.createContainer(await(runtime.runPodSandbox(pod("u1"))), config, pod("u1")));
        CriParts.ContainerSetup made = await(runtime.containerStatus(id)).setup();
        assertThat(made.stopSignal()).isEqualTo("SIGUSR1");
        assertThat(made.resources().orElseThrow().memoryLimitInBytes()).isEqualTo(64 << 20);
        await(runtime.startContainer(id));
        await(runtime.updateContainerResources(id, new LinuxContainerResources(0, 0, 256, 0, 0), Map.of()));
        LinuxContainerResources now =
                await(runtime.containerStatus(id)).setup().resources().orElseThrow();
        assertThat(now.cpuShares()).isEqualTo(256);
        assertThat(now.memoryLimitInBytes()).as("what is not named stays").isEqualTo(64 << 20);
        await(runtime.podSandboxNetwork(await(runtime.runPodSandbox(pod("u1")))));
        refuses(Code.NOT_FOUND, runtime.podSandboxNetwork("none"));
    }

    @Test
    void itsStatesFollowItsLife() throws IOException {
        String id = create("u1", "c", "sleep 600");
        ContainerStatus created = await(runtime.containerStatus(id));
        assertThat(created.state()).isEqualTo(ContainerState.CONTAINER_CREATED);
        assertThat(created.startedAt()).isZero();
        await(runtime.startContainer(id));
        ContainerStatus running = await(runtime.containerStatus(id));
        assertThat(running.state()).isEqualTo(ContainerState.CONTAINER_RUNNING);
        assertThat(running.container().metadata()).isEqualTo(new ContainerMetadata("c", 0));
        assertThat(running.container().imageId()).isEqualTo(imageId());
        assertThat(running.container().image().userSpecifiedImage()).isEqualTo(node.image());
        assertThat(running.annotations()).containsEntry("note", "of the container");
        await(runtime.startContainer(id));
        assertThat(await(runtime.containerStatus(id)).startedAt())
                .as("it ran already")
                .isEqualTo(running.startedAt());
        await(runtime.stopContainer(id, NOW));
        assertThat(await(runtime.containerStatus(id)).exitCode()).isEqualTo(137);
        refuses(Code.INVALID_ARGUMENT, runtime.startContainer(id));
        await(runtime.removeContainer(id));
        refuses(Code.NOT_FOUND, runtime.containerStatus(id));
        assertThat(await(runtime.listContainers(ContainerFilter.ALL))).isEmpty();
    }

    @Test
    void theImageSaysWhatIsNotAskedForAndIsOverruled() throws IOException {
        assertThat(log(toEnd("u1", "path", "echo $PATH"))).containsExactly("stdout F /bin");
        String sandbox = await(runtime.runPodSandbox(pod("u1")));
        ContainerConfig asked = container("own", List.of("sh", "-c", "echo $PATH"), List.of());
        String own = await(runtime.createContainer(
                sandbox,
                new ContainerConfig(
                        asked.metadata(),
                        asked.image(),
                        ContainerProcess.of(asked.process().command(), List.of(), Map.of("PATH", "/bin:/own")),
                        List.of(),
                        List.of(),
                        Map.of(),
                        Map.of(),
                        asked.logPath(),
                        asked.linux()),
                pod("u1")));
        CompletableFuture<ContainerEvent> ended = exitOf(own);
        await(runtime.startContainer(own));
        await(ended);
        assertThat(log(await(runtime.containerStatus(own)))).containsExactly("stdout F /bin:/own");
        String plain = await(runtime.createContainer(sandbox, container("plain", List.of(), List.of()), pod("u1")));
        await(runtime.startContainer(plain));
        assertThat(await(runtime.containerStatus(plain)).reason()).isNotEqualTo("StartError");
    }

    @Test
    void whatCanNotBeRunHasExitedAndSaysWhy() throws IOException {
        String sandbox = await(runtime.runPodSandbox(pod("u1")));
        Files.createDirectories(pod("u1").logDirectory());
        String id = await(
                runtime.createContainer(sandbox, container("c", List.of("/no/such/program"), List.of()), pod("u1")));
        refuses(Code.FAILED_PRECONDITION, runtime.startContainer(id));
        ContainerStatus failed = await(runtime.containerStatus(id));
        assertThat(failed.state()).isEqualTo(ContainerState.CONTAINER_EXITED);
        assertThat(failed.exitCode()).isEqualTo(128);
        assertThat(failed.reason()).isEqualTo("StartError");
        assertThat(failed.message()).contains("no such file or directory");
    }

    @Test
    void aProgramThatDoesNotHearTheStopSignalIsKilled() throws IOException {
        String deaf = started("u1", "deaf", "trap '' TERM; echo ready; sleep 600");
        awaitLog(deaf);
        await(runtime.stopContainer(deaf, Duration.ofMillis(1500)));
        ContainerStatus killed = await(runtime.containerStatus(deaf));
        assertThat(killed.exitCode()).isEqualTo(137);
        assertThat(Duration.ofNanos(killed.finishedAt() - killed.startedAt())).isGreaterThan(Duration.ofMillis(1400));
    }

    /** The trap is set once its line is there. */
    private void awaitLog(String id) throws IOException {
        Path log = await(runtime.containerStatus(id)).logPath();
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!Files.exists(log) || Files.size(log) == 0) {
            assertThat(System.nanoTime()).isLessThan(limit);
            Thread.onSpinWait();
        }
    }

    @Test
    void theSameMetadataIsTheSameThing() throws IOException {
        String id = started("u1", "c", "sleep 600");
        assertThat(await(runtime.runPodSandbox(pod("u1"))))
                .isEqualTo(await(runtime.runPodSandbox(pod("u1"))))
                .isNotEqualTo(await(runtime.runPodSandbox(pod("u2"))));
        assertThat(create("u1", "c", "exit 1")).isEqualTo(id);
        assertThat(await(runtime.containerStatus(id)).state()).isEqualTo(ContainerState.CONTAINER_RUNNING);
        assertThat(create("u2", "c", "exit 1")).isNotEqualTo(id);
    }

    @Test
    void stoppingAndRemovingCanBeSaidAgain() throws IOException {
        String id = started("u1", "c", "sleep 600");
        String sandbox = await(runtime.runPodSandbox(pod("u1")));
        for (int i = 0; i < 2; i++) {
            await(runtime.stopContainer(id, NOW));
            await(runtime.stopPodSandbox(sandbox));
        }
        for (int i = 0; i < 2; i++) {
            await(runtime.removeContainer(id));
            await(runtime.removePodSandbox(sandbox));
            await(runtime.stopContainer(id, LONG));
            await(runtime.stopPodSandbox(sandbox));
        }
    }

    @Test
    void whatIsNotThereIsNotFound() {
        refuses(Code.NOT_FOUND, runtime.containerStatus("none"));
        refuses(Code.NOT_FOUND, runtime.startContainer("none"));
        refuses(Code.NOT_FOUND, runtime.containerStats("none"));
        refuses(Code.NOT_FOUND, runtime.execSync("none", List.of("true"), LONG));
        refuses(Code.NOT_FOUND, runtime.exec(new ExecRequest("none", List.of("true"), false, false)));
        refuses(Code.NOT_FOUND, runtime.attach(new AttachRequest("none", false, true, true)));
        refuses(Code.NOT_FOUND, runtime.updateContainerResources("none", LinuxContainerResources.NONE, Map.of()));
        refuses(Code.NOT_FOUND, runtime.podSandboxStatus("none"));
        refuses(Code.NOT_FOUND, runtime.updatePodSandboxResources("none", LinuxContainerResources.NONE));
        refuses(Code.NOT_FOUND, runtime.portForward("none", 80));
        refuses(
                Code.NOT_FOUND,
                runtime.createContainer("none", container("c", List.of("true"), List.of()), pod("none")));
        ContainerConfig asked = container("c", List.of("true"), List.of());
        refuses(
                Code.NOT_FOUND,
                runtime.createContainer(
                        await(runtime.runPodSandbox(pod("u1"))),
                        new ContainerConfig(
                                asked.metadata(),
                                new ImageSpec("sha256:" + "0".repeat(64), ""),
                                asked.process(),
                                List.of(),
                                List.of(),
                                Map.of(),
                                Map.of(),
                                asked.logPath(),
                                asked.linux()),
                        pod("u1")));
    }

    @Test
    void listsHaveWhatTheirFilterWants() throws IOException {
        String id = create("u1", "a", "exit 0");
        create("u1", "b", "exit 0");
        await(runtime.runPodSandbox(pod("u2")));
        assertThat(await(runtime.listContainers(ContainerFilter.ALL))).hasSize(2);
        assertThat(await(runtime.listContainers(new ContainerFilter(Map.of("container", "a")))))
                .singleElement()
                .satisfies(found -> assertThat(found.id()).isEqualTo(id));
        assertThat(await(runtime.listContainers(new ContainerFilter(Map.of("container", "a", "x", "y")))))
                .isEmpty();
        assertThat(await(runtime.listPodSandbox(PodSandboxFilter.ALL))).hasSize(2);
        assertThat(await(runtime.listPodSandbox(new PodSandboxFilter(Map.of("pod", "u2")))))
                .singleElement()
                .satisfies(found ->
                        assertThat(found.metadata()).isEqualTo(pod("u2").metadata()));
    }

    @Test
    void anExitIsTold() throws IOException {
        String id = create("u1", "c", "exit 5");
        CompletableFuture<ContainerEvent> ended = exitOf(id);
        await(runtime.startContainer(id));
        assertThat(await(ended).labels()).containsEntry("container", "c");
        assertThat(await(runtime.containerStatus(id)).exitCode()).isEqualTo(5);
    }

    @Test
    void whatHappensIsToldInItsOrder() throws IOException {
        String sandbox = await(runtime.runPodSandbox(pod("u1")));
        String id = create("u1", "c", "sleep 600");
        List<ContainerEventType> told = new CopyOnWriteArrayList<>();
        CompletableFuture<ContainerEvent> started = new CompletableFuture<>();
        CompletableFuture<ContainerEvent> deleted = new CompletableFuture<>();
        runtime.onContainerEvent(event -> {
            told.add(event.type());
            (event.type() == ContainerEventType.CONTAINER_DELETED_EVENT ? deleted : started).complete(event);
        });
        await(runtime.startContainer(id));
        assertThat(await(started).podSandboxId()).isEqualTo(sandbox);
        awaitEvent(told, ContainerEventType.CONTAINER_STARTED_EVENT);
        await(runtime.stopContainer(id, NOW));
        awaitEvent(told, ContainerEventType.CONTAINER_STOPPED_EVENT);
        await(runtime.removeContainer(id));
        assertThat(await(deleted).containerId()).isEqualTo(id);
        told.remove(ContainerEventType.CONTAINER_CREATED_EVENT);
        assertThat(told)
                .containsExactly(
                        ContainerEventType.CONTAINER_STARTED_EVENT,
                        ContainerEventType.CONTAINER_STOPPED_EVENT,
                        ContainerEventType.CONTAINER_DELETED_EVENT);
    }

    private static void awaitEvent(List<ContainerEventType> told, ContainerEventType wanted) {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!told.contains(wanted)) {
            assertThat(System.nanoTime()).isLessThan(limit);
            Thread.onSpinWait();
        }
    }

    @Test
    void aLogThatIsRenamedIsGoneOnWithInANewFile() throws IOException {
        String id = started("u1", "c", "echo before; sleep 600");
        awaitLog(id);
        Path log = await(runtime.containerStatus(id)).logPath();
        Files.move(log, log.resolveSibling("old.log"));
        await(runtime.reopenContainerLog(id));
        assertThat(log).exists();
        await(runtime.stopContainer(id, NOW));
        refuses(Code.INVALID_ARGUMENT, runtime.reopenContainerLog(id));
        refuses(Code.NOT_FOUND, runtime.reopenContainerLog("none"));
    }

    @Test
    void itSaysWhoItIsAndHowItIs() {
        assertThat(await(runtime.version()).name()).isNotEmpty();
        assertThat(await(runtime.status()))
                .extracting(CriParts.RuntimeCondition::type)
                .contains(CriParts.RuntimeCondition.RUNTIME_READY, CriParts.RuntimeCondition.NETWORK_READY);
        assertThat(await(images.imageFsInfo()).usage().usedBytes()).isPositive();
    }

    @Test
    void limitsOfARunningContainerAreChangedAndNoted() throws IOException {
        String id = started("u1", "c", "sleep 600");
        LinuxContainerResources more = new LinuxContainerResources(100_000, 50_000, 512, 64 << 20, 0);
        await(runtime.updateContainerResources(id, more, Map.of("has", "more")));
        assertThat(await(runtime.containerStatus(id)).annotations())
                .containsEntry("has", "more")
                .containsEntry("note", "of the container");
        assertThat(await(runtime.containerStats(id)).timestamp()).isPositive();
        assertThat(await(runtime.containerStats(id)).processCount()).isPositive();
    }

    // ---- sandboxes

    @Test
    void aSandboxThatIsStoppedEndsWhatRunsInItAndTakesItWithIt() throws IOException {
        String id = started("u1", "c", "sleep 600");
        String sandbox = await(runtime.runPodSandbox(pod("u1")));
        assertThat(await(runtime.podSandboxStatus(sandbox)).ips()).hasSize(1);
        assertThat(await(runtime.podSandboxStatus(sandbox)).ready()).isTrue();
        assertThat(await(runtime.podSandboxStatus(sandbox)).sandbox().annotations())
                .containsEntry("note", "of the pod");
        CompletableFuture<ContainerEvent> ended = exitOf(id);
        await(runtime.stopPodSandbox(sandbox));
        await(ended);
        assertThat(await(runtime.podSandboxStatus(sandbox)).sandbox().state())
                .isEqualTo(PodSandboxState.SANDBOX_NOTREADY);
        assertThat(await(runtime.containerStatus(id)).exitCode()).isEqualTo(137);
        await(runtime.removePodSandbox(sandbox));
        refuses(Code.NOT_FOUND, runtime.podSandboxStatus(sandbox));
        refuses(Code.NOT_FOUND, runtime.containerStatus(id));
    }

    @Test
    void limitsOfASandboxAreChangedAndShown() {
        String sandbox = await(runtime.runPodSandbox(pod("u1")));
        if (!node.beyond()) {
            await(runtime.updatePodSandboxResources(sandbox, LinuxContainerResources.NONE));
            assertThat(await(runtime.podSandboxStatus(sandbox)).resources()).isEmpty();
            return;
        }
        assertThat(await(runtime.podSandboxStatus(sandbox)).resources()).contains(LinuxContainerResources.NONE);
        LinuxContainerResources limits = new LinuxContainerResources(100_000, 50_000, 512, 64 << 20, 0);
        await(runtime.updatePodSandboxResources(sandbox, limits));
        assertThat(await(runtime.podSandboxStatus(sandbox)).resources()).contains(limits);
    }

    // ---- processes inside

    @Test
    void aCommandRunsInsideAndItsOutputIsTakenApart() throws IOException {
        String id = started("u1", "c", "sleep 600");
        ExecSyncResponse said =
                await(runtime.execSync(id, List.of("sh", "-c", "echo $GREETING; echo problem >&2; exit 4"), LONG));
        assertThat(said.exitCode()).isEqualTo(4);
        assertThat(said.stdout()).hasToString("hello\n");
        assertThat(said.stderr()).hasToString("problem\n");
        refuses(Code.DEADLINE_EXCEEDED, runtime.execSync(id, List.of("sh", "-c", "sleep 600"), Duration.ofMillis(100)));
        refuses(Code.FAILED_PRECONDITION, runtime.execSync(id, List.of("/no/such/program"), LONG));
        await(runtime.stopContainer(id, NOW));
        refuses(Code.INVALID_ARGUMENT, runtime.execSync(id, List.of("true"), LONG));
    }

    @Test
    void somebodyTalksToAProcess() throws IOException {
        String id = started("u1", "c", "sleep 600");
        Session session = await(runtime.exec(new ExecRequest(id, List.of("cat"), false, true)));
        Buffer said = Buffer.buffer();
        session.stdout().handler(said::appendBuffer);
        await(session.stdin().write(Buffer.buffer("hello\n")));
        await(session.stdin().end());
        assertThat(await(session.exit())).isZero();
        assertThat(said).hasToString("hello\n");
    }

    // ---- images

    @Test
    void imagesAreFoundByEachOfTheirNamesAndGone() {
        var image = await(images.imageStatus(node.image())).orElseThrow();
        assertThat(image.size()).isPositive();
        assertThat(await(images.imageStatus(image.id()))).contains(image);
        assertThat(await(images.listImages())).containsExactly(image);
        if (node.beyond()) {
            assertThat(await(images.imageLayers(image.id()))).isNotEmpty();
        }
        assertThat(await(images.imageStatus("localhost:1/none:1"))).isEmpty();
        for (int i = 0; i < 2; i++) {
            await(images.removeImage(image.id()));
        }
        assertThat(await(images.imageStatus(node.image()))).isEmpty();
        assertThat(await(images.listImages())).isEmpty();
        refuses(node.beyond() ? Code.NOT_FOUND : Code.UNIMPLEMENTED, images.imageLayers(image.id()));
    }

    @Test
    void whatIsNoImageIsRefused() {
        refuses(Code.INVALID_ARGUMENT, images.imageStatus("UPPER CASE"));
        refuses(Code.INVALID_ARGUMENT, images.pullImage("UPPER CASE", Optional.empty()));
        refuses(Code.UNKNOWN, images.pullImage("localhost:1/none:1", Optional.empty()));
    }
}
