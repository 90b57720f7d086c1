package io.minik.agent.logs;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when something in a directory changes, by inotify (which is what the JDK's watch service is on Linux). One thread
 * for all, from the first follower on; it sleeps in the kernel. Thread-safe.
 */
public final class LogWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LogWatch.class);

    private static final class Directory {
        final WatchKey key;
        final Set<Runnable> listeners = new HashSet<>();

        Directory(WatchKey key) {
            this.key = key;
        }
    }

    private @Nullable WatchService service;
    private final Map<Path, Directory> directories = new HashMap<>();

    /** The listener is called on the watch's thread: it must only pass the word on. */
    synchronized void add(Path directory, Runnable listener) throws IOException {
        Directory found = directories.get(directory);
        if (found == null) {
            WatchKey key = directory.register(
                    service(),
                    StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_MODIFY,
                    StandardWatchEventKinds.ENTRY_DELETE);
            found = new Directory(key);
            directories.put(directory, found);
        }
        found.listeners.add(listener);
    }

    synchronized void remove(Path directory, Runnable listener) {
        Directory found = directories.get(directory);
        if (found != null && found.listeners.remove(listener) && found.listeners.isEmpty()) {
            found.key.cancel();
            directories.remove(directory);
        }
    }

    private WatchService service() throws IOException {
        WatchService present = service;
        if (present == null) {
            WatchService made = FileSystems.getDefault().newWatchService();
            service = made;
            present = made;
            Thread thread = new Thread(() -> listen(made), "minik-log-watch");
            thread.setDaemon(true);
            thread.start();
        }
        return present;
    }

    private void listen(WatchService watch) {
        try {
            while (true) {
                WatchKey key = watch.take();
                key.pollEvents();
                listeners(key).forEach(Runnable::run);
                key.reset();
            }
        } catch (ClosedWatchServiceException e) {
            log.atDebug().log("log watch closed");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized Set<Runnable> listeners(WatchKey key) {
        for (Directory directory : directories.values()) {
            if (directory.key.equals(key)) {
                return Set.copyOf(directory.listeners);
            }
        }
        return Set.of();
    }

    @Override
    public synchronized void close() throws IOException {
        if (service != null) {
            service.close();
        }
    }
}
