package io.minik.agent.volume;

import io.minik.runtime.sys.Trees;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directories of local-path volumes on this node, made and removed as the API server asks. A name is one directory right
 * below the root, nothing else: it can't lead anywhere. Nothing is there before the first volume.
 */
public final class LocalVolumes {
    private static final Logger LOG = LoggerFactory.getLogger(LocalVolumes.class);
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,254}");
    /** What is on its way out: no name of a volume begins so. */
    private static final String REMOVED = ".removed-";

    /** Any user of any container may write; which container sees it is the pods' business. */
    private static final int MODE = 0777;

    private final Path root;
    private final FileWork files;

    public LocalVolumes(Path root, FileWork files) {
        this.root = root;
        this.files = files;
    }

    /** @return the directory, made or found. Fails with {@link VolumeFault} for what is no name of a volume */
    public Future<Path> make(String name) {
        return files.call(() -> {
            Path directory = directory(name);
            Trees.makePrivate(root);
            if (!Files.isDirectory(directory)) {
                Files.createDirectory(directory);
            }
            Files.setAttribute(directory, "unix:mode", MODE);
            return directory;
        });
    }

    /** Succeeds when it is nobody's any more; what is in it goes after that. Success if it is not there. */
    public Future<Void> remove(String name) {
        return files.call(() -> {
                    Path directory = directory(name);
                    Path removed = root.resolve(REMOVED + name);
                    if (Files.isDirectory(directory)) {
                        // A removal that was broken off may have left an older one of that name.
                        Trees.delete(removed);
                        move(directory, removed);
                    }
                    return removed;
                })
                .onSuccess(this::clear)
                .mapEmpty();
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException mounted) {
            throw new VolumeFault(from + " is a file system of its own: it can't be removed as a directory", mounted);
        }
    }

    private void clear(Path removed) {
        files.call(() -> {
                    Trees.delete(removed);
                    return null;
                })
                .onFailure(why -> LOG.atWarn()
                        .addKeyValue("directory", removed)
                        .addKeyValue("err", why.toString())
                        .log("a removed volume could not be cleared away; the next start tries again"));
    }

    /** Clears away what an earlier minik was removing when it ended. */
    public Future<Void> sweep() {
        return files.call(() -> {
                    List<Path> left = new ArrayList<>();
                    if (Files.isDirectory(root)) {
                        try (Stream<Path> entries = Files.list(root)) {
                            entries.filter(entry ->
                                            entry.getFileName().toString().startsWith(REMOVED))
                                    .forEach(left::add);
                        }
                    }
                    return left;
                })
                .onSuccess(left -> left.forEach(this::clear))
                .mapEmpty();
    }

    private Path directory(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new VolumeFault("\"" + name + "\" is no name of a volume");
        }
        return root.resolve(name);
    }
}
