package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HeavyWorkTest {
    private final Vertx vertx = Vertx.vertx();
    private final HeavyWork heavy = heavy(Duration.ofHours(1));
    private final List<String> began = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void close() {
        TestApi.await(vertx.close());
    }

    private HeavyWork heavy(Duration ownTime) {
        return new HeavyWork(vertx, vertx.createSharedWorkerExecutor("test-decode", 2), ownTime);
    }

    @Test
    void usersTakeTurnsAndOneWorksAtATime() {
        Promise<Void> gate = Promise.promise();
        Context context = vertx.getOrCreateContext();
        Promise<Void> all = Promise.promise();
        context.runOnContext(unused -> {
            List<Future<?>> asked = new ArrayList<>();
            asked.add(heavy.run("first", 1, () -> work("first", gate.future())));
            for (String user : List.of("greedy", "greedy", "greedy", "modest")) {
                asked.add(heavy.run(user, 1, () -> work(user, Future.succeededFuture())));
            }
            Future.all(asked).<Void>mapEmpty().onComplete(all);
        });
        TestApi.await(vertx.timer(1).mapEmpty());
        assertThat(began.size()).isLessThanOrEqualTo(1);
        gate.complete();
        TestApi.await(all.future());
        assertThat(began).containsExactly("first", "greedy", "modest", "greedy", "greedy");
    }

    @Test
    void aFailureIsTheCallersAndTheNextGoesOn() {
        Future<Object> broken = heavy.run("a", 1, () -> Future.failedFuture(new IllegalStateException("broken")));
        Future<String> thrown = heavy.run("a", 1, () -> {
            throw new IllegalStateException("thrown");
        });
        Future<String> next = heavy.run("a", 1, () -> Future.succeededFuture("done"));
        assertThat(TestApi.await(next)).isEqualTo("done");
        assertThat(broken.cause()).hasMessage("broken");
        assertThat(thrown.cause()).hasMessage("thrown");
    }

    /** Whose webhook hangs holds up his own writes, and nobody else's. */
    @Test
    void whoWaitsForSomebodyElseIsOutOfTheWay() {
        HeavyWork patient = heavy(Duration.ofMillis(1));
        Promise<Void> webhook = Promise.promise();
        Future<Void> hung = patient.run("hung", 1, () -> work("hung", webhook.future()));
        Future<Void> behind = patient.run("hung", 1, () -> work("behind", Future.succeededFuture()));
        TestApi.await(patient.run("other", 1, () -> work("other", Future.succeededFuture())));
        TestApi.await(patient.run("third", 1, () -> work("third", Future.succeededFuture())));
        assertThat(hung.isComplete()).isFalse();
        assertThat(behind.isComplete()).isFalse();
        webhook.complete();
        TestApi.await(hung);
        TestApi.await(behind);
        assertThat(began).containsExactly("hung", "other", "third", "behind");
    }

    /** Trees of those who wait are many times their bytes: there is room for few. */
    @Test
    void whoFindsNoRoomKeepsHisTurnUntilThereIs() {
        HeavyWork patient = heavy(Duration.ofMillis(1));
        Promise<Void> first = Promise.promise();
        Promise<Void> second = Promise.promise();
        Promise<Void> begun = Promise.promise();
        long large = Runtime.getRuntime().maxMemory();
        Future<Void> a = patient.run("a", large, () -> work("a", first.future()));
        Future<Void> b = patient.run("b", large, () -> {
            begun.complete();
            return work("b", second.future());
        });
        Future<Void> c = patient.run("c", large, () -> work("c", Future.succeededFuture()));
        TestApi.await(begun.future());
        TestApi.await(vertx.timer(5).mapEmpty());
        assertThat(began).containsExactly("a", "b");
        first.complete();
        TestApi.await(a);
        TestApi.await(c);
        assertThat(b.isComplete()).isFalse();
        second.complete();
        TestApi.await(b);
    }

    private Future<Void> work(String name, Future<Void> until) {
        began.add(name);
        return until;
    }
}
