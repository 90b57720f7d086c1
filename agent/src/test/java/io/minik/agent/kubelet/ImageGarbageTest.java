package io.minik.agent.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.agent.volume.FileWork;
import io.minik.ground.loop.ManualLoop;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

class ImageGarbageTest {
    private final ManualLoop loop = new ManualLoop();
    private final FakeRuntime runtime = new FakeRuntime(loop);
    private int extra;
    /** Each image takes ten percent. */
    private final ImageGarbage garbage = new ImageGarbage(
            loop,
            runtime.images(),
            runtime.containers(),
            new FileWork() {
                @Override
                public <T> Future<T> call(Callable<T> work) {
                    try {
                        return Future.succeededFuture(work.call());
                    } catch (Exception e) {
                        return Future.failedFuture(e);
                    }
                }
            },
            () -> extra + 10 * runtime.local.size());

    private void have(String... references) {
        for (String reference : references) {
            runtime.local.put(reference, FakeRuntime.image(reference));
            garbage.used(FakeRuntime.image(reference));
            loop.advance(Duration.ofSeconds(1));
        }
    }

    private void look() {
        garbage.look();
        loop.settle();
    }

    @Test
    void nothingGoesWhileThereIsRoom() {
        have("a", "b");
        extra = 65;
        look();
        assertThat(runtime.local).hasSize(2);
    }

    @Test
    void theLeastRecentlyUsedGoFirstUntilThereIsRoom() {
        have("a", "b", "c");
        garbage.used(FakeRuntime.image("a"));
        loop.advance(Duration.ofMinutes(3));
        extra = 60;
        look();
        assertThat(runtime.local).containsOnlyKeys("a", "c");
    }

    @Test
    void whatWasJustPulledStays() {
        have("a");
        extra = 90;
        look();
        assertThat(runtime.local).containsOnlyKeys("a");
    }

    @Test
    void whatAContainerUsesStays() {
        have("a");
        loop.advance(Duration.ofMinutes(3));
        extra = 90;
        runtime.containers()
                .create(FakeRuntime.config("x", FakeRuntime.image("a").id()));
        look();
        assertThat(runtime.local).containsOnlyKeys("a");
    }
}
