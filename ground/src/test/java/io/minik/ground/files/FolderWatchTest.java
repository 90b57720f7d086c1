package io.minik.ground.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderWatchTest {
    private static final long PATIENCE_SECONDS = 30;
    private static final long STOP_MILLIS = 5000;

    @TempDir
    Path above;

    private final LinkedBlockingQueue<Integer> seen = new LinkedBlockingQueue<>();
    private FolderWatch.Scan before = () -> {};
    private int scans;
    private FolderWatch watch;

    @BeforeEach
    void prepare() {
        Path place = above.resolve("place");
        watch = new FolderWatch("test-watch", place, () -> {
            before.scan();
            try (Stream<Path> files = Files.list(place)) {
                seen.add((int) files.count());
            }
        });
    }

    @AfterEach
    void stop() throws InterruptedException {
        watch.stop(STOP_MILLIS);
    }

    private void awaitFiles(int wanted) throws InterruptedException {
        Integer found;
        do {
            found = seen.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(found).as("a look within the test's patience").isNotNull();
        } while (found != wanted);
    }

    @Test
    void whatComesAndGoesIsSeenAndAFolderTakenAwayIsMadeAgain() throws Exception {
        watch.start();
        awaitFiles(0);
        Path file = Files.createFile(above.resolve("place/a"));
        awaitFiles(1);
        Files.delete(file);
        awaitFiles(0);
        Files.delete(above.resolve("place"));
        awaitFiles(0);
        Files.createFile(above.resolve("place/b"));
        awaitFiles(1);
    }

    @Test
    void aLookThatFailsIsNotTheLast() throws Exception {
        before = () -> {
            scans++;
            if (scans == 1) {
                throw new IOException("Too many open files");
            }
            if (scans == 2) {
                throw new IllegalStateException("the directory changed while it was read");
            }
        };
        watch.start();
        awaitFiles(0);
        Files.createFile(above.resolve("place/a"));
        awaitFiles(1);
    }
}
