package io.minik.server.deploy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.QueueFigures;
import io.minik.api.client.Queued;
import io.minik.api.client.WorkQueue;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Kinds;
import io.minik.ground.files.FolderWatch;
import io.minik.ground.json.Json;
import io.minik.ground.room.Room;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.deploy.DeployRecord.Ref;
import io.minik.server.deploy.ManifestFolder.Content;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies the manifests of a folder at the start, and each that comes or changes, as k3s does with {@code server/manifests}.
 * What a file no longer names is deleted; a file that goes leaves its objects alone, as does one that gets a {@code .skip}
 * beside it. Applied is by server-side apply, taking fields from others. What could not be applied is tried again, and told in an
 * event of the file's record.
 *
 * <pre>
 *   inotify -> names of files -> one key a file -> read, compare checksum -> apply each object -> delete what is named no more -> record
 * </pre>
 */
public final class ManifestDeployer implements Room, Queued {
    private static final Logger log = LoggerFactory.getLogger(ManifestDeployer.class);

    /** More would not fit into the record. */
    private static final int MOST_OBJECTS = 5000;

    /** Errors of one file that are told; the others are counted. */
    private static final int TOLD = 5;

    private static final long STOP_MILLIS = 1000;

    private final Vertx vertx;
    private final ControllerContext context;
    private final Kinds kinds;
    private final ManifestFolder folder;
    private final FolderWatch watch;
    private final EventRecorder events;
    private final WorkQueue<String> queue;

    // What follows is the loop's alone.
    private Set<String> present = Set.of();

    /** What is still to be applied, by file with the kinds that nobody served: woken when one of them comes. */
    private final Map<String, Set<Type>> failing = new LinkedHashMap<>();

    /** @param place of the manifests; made if it is not there */
    public ManifestDeployer(Vertx vertx, ControllerContext context, Kinds kinds, Path place) {
        this.vertx = vertx;
        this.context = context;
        this.kinds = kinds;
        this.folder = new ManifestFolder(place);
        this.watch = new FolderWatch("minik-manifest-watch", place, this::look);
        this.events = context.events("deploy");
        this.queue = new WorkQueue<>(name(), context.loop(), 1, this::reconcile);
        // Not whatever changes: a file that changes kinds itself, and fails for another reason, would wake itself for
        // ever.
        kinds.onChange(change -> context.loop()
                .run(() -> failing.forEach((file, lacking) -> {
                    if (lacking.stream().anyMatch(type -> change.now()
                            .findKind(type.apiVersion(), type.kind())
                            .isPresent())) {
                        queue.add(file);
                    }
                })));
    }

    @Override
    public String name() {
        return "manifests";
    }

