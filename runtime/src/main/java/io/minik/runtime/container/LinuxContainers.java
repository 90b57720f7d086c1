package io.minik.runtime.container;

import io.minik.ground.loop.Loop;
import io.minik.runtime.RuntimeFault;
import io.minik.runtime.cgroup.Cgroup;
import io.minik.runtime.cgroup.Cgroups;
import io.minik.runtime.container.ContainerRecords.Known;
import io.minik.runtime.cri.Session;
import io.minik.runtime.sandbox.SandboxFiles;
import io.minik.runtime.snapshot.Snapshotter;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.KeyedWorker;
import io.minik.runtime.sys.Poller;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Containers on this machine. Work is done on the given worker, one call per container at a time; ends are noticed by
 * the poll thread. {@link #adopt} must have ended before anything else is asked.
 */
public final class LinuxContainers implements Containers {
    private static final Logger LOG = LoggerFactory.getLogger(LinuxContainers.class);

    private final Vertx vertx;
    private final KeyedWorker worker;
    private final Kernel kernel;
    private final Cgroups cgroups;
    private final Snapshotter snapshots;
    private final SandboxFiles sandboxes;
    private final ContainerFiles files;
    private final LaunchPlan plan;
    private final Starter starter;
    private final Execs execs;
    private final ContainerRecords records;
    private final ContainerAdoption adoption;

    /** What this minik holds of each running container. Changed under the container's key only. */
    private final Map<String, Running> running = new ConcurrentHashMap<>();

    /** Of containers that this minik made and has not started yet. Changed under the container's key only. */
    private final Map<String, Launch> planned = new ConcurrentHashMap<>();

    private final ContainerListeners listeners;

    /**
     * What the rooms of the runtime share.
     *
     * @param worker named and bounded
     * @param dataDir survives a reboot; @param runDir need not
     */
    public record Parts(
            Vertx vertx,
            KeyedWorker worker,
            Kernel kernel,
            Poller poller,
            Cgroups cgroups,
            Snapshotter snapshots,
            SandboxFiles sandboxes,
            Path dataDir,
            Path runDir,
            InstantSource clock) {}

    public LinuxContainers(Parts parts) {
        vertx = parts.vertx();
        listeners = new ContainerListeners(vertx);
        worker = parts.worker();
        kernel = parts.kernel();
        cgroups = parts.cgroups();
        snapshots = parts.snapshots();
        sandboxes = parts.sandboxes();
        files = new ContainerFiles(parts.dataDir(), parts.runDir());
        plan = new LaunchPlan(kernel.sys(), cgroups, files, snapshots);
        records = new ContainerRecords(files, parts.clock());
        starter = new Starter(kernel, parts.poller(), files, parts.clock());
        adoption = new ContainerAdoption(parts, files, records, plan, starter);
        execs = new Execs(kernel, parts.poller(), cgroups, plan);
    }

    @Override
    public Future<Container> create(ContainerConfig config) {
        return worker.on(config.id(), () -> {
            Optional<Known> there = records.find(config.id());
            return there.isPresent() ? there.get().container() : make(config);
        });
    }

    private Container make(ContainerConfig asked) {
        String id = SandboxFiles.requireId(asked.id());
        Surroundings around = surroundings(asked);
        try {
            starter.makeFiles(asked);
            Snapshotter.RootFs root = asked.root(snapshots);
            ContainerConfig config = plan.found(asked, root);
            files.write(config);
            Launch launch = plan.of(config, root, around);
            plan.makeCgroup(config);
            // Whose processes it is to see may have ended by then, and their pid be another's.
            if (config.place().pidTarget().isEmpty()) {
                planned.put(id, launch);
            }
            return listeners.tell(Change.CREATED, records.write(config, Life.created(records.now())));
        } catch (RuntimeException e) {
            try {
                forget(asked);
            } catch (RuntimeException undo) {
                e.addSuppressed(undo);
            }
            throw e;
        }
    }

    private Surroundings surroundings(ContainerConfig config) {
        return Surroundings.inSandbox(sandboxes, config, records::pidNamespace);
    }

    private void forget(ContainerConfig config) {
        cgroups.removeLater(LaunchPlan.cgroupPath(config));
        planned.remove(config.id());
        snapshots.remove(config.id());
        records.remove(config.id());
    }

    @Override
    public Future<Container> start(String id) {
        return worker.on(id, () -> {
            Known container = records.require(id);
            return switch (container.life().state()) {
                case RUNNING -> container.container();
                case CREATED -> start(container);
                case EXITED ->
                    throw new RuntimeFault(
                            RuntimeFault.Kind.INVALID_CONFIG, "start", "container " + id + " has exited already", 0);
            };
        });
    }

    private Container start(Known container) {
        ContainerConfig config = container.config();
        String id = config.id();
        try {
            Launch made = planned.remove(id);
            Launch launch = made != null ? made : plan.of(config, config.root(snapshots), surroundings(config));
            cgroups.create(LaunchPlan.SHIM_CGROUP);
            Starter.Started started = starter.start(config, launch, () -> shimLeft(id));
            running.put(id, started.running());
            Life life = container
                    .life()
                    .running(
                            new Life.Processes(
                                    started.pid(),
                                    Kernel.startTime(started.pid()).orElse(0L),
                                    started.shimPid(),
                                    Kernel.startTime(started.shimPid()).orElse(0L)),
                            records.now());
            return listeners.tell(Change.STARTED, records.write(config, life));
        } catch (RuntimeException e) {
            cgroups.removeLater(LaunchPlan.cgroupPath(config));
            Life failed = container.life().startFailed(records.now(), String.valueOf(e.getMessage()));
            listeners.tell(Change.STOPPED, records.write(config, failed));
            throw e;
        }
    }

    private void shimLeft(String id) {
        worker.on(id, () -> {
                    Running held = running.get(id);
                    if (held != null) {
                        end(id, held);
                    }
                    return null;
                })
                .onFailure(e -> {
                    LOG.atError().addKeyValue("container", id).setCause(e).log("a container could not be ended");
                    // Whoever waits for the end would wait for ever.
                    Optional.ofNullable(running.get(id))
                            .ifPresent(held -> held.ended().tryFail(e));
                });
    }

    private void end(String id, Running held) {
        Known container = records.require(id);
        Cgroup cgroup = cgroups.at(LaunchPlan.cgroupPath(container.config()));
        // PID 1 of a namespace takes all with it; with a shared or the host's namespace others may be left.
        cgroup.kill();
        byte[] status = starter.finish(id, held);
        Life life = container.life().ended(status, cgroup.oomKills() > 0, records.now());
        Container ended = records.ended(container.config(), life);
        running.remove(id);
        cgroups.removeLater(cgroup.path());
        LOG.atInfo()
                .addKeyValue("container", id)
                .addKeyValue("code", life.exitCode())
                .addKeyValue("reason", life.reason())
                .log("container ended");
        held.ended().complete(ended);
        listeners.tell(Change.STOPPED, ended);
    }

    @Override
    public void onEvent(Consumer<Event> listener) {
        listeners.add(listener);
    }

    @Override
    public Future<Container> stop(String id, long graceMillis) {
        return worker.on(id, () -> {
                    Known container = records.require(id);
                    Optional<Running> held = Optional.ofNullable(running.get(id));
                    if (held.isPresent() && graceMillis > 0) {
                        signal(
                                container,
                                Signals.number(container.config().program().stopSignal()));
                    } else if (held.isPresent()) {
                        kill(container);
                    }
                    return held;
                })
                .compose(held -> held.isEmpty()
                        ? worker.run(() -> records.require(id).container())
                        : ended(id, held.get(), graceMillis));
    }

    private void signal(Known container, int signal) {
        Life.Processes its = container.life().processes();
        kernel.findProcess(its.pid(), its.startTime()).ifPresent(pidfd -> {
            kernel.signal(pidfd, signal);
            kernel.close(pidfd);
        });
    }

    private void kill(Known container) {
        signal(container, Kernel.SIGKILL);
        cgroups.at(LaunchPlan.cgroupPath(container.config())).kill();
    }

    private Future<Container> ended(String id, Running held, long graceMillis) {
        Promise<Container> promise = Promise.promise();
        Context context = vertx.getOrCreateContext();
        Loop.Timer timer = graceMillis <= 0
                ? Loop.Timer.NONE
                : Loop.on(context).after(Duration.ofMillis(graceMillis), () -> worker.on(id, () -> {
                            records.find(id)
                                    .filter(k -> running.containsKey(id))
                                    .ifPresent(this::kill);
                            return null;
                        })
                        .onFailure(promise::tryFail));
        held.whenEnded().onComplete(done -> {
            timer.cancel();
            context.runOnContext(v -> {
                if (done.succeeded()) {
                    promise.tryComplete(done.result());
                } else {
                    promise.tryFail(done.cause());
                }
            });
        });
        return promise.future();
    }

    @Override
    public Future<Void> remove(String id) {
        if (records.find(id).isEmpty()) {
            return Future.succeededFuture();
        }
        return stop(id, 0)
                .recover(e -> e instanceof RuntimeFault fault && fault.kind() == RuntimeFault.Kind.NOT_FOUND
                        ? Future.succeededFuture()
                        : Future.failedFuture(e))
                .compose(stopped -> worker.on(id, () -> {
                    records.find(id).ifPresent(k -> {
                        forget(k.config());
                        listeners.tell(Change.DELETED, k.container());
                    });
                    return null;
                }));
    }

    @Override
    public Future<Optional<Container>> find(String id) {
        return Future.succeededFuture(records.find(id).map(Known::container));
    }

    @Override
    public Future<List<Container>> list(Map<String, String> labels) {
        return Future.succeededFuture(records.list(labels));
    }

    private Execs.Inside inside(String id) {
        Known container = records.require(id);
        if (container.life().state() != State.RUNNING) {
            throw new RuntimeFault(RuntimeFault.Kind.INVALID_CONFIG, "exec", "container " + id + " is not running", 0);
        }
        ContainerConfig config = container.config();
        return new Execs.Inside(
                config,
                surroundings(config),
                config.root(snapshots),
                container.life().processes().pid(),
                container.life().processes().startTime());
    }

    @Override
    public Future<Session> exec(String id, ExecConfig config) {
        Context context = vertx.getOrCreateContext();
        return worker.run(() -> execs.exec(context, inside(id), config));
    }

    @Override
    public Future<ExecResult> execSync(String id, List<String> command, long timeoutMillis) {
        return exec(id, new ExecConfig(command, false, false, ""))
                .compose(process -> Collected.of(vertx, process, timeoutMillis));
    }

    @Override
    public Future<Session> attach(String id, boolean stdin, boolean stdout, boolean stderr) {
        Context context = vertx.getOrCreateContext();
        return worker.on(id, () -> {
            Known container = records.require(id);
            Running held = running.get(id);
            if (held == null) {
                throw new RuntimeFault(
                        RuntimeFault.Kind.INVALID_CONFIG, "attach", "container " + id + " is not running", 0);
            }
            return execs.attach(context, container.config(), held, new Attachment.Wanted(stdin, stdout, stderr));
        });
    }

    @Override
    public Future<Void> update(String id, Resources resources, Map<String, String> annotations) {
        return worker.on(id, () -> {
            Known container = records.require(id);
            cgroups.at(LaunchPlan.cgroupPath(container.config())).limit(LaunchPlan.limits(resources));
            planned.remove(id);
            records.write(container, container.config().updated(resources, annotations));
            return null;
        });
    }

    @Override
    public Future<Stats> stats(String id) {
        return worker.run(() -> {
            Known container = records.require(id);
            return Figures.of(
                    records.now(),
                    cgroups.at(LaunchPlan.cgroupPath(container.config())).usage(),
                    snapshots.usage(id));
        });
    }

    @Override
    public Future<Void> reopenLog(String id) {
        return worker.on(id, () -> {
            records.require(id);
            Running held = running.get(id);
            if (held == null) {
                throw new RuntimeFault(
                        RuntimeFault.Kind.INVALID_CONFIG, "reopen log", "container " + id + " is not running", 0);
            }
            held.output().reopenLog();
            return null;
        });
    }

    /** Finds what earlier miniks left: takes up what runs, records what ended, removes what has no sandbox. Once, first. */
    public Future<Void> adopt() {
        return worker.run(() -> {
            for (ContainerAdoption.Alive alive : adoption.run()) {
                String id = alive.config().id();
                running.put(id, starter.adopt(alive.config(), alive.shim(), () -> shimLeft(id)));
            }
            return null;
        });
    }

    /** Lets go of all containers; they go on. Nothing may be asked afterwards. */
    public Future<Void> release() {
        return worker.run(() -> {
            for (String id : List.copyOf(running.keySet())) {
                Optional.ofNullable(running.remove(id)).ifPresent(starter::release);
            }
            starter.close();
            return null;
        });
    }
}
