package io.minik.runtime.image;

import io.minik.ground.files.FolderWatch;
import io.minik.runtime.RuntimeFault;
import io.minik.runtime.snapshot.Snapshotter;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link Images} on disk and over HTTP: what the wiring makes, starts and stops.
 *
 * <pre>
 *   data/content/blobs/ALG/HEX    manifests, indexes, configs
 *   data/content/images/HEX.json  one record for each image: names, size, blobs
 *   data/content/imports.json     which archives were imported
 * </pre>
 *
 * Threads: {@code minik-image-N} wait for whole pulls, imports and removals; {@code minik-layer-N} move layers. Both pools
 * end their threads when idle. Records are read from memory on any thread.
 */
public final class ImageStore implements Images {
    private static final Logger LOG = LoggerFactory.getLogger(ImageStore.class);

    /** Pulls at once; the next ones wait their turn. Their transfers share the layer workers. */
    private static final int JOB_THREADS = 3;
    /** Layers at once, over all pulls: containerd's default for one pull; more only fight for one flash chip. */
    private static final int LAYER_THREADS = 3;
    /** A node runs 110 pods; each may ask once for each of some containers. */
    private static final int MAX_WAITING_JOBS = 1024;
    /** Layers of all pulls that wait: JOB_THREADS pulls of at most 500 each. */
    private static final int MAX_WAITING_LAYERS = 1500;

    private static final int IDLE_SECONDS = 10;
    private static final int STOP_SECONDS = 5;

    /**
     * @param data owned by this store
     * @param registriesFile in k3s' form; may be absent
     * @param archives watched; made if it is not there
     */
    public record Places(Path data, Path registriesFile, Path archives) {}

    private final Vertx vertx;
    private final Snapshotter snapshots;
    private final Layers layers;
    private final Content content;
    private final ImageRecords records;
    private final Http http;
    private final Puller puller;
    private final Importer importer;
    private final FolderWatch watch;
    private final ExecutorService jobs = pool("minik-image", JOB_THREADS, MAX_WAITING_JOBS);
    private final ExecutorService layerWorkers = pool("minik-layer", LAYER_THREADS, MAX_WAITING_LAYERS);
    private final CountDownLatch stopping = new CountDownLatch(1);
    /** Guarded by itself: pulls that run, by what was asked for. */
    private final Map<Asked, Promise<Image>> running = new HashMap<>();

    private record Asked(String reference, Optional<Credentials> credentials) {}

    public ImageStore(Vertx vertx, Places places, Snapshotter snapshots) {
        this.vertx = vertx;
        this.snapshots = snapshots;
        this.layers = new Layers(snapshots);
        this.content = new Content(places.data());
        this.records = new ImageRecords(places.data().resolve("images"));
        this.http = new Http(vertx);
        RegistriesFile registries = new RegistriesFile(places.registriesFile());
        this.puller = new Puller(http, registries, content, records, layers, layerWorkers, stopping);
        this.importer = new Importer(content, records, layers);
        Path memory = places.data().resolve("imports.json");
        this.watch = new FolderWatch(
                "minik-image-watch",
                places.archives(),
                new ArchiveFolder(places.archives(), memory, importer, records)::scan);
    }

    /** Reads the records; from then on, without anybody waiting for it, imports what is new in the archive folder. */
    public Future<Void> start() {
        return onJob(() -> {
                    content.open();
                    records.load(snapshots::has, content);
                    snapshots.removeUnrecorded(records.layers());
                    return records.list().size();
                })
                .onSuccess(count -> {
                    LOG.atInfo().addKeyValue("images", count).log("images loaded");
                    watch.start();
                })
                .mapEmpty();
    }

