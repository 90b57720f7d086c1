package io.minik.runtime.sys;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The poll thread on this machine's kernel, when its handlers fail and when it can't go on. */
class PollerTest {
    private final LinuxSys sys = new LinuxSys();
    private final Kernel kernel = new Kernel(sys);
    private final Poller poller = new Poller(kernel);
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        poller.close();
    }

    private String next() throws InterruptedException {
        return String.valueOf(seen.poll(30, TimeUnit.SECONDS));
    }

    /** Succeeds, or what it fails with. */
    private static String end(Poller poller) throws InterruptedException, TimeoutException {
        try {
            poller.ended().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
            return "";
        } catch (ExecutionException broken) {
            return String.valueOf(requireNonNull(broken.getCause()).getMessage());
        }
    }

    @Test
    void aHandlerThatThrowsLosesItsCallAlone() throws Exception {
        poller.execute(() -> {
            throw new IllegalStateException("a fault of the handler");
        });
        poller.execute(() -> seen.add("the next"));
        assertThat(next()).isEqualTo("the next");
        assertThat(poller.ended().isComplete()).isFalse();
    }

    @Test
    void aThreadThatDiesTellsWhy() throws Exception {
        poller.execute(() -> {
            throw new StackOverflowError("too deep");
        });
        assertThat(end(poller)).isEqualTo("too deep");
    }

    @Test
    void whatHoldsTheThreadIsMeasured() throws Exception {
        BlockingQueue<String> hold = new LinkedBlockingQueue<>();
        poller.execute(() -> {
            seen.add("holds");
            try {
                hold.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(next()).isEqualTo("holds");
        long before = poller.busyMillis();
        while (poller.busyMillis() <= before) {
            Thread.onSpinWait();
        }
        hold.add("go");
        poller.await(() -> {});
        assertThat(poller.ended().isComplete()).isFalse();
    }

    @Test
    void itEndsInPeaceWhenItIsClosed() throws Exception {
        Poller other = new Poller(kernel);
        other.close();
        assertThat(end(other)).isEmpty();
    }
}
