package io.minik.server.registry;

import static io.minik.server.http.TestApi.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.Kinds;
import io.minik.api.schema.Schema;
import io.minik.ground.json.Json;
import io.minik.server.admission.AdmissionChain;
import io.minik.server.admission.Review;
import io.minik.server.admission.Review.Operation;
import io.minik.server.authn.User;
import io.minik.server.request.Request;
import io.minik.server.request.Requester;
import io.minik.server.watchcache.WatchCaches;
import io.minik.store.memory.MemoryStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AttemptTest {
    private static final KindStrategies STRATEGIES =
            new KindStrategies(Schema.load(), Map.of(), KindStrategy.GENERIC, Set.of());

    private final Vertx vertx = Vertx.vertx();
    private final MemoryStore store = new MemoryStore(vertx);
    private final WatchCaches caches = new WatchCaches(vertx, store, Set.of(Resources.CONFIG_MAPS));
    private final Schema schema = Schema.load();
    private final InstantSource clock = InstantSource.system();
    private final Codec codec = new Codec(new Kinds(schema), STRATEGIES, clock);
    private final Means means = new Means(
            new Storage(store, caches, STRATEGIES, clock),
            codec,
            new Forms(codec, (by, version, objects) -> Future.failedFuture("nobody converts")),
            STRATEGIES,
            new AdmissionChain(List.of()),
            new NameSource(new SecureRandom()),
            clock,
            (resource, object, removed) -> {});

    @BeforeEach
    void start() {
        await(caches.start());
    }

    @AfterEach
    void stop() {
        await(caches.stop());
        await(vertx.close());
    }

    @Test
    void eightNamesAreTriedAndNoNinth() {
        AtomicInteger drafts = new AtomicInteger();
        ApiException taken = ApiException.alreadyExists(Resources.CONFIG_MAPS, "a-x");

        assertThatThrownBy(() -> await(Attempt.run(means, request(() -> false), () -> {
                    drafts.incrementAndGet();
                    return Future.succeededFuture(draft(new Draft.Again(taken)));
                })))
                .isSameAs(taken);
        assertThat(drafts).hasValue(8);
    }

    @Test
    void whoIsGoneGetsNoFurtherRound() {
        AtomicInteger drafts = new AtomicInteger();

        assertThatThrownBy(() -> await(Attempt.run(means, request(() -> drafts.get() == 2), () -> {
                    drafts.incrementAndGet();
                    return Future.succeededFuture(draft(new Draft.Again(ApiException.internal("not told"))));
                })))
                .hasMessage("Timeout: request did not complete within requested timeout - context canceled");
        assertThat(drafts).hasValue(2);
    }

    @Test
    void aDraftThatCannotBeMadeFailsTheFuture() {
        ApiException none = ApiException.notFound(Resources.CONFIG_MAPS, "a");

        assertThat(Attempt.run(means, request(() -> false), () -> {
                            throw none;
                        })
                        .cause())
                .isSameAs(none);
    }

    private Request request(BooleanSupplier gone) {
        return new Request(
                Verb.CREATE,
                schema.kind(Resources.CONFIG_MAPS),
                ObjectKey.of("default", ""),
                "",
                Map.of(),
                new Requester(User.system("jane"), "test", (key, value) -> {}, gone),
                Request.Body.NONE);
    }

    private Draft draft(Draft.End end) {
        return new Draft() {
            @Override
            public Review review() {
                return means.review(Operation.CREATE, request(() -> false), Json.object(), Optional.empty(), List.of());
            }

            @Override
            public void settle() {}

            @Override
            public Future<End> end() {
                return Future.succeededFuture(end);
            }
        };
    }
}
