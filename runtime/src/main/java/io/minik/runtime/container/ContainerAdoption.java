package io.minik.runtime.container;

import io.minik.runtime.cgroup.Cgroup;
import io.minik.runtime.cgroup.Cgroups;
import io.minik.runtime.sandbox.SandboxFiles;
import io.minik.runtime.snapshot.Snapshotter;
import io.minik.runtime.sys.Kernel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What earlier miniks left: finds what runs, records what ended, removes what has no sandbox. Blocking; once, first. */
final class ContainerAdoption {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerAdoption.class);

    private final Kernel kernel;
    private final Cgroups cgroups;
    private final Snapshotter snapshots;
    private final SandboxFiles sandboxes;
    private final ContainerFiles files;
    private final ContainerRecords records;
    private final LaunchPlan plan;
    private final Starter starter;
    private final List<Alive> alive = new ArrayList<>();

    /** A container that runs. @param shim pidfd of the process that waits for it */
    record Alive(ContainerConfig config, int shim) {}

    ContainerAdoption(
            LinuxContainers.Parts parts,
            ContainerFiles files,
            ContainerRecords records,
            LaunchPlan plan,
            Starter starter) {
        this.kernel = parts.kernel();
        this.cgroups = parts.cgroups();
        this.snapshots = parts.snapshots();
        this.sandboxes = parts.sandboxes();
        this.files = files;
        this.records = records;
        this.plan = plan;
        this.starter = starter;
    }

    List<Alive> run() {
        files.list().forEach(this::look);
        for (String id : files.listRun()) {
            if (records.find(id).isEmpty()) {
                files.remove(id);
            }
        }
        killStrayShims();
        killStrangers("", knownCgroups());
        return List.copyOf(alive);
    }

    private void look(String id) {
        Optional<ContainerConfig> config = files.findConfig(id);
        Optional<Life> life = files.findLife(id);
        boolean orphan = config.isEmpty()
                || sandboxes.find(config.get().origin().sandboxId()).isEmpty();
        // Made before a reboot and never started: how is not known any more, so it is made anew.
        boolean forgotten = !orphan
                && life.filter(l -> l.state() == Containers.State.CREATED).isPresent()
                && config.get().program().command().isEmpty();
        if (life.isEmpty() || orphan || forgotten) {
            config.ifPresent(c -> cgroups.at(LaunchPlan.cgroupPath(c)).kill());
            config.ifPresent(c -> cgroups.removeLater(LaunchPlan.cgroupPath(c)));
            snapshots.remove(id);
            files.remove(id);
            LOG.atInfo().addKeyValue("container", id).log("left-over container removed");
            return;
        }
        records.take(config.get(), life.get());
        Cgroup cgroup = cgroups.at(LaunchPlan.cgroupPath(config.get()));
        switch (life.get().state()) {
            case EXITED -> cgroups.removeLater(cgroup.path());
            // It may have been started without a record of it: nothing of it may run when it is started again.
            case CREATED -> {
                cgroup.kill();
                plan.makeCgroup(config.get());
                starter.makeFiles(config.get());
            }
            case RUNNING -> running(config.get(), life.get(), cgroup);
        }
    }

    private void running(ContainerConfig config, Life life, Cgroup cgroup) {
        Optional<Integer> shim =
                kernel.findProcess(life.processes().shimPid(), life.processes().shimStartTime());
        if (shim.isPresent()) {
            alive.add(new Alive(config, shim.get()));
            LOG.atInfo()
                    .addKeyValue("container", config.id())
                    .addKeyValue("pid", life.processes().pid())
                    .log("container adopted");
            return;
        }
        cgroup.kill();
        records.write(config, life.ended(starter.status(config.id()), false, records.now()));
        cgroups.removeLater(cgroup.path());
    }

    /**
     * What runs in a group of no container and no sandbox that is known: its record is lost, and with it who it is, so that a
     * second one would be started beside it. Groups that a known container made below its own are its own matter.
     */
    private void killStrangers(String above, Set<String> known) {
        for (String name : cgroups.list(above)) {
            String path = above.isEmpty() ? name : above + "/" + name;
            if (known.stream().anyMatch(each -> each.startsWith(path + "/"))) {
                killStrangers(path, known);
            } else if (!known.contains(path) && !cgroups.at(path).processes().isEmpty()) {
                LOG.atWarn().addKeyValue("cgroup", path).log("what runs in it has no record any more, and is killed");
                cgroups.at(path).kill();
                cgroups.removeLater(path);
            }
        }
    }

    private Set<String> knownCgroups() {
        Set<String> known = new HashSet<>(sandboxes.holderCgroups());
        records.list(Map.of()).forEach(container -> known.add(LaunchPlan.cgroupPath(container.config())));
        known.add(LaunchPlan.SHIM_CGROUP);
        return known;
    }

    /** Shims whose start was never recorded: their containers were killed above. */
    private void killStrayShims() {
        Set<Integer> wanted = records.shimPids();
        for (int pid : cgroups.at(LaunchPlan.SHIM_CGROUP).processes()) {
            if (!wanted.contains(pid)) {
                kernel.findPidfd(pid).ifPresent(pidfd -> {
                    kernel.signal(pidfd, Kernel.SIGKILL);
                    kernel.close(pidfd);
                });
            }
        }
    }
}
