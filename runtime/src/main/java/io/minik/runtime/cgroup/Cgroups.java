package io.minik.runtime.cgroup;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The groups below our root directory, in every hierarchy of this machine. */
public final class Cgroups implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Cgroups.class);
    private static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");
    /** v1 says EBUSY for some milliseconds after the last process died; doubling from 5 ms this waits 20 s in all. */
    private static final int REMOVE_ATTEMPTS = 13;

    private static final long FIRST_RETRY_MILLIS = 5;
    /** More than all retries take: who waits for a removal does not wait for ever. */
    private static final long REMOVE_SECONDS = 60;
    /** What is switched on for children in v2, where the kernel has it. */
    private static final List<String> V2_CONTROLLERS = List.of("cpu", "cpuset", "memory", "pids", "io");

    private final Kernel kernel;
    private final String root;
    private final List<Hierarchy> hierarchies;
    private final ScheduledExecutorService retries;
    private final Set<Path> ready = ConcurrentHashMap.newKeySet();

    Cgroups(Kernel kernel, String root, List<Hierarchy> hierarchies) {
        this.kernel = kernel;
        this.root = root;
        this.hierarchies = hierarchies;
        this.retries = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "minik-cgroup-remove");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** @param root name of our directory, usually {@code minik} */
    public static Cgroups detect(Kernel kernel, String root) {
        try {
            List<Hierarchy> found = Hierarchy.parse(Files.readAllLines(MOUNTINFO));
            if (found.isEmpty()) {
                throw new RuntimeFault(
                        RuntimeFault.Kind.KERNEL,
                        "detect cgroups",
                        "no cgroup file system is mounted; mount cgroup2 on /sys/fs/cgroup",
                        0);
            }
            return new Cgroups(kernel, root, found);
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "detect cgroups", "can't read " + MOUNTINFO, e);
        }
    }

    public List<Hierarchy> hierarchies() {
        return hierarchies;
    }

    public boolean isV2() {
        return hierarchies.get(0).version() == 2;
    }

    public Cgroup at(String path) {
        List<Cgroup.Directory> directories = new ArrayList<>();
        for (Hierarchy hierarchy : hierarchies) {
            directories.add(new Cgroup.Directory(
                    hierarchy, hierarchy.mountPoint().resolve(root).resolve(path)));
        }
        return new Cgroup(kernel, path, directories);
    }

    /** Makes the group and those above it; what exists is kept. */
    public Cgroup create(String path) {
        Cgroup cgroup = at(path);
        for (Cgroup.Directory directory : cgroup.directories()) {
            create(directory.hierarchy(), directory.path());
        }
        return cgroup;
    }

    private void create(Hierarchy hierarchy, Path directory) {
        Path top = hierarchy.mountPoint().resolve(root);
        if (!directory.equals(top) && !ready.contains(above(directory))) {
            create(hierarchy, above(directory));
        }
        if (hierarchy.version() == 2) {
            enableControllers(above(directory));
        }
        try {
            if (Files.notExists(directory)) {
                Files.createDirectory(directory);
            }
        } catch (FileAlreadyExistsException e) {
            LOG.atTrace().addKeyValue("cgroup", directory).log("made by another thread meanwhile");
        } catch (NoSuchFileException e) {
            // The parent was removed after it was seen: its last container is just going. Once more from the top.
            ready.remove(above(directory));
            create(hierarchy, above(directory));
            createAgain(directory, e);
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "mkdir cgroup", "can't make " + directory, e);
        }
        if (directory.equals(top) && hierarchy.controllers().contains("cpuset")) {
            inheritCpuset(directory);
        }
    }

    private static Path above(Path directory) {
        return directory.resolve("..").normalize();
    }

    private static void createAgain(Path directory, IOException first) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            e.addSuppressed(first);
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "mkdir cgroup", "can't make " + directory, e);
        }
    }

    /** In v1 a new cpuset is empty and takes no process; clone_children fills the ones below ours. */
    private void inheritCpuset(Path directory) {
        for (String file : List.of("cpuset.cpus", "cpuset.mems")) {
            if (Cgroup.readString(directory.resolve(file)).isEmpty()) {
                kernel.writeControl(
                        directory.resolve(file),
                        Cgroup.readString(above(directory).resolve(file)));
            }
        }
        kernel.writeControl(directory.resolve("cgroup.clone_children"), "1");
    }

    private void enableControllers(Path directory) {
        if (!ready.add(directory)) {
            return;
        }
        List<String> there = Arrays.asList(
                Cgroup.readString(directory.resolve("cgroup.controllers")).split(" "));
        for (String controller : V2_CONTROLLERS) {
            if (there.contains(controller)) {
                int errno = kernel.tryWriteControl(directory.resolve("cgroup.subtree_control"), "+" + controller);
                if (errno != 0) {
                    LOG.atWarn()
                            .addKeyValue("cgroup", directory)
                            .addKeyValue("controller", controller)
                            .addKeyValue("errno", Errno.name(errno))
                            .log("cgroup controller can't be enabled, its limits will not hold");
                }
            }
        }
    }

    /** Names of the groups right below, in any hierarchy. */
    public Set<String> list(String path) {
        Set<String> names = new TreeSet<>();
        for (Cgroup.Directory directory : at(path).directories()) {
            names.addAll(children(directory.path()));
        }
        return names;
    }

    static List<String> children(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(Files::isDirectory)
                    .map(p -> p.getFileName().toString())
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Removes the group and those below it in the background. */
    public void removeLater(String path) {
        removing(path).whenComplete((done, e) -> {
            if (e != null) {
                LOG.atWarn()
                        .addKeyValue("cgroup", path)
                        .addKeyValue("err", e.getMessage())
                        .log("cgroup is left to the next start");
            }
        });
    }

    /** Removes the group and those below it and waits for it. @throws IllegalStateException if it stays busy */
    public void remove(String path) {
        try {
            removing(path).get(REMOVE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while removing cgroup " + path, e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("cgroup " + path + " could not be removed: " + e.getMessage(), e);
        }
    }

    /** At once if the kernel lets, else by retries. Fails if it stays busy. */
    private CompletableFuture<Void> removing(String path) {
        ready.removeIf(p -> p.endsWith(path) || p.toString().contains("/" + path + "/"));
        CompletableFuture<Void> gone = new CompletableFuture<>();
        removeOrRetry(at(path), 1, gone);
        return gone;
    }

    private void removeOrRetry(Cgroup cgroup, int attempt, CompletableFuture<Void> gone) {
        if (cgroup.remove()) {
            gone.complete(null);
            return;
        }
        if (attempt >= REMOVE_ATTEMPTS) {
            gone.completeExceptionally(new IllegalStateException("cgroup " + cgroup.path() + " stays busy"));
            return;
        }
        try {
            retries.schedule(
                    () -> removeOrRetry(cgroup, attempt + 1, gone),
                    FIRST_RETRY_MILLIS << (attempt - 1),
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            gone.completeExceptionally(e);
        }
    }

    /** Gives up on groups that are still busy: they are found again by list. */
    @Override
    public void close() {
        retries.shutdownNow();
    }
}
