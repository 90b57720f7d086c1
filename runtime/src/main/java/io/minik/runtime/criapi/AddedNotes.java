package io.minik.runtime.criapi;

import io.minik.runtime.cri.Cri;
import io.minik.runtime.sys.JsonFile;
import io.minik.runtime.sys.Trees;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Annotations that the kubelet adds to containers while they run. CRI's runtimes keep those of the creation and no others, so they
 * are kept here: a file for each container that has any, until it is removed.
 */
public final class AddedNotes {
    private final Vertx vertx;
    private final Path folder;
    private final Map<String, Map<String, String>> known = new ConcurrentHashMap<>();

    /** The annotations that one container was given. */
    public record Notes(String containerId, Map<String, String> annotations) {}

    private AddedNotes(Vertx vertx, Path folder) {
        this.vertx = vertx;
        this.folder = folder;
    }

    /** Reads what there is. Blocking. */
    public static AddedNotes open(Vertx vertx, Path folder) {
        AddedNotes notes = new AddedNotes(vertx, folder);
        Trees.make(folder);
        for (String name : Trees.list(folder)) {
            new JsonFile<>(folder.resolve(name), Notes.class)
                    .read()
                    .ifPresent(each -> notes.known.put(each.containerId(), each.annotations()));
        }
        return notes;
    }

    /** An id is the runtime's own, and need not be what may stand in a path. */
    private Path file(String containerId) {
        return folder.resolve(HexFormat.of().formatHex(containerId.getBytes(StandardCharsets.UTF_8)));
    }

    Map<String, String> with(String containerId, Map<String, String> own) {
        Map<String, String> added = known.get(containerId);
        return added == null ? own : Cri.with(own, added);
    }

    Future<Void> add(String containerId, Map<String, String> annotations) {
        if (annotations.isEmpty()) {
            return Future.succeededFuture();
        }
        return vertx.executeBlocking(() -> {
            Map<String, String> now = with(containerId, Map.of());
            Notes notes = new Notes(containerId, Cri.with(now, annotations));
            new JsonFile<>(file(containerId), Notes.class).write(notes);
            known.put(containerId, notes.annotations());
            return null;
        });
    }

    Future<Void> forget(String containerId) {
        if (known.remove(containerId) == null) {
            return Future.succeededFuture();
        }
        return vertx.executeBlocking(() -> Files.deleteIfExists(file(containerId)))
                .mapEmpty();
    }
}