    /** Breaks running pulls off: what they brought so far stays or is swept at the next start. */
    public Future<Void> stop() {
        stopping.countDown();
        layerWorkers.shutdownNow();
        jobs.shutdownNow();
        return vertx.<Void>executeBlocking(() -> {
                    if (!layerWorkers.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)
                            || !jobs.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                        LOG.atWarn().log("image work did not end in time");
                    }
                    watch.stop(TimeUnit.SECONDS.toMillis(STOP_SECONDS));
                    return null;
                })
                .eventually(http::close);
    }

    /** Removes layers, blobs and containers' writable parts that nobody wants: once, when containers are known. */
    public Future<Void> reclaim(Set<String> containerIds) {
        return onJob(() -> {
                    layers.reclaim(containerIds, records::layers);
                    content.retain(records::blobs);
                    return true;
                })
                .mapEmpty();
    }

    @Override
    public boolean pinned(String id) {
        return records.get(id).map(ImageRecords.Entry::pinned).orElse(false);
    }

    @Override
    public Future<Image> pull(String reference, Optional<Credentials> credentials) {
        Asked asked = new Asked(reference, credentials);
        Promise<Image> promise;
        synchronized (running) {
            Promise<Image> present = running.get(asked);
            if (present != null) {
                return onCaller(present.future());
            }
            promise = Promise.promise();
            running.put(asked, promise);
        }
        onJob(() -> puller.pull(reference, credentials)).onComplete(done -> {
            synchronized (running) {
                running.remove(asked);
            }
            promise.handle(done);
        });
        return onCaller(promise.future());
    }

    @Override
    public Future<Optional<Image>> find(String referenceOrId) {
        try {
            return Future.succeededFuture(records.find(referenceOrId).map(ImageRecords.Entry::image));
        } catch (RuntimeFault e) {
            return Future.failedFuture(e);
        }
    }

    @Override
    public Future<List<Image>> list() {
        return Future.succeededFuture(records.list());
    }

    @Override
    public Future<List<Path>> layers(Image image) {
        return onJob(() -> snapshots.directories(image.layers()));
    }

    @Override
    public Future<Disk> disk() {
        return onJob(() -> {
            Snapshotter.Usage usage = snapshots.layersUsage();
            return new Disk(snapshots.root(), usage.bytes(), usage.inodes());
        });
    }

    @Override
    public Future<Void> remove(String referenceOrId) {
        return onJob(() -> {
                    removeNow(referenceOrId);
                    return true;
                })
                .mapEmpty();
    }

    @Override
    public Future<List<Image>> importArchive(Path archive) {
        return onJob(() -> importer.load(archive, false));
    }

    /** A tag of an image that has others is only that tag; an id, or the last name, is the image. */
    private void removeNow(String referenceOrId) throws IOException {
        Optional<ImageRecords.Entry> tagged = records.findTagged(referenceOrId);
        if (tagged.isPresent() && tagged.get().image().repoTags().size() > 1) {
            records.untag(tagged.get(), Reference.parse(referenceOrId).tagged());
            return;
        }
        Optional<ImageRecords.Entry> found = records.find(referenceOrId);
        if (found.isEmpty()) {
            return;
        }
        Image image = found.get().image();
        records.remove(image.id());
        layers.removeUnused(image.layers(), records::layers);
        content.retain(records::blobs);
        LOG.atInfo().addKeyValue("image", image.id()).log("image removed");
    }

    private <T> Future<T> onJob(Callable<T> work) {
        Promise<T> promise = Promise.promise();
        try {
            jobs.execute(() -> {
                try {
                    promise.complete(work.call());
                } catch (RuntimeFault e) {
                    promise.fail(e);
                } catch (Exception e) {
                    promise.fail(
                            new RuntimeFault(RuntimeFault.Kind.KERNEL, "image", String.valueOf(e.getMessage()), e));
                }
            });
        } catch (RejectedExecutionException e) {
            promise.fail(new RuntimeFault(
                    RuntimeFault.Kind.IMAGE_PULL, "image", "too many image operations wait, or minik is stopping", e));
        }
        return onCaller(promise.future());
    }

    /** The same outcome, told on the context of whoever asks now. */
    private <T> Future<T> onCaller(Future<T> future) {
        Context context = Vertx.currentContext();
        if (context == null) {
            return future;
        }
        Promise<T> promise = Promise.promise();
        future.onComplete(done -> context.runOnContext(now -> promise.handle(done)));
        return promise.future();
    }

    private static ExecutorService pool(String name, int threads, int waiting) {
        AtomicInteger count = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(waiting), work -> {
                    Thread thread = new Thread(work, name + "-" + count.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
