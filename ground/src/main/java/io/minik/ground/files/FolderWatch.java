package io.minik.ground.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a folder at the start, and whenever something came, changed or went there, by inotify (which is what the JDK's watch
 * service is on Linux). One thread, which sleeps in the kernel and does the looking itself.
 */
public final class FolderWatch {
    private static final Logger LOG = LoggerFactory.getLogger(FolderWatch.class);

    /** What is done with the folder's content. On the watch's own thread, which {@link #stop} interrupts. */
    @FunctionalInterface
    public interface Scan {
        void scan() throws IOException;
    }

    /** A file that is being copied here changes all the time: it is whole when it has been quiet for so long. */
    private static final long QUIET_MILLIS = 1000;

    /** After so long it is looked at all the same. */
    private static final long LOUD_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long RETRY_MILLIS = 1000;

    private final Path place;
    private final Scan content;
    private final Thread thread;

    /** @param name of the thread; @param place made if it is not there, for its owner alone */
    public FolderWatch(String name, Path place, Scan content) {
        this.place = place;
        this.content = content;
        this.thread = new Thread(this::watch, name);
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** Breaks off what is being done. */
    public void stop(long millis) throws InterruptedException {
        thread.interrupt();
        thread.join(millis);
    }

    private void watch() {
        try {
            while (true) {
                try (WatchService watch = place.getFileSystem().newWatchService()) {
                    look(watch);
                } catch (IOException | RuntimeException e) {
                    // Of the moment, mostly: the folder was taken away while it was read, or there are no descriptors
                    // left.
                    LOG.atWarn()
                            .addKeyValue("folder", place)
                            .addKeyValue("err", String.valueOf(e.getMessage()))
                            .log("folder can't be watched, it is looked at again soon");
                    TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            LOG.atDebug().addKeyValue("folder", place).log("folder is not watched any more");
        }
    }

    private void look(WatchService watch) throws IOException, InterruptedException {
        // A folder that someone took away is made again, and watched as before.
        while (true) {
            Files.createDirectories(
                    place, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            WatchKey key = place.register(
                    watch,
                    StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_MODIFY,
                    StandardWatchEventKinds.ENTRY_DELETE);
            do {
                content.scan();
            } while (changed(watch, key));
        }
    }

    /** Waits for a change and then for quiet, but not for ever: one file that is always written holds no other up. @return false if the folder is gone */
    private static boolean changed(WatchService watch, WatchKey key) throws InterruptedException {
        WatchKey next = watch.take();
        long since = System.nanoTime();
        while (next != null && System.nanoTime() - since < LOUD_NANOS) {
            next.pollEvents();
            if (!next.reset() && next.equals(key)) {
                return false;
            }
            next = watch.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS);
        }
        return next == null || next.reset();
    }
}
