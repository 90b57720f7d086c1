package io.minik.runtime.image;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
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
 * Imports what lies in the folder of archives, and then whatever comes or changes there, by inotify (which is what the
 * JDK's watch service is on Linux). One thread, which sleeps in the kernel and does the imports itself.
 */
final class FolderWatch {
    private static final Logger LOG = LoggerFactory.getLogger(FolderWatch.class);

    /** A file that is being copied here changes all the time: it is whole when it has been quiet for so long. */
    private static final long QUIET_MILLIS = 1000;

    private final Path place;
    private final ArchiveFolder folder;
    private final Thread thread = new Thread(this::watch, "minik-image-watch");

    /** @param place made if it is not there */
    FolderWatch(Path place, ArchiveFolder folder) {
        this.place = place;
        this.folder = folder;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Breaks an import off; what it brought is swept at the next start. */
    void stop(long millis) throws InterruptedException {
        thread.interrupt();
        thread.join(millis);
    }

    private void watch() {
        try (WatchService watch = place.getFileSystem().newWatchService()) {
            // A folder that someone took away is made again, and watched as before.
            while (true) {
                Files.createDirectories(
                        place, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                WatchKey key = place.register(
                        watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
                do {
                    folder.scan();
                } while (changed(watch, key));
            }
        } catch (ClosedWatchServiceException | InterruptedException e) {
            LOG.atDebug().log("archive folder is not watched any more");
        } catch (IOException | RuntimeException e) {
            LOG.atError()
                    .addKeyValue("folder", place)
                    .addKeyValue("err", String.valueOf(e.getMessage()))
                    .log("archive folder can't be watched: archives that come are imported at the next start");
        }
    }

    /** Waits for a change and then for quiet. @return false if the folder is gone */
    private static boolean changed(WatchService watch, WatchKey key) throws InterruptedException {
        WatchKey next = watch.take();
        while (next != null) {
            next.pollEvents();
            if (!next.reset() && next.equals(key)) {
                return false;
            }
            next = watch.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS);
        }
        return true;
    }
}
