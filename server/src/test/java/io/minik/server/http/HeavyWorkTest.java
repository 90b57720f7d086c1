package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HeavyWorkTest {
    private final Vertx vertx = Vertx.vertx();
    private final HeavyWork heavy = new HeavyWork(vertx, vertx.createSharedWorkerExecutor("test-decode", 2));
    private final List<String> began = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void close() {
        TestApi.await(vertx.close());
    }

    @Test
    void usersTakeTurnsAndOneWorksAtATime() {
        Promise<Void> gate = Promise.promise();
        Context context = vertx.getOrCreateContext();
        Promise<Void> all = Promise.promise();
        context.runOnContext(unused -> {
            List<Future<?>> asked = new ArrayList<>();
            asked.add(heavy.run("first", () -> work("first", gate.future())));
            for (String user : List.of("greedy", "greedy", "greedy", "modest")) {
                asked.add(heavy.run(user, () -> work(user, Future.succeededFuture())));
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
        Future<Object> broken = heavy.run("a", () -> Future.failedFuture(new IllegalStateException("broken")));
        Future<String> thrown = heavy.run("a", () -> {
            throw new IllegalStateException("thrown");
        });
        Future<String> next = heavy.run("a", () -> Future.succeededFuture("done"));
        assertThat(TestApi.await(next)).isEqualTo("done");
        assertThat(broken.cause()).hasMessage("broken");
        assertThat(thrown.cause()).hasMessage("thrown");
    }

    private Future<Void> work(String name, Future<Void> until) {
        began.add(name);
        return until;
    }
}
