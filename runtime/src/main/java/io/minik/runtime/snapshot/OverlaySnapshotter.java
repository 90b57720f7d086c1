package io.minik.runtime.snapshot;

import io.minik.ground.loop.Uuids;
import io.minik.runtime.RuntimeFault;
import io.minik.runtime.sys.DiskUsage;
import io.minik.runtime.sys.FileCalls;
import io.minik.runtime.sys.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link Snapshotter} on overlayfs.
 *
 * <pre>
 *   root/l/NAME            a layer, whole: its name is 26 letters of the chain id, so that 129 of them fit into one page
 *   root/c/CONTAINER/      layers (chain ids, uppermost first), upper/, work/, merged/
 *   root/i/NAME            which directories of that layer its archive only implied, until they are settled
 *   root/tmp/              half-made and half-deleted trees: emptied at start
 * </pre>
 *
 * A layer counts once an image record names it, and before that is written the file system is flushed once (syncfs, not an
 * fsync per file): after a power cut a layer that is recorded is whole, and others are removed at start. Thread-safe:
 * directories appear and vanish by rename; callers see to it that one layer is unpacked by one thread at a time (a second
 * one only loses the race and its work).
 */
public final class OverlaySnapshotter implements Snapshotter {
    private static final Logger LOG = LoggerFactory.getLogger(OverlaySnapshotter.class);

    /** 26 digits of base 32 are 130 bits. */
    private static final int NAME_LETTERS = 26;
    /** mount(2) takes one page of options; upper, work and the keywords need their share of it. */
    private static final int MAX_LOWER_BYTES = 3500;
    /** The tape mounts from the layers' own directory, so each costs its name and a colon. Other builders stop at 127. */
    private static final int MAX_LOWER_LAYERS = MAX_LOWER_BYTES / (NAME_LETTERS + 1);

