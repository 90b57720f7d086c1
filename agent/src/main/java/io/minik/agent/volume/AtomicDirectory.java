package io.minik.agent.volume;

import io.minik.runtime.sys.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A directory whose files all change at once. Blocking.
 *
 * <pre>
 *   volume/token      -> ..data/token         what the container opens
 *   volume/..data     -> ..2026_01_01.1234    moved over by rename
 *   volume/..2026_01_01.1234/token            the content
 * </pre>
 */
final class AtomicDirectory {
    private static final String DATA = "..data";
    private static final String FRESH = "..data_";
    private static final int DIRECTORY_MODE = 0755;
    private static final int GROUP_READ = 0440;
    private static final int SETGID_DIRECTORY = 02775;

    private final Path directory;
    private final OptionalLong group;

    /** @param group that owns the files, if any */
    AtomicDirectory(Path directory, OptionalLong group) {
        this.directory = directory;
        this.group = group;
    }

    void write(Map<String, VolumePayload.File> files) throws IOException {
        Path data = directory.resolve(DATA);
        Optional<Path> present = present(data);
        if (present.isPresent() && same(present.get(), files)) {
            return;
        }
        Path fresh = Files.createTempDirectory(directory, FRESH);
        mode(fresh, DIRECTORY_MODE);
        for (Map.Entry<String, VolumePayload.File> entry : files.entrySet()) {
            Path file = fresh.resolve(entry.getKey());
            directories(fresh, file.resolve("..").normalize());
            Files.write(file, entry.getValue().content());
            own(file, entry.getValue().mode());
        }
        ownDirectory(fresh);
        Path moving = directory.resolve("..data_tmp");
        Files.deleteIfExists(moving);
        Files.createSymbolicLink(moving, fresh.getFileName());
        Files.move(moving, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        links(files.keySet());
        if (present.isPresent()) {
            Trees.delete(present.get());
        }
    }

    /** What is shown now: a directory that this made, beside the link; a link to anywhere else is nobody's that we trust. */
    private Optional<Path> present(Path data) throws IOException {
        if (!Files.isSymbolicLink(data)) {
            return Optional.empty();
        }
        Path target = Files.readSymbolicLink(data);
        boolean ours = !target.isAbsolute()
                && target.getNameCount() == 1
                && target.toString().startsWith(FRESH)
                && Files.isDirectory(directory.resolve(target), LinkOption.NOFOLLOW_LINKS);
        return ours ? Optional.of(directory.resolve(target)) : Optional.empty();
    }

    private void directories(Path root, Path wanted) throws IOException {
        if (wanted.equals(root) || Files.isDirectory(wanted)) {
            return;
        }
        directories(root, wanted.resolve("..").normalize());
        Files.createDirectory(wanted);
        mode(wanted, DIRECTORY_MODE);
        ownDirectory(wanted);
    }

    /** One link for each first path segment; those that no file has any more go. */
    private void links(Set<String> paths) throws IOException {
        Set<String> wanted = new HashSet<>();
        paths.forEach(path -> wanted.add(path.split("/", 2)[0]));
        for (Path present : list(directory)) {
            String name = present.getFileName().toString();
            if (!name.startsWith("..") && !wanted.contains(name)) {
                Files.delete(present);
            }
        }
        for (String name : wanted) {
            Path link = directory.resolve(name);
            if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
                Files.createSymbolicLink(link, Path.of(DATA, name));
            }
        }
    }

    private boolean same(Path present, Map<String, VolumePayload.File> files) throws IOException {
        if (!Files.isDirectory(present)) {
            return false;
        }
        Set<String> found = new HashSet<>();
        try (Stream<Path> walk = Files.walk(present)) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                String path = present.relativize(file).toString();
                VolumePayload.File wanted = files.get(path);
                if (wanted == null || !Arrays.equals(wanted.content(), Files.readAllBytes(file))) {
                    return false;
                }
                found.add(path);
            }
        }
        return found.equals(files.keySet());
    }

    private void own(Path file, int mode) throws IOException {
        if (group.isPresent()) {
            Files.setAttribute(file, "unix:gid", (int) group.getAsLong());
            mode(file, mode | GROUP_READ);
        } else {
            mode(file, mode);
        }
    }

    private void ownDirectory(Path made) throws IOException {
        if (group.isPresent()) {
            Files.setAttribute(made, "unix:gid", (int) group.getAsLong());
            mode(made, SETGID_DIRECTORY);
        }
    }

    private static void mode(Path path, int mode) throws IOException {
        Files.setAttribute(path, "unix:mode", mode);
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return new ArrayList<>(entries.toList());
        }
    }
}