    @Override
    public Future<Void> start() {
        queue.open();
        watch.start();
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> stop() {
        context.loop().run(queue::stop);
        return vertx.executeBlocking(() -> {
            watch.stop(STOP_MILLIS);
            return null;
        });
    }

    @Override
    public List<QueueFigures> queues() {
        return List.of(queue.figures());
    }

    @Override
    public Health health() {
        return Health.READY;
    }

    /** The watch's thread. */
    private void look() throws IOException {
        Set<String> names = folder.names();
        context.loop().run(() -> found(names));
    }

    private void found(Set<String> names) {
        present.stream().filter(name -> !names.contains(name)).forEach(gone -> {
            failing.remove(gone);
            log.atInfo()
                    .addKeyValue("file", folder.path(gone))
                    .log("a manifest is gone or is to be skipped; the objects that it brought stay");
        });
        present = names;
        names.forEach(queue::add);
    }

    private Future<Optional<Duration>> reconcile(String file) {
        if (!present.contains(file)) {
            return Future.succeededFuture(Optional.empty());
        }
        failing.remove(file);
        return vertx.executeBlocking(() -> folder.read(file))
                .compose(content -> record(file).compose(record -> deploy(file, content, record)))
                .recover(error -> {
                    failing.putIfAbsent(file, Set.of());
                    log.atWarn()
                            .addKeyValue("file", folder.path(file))
                            .addKeyValue("err", error.getMessage())
                            .log("a manifest could not be applied whole, it is tried again");
                    return told(file, error).compose(unused -> Future.failedFuture(error));
                })
                .map(done -> Optional.empty());
    }

    private Future<DeployRecord> record(String file) {
        return context.client()
                .get(Resources.CONFIG_MAPS, DeployRecord.key(file))
                .map(map -> DeployRecord.of(file, map))
                .recover(error -> ApiException.is(error, Reason.NotFound)
                        ? Future.succeededFuture(DeployRecord.none(file))
                        : Future.failedFuture(error));
    }

    private Future<Void> told(String file, Throwable error) {
        return context.client()
                .get(Resources.CONFIG_MAPS, DeployRecord.key(file))
                .recover(unread -> ApiException.is(unread, Reason.NotFound)
                        ? write(DeployRecord.none(file))
                        : Future.failedFuture(unread))
                .onSuccess(map -> events.warning(map, "ApplyManifestFailed", file + ": " + error.getMessage()))
                .mapEmpty();
    }

    private Future<KubeObject> write(DeployRecord record) {
        return context.client().apply(Resources.CONFIG_MAPS, DeployRecord.key(record.file()), record.tree());
    }

    private Future<Void> deploy(String file, Content content, DeployRecord before) {
        if (content.checksum().equals(before.checksum())) {
            return Future.succeededFuture();
        }
        if (content.objects().size() > MOST_OBJECTS) {
            return Future.failedFuture("has " + content.objects().size() + " objects, more than " + MOST_OBJECTS);
        }
        Deployed deployed = new Deployed(file, before);
        List<Planned> planned = content.objects().stream()
                .map(deployed::plan)
                .flatMap(Optional::stream)
                .toList();
        // The record comes first: whatever happens then, what the file brought can be found.
        DeployRecord begin = before.begun(deployed.now);
        if (begin.listed().length() > DeployRecord.MOST_LISTED) {
            return Future.failedFuture("names more objects than its record can hold: split it");
        }
        Future<Void> begun = before.objects().containsAll(deployed.now)
                ? Future.succeededFuture()
                : write(begin).mapEmpty();
        return begun.compose(unused -> context.loop().inTurns(planned, deployed::apply))
                .compose(unused -> deployed.finish(content.checksum()));
    }

    private record Type(String apiVersion, String kind) {}

    private record Planned(Resource resource, Ref ref, ObjectNode object) {}

    /** One pass over a file. */
    private final class Deployed {
        private final String file;
        private final DeployRecord before;
        private final Set<Ref> now = new LinkedHashSet<>();
        private final List<String> errors = new ArrayList<>();

        Deployed(String file, DeployRecord before) {
            this.file = file;
            this.before = before;
        }

        /** As it is applied: with its namespace and our mark. Empty: nobody serves its kind. */
        Optional<Planned> plan(ObjectNode object) {
            String apiVersion = Json.text(object, "apiVersion");
            String kind = Json.text(object, "kind");
            ObjectNode metadata = Json.child(object, "metadata");
            String name = Json.text(metadata, "name");
            Optional<KindRow> row = kinds.now().findKind(apiVersion, kind);
            if (row.isEmpty()) {
                failing.computeIfAbsent(file, unused -> new HashSet<>()).add(new Type(apiVersion, kind));
                errors.add("no matches for kind \"" + kind + "\" in version \"" + apiVersion + "\" (" + name + ")");
                return Optional.empty();
            }
            Resource resource = row.get().resource();
            String namespace = resource.namespaced() ? Json.textOr("default", metadata, "namespace") : "";
            if (resource.namespaced()) {
                metadata.put("namespace", namespace);
            } else {
                metadata.remove("namespace");
            }
            Json.child(metadata, "annotations").put(DeployRecord.MARK, file);
            Ref ref = new Ref(apiVersion, kind, namespace, name);
            now.add(ref);
            return Optional.of(new Planned(resource, ref, object));
        }

        /** Succeeds always: what is wrong with one object keeps none of the others away. */
        Future<Void> apply(Planned planned) {
            return context.client()
                    .apply(planned.resource(), planned.ref().key(), planned.object())
                    .<Void>mapEmpty()
                    .recover(error -> {
                        errors.add(planned.ref() + ": " + error.getMessage());
                        return Future.succeededFuture();
                    });
        }

        Future<Void> finish(String checksum) {
            if (!errors.isEmpty()) {
                return Future.failedFuture(sentence());
            }
            List<Ref> dropped =
                    before.objects().stream().filter(ref -> !now.contains(ref)).toList();
            return context.loop()
                    .inTurns(dropped, this::drop)
                    .compose(unused -> write(new DeployRecord(file, checksum, now)))
                    .onSuccess(map -> {
                        events.normal(map, "AppliedManifest", "Applied manifest at \"" + folder.path(file) + "\"");
                        log.atInfo()
                                .addKeyValue("file", folder.path(file))
                                .addKeyValue("objects", now.size())
                                .log("a manifest was applied");
                    })
                    .mapEmpty();
        }

        private String sentence() {
            List<String> told = errors.subList(0, Math.min(TOLD, errors.size()));
            String more = errors.size() > TOLD ? "; and " + (errors.size() - TOLD) + " more" : "";
            return String.join("; ", told) + more;
        }

        /** Deletes what this file brought and names no more; what another one has taken over since is left to it. */
        private Future<Void> drop(Ref ref) {
            Optional<KindRow> row = kinds.now().findKind(ref.apiVersion(), ref.kind());
            if (row.isEmpty()) {
                return Future.succeededFuture();
            }
            return context.client()
                    .get(row.get().resource(), ref.key())
                    .compose(object -> file.equals(object.annotations().get(DeployRecord.MARK))
                            ? context.client()
                                    .delete(
                                            row.get().resource(),
                                            ref.key(),
                                            DeleteOptions.onlyIf(object.uid()).propagate("Background"))
                                    .<Void>mapEmpty()
                            : Future.<Void>succeededFuture())
                    .recover(error -> ApiException.is(error, Reason.NotFound)
                            ? Future.succeededFuture()
                            : Future.failedFuture(error));
        }
    }
}
