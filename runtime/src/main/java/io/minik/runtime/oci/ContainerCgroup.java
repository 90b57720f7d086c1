package io.minik.runtime.oci;

import io.minik.runtime.RuntimeFault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A container's control group: made, joined, frozen, killed, removed. All by files; one write is one value. */
final class ContainerCgroup {
    /** v1 says EBUSY for some milliseconds after the last process died; doubling from 1 ms this waits 2 s in all. */
    private static final int REMOVE_ATTEMPTS = 11;
    /** Freezing takes as long as the slowest process needs to leave the kernel. */
    private static final int FREEZE_ATTEMPTS = 1000;

    private final int version;
    private final List<CgroupTree.Directory> directories;

    ContainerCgroup(int version, List<CgroupTree.Directory> directories) {
        this.version = version;
        this.directories = directories;
    }

    int version() {
        return version;
    }

    List<CgroupTree.Directory> directories() {
        return directories;
    }

    void make() {
        for (CgroupTree.Directory directory : directories) {
            make(directory.path(), directory.names().contains("cpuset"));
            if (!read(directory.path().resolve("cgroup.procs")).isBlank()) {
                throw fault("container's cgroup is not empty: "
                        + read(directory.path().resolve("cgroup.procs")).split("\n").length
                        + " process(es) found in " + directory.path());
            }
        }
    }

    private void make(Path directory, boolean cpuset) {
        Path above = directory.resolve("..").normalize();
        if (!Files.isDirectory(directory)) {
            if (!Files.isDirectory(above)) {
                make(above, cpuset);
            }
            if (version == 2) {
                enableControllers(above);
            }
            try {
                Files.createDirectory(directory);
            } catch (FileAlreadyExistsException e) {
                // Another container's, made this moment below the same parent.
                return;
            } catch (IOException e) {
                throw fault("can't make cgroup " + directory + ": " + e.getMessage());
            }
        }
        if (cpuset) {
            inheritCpuset(directory, above);
        }
    }

    /** In v1 a new cpuset is empty and takes no process. */
    private static void inheritCpuset(Path directory, Path above) {
        for (String file : List.of("cpuset.cpus", "cpuset.mems")) {
            if (read(directory.resolve(file)).isBlank() && Files.exists(above.resolve(file))) {
                write(directory.resolve(file), read(above.resolve(file)));
            }
        }
    }

    private static void enableControllers(Path directory) {
        for (String controller : read(directory.resolve("cgroup.controllers")).split(" ")) {
            if (!controller.isBlank()) {
                // One that can't be shared out is missed only where a limit asks for it.
                tryWrite(directory.resolve("cgroup.subtree_control"), "+" + controller);
            }
        }
    }

    /** Into which a process of one thread writes "0" to be in the group. */
    List<Path> joinFiles() {
        return directories.stream().map(d -> d.path().resolve("cgroup.procs")).toList();
    }

    Optional<Path> file(String controller, String name) {
        return directories.stream()
                .filter(d -> version == 2 || d.names().contains(controller))
                .map(d -> d.path().resolve(name))
                .filter(Files::exists)
                .findFirst();
    }

    boolean exists() {
        return directories.stream().anyMatch(d -> Files.isDirectory(d.path()));
    }

    private Path counted() {
        return directories.stream()
                .filter(d -> version == 2 || d.names().contains("freezer"))
                .findFirst()
                .orElse(directories.get(0))
                .path();
    }

    /** Pids of its processes, also in groups below. */
    Set<Integer> processes() {
        Set<Integer> pids = new TreeSet<>();
        try (Stream<Path> all = Files.walk(counted())) {
            all.filter(Files::isDirectory)
                    .flatMap(d -> Arrays.stream(read(d.resolve("cgroup.procs")).split("\n")))
                    .filter(line -> !line.isBlank())
                    .forEach(line -> pids.add(Integer.parseInt(line.trim())));
        } catch (IOException | UncheckedIOException e) {
            return pids;
        }
        return pids;
    }

