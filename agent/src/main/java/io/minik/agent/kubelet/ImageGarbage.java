package io.minik.agent.kubelet;

import io.minik.agent.volume.FileWork;
import io.minik.ground.loop.Loop;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.ImageService;
import io.minik.runtime.cri.RuntimeService;
import io.vertx.core.Future;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes images that no container uses when the disk gets full. It looks after each pull, because that is when the disk
 * fills; the least recently used goes first. Where there is a limit of age, it looks every five minutes, too. Owned by the agent's loop.
 */
final class ImageGarbage {
    private static final Logger log = LoggerFactory.getLogger(ImageGarbage.class);
    private static final int PERCENT = 100;
    /** How often images are looked at for their age, where there is a limit: upstream's ImageGCPeriod. */
    private static final Duration AGE_PERIOD = Duration.ofMinutes(5);

    /** How full the disk may be. */
    @FunctionalInterface
    interface Disk {
        /** @return percent in use; called on the file workers */
        int usedPercent() throws IOException;

        static Disk of(Path directory) {
            return () -> {
                Files.createDirectories(directory);
                File store = directory.toFile();
                return (int) (PERCENT - store.getUsableSpace() * PERCENT / Math.max(1, store.getTotalSpace()));
            };
        }
    }

    private final Loop loop;
    private final ImageService images;
    private final RuntimeService runtime;
    private final FileWork files;
    private final ImageAccess access;
    private final Disk disk;
    private final KubeletSettings.Images settings;
    private final Map<String, Instant> lastUsed = new HashMap<>();
    private boolean running;
    private Loop.Timer ages = () -> {};

    /** The rooms that it asks. */
    record Parts(Loop loop, ImageService images, RuntimeService runtime, FileWork files, ImageAccess access) {}

    ImageGarbage(Parts parts, Disk disk, KubeletSettings.Images settings) {
        this.loop = parts.loop();
        this.settings = settings;
        this.images = parts.images();
        this.runtime = parts.runtime();
        this.files = parts.files();
        this.access = parts.access();
        this.disk = disk;
    }

    void used(Cri.Image image) {
        lastUsed.put(image.id(), loop.now());
    }

    /** Looks for images to remove, which a pull is an occasion for. */
    void look() {
        if (running) {
            return;
        }
        running = true;
        files.call(disk::usedPercent)
                .compose(used -> used > settings.highPercent() ? collect() : Future.succeededFuture())
                .onComplete(result -> loop.run(() -> {
                    running = false;
                    if (result.failed()) {
                        log.atWarn()
                                .addKeyValue("err", String.valueOf(result.cause()))
                                .log("images could not be collected");
                    }
                }));
    }

    /** The node is short of disk: what nobody needs goes, until there is room. */
    Future<Void> free() {
        if (running) {
            return Future.succeededFuture();
        }
        running = true;
        return collect().onComplete(done -> loop.run(() -> running = false));
    }

    /** From now on what nobody has used for too long goes, too, if there is such a limit. */
    void start() {
        if (!settings.maximumAge().isZero()) {
            lookAtAges();
        }
    }

    void stop() {
        ages.cancel();
    }

    private void lookAtAges() {
        ages = loop.after(AGE_PERIOD, this::lookAtAges);
        if (running) {
            return;
        }
        running = true;
        unused().compose(this::removeOld)
                .onComplete(result -> loop.run(() -> {
                    running = false;
                    if (result.failed()) {
                        log.atWarn()
                                .addKeyValue("err", String.valueOf(result.cause()))
                                .log("old images could not be collected");
                    }
                }));
    }

    /** What was never used since the kubelet runs counts from when it was seen first. */
    private Future<Void> removeOld(List<Cri.Image> unused) {
        Instant now = loop.now();
        unused.forEach(image -> lastUsed.putIfAbsent(image.id(), now));
        Future<Void> done = Future.succeededFuture();
        for (Cri.Image image : unused) {
            Instant used = lastUsed.getOrDefault(image.id(), now);
            if (Duration.between(used, now).compareTo(settings.maximumAge()) > 0) {
                done = done.compose(ignored -> remove(image));
            }
        }
        return done;
    }

    private Future<Void> collect() {
        return unused().compose(unused -> removeNext(unused, 0));
    }

    /** Those that no container has, and that may go; the one that was used last comes last. */
    private Future<List<Cri.Image>> unused() {
        Future<List<Cri.Image>> all = images.listImages();
        Future<List<Cri.Container>> present = runtime.listContainers(Cri.ContainerFilter.ALL);
        return Future.all(all, present).map(ignored -> {
            Set<String> wanted = new HashSet<>();
            present.result().forEach(c -> {
                wanted.add(c.imageId());
                wanted.addAll(ContainerConfigs.volumeImages(c.annotations()));
            });
            all.result().stream().filter(image -> wanted.contains(image.id())).forEach(this::used);
            return all.result().stream()
                    .filter(image -> !wanted.contains(image.id()) && !image.pinned() && !young(image))
                    .sorted(Comparator.comparing(image -> lastUsed.getOrDefault(image.id(), Instant.EPOCH)))
                    .toList();
        });
    }

    /** A container may just be made from it. */
    private boolean young(Cri.Image image) {
        return lastUsed.getOrDefault(image.id(), Instant.EPOCH)
                .plus(settings.minimumAge())
                .isAfter(loop.now());
    }

    private Future<Void> removeNext(List<Cri.Image> unused, int index) {
        if (index == unused.size()) {
            return Future.succeededFuture();
        }
        return remove(unused.get(index))
                .compose(ignored -> files.call(disk::usedPercent))
                .compose(used ->
                        used > settings.lowPercent() ? removeNext(unused, index + 1) : Future.succeededFuture());
    }

    private Future<Void> remove(Cri.Image image) {
        return images.removeImage(image.id())
                .compose(ignored -> access.removed(image.id()))
                .onSuccess(ignored -> {
                    log.atInfo()
                            .addKeyValue("image", image.id())
                            .addKeyValue("bytes", image.size())
                            .log("unused image removed");
                    lastUsed.remove(image.id());
                });
    }
}