    private static final Pattern CONTAINER_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,127}");

    private final Path layers;
    private final Path containers;
    private final Path implied;
    private final Path temporary;
    private final Supplier<FileCalls> files;
    /** Guarded by this; made at first use. */
    private @Nullable FileCalls loaded;
    /** Directories in root/tmp that a thread fills or empties now. */
    private final SecureRandom names = new SecureRandom();

    /** What each layer takes, which never changes. As many as there are layers. */
    private final Map<Path, Usage> counted = new ConcurrentHashMap<>();

    private final Set<Path> inUse = ConcurrentHashMap.newKeySet();

    /** @param files asked for at the first unpack, because loading libc takes time that a start has not */
    public OverlaySnapshotter(Path root, Supplier<FileCalls> files) {
        this.layers = root.resolve("l");
        this.containers = root.resolve("c");
        this.implied = root.resolve("i");
        this.temporary = root.resolve("tmp");
        this.files = files;
        attempt("open", root.toString(), () -> {
            // Layers hold setuid programs of strangers: no user of the host may reach them.
            Files.createDirectories(
                    root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.createDirectories(layers);
            Files.createDirectories(implied);
            Files.createDirectories(containers);
            Files.createDirectories(temporary);
            return true;
        });
    }

    @Override
    public void unpack(String chainId, InputStream tar) {
        if (has(chainId)) {
            return;
        }
        FileCalls calls = calls();
        attempt("unpack", "layer " + chainId, () -> {
            Path scratch = scratch();
            try {
                Path layer = Files.createDirectory(scratch.resolve("layer"));
                Files.setPosixFilePermissions(layer, PosixFilePermissions.fromString("rwxr-xr-x"));
                Path list = scratch.resolve("implied");
                unpack(calls, tar, layer, list);
                if (!has(chainId)) {
                    if (Files.exists(list)) {
                        Files.move(list, implied.resolve(shortName(chainId)), StandardCopyOption.REPLACE_EXISTING);
                    }
                    Files.move(layer, directory(chainId), StandardCopyOption.ATOMIC_MOVE);
                }
            } finally {
                Trees.delete(scratch);
                inUse.remove(scratch);
            }
            return true;
        });
    }

    private void unpack(FileCalls calls, InputStream tar, Path layer, Path list) throws IOException {
        FileStore disk = Files.getFileStore(layer);
        DiskRoom room = new DiskRoom(() -> usable(disk), disk.getTotalSpace());
        Path trash = Files.createDirectory(layer.resolveSibling("trash"));
        try (ImpliedDirectories made = new ImpliedDirectories(list);
                LayerTree tree = new LayerTree(calls, layer, trash, made)) {
            new LayerUnpacker(calls, tree, room, made, LayerUnpacker.MAX_ENTRIES).unpack(tar);
        }
    }

    private static long usable(FileStore disk) {
        try {
            return disk.getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Images share layers, and their pulls end at once: who comes second finds the layer settled, not half its list. */
    @Override
    public synchronized void settle(List<String> chainIds) {
        for (int i = 0; i < chainIds.size(); i++) {
            Path list = implied.resolve(shortName(chainIds.get(i)));
            if (Files.exists(list)) {
                List<Path> below = directories(chainIds.subList(0, i));
                Path layer = directory(chainIds.get(i));
                attempt("settle", "layer " + chainIds.get(i), () -> {
                    ImpliedDirectories.settle(calls(), list, layer, below);
                    return Files.deleteIfExists(list);
                });
            }
        }
    }

    @Override
    public boolean has(String chainId) {
        return Files.isDirectory(directory(chainId), LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public void flush() {
        calls().syncFileSystem(layers);
    }

    @Override
    public void removeUnrecorded(Set<String> recorded) {
        Set<String> wanted = shortNames(recorded);
        wanted.addAll(shortNames(usedByContainers()));
        for (Path layer : children(layers)) {
            if (!wanted.contains(layer.getFileName().toString())) {
                LOG.atInfo().addKeyValue("layer", layer.getFileName()).log("unrecorded layer removed");
                discard(layer, "leftover " + layer.getFileName());
            }
        }
        for (Path list : children(implied)) {
            if (!Files.isDirectory(layers.resolve(list.getFileName()))) {
                delete(list);
            }
        }
    }

    private synchronized FileCalls calls() {
        FileCalls loaded = this.loaded;
        if (loaded == null) {
            loaded = files.get();
            this.loaded = loaded;
        }
        return loaded;
    }

    private static Set<String> shortNames(Set<String> chainIds) {
        Set<String> names = new HashSet<>();
        chainIds.forEach(chainId -> names.add(shortName(chainId)));
        return names;
    }

    @Override
    public List<Path> directories(List<String> chainIds) {
        List<Path> lower = new ArrayList<>();
        for (int i = chainIds.size() - 1; i >= 0; i--) {
            Path layer = directory(chainIds.get(i));
            if (!Files.isDirectory(layer)) {
                throw new RuntimeFault(
                        RuntimeFault.Kind.NOT_FOUND, "prepare", "layer " + chainIds.get(i) + " is not unpacked", 0);
            }
            lower.add(layer);
        }
        return lower;
    }

    @Override
    public RootFs prepare(String containerId, List<String> chainIds, List<String> mounted) {
        Path home = home(containerId);
        List<Path> lower = directories(chainIds);
        if (lower.isEmpty() || lower.size() > MAX_LOWER_LAYERS) {
            throw new RuntimeFault(
                    RuntimeFault.Kind.INVALID_CONFIG,
                    "prepare",
                    "container " + containerId + " has " + lower.size() + " layers, and may have 1 to "
                            + MAX_LOWER_LAYERS + ": their names must fit into one page of mount options",
                    0);
        }
        return attempt("prepare", "container " + containerId, () -> {
            RootFs rootFs = new RootFs(lower, home.resolve("upper"), home.resolve("work"), home.resolve("merged"));
            Files.createDirectories(home);
            List<String> used = new ArrayList<>(chainIds);
            used.addAll(mounted);
            Files.write(home.resolve("layers"), used);
            for (Path part : List.of(rootFs.upper(), rootFs.work(), rootFs.merged())) {
                Files.createDirectories(part);
            }
            // The upper directory is the container's "/" and overlayfs takes its mode from here.
            Files.setPosixFilePermissions(rootFs.upper(), PosixFilePermissions.fromString("rwxr-xr-x"));
            return rootFs;
        });
    }

    @Override
    public Usage usage(String containerId) {
        Path upper = home(containerId).resolve("upper");
        if (!Files.isDirectory(upper)) {
            return new Usage(0, 0);
        }
        DiskUsage usage = attempt("count", upper.toString(), () -> DiskUsage.of(calls(), upper));
        return new Usage(usage.bytes(), usage.inodes());
    }

    @Override
    public Usage layersUsage() {
        List<Path> present = children(layers);
        counted.keySet().retainAll(Set.copyOf(present));
        long bytes = 0;
        long inodes = 0;
        for (Path layer : present) {
            Usage usage = counted.computeIfAbsent(layer, this::count);
            bytes += usage.bytes();
            inodes += usage.inodes();
        }
        return new Usage(bytes, inodes);
    }

    /** A layer that is removed meanwhile takes nothing. */
    private Usage count(Path layer) {
        try {
            DiskUsage usage = DiskUsage.of(calls(), layer);
            return new Usage(usage.bytes(), usage.inodes());
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("layer", layer).setCause(e).log("a layer could not be counted");
            return new Usage(0, 0);
        }
    }

    @Override
    public Path root() {
        return layers;
    }

    @Override
    public void remove(String containerId) {
        discard(home(containerId), "container " + containerId);
    }

    /** A layer that a container still stands on is kept; {@link #reclaim} takes it later. */
    @Override
    public void removeLayer(String chainId) {
        if (usedByContainers().contains(chainId)) {
            LOG.atInfo().addKeyValue("layer", chainId).log("layer kept, a container uses it");
            return;
        }
        discard(directory(chainId), "layer " + chainId);
    }

    @Override
    public void reclaim(Set<String> containerIds, Set<String> chainIds) {
        for (Path leftover : children(temporary)) {
            if (!inUse.contains(leftover)) {
                delete(leftover);
            }
        }
        for (Path home : children(containers)) {
            if (!containerIds.contains(home.getFileName().toString())) {
                LOG.atInfo().addKeyValue("container", home.getFileName()).log("leftover of a container removed");
                discard(home, "leftover " + home.getFileName());
            }
        }
        removeUnrecorded(chainIds);
    }

    private Set<String> usedByContainers() {
        Set<String> used = new HashSet<>();
        for (Path home : children(containers)) {
            Path list = home.resolve("layers");
            if (Files.exists(list)) {
                used.addAll(attempt("list", "layers of " + home.getFileName(), () -> Files.readAllLines(list)));
            }
        }
        return used;
    }

    private void discard(Path tree, String subject) {
        if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        attempt("remove", subject, () -> {
            Path doomed = scratch();
            try {
                Files.move(tree, doomed.resolve("t"), StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Trees.delete(doomed);
                inUse.remove(doomed);
            }
            return true;
        });
    }

    /** A fresh directory that {@link #reclaim} leaves alone while it is in use. */
    private Path scratch() throws IOException {
        Path fresh = temporary.resolve(Uuids.next(names).toString());
        inUse.add(fresh);
        return Files.createDirectory(fresh);
    }

    private static void delete(Path tree) {
        attempt("remove", tree.toString(), () -> {
            Trees.delete(tree);
            return true;
        });
    }

    private Path home(String containerId) {
        if (!CONTAINER_ID.matcher(containerId).matches()) {
            throw new RuntimeFault(
                    RuntimeFault.Kind.INVALID_CONFIG, "snapshot", "no container id: '" + containerId + "'", 0);
        }
        return containers.resolve(containerId);
    }

    private Path directory(String chainId) {
        return layers.resolve(shortName(chainId));
    }

    private static String shortName(String chainId) {
        String hex = chainId.substring(chainId.indexOf(':') + 1);
        if (hex.length() < 40 || !hex.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
            throw new RuntimeFault(RuntimeFault.Kind.INVALID_CONFIG, "snapshot", "no chain id: '" + chainId + "'", 0);
        }
        String digits = new BigInteger("1" + hex, 16).toString(32);
        return digits.substring(digits.length() - NAME_LETTERS);
    }

    private static List<Path> children(Path directory) {
        return attempt("list", directory.toString(), () -> {
            try (Stream<Path> list = Files.list(directory)) {
                return list.toList();
            }
        });
    }

    private interface Step<T> {
        T run() throws IOException;
    }

    private static <T> T attempt(String step, String subject, Step<T> work) {
        try {
            return work.run();
        } catch (IOException | UncheckedIOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, step, step + " " + subject + ": " + e.getMessage(), e);
        }
    }
}
