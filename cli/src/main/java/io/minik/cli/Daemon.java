package io.minik.cli;

import io.minik.api.meta.ApiException;
import io.minik.ground.loop.Loop;
import io.minik.server.pki.PkiException;
import io.minik.store.StoreException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A long-running minik process: its pid file, its event loops, its rooms, its signals. One per run directory.
 *
 * <p>SIGTERM and SIGINT stop the rooms in reverse order; containers go on running and are adopted by the next start.
 */
final class Daemon implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Daemon.class);

    /** A start that takes longer hangs on something that will not come; an emulated machine was seen to take 245 s. */
    private static final int START_SECONDS = 600;

    private static final int STOP_SECONDS = 20;
    /** Between a room that failed and the end: /readyz and all answers say why. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    /** Two are enough for a small machine; each room lives on one of them. */
    private static final int EVENT_LOOPS = 2;

    private static final int WORKERS = 4;
    /** Vert.x looks for blocked loops by a timer that wakes an idle process: once an hour is never. */
    private static final long BLOCKED_CHECK_MILLIS = TimeUnit.HOURS.toMillis(1);

    /** For tests: milliseconds that an event loop may be held without a line in the log that says by whom. */
    private static final String BLOCKED_PROPERTY = "minik.blocked-loop-millis";

    /** starttime in /proc/PID/stat, counted from the state, the first field after the name. */
    private static final int START_TIME = 19;
    /** USER_HZ is 100 on every architecture that minik runs on. */
    private static final int MILLIS_PER_TICK = 10;

    private final FileChannel pidFile;
    private final Vertx vertx;
    private final Rooms rooms;
    private final CompletableFuture<Object> asked = new CompletableFuture<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable Throwable failure;
    /** What is to be done before the rooms stop. */
    private volatile LastWork last = new LastWork(() -> Future.succeededFuture(), Duration.ZERO);

    /** @param limit after which it is left */
    private record LastWork(Supplier<Future<Void>> work, Duration limit) {}

    private Daemon(FileChannel pidFile) {
        this.pidFile = pidFile;
        long blockedMillis = Long.getLong(BLOCKED_PROPERTY, BLOCKED_CHECK_MILLIS);
        this.vertx = Vertx.vertx(new VertxOptions()
                .setPreferNativeTransport(true)
                .setEventLoopPoolSize(EVENT_LOOPS)
                .setWorkerPoolSize(WORKERS)
                .setInternalBlockingPoolSize(WORKERS)
                .setBlockedThreadCheckInterval(blockedMillis)
                .setBlockedThreadCheckIntervalUnit(TimeUnit.MILLISECONDS)
                .setMaxEventLoopExecuteTime(blockedMillis)
                .setMaxEventLoopExecuteTimeUnit(TimeUnit.MILLISECONDS)
                // With the stack at once.
                .setWarningExceptionTime(blockedMillis)
                .setWarningExceptionTimeUnit(TimeUnit.MILLISECONDS)
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false)));
        HeapRelease.start(Loop.here(vertx));
        this.rooms = new Rooms(vertx);
    }

    /** The pid file that {@code minik killall} finds a running minik by. */
    static Path pidFile(Path runDir) {
        return runDir.resolve("minik.pid");
    }

    /** Whether a running minik holds this pid file: a pid alone may be a stranger's by now. */
    static boolean isHeld(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock == null;
        } catch (IOException e) {
            throw new StartFailure(file + ": " + e.getMessage(), e);
        }
    }

    /** The pid of a minik that has this run directory. */
    static Optional<String> running(Path runDir) {
        Path file = pidFile(runDir);
        try {
            return Files.exists(file) && isHeld(file)
                    ? Optional.of(Files.readString(file).trim())
                    : Optional.empty();
        } catch (IOException e) {
            throw new StartFailure(file + ": " + e.getMessage(), e);
        }
    }

    /** @throws StartFailure if another minik has this run directory: said before its ports are found taken */
    static void refuseSecond(Path runDir) {
        running(runDir).ifPresent(pid -> {
            throw taken(runDir, pid);
        });
    }

    private static StartFailure taken(Path runDir, String pid) {
        return new StartFailure("minik already runs with --run-dir " + runDir + " (pid " + pid
                + "): stop it with `minik killall`" + " (its containers, too) or `kill " + pid
                + "` (they go on), or give this one directories and ports of its own");
    }

    /** @throws StartFailure if another minik has this run directory */
    static Daemon open(Path runDir, Path dataDir) {
        try {
            OwnDirectories.make(runDir, dataDir);
            FileChannel channel = FileChannel.open(
                    pidFile(runDir),
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                throw taken(runDir, Files.readString(pidFile(runDir)).trim());
            }
            channel.truncate(0);
            channel.write(
                    StandardCharsets.US_ASCII.encode(ProcessHandle.current().pid() + "\n"));
            return new Daemon(channel);
        } catch (IOException e) {
            throw new StartFailure("can't use --run-dir " + runDir + ": " + e.getMessage(), e);
        }
    }

    /**
     * Milliseconds since this process was started, the launcher's and the JVM's own start included: by the kernel's clock
     * of ticks since boot (proc(5): field 22 of stat, the first of uptime). The wall clock would not do: the kernel tells its
     * boot time in whole seconds.
     */
    static long processAgeMillis() {
        try {
            return processAgeMillis(
                    Files.readString(Path.of("/proc/self/stat")), Files.readString(Path.of("/proc/uptime")));
        } catch (IOException e) {
            throw new StartFailure("can't read /proc: " + e.getMessage(), e);
        }
    }

    /** @param stat of a process, whose name may hold spaces and parentheses */
    static long processAgeMillis(String stat, String uptime) {
        String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long startMillis = Long.parseLong(afterName[START_TIME]) * MILLIS_PER_TICK;
        return (long) (Double.parseDouble(uptime.substring(0, uptime.indexOf(' '))) * 1000) - startMillis;
    }

    Vertx vertx() {
        return vertx;
    }

    Rooms rooms() {
        return rooms;
    }

    /** How long a start may take. */
    enum Patience {
        /** A server waits for nobody. */
        LIMITED,
        /** An agent may be started long before its server is. */
        ENDLESS
    }

    /**
     * Waits for the start, says that all is ready, and waits for the end.
     *
     * @param ready format of the line on standard output, with one %d for the milliseconds since the process began
     */
    int run(Future<Void> start, String ready, Patience patience, boolean exitWhenReady) {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stopForSignal, "minik-stop"));
        try {
            CompletableFuture<Object> first =
                    CompletableFuture.anyOf(orBroken(start).toCompletionStage().toCompletableFuture(), asked);
            if (patience == Patience.LIMITED) {
                first.get(START_SECONDS, TimeUnit.SECONDS);
            } else {
                first.get();
            }
            if (!asked.isDone()) {
                System.out.println(String.format(Locale.ROOT, ready, processAgeMillis()));
                System.out.flush();
                if (exitWhenReady) {
                    WarmUpCommand.loadNodeClasses();
                } else {
                    rooms.failed().onFailure(this::giveUp);
                    asked.get();
                    lastWork();
                }
            }
            stopRooms();
            Throwable broken = failure;
            if (broken != null) {
                throw new StartFailure(firstLine(broken), broken);
            }
            return 0;
        } catch (ExecutionException e) {
            stopRooms();
            throw failure(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw new StartFailure("not ready after " + START_SECONDS + " s: see the log above", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("interrupted while starting", e);
        }
    }

    /** A start that waits for a room which can't go on would wait for ever. */
    private Future<Void> orBroken(Future<Void> start) {
        Promise<Void> outcome = Promise.promise();
        start.onSuccess(outcome::tryComplete).onFailure(outcome::tryFail);
        rooms.failed().onFailure(outcome::tryFail);
        return outcome.future();
    }

    /**
     * A room can't go on: the process ends with its words and a code that is not 0. Before it does, whoever asks is answered
     * 503 for a moment: better than a connection that breaks off.
     */
    private void giveUp(Throwable broken) {
        log.atError().addKeyValue("err", broken.getMessage()).log("minik ends: start it anew");
        failure = broken;
        Loop.here(vertx).after(LAST_WORDS, () -> asked.complete(this));
    }

    private static String firstLine(Throwable cause) {
        return String.valueOf(cause.getMessage()).lines().findFirst().orElse(cause.toString());
    }

    /** One line that says what stands in the way; the whole cause goes to the log where it is no plain obstacle. */
    private static StartFailure failure(Throwable cause) {
        if (cause instanceof StartFailure known) {
            return known;
        }
        boolean said = cause instanceof ApiException
                || cause instanceof StoreException
                || cause instanceof PkiException
                || cause instanceof IOException
                || cause instanceof UncheckedIOException;
        if (!said) {
            log.atError().setCause(cause).log("a room did not start");
        }
        return new StartFailure(firstLine(cause), cause);
    }

    private void stopForSignal() {
        asked.complete(this);
        try {
            if (!ended.await(STOP_SECONDS + last.limit().toSeconds(), TimeUnit.SECONDS)) {
                log.atWarn().log("some rooms did not stop in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Before the rooms stop, if the machine itself goes down: SIGTERM is then the last that minik hears. */
    void whenTheMachineGoesDown(Supplier<Future<Void>> work, Duration limit) {
        last = new LastWork(() -> MachineDown.begins() ? work.get() : Future.succeededFuture(), limit);
    }

    private void lastWork() {
        LastWork due = last;
        if (due.limit().isZero()) {
            return;
        }
        try {
            due.work()
                    .get()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(due.limit().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            log.atWarn().setCause(e).log("what was to be done before the end is not done");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stopRooms() {
        try {
            rooms.stop().toCompletionStage().toCompletableFuture().get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            log.atWarn().setCause(e).log("some rooms did not stop in order");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            pidFile.close();
        } catch (IOException e) {
            log.atWarn().setCause(e).log("the pid file could not be closed");
        }
        ended.countDown();
    }
}
