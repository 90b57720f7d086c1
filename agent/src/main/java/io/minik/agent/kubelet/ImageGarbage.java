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
 * fills; the least recently used goes first. Owned by the agent's loop.
 */
final class ImageGarbage {
    private static final Logger log = LoggerFactory.getLogger(ImageGarbage.class);
    private static final int PERCENT = 100;
    /** Upstream's imageGCHighThresholdPercent and imageGCLowThresholdPercent. */
    private static final int HIGH_PERCENT = 85;

    private static final int LOW_PERCENT = 80;
    /** Upstream's imageMinimumGCAge. */
    private static final Duration LEAST_AGE = Duration.ofMinutes(2);

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
    private final Disk disk;
    private final Map<String, Instant> lastUsed = new HashMap<>();
    private boolean running;

    ImageGarbage(Loop loop, ImageService images, RuntimeService runtime, FileWork files, Disk disk) {
        this.loop = loop;
        this.images = images;
        this.runtime = runtime;
        this.files = files;
        this.disk = disk;
    }

    void used(Cri.Image image) {
        lastUsed.put(image.id(), loop.now());
    }

    /** After a pull. */
    void look() {
        if (running) {
            return;
        }
        running = true;
        files.call(disk::usedPercent)
                .compose(used -> used > HIGH_PERCENT ? collect() : Future.succeededFuture())
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

    private Future<Void> collect() {
        Future<List<Cri.Image>> all = images.listImages();
        Future<List<Cri.Container>> present = runtime.listContainers(Cri.ContainerFilter.ALL);
        return Future.all(all, present).compose(ignored -> {
            Set<String> wanted = new HashSet<>();
            present.result().forEach(c -> {
                wanted.add(c.imageId());
                wanted.addAll(ContainerConfigs.volumeImages(c.annotations()));
            });
            List<Cri.Image> unused = all.result().stream()
                    .filter(image -> !wanted.contains(image.id()) && !image.pinned() && !young(image))
                    .sorted(Comparator.comparing(image -> lastUsed.getOrDefault(image.id(), Instant.EPOCH)))
                    .toList();
            return removeNext(unused, 0);
        });
    }

    /** A container may just be made from it. */
    private boolean young(Cri.Image image) {
        return lastUsed.getOrDefault(image.id(), Instant.EPOCH).plus(LEAST_AGE).isAfter(loop.now());
    }

    private Future<Void> removeNext(List<Cri.Image> unused, int index) {
        if (index == unused.size()) {
            return Future.succeededFuture();
        }
        Cri.Image image = unused.get(index);
        return images.removeImage(image.id())
                .compose(ignored -> {
                    log.atInfo()
                            .addKeyValue("image", image.id())
                            .addKeyValue("bytes", image.size())
                            .log("unused image removed");
                    lastUsed.remove(image.id());
                    return files.call(disk::usedPercent);
                })
                .compose(used -> used > LOW_PERCENT ? removeNext(unused, index + 1) : Future.succeededFuture());
    }
}
