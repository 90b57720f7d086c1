package io.minik.cli;

import io.minik.agent.policy.PolicyRoom;
import io.minik.agent.proxy.Proxy;
import io.minik.cli.log.LogSettings;
import io.minik.runtime.HostTool;
import io.minik.runtime.cgroup.Cgroups;
import io.minik.runtime.container.Reclaim;
import io.minik.runtime.net.BridgeNetwork;
import io.minik.runtime.nft.Nft;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.KeyedWorker;
import io.minik.runtime.sys.LinuxSys;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.event.Level;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code minik killall}: stops a running minik and every container, and leaves nothing of either but data. */
@Command(
        name = "killall",
        description = "Stop minik and all its containers; remove mounts, links, cgroups and nft tables. Data stays.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class KillallCommand implements Callable<Integer> {
    /** How long a running minik may take to stop its rooms before it is killed. */
    private static final int STOP_SECONDS = 15;

    @Mixin
    NodeOptions node = new NodeOptions();

    @Override
    public Integer call() throws InterruptedException {
        LogSettings.set(node.level() == Level.INFO ? Level.WARN : node.level(), node.jsonLog());
        Preflight.ofThisMachine().root();
        node.places();
        stopRunning();
        Kernel kernel = new Kernel(new LinuxSys());
        Vertx vertx = Vertx.vertx();
        try (Cgroups cgroups = Cgroups.detect(kernel, node.cgroupRoot)) {
            KeyedWorker worker = new KeyedWorker(vertx.createSharedWorkerExecutor("minik-killall", 1));
            BridgeNetwork network = new BridgeNetwork(
                    worker, kernel, node.dataDir.resolve("agent"), node.bridge, NodeRuntime.NFT_TABLE);
            List<String> left =
                    new ArrayList<>(Reclaim.everything(kernel, node.dataDir, node.runDir, cgroups, network));
            try {
                // Without nft on this machine there is no table of ours.
                if (HostTool.find("nft").isPresent()) {
                    Nft.ofHost().apply(Nft.dropped(Proxy.Settings.TABLE) + Nft.dropped("inet", PolicyRoom.TABLE));
                }
            } catch (IOException e) {
                left.add("nft tables " + Proxy.Settings.TABLE + ", " + PolicyRoom.TABLE + ": " + e.getMessage());
            }
            left.forEach(what -> System.err.println("minik: not removed: " + what));
            return left.isEmpty() ? 0 : Main.FAILED;
        } finally {
            vertx.close().onFailure(error -> System.err.println("minik: " + error.getMessage()));
        }
    }

    /** The process of the pid file, if it is a minik that still runs: asked to stop, then killed. */
    private void stopRunning() throws InterruptedException {
        Path file = Daemon.pidFile(node.runDir);
        String text;
        try {
            text = Files.exists(file) ? Files.readString(file).trim() : "";
        } catch (IOException e) {
            throw new StartFailure(file + ": " + e.getMessage(), e);
        }
        if (text.isEmpty() || !Daemon.isHeld(file)) {
            return;
        }
        Optional<ProcessHandle> running = ProcessHandle.of(Long.parseLong(text));
        if (running.isEmpty()) {
            return;
        }
        running.get().destroy();
        try {
            running.get().onExit().get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            running.get().destroyForcibly();
        } catch (ExecutionException e) {
            throw new StartFailure("waiting for minik (pid " + text + ") to end: " + e.getMessage(), e);
        }
    }
}
