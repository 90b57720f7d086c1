package io.minik.runtime.linux;

import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import io.minik.runtime.cgroup.Cgroups;
import io.minik.runtime.container.LinuxContainers;
import io.minik.runtime.cri.CriContract;
import io.minik.runtime.image.ImageStore;
import io.minik.runtime.image.TestImages;
import io.minik.runtime.net.LinkUsage;
import io.minik.runtime.net.Network;
import io.minik.runtime.sandbox.LinuxSandboxes;
import io.minik.runtime.sandbox.SandboxFiles;
import io.minik.runtime.snapshot.OverlaySnapshotter;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.KeyedWorker;
import io.minik.runtime.sys.LinuxFileCalls;
import io.minik.runtime.sys.LinuxSys;
import io.minik.runtime.sys.Poller;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;

@Tag("root")
public class LinuxCriTest extends CriContract {
    private static final String IMAGE = "test.local/busybox:1";
    private static final Kernel KERNEL = new Kernel(new LinuxSys());

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    @Override
    protected Node open() throws Exception {
        Vertx vertx = Vertx.vertx();
        KeyedWorker worker = new KeyedWorker(vertx.createSharedWorkerExecutor("runtime", 8));
        Poller poller = new Poller(KERNEL);
        Cgroups cgroups =
                Cgroups.detect(KERNEL, "mkcri" + ProcessHandle.current().pid());
        OverlaySnapshotter snapshots = new OverlaySnapshotter(dir.resolve("snapshots"), LinuxFileCalls::new);
        ImageStore images = new ImageStore(
                vertx,
                new ImageStore.Places(dir.resolve("images"), dir.resolve("registries.yaml"), dir.resolve("none")),
                snapshots);
        SandboxFiles files = new SandboxFiles(dir.resolve("data"), dir.resolve("run"));
        LinuxSandboxes sandboxes = new LinuxSandboxes(
                new LinuxSandboxes.Parts(vertx, worker, KERNEL, poller, cgroups, new OneAddress(), files));
        LinuxContainers containers = new LinuxContainers(new LinuxContainers.Parts(
                vertx,
                worker,
                KERNEL,
                poller,
                cgroups,
                snapshots,
                files,
                dir.resolve("data"),
                dir.resolve("run"),
                InstantSource.system()));
        await(sandboxes.reclaim());
        await(containers.adopt());
        await(images.start());
        Path archive = dir.resolve("busybox.tar");
        Files.write(archive, TestImages.dockerArchive(List.of(IMAGE), List.of(TestImages.busyboxLayer())));
        await(images.importArchive(archive));
        return new Node(
                new LinuxRuntimeService(
                        sandboxes, containers, images, new LogLimits(0, 5), LinuxRuntimeService.Condition.ready("0")),
                new LinuxImageService(images),
                IMAGE,
                true,
                () -> {
                    for (var container : await(containers.list())) {
                        await(containers.remove(container.id()));
                    }
                    for (var sandbox : await(sandboxes.list())) {
                        await(sandboxes.remove(sandbox.id()));
                    }
                    await(images.stop());
                    cgroups.remove("");
                    await(containers.release());
                    poller.close();
                    cgroups.close();
                    await(vertx.close());
                });
    }

    /** Pods stay alone. */
    private static final class OneAddress implements Network {
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
