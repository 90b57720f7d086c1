package io.minik.runtime.oci;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.runtime.RuntimeFault;
import io.minik.runtime.oci.BundleState.Status;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder of {@code --root}: one folder per container, with {@code state.json}, the bundle's config as it was at the
 * creation, {@code exec.fifo} until the start, and {@code lock}. The lock is the client's (flock), so it is let go with
 * it, however that ends, and holds between any minik and any client.
 */
record StateFolder(Path root) {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_+\\-.]+");
    private static final int MAX_ID = 1024;
    private static final int LOCK_EX = 2;

    static String checkId(String id) {
        if (!ID.matcher(id).matches() || id.equals(".") || id.equals("..") || id.length() > MAX_ID) {
            throw Fields.invalid("invalid container ID format");
        }
        return id;
    }

    Path folder(String id) {
        return root.resolve(checkId(id));
    }

    Path fifo(String id) {
        return folder(id).resolve("exec.fifo");
    }

    /** Makes the folder; whoever comes second fails. */
    void create(String id) {
        try {
            Files.createDirectories(
                    root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.createDirectory(
                    folder(id), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
        } catch (FileAlreadyExistsException e) {
            throw Fields.invalid("container with given ID already exists");
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "state", "can't make " + folder(id) + ": " + e, e);
        }
    }

    /** Held until the client ends or closes the descriptor that is returned. */
    int lock(Kernel kernel, String id) {
        requireFolder(id);
        int fd = kernel.open(folder(id).resolve("lock"), Kernel.O_RDWR | Kernel.O_CREAT, 0600);
        Kernel.check(kernel.sys().call(Syscall.FLOCK, fd, LOCK_EX), "lock", folder(id));
        return fd;
    }

    private void requireFolder(String id) {
        if (!Files.isDirectory(folder(id))) {
            throw notThere();
        }
    }

    private static RuntimeFault notThere() {
        return new RuntimeFault(RuntimeFault.Kind.NOT_FOUND, "state", "container does not exist", 0);
    }

    void save(BundleState state, JsonNode config) {
        write(state.id(), "config.json", config);
        save(state);
    }

    void save(BundleState state) {
        write(state.id(), "state.json", state.json());
    }

    private void write(String id, String name, JsonNode content) {
        Path file = folder(id).resolve(name);
        Path made = folder(id).resolve(name + ".new");
        try {
            Files.write(made, Bundle.JSON.writeValueAsBytes(content));
            Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "state", "can't write " + file + ": " + e, e);
        }
    }

    BundleState require(String id) {
        return find(id).orElseThrow(StateFolder::notThere);
    }

    /** Empty if there is none, or its creation was broken off before it had one. */
    Optional<BundleState> find(String id) {
        try {
            return Optional.of(BundleState.of(
                    Bundle.JSON.readTree(Files.readAllBytes(folder(id).resolve("state.json")))));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw Fields.invalid("can't read the state of " + id + ": " + e.getMessage());
        }
    }

    /** The bundle as it was when the container was created. */
    Bundle bundle(BundleState state) {
        try {
            return new Bundle(
                    state.bundle(),
                    Bundle.JSON.readTree(Files.readAllBytes(folder(state.id()).resolve("config.json"))));
        } catch (IOException e) {
            throw Fields.invalid("can't read the config of " + state.id() + ": " + e.getMessage());
        }
    }

    Status status(BundleState state) {
        if (!state.alive()) {
            return Status.STOPPED;
        }
        if (Files.exists(fifo(state.id()))) {
            return Status.CREATED;
        }
        return state.group().freezing() ? Status.PAUSED : Status.RUNNING;
    }

    List<String> ids() {
        try (Stream<Path> all = Files.list(root)) {
            return all.filter(Files::isDirectory)
                    .map(p -> p.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    void remove(String id) {
        try (Stream<Path> files = Files.walk(folder(id))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "state", "can't remove " + folder(id) + ": " + e, e);
        }
    }
}