    /** Waits until it is. */
    void freeze(boolean frozen) {
        Optional<Path> file = version == 2 ? file("", "cgroup.freeze") : file("freezer", "freezer.state");
        if (file.isEmpty()) {
            throw fault("cannot " + (frozen ? "pause" : "resume") + ": there is no freezer");
        }
        String wanted = version == 2 ? (frozen ? "1" : "0") : frozen ? "FROZEN" : "THAWED";
        for (int attempt = 0; attempt < FREEZE_ATTEMPTS; attempt++) {
            write(file.get(), wanted);
            if (frozen() == frozen) {
                return;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        throw fault("the processes of the container don't " + (frozen ? "freeze" : "thaw"));
    }

    boolean frozen() {
        if (version == 2) {
            return file("", "cgroup.events")
                    .map(ContainerCgroup::read)
                    .orElse("")
                    .contains("frozen 1");
        }
        return file("freezer", "freezer.state")
                .map(ContainerCgroup::read)
                .orElse("")
                .startsWith("FROZEN");
    }

    /** Asked for, whether it is whole already or not. */
    boolean freezing() {
        if (version == 2) {
            return file("", "cgroup.freeze")
                    .map(ContainerCgroup::read)
                    .orElse("")
                    .startsWith("1");
        }
        return file("freezer", "freezer.self_freezing")
                .map(ContainerCgroup::read)
                .orElse("")
                .startsWith("1");
    }

    /** Ends every process; none is left in it for long afterwards. */
    void kill() {
        if (version == 2 && tryWrite(counted().resolve("cgroup.kill"), "1")) {
            return;
        }
        boolean thaw = file("freezer", "freezer.state").isPresent();
        for (int attempt = 0; attempt < REMOVE_ATTEMPTS && !processes().isEmpty(); attempt++) {
            if (thaw) {
                tryWrite(file("freezer", "freezer.state").orElseThrow(), "FROZEN");
            }
            processes().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
            if (thaw) {
                tryWrite(file("freezer", "freezer.state").orElseThrow(), "THAWED");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1L << attempt));
        }
    }

    void remove() {
        List<CgroupTree.Directory> left = new ArrayList<>(directories);
        for (int attempt = 0; attempt < REMOVE_ATTEMPTS; attempt++) {
            left.removeIf(directory -> removed(directory.path()));
            if (left.isEmpty()) {
                return;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1L << attempt));
        }
        throw fault("unable to remove cgroup " + left.get(0).path() + ": it stays busy");
    }

    private static boolean removed(Path directory) {
        if (!Files.isDirectory(directory)) {
            return true;
        }
        try (Stream<Path> below = Files.list(directory)) {
            below.filter(Files::isDirectory).toList().forEach(ContainerCgroup::removed);
        } catch (IOException e) {
            return Files.notExists(directory);
        }
        return directory.toFile().delete() || Files.notExists(directory);
    }

    /** Empty if it can't be read. */
    static String read(Path file) {
        try {
            return Files.readString(file).trim();
        } catch (IOException e) {
            return "";
        }
    }

    static void write(Path file, String value) {
        try {
            Files.write(file, value.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw fault("failed to write \"" + value + "\" to " + file + ": "
                    + (e instanceof NoSuchFileException ? "no such file or directory" : reason(file, e)));
        }
    }

    private static String reason(Path file, IOException e) {
        String message = String.valueOf(e.getMessage());
        return message.startsWith(file.toString())
                ? message.substring(file.toString().length())
                : message;
    }

    static boolean tryWrite(Path file, String value) {
        try {
            Files.write(file, value.getBytes(StandardCharsets.UTF_8), StandardOpenOption.WRITE);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    static RuntimeFault fault(String message) {
        return new RuntimeFault(RuntimeFault.Kind.KERNEL, "cgroup", message, 0);
    }
}
