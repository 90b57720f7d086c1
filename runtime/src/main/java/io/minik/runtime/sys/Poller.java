package io.minik.runtime.sys;

import io.minik.runtime.RuntimeFault;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that waits for all descriptors of the runtime: containers' output, pidfds, ptys. A handler runs on it and
 * must not block. A watch fires once per {@link Watch#arm}. What belongs to a watch (its descriptor's reads, writes and
 * close) is done on this thread only: others go through {@link #execute}.
 */
public final class Poller implements Executor, AutoCloseable {
    public static final int READABLE = 0x001;
    public static final int WRITABLE = 0x004;
    public static final int ERROR = 0x008;
    public static final int HANG_UP = 0x010;

    private static final Logger LOG = LoggerFactory.getLogger(Poller.class);
    private static final int ONE_SHOT = 1 << 30;
    private static final int CTL_ADD = 1;
    private static final int CTL_DEL = 2;
    private static final int CTL_MOD = 3;
    private static final int CLOEXEC = 0x80000;
    private static final int NONBLOCK = 0x800;
    /** Events fetched per wait: more come with the next wait at once. */
    private static final int BATCH = 64;

    private static final long WAKE = 0;
    /** Longest wait for the poll thread. Its slowest work is the last output of a container, on a disk that may be slow. */
    private static final long PATIENCE_SECONDS = 60;

    private final Kernel kernel;
    private final Sys sys;
    private final int epoll;
    private final int wake;
    private final Map<Long, Watch> watches = new ConcurrentHashMap<>();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicLong lastToken = new AtomicLong(WAKE);
    private final Thread thread;
    private final Promise<Void> ended = Promise.promise();
    private volatile boolean closing;
    /** When it began with what it does now, by nanoTime; 0: it waits. */
    private volatile long busySinceNanos;

    public Poller(Kernel kernel) {
        this.kernel = kernel;
        this.sys = kernel.sys();
        epoll = (int) Kernel.check(sys.call(Syscall.EPOLL_CREATE1, CLOEXEC), "epoll_create1", "");
        wake = (int) Kernel.check(sys.call(Syscall.EVENTFD2, 0, CLOEXEC | NONBLOCK), "eventfd2", "");
        control(CTL_ADD, wake, READABLE, WAKE);
        thread = new Thread(this::run, "minik-poll");
        thread.setDaemon(true);
        thread.start();
    }

    /** Registers a descriptor that is not watched yet; nothing fires before it is armed. */
    public Watch watch(int fd, IntConsumer onEvents) {
        long token = lastToken.incrementAndGet();
        Watch watch = new Watch(fd, token, onEvents);
        watches.put(token, watch);
        control(CTL_ADD, fd, ONE_SHOT, token);
        return watch;
    }

    /** Succeeds when it was closed; fails if the thread died, which nobody's output and exit are seen after. */
    public Future<Void> ended() {
        return ended.future();
    }

    /** How long it has been at what it does now: handlers must not block. Any thread. */
    public long busyMillis() {
        long since = busySinceNanos;
        return since == 0 ? 0 : (System.nanoTime() - since) / 1_000_000;
    }

    /** Runs it on the poll thread, in order. */
    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (!isPollThread()) {
            try (Arena arena = sys.arena()) {
                Arena.Block one = arena.allocate(Long.BYTES);
                one.bytes().putLong(0, 1);
                kernel.write(wake, one.address(), Long.BYTES);
            }
        }
    }

    /**
     * Runs it on the poll thread and waits until it has run; its failure is logged there, as any handler's. Not for the
     * poll thread itself.
     */
    public void await(Runnable task) {
        CountDownLatch done = new CountDownLatch(1);
        execute(() -> {
            try {
                task.run();
            } finally {
                done.countDown();
            }
        });
        boolean ran = false;
        try {
            ran = done.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ran) {
            throw new RuntimeFault(
                    RuntimeFault.Kind.KERNEL,
                    "await poll thread",
                    "the poll thread did not answer within " + PATIENCE_SECONDS + " s",
                    0);
        }
    }

    private boolean isPollThread() {
        return thread.equals(Thread.currentThread());
    }

    /** Ends the thread; watched descriptors stay open. */
    @Override
    public void close() {
        closing = true;
        execute(() -> {});
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kernel.close(epoll);
        kernel.close(wake);
    }

    /** A registered descriptor. */
    public final class Watch {
        private final int fd;
        private final long token;
        private final IntConsumer onEvents;

        private Watch(int fd, long token, IntConsumer onEvents) {
            this.fd = fd;
            this.token = token;
            this.onEvents = onEvents;
        }

        /** Fires once when one of these, an error or a hang-up is there. */
        public void arm(int events) {
            if (watches.containsKey(token)) {
                control(CTL_MOD, fd, events | ONE_SHOT, token);
            }
        }

        /** Call before the descriptor is closed, on the poll thread. */
        public void cancel() {
            if (watches.remove(token) != null) {
                control(CTL_DEL, fd, 0, token);
            }
        }
    }

    private void run() {
        try {
            loop();
            ended.tryComplete();
        } catch (RuntimeException | Error broken) {
            LOG.atError().setCause(broken).log("the poll thread ends");
            ended.tryFail(broken);
        }
    }

    private void loop() {
        try (Arena arena = sys.arena()) {
            int size = eventBytes();
            Arena.Block events = arena.allocate(size * BATCH);
            Arena.Block counter = arena.allocate(Long.BYTES);
            while (!closing) {
                busySinceNanos = 0;
                long count = sys.call(Syscall.EPOLL_PWAIT, epoll, events.address(), BATCH, tasks.isEmpty() ? -1 : 0, 0);
                busySinceNanos = System.nanoTime() | 1;
                if (count < 0 && count != -Errno.EINTR) {
                    throw Kernel.fault((int) -count, "epoll_wait", "");
                }
                for (int i = 0; i < count; i++) {
                    long token = events.bytes().getLong(i * size + size - Long.BYTES);
                    if (token == WAKE) {
                        kernel.read(wake, counter.address(), Long.BYTES);
                    } else {
                        fire(token, events.bytes().getInt(i * size));
                    }
                }
                runTasks();
            }
        }
    }

    private void fire(long token, int events) {
        Watch watch = watches.get(token);
        if (watch != null) {
            guarded(() -> watch.onEvents.accept(events));
        }
    }

    private void runTasks() {
        Runnable task;
        while ((task = tasks.poll()) != null) {
            guarded(task);
        }
    }

    /** One handler's failure must not end everybody's thread. */
    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("poll handler failed");
        }
    }

    private void control(int operation, int fd, int events, long token) {
        try (Arena arena = sys.arena()) {
            int size = eventBytes();
            Arena.Block event = arena.allocate(size);
            event.bytes().putInt(0, events).putLong(size - Long.BYTES, token);
            Kernel.check(sys.call(Syscall.EPOLL_CTL, epoll, operation, fd, event.address()), "epoll_ctl", fd);
        }
    }

    /** struct epoll_event is packed on x86_64 only. */
    private int eventBytes() {
        return switch (sys.arch()) {
            case X86_64 -> 12;
            case AARCH64 -> 16;
        };
    }
}
