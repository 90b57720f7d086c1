package io.minik.server.simulation;

import io.minik.ground.loop.Loop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.ScheduledFuture;
import io.netty.util.concurrent.Ticker;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.spi.ExecutorServiceFactory;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/** Vert.x on the calling thread: one event loop, worker pools that do their work in turn, and time that only {@link #pass} moves. */
public final class SimulatedTime implements AutoCloseable, InstantSource {
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    /** More rounds without time passing than any burst needs: beyond it something spins. */
    private static final int MOST_ROUNDS = 100_000;

    private final MockTicker ticker = Ticker.newMockTicker();
    private final Manual eventLoop = new Manual(Thread.currentThread(), ticker);
    private final Queue<Runnable> jobs = new ArrayDeque<>();
    private final List<BooleanSupplier> others = new ArrayList<>();
    private final Random random;
    private final Vertx vertx;
    private long longestNanos;

    public SimulatedTime(long seed) {
        random = new Random(seed);
        VertxBootstrap bootstrap = VertxBootstrap.create();
        bootstrap.transport(new ManualTransport());
        ExecutorServiceFactory inTurn = (threads, concurrency, most) -> new InTurn();
        bootstrap.executorServiceFactory(inTurn);
        vertx = bootstrap.init().vertx();
        // It has a thread and a time of its own, and holds all that it looks at.
        ((VertxInternal) vertx).blockedThreadChecker().close();
    }

    /** Gives when the next timer is due away. */
    private static final class Manual extends ManualIoEventLoop {
        private final List<ScheduledFuture<?>> timers = new ArrayList<>();

        Manual(Thread owner, Ticker ticker) {
            super(null, owner, NioIoHandler.newFactory(), ticker);
        }

        /** Nanoseconds; negative: no timer runs. */
        long toNextTimer() {
            return nextScheduledTaskNano();
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            ScheduledFuture<?> timer = super.schedule(task, delay, unit);
            timers.add(timer);
            return timer;
        }

        int timers() {
            timers.removeIf(ScheduledFuture::isDone);
            return timers.size();
        }
    }

    private final class ManualTransport extends NioTransport {
        @Override
        public IoHandlerFactory ioHandlerFactory() {
            return NioIoHandler.newFactory();
        }

        @Override
        public EventLoopGroup eventLoopGroup(int type, int threads, ThreadFactory factory, int ratio) {
            return eventLoop;
        }
    }

    /** A pool whose work is done when the loop is at rest, in the order in which it came. */
    private final class InTurn extends AbstractExecutorService {
        private boolean shut;

        @Override
        public void execute(Runnable job) {
            jobs.add(job);
        }

        @Override
        public void shutdown() {
            shut = true;
        }

        @Override
        public List<Runnable> shutdownNow() {
            shut = true;
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return shut;
        }

        @Override
        public boolean isTerminated() {
            return shut;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }
    }

    /** A loop of a context of its own. */
    private record OwnLoop(Loop context, SimulatedTime time) implements Loop {
        @Override
        public void run(Runnable task) {
            context.run(task);
        }

        @Override
        public Timer after(Duration delay, Runnable task) {
            return context.after(delay, task);
        }

        @Override
        public Instant now() {
            return time.instant();
        }

        @Override
        public long millis() {
            return TimeUnit.NANOSECONDS.toMillis(time.ticker.nanoTime());
        }

        @Override
        public RandomGenerator random() {
            return time.random;
        }
    }

    /** How many wait for their time. */
    int timers() {
        return eventLoop.timers();
    }

    public Vertx vertx() {
        return vertx;
    }

    public Random random() {
        return random;
    }

    public Loop loop() {
        return new OwnLoop(Loop.on(vertx.getOrCreateContext()), this);
    }

    @Override
    public Instant instant() {
        return START.plusNanos(ticker.nanoTime());
    }

    /** One more that has work now and then, such as the writer of a store. @param work tells whether it did any */
    public void alongside(BooleanSupplier work) {
        others.add(work);
    }

    /** Does all that is ready, and what that makes ready, without letting time pass. */
    public void settle() {
        for (int round = 0; turn(); round++) {
            if (round > MOST_ROUNDS) {
                throw new AssertionError("the cluster does not come to rest at " + instant());
            }
        }
    }

    /**
     * Of the processor, for the most that the loop did without looking up: a turn, or several that were ready. Not of the clock,
     * which others on the machine move, too.
     */
    Duration longestWork() {
        return Duration.ofNanos(longestNanos);
    }

    /** A part of what is ready. @return whether anything was */
    boolean turn() {
        long before = CPU.getCurrentThreadCpuTime();
        boolean any = eventLoop.runNonBlockingTasks(-1) > 0;
        longestNanos = Math.max(longestNanos, CPU.getCurrentThreadCpuTime() - before);
        any |= turnOthers();
        Runnable job = jobs.poll();
        if (job != null) {
            job.run();
            any = true;
        }
        return any;
    }

    private boolean turnOthers() {
        boolean any = false;
        for (BooleanSupplier other : others) {
            any |= other.getAsBoolean();
        }
        return any;
    }

    /** Lets time pass, from timer to timer. */
    public void pass(Duration duration) {
        long end = ticker.nanoTime() + duration.toNanos();
        settle();
        while (ticker.nanoTime() < end) {
            long next = eventLoop.toNextTimer();
            long left = end - ticker.nanoTime();
            ticker.advance(next < 0 ? left : Math.min(left, Math.max(1, next)), TimeUnit.NANOSECONDS);
            settle();
        }
    }

    /** Lets time pass until a condition holds. @return whether it came to hold */
    boolean passUntil(Duration most, BooleanSupplier condition) {
        Instant end = instant().plus(most);
        while (!condition.getAsBoolean()) {
            if (instant().isAfter(end)) {
                return false;
            }
            pass(Duration.ofMillis(100));
        }
        return true;
    }

    /** Netty waits by the ticker for the loop's end, which another thread has to move then. */
    @Override
    public void close() {
        AtomicBoolean ended = new AtomicBoolean();
        Thread hand = new Thread(() -> {
            while (!ended.get()) {
                ticker.advance(100, TimeUnit.MILLISECONDS);
                LockSupport.parkNanos(100_000);
            }
        });
        hand.setDaemon(true);
        hand.start();
        Future<Void> closed = vertx.close();
        while (!closed.isComplete() || !eventLoop.isTerminated()) {
            Runnable job = jobs.poll();
            if (job != null) {
                job.run();
            }
            eventLoop.runNow();
            turnOthers();
        }
        ended.set(true);
        try {
            hand.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (closed.failed()) {
            throw new AssertionError(closed.cause());
        }
    }
}
