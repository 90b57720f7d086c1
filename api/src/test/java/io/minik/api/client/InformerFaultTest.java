package io.minik.api.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.ManualLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Informers whose handlers, server and watches fail. */
class InformerFaultTest {
    private static final ObjectKey A = ObjectKey.of("a", "one");

    private final ManualLoop loop = new ManualLoop();
    private final FakeApi api = new FakeApi(loop);
    private final Informer informer =
            new Informer(loop, new ApiClient(api, "test"), Resources.CONFIG_MAPS, "", ListOptions.ALL, false);
    private final List<String> heard = new ArrayList<>();
    private boolean broken;

    private void hear(Optional<KubeObject> before, Optional<KubeObject> now) {
        if (broken) {
            throw new IllegalStateException("a fault of the handler");
        }
        heard.add(word(before) + ">" + word(now));
    }

    private static String word(Optional<KubeObject> object) {
        return object.map(found -> found.name() + found.text("data", "v")).orElse("-");
    }

    private void put(String name, String value) {
        api.put(Resources.CONFIG_MAPS, KubeObject.named("v1", "ConfigMap", ObjectKey.of("a", name), tree -> Json.child(
                        tree, "data")
                .put("v", value)));
    }

    @Test
    void whoIsHeardAgainShortensTheWaitOfTheOthers() {
        List<String> broken = new ArrayList<>(List.of("one", "two"));
        List<String> known = new ArrayList<>();
        informer.onChange((before, now) -> {
                    String name = now.or(() -> before).orElseThrow().name();
                    if (broken.contains(name)) {
                        throw new IllegalStateException("a fault of the handler");
                    }
                    known.add(name);
                })
                .start();
        put("one", "1");
        put("two", "1");
        loop.advance(Duration.ofMinutes(20));
        broken.remove("one");
        while (known.isEmpty()) {
            loop.advance(Duration.ofSeconds(1));
        }
        broken.remove("two");
        loop.advance(Duration.ofSeconds(2));
        assertThat(known).containsExactly("one", "two");
    }

    @Test
    void aHandlerThatThrowsLosesItsCallAndNoOtherDoes() {
        List<String> other = new ArrayList<>();
        informer.onChange(this::hear)
                .onChange((before, now) -> other.add(word(before) + ">" + word(now)))
                .start();
        loop.settle();
        broken = true;
        put("one", "1");
        put("two", "1");
        put("one", "2");
        loop.settle();
        assertThat(other).containsExactly("->one1", "->two1", "one1>one2");
        assertThat(heard).isEmpty();
        assertThat(informer.list()).hasSize(2);
        broken = false;
        loop.advance(Duration.ofSeconds(2));
        assertThat(heard).containsExactlyInAnyOrder("->one2", "->two1");
        put("one", "3");
        loop.settle();
        assertThat(heard).last().isEqualTo("one2>one3");
        assertThat(loop.timers()).isZero();
    }

    @Test
    void whatWasMissedIsHeardWithTheNextChangeAlready() {
        informer.onChange(this::hear).start();
        put("one", "1");
        loop.settle();
        broken = true;
        put("one", "2");
        loop.settle();
        broken = false;
        put("one", "3");
        loop.settle();
        assertThat(heard).containsExactly("->one1", "one1>one3");
    }

    @Test
    void faultsThatTheNextChangeMendsDoNotAddUpToALongWait() {
        informer.onChange(this::hear).start();
        loop.settle();
        for (int i = 0; i < 20; i++) {
            broken = true;
            put("one", "a" + i);
            loop.settle();
            broken = false;
            put("one", "b" + i);
            loop.advance(Duration.ofMinutes(10));
        }
        broken = true;
        put("one", "last");
        loop.settle();
        broken = false;
        loop.advance(Duration.ofSeconds(2));
        assertThat(heard).last().isEqualTo("oneb19>onelast");
    }

    /** As when a connection is reset while the answer is still on its way. */
    @Test
    void aWatchThatEndsAndThenFailsToOpenIsFollowedByOneWatch() {
        Set<WatchHandle> open = new HashSet<>();
        AtomicInteger opened = new AtomicInteger();
        Transport breaking = new Transport() {
            @Override
            public Future<KubeObject> send(ApiCall call) {
                return api.send(call);
            }

            @Override
            public Future<KubeList> list(ApiCall call) {
                return api.list(call);
            }

            @Override
            public Future<WatchHandle> watch(ApiCall call, WatchHandler handler) {
                if (opened.incrementAndGet() == 1) {
                    loop.run(() -> handler.onEnd(Optional.of(ApiException.unavailable("the connection was reset"))));
                    Promise<WatchHandle> answer = Promise.promise();
                    loop.after(Duration.ofMillis(50), () -> answer.fail(ApiException.unavailable("no answer")));
                    return answer.future();
                }
                WatchHandle handle = new WatchHandle() {
                    @Override
                    public void close() {
                        open.remove(this);
                    }
                };
                open.add(handle);
                return Future.succeededFuture(handle);
            }
        };
        Informer mirror =
                new Informer(loop, new ApiClient(breaking, "test"), Resources.CONFIG_MAPS, "", ListOptions.ALL, false);
        mirror.start();
        loop.advance(Duration.ofMinutes(1));
        assertThat(open).hasSize(1);
        assertThat(opened).hasValue(2);
    }

    @Test
    void anObjectThatCameAndWentUnheardIsNotHeardOf() {
        informer.onChange(this::hear).start();
        loop.settle();
        broken = true;
        put("one", "1");
        loop.settle();
        broken = false;
        api.remove(Resources.CONFIG_MAPS, A);
        loop.advance(Duration.ofMinutes(1));
        assertThat(heard).isEmpty();
    }

    @Test
    void aDeletionThatWasMissedIsHeardLater() {
        informer.onChange(this::hear).start();
        put("one", "1");
        loop.settle();
        broken = true;
        api.remove(Resources.CONFIG_MAPS, A);
        loop.settle();
        broken = false;
        loop.advance(Duration.ofSeconds(2));
        assertThat(heard).containsExactly("->one1", "one1>-");
    }

    @Test
    void aHandlerThatThrowsAtTheFirstListDoesNotKeepTheInformerFromItsWatch() {
        broken = true;
        put("one", "1");
        informer.onChange(this::hear).start();
        loop.settle();
        assertThat(informer.isSynced()).isTrue();
        broken = false;
        put("two", "1");
        loop.advance(Duration.ofSeconds(2));
        assertThat(heard).containsExactlyInAnyOrder("->one1", "->two1");
    }

    @Test
    void anIndexThatThrowsLeavesTheObjectOutAndNothingElse() {
        informer.index("first", object -> List.of(object.text("data", "v").substring(0, 1)));
        informer.onChange(this::hear).start();
        put("one", "");
        put("two", "x");
        loop.settle();
        assertThat(heard).containsExactly("->one", "->twox");
        assertThat(informer.byIndex("first", "x")).hasSize(1);
        put("one", "x");
        loop.settle();
        assertThat(informer.byIndex("first", "x")).hasSize(2);
    }

    @Test
    void aServerThatIsUnavailableLeavesTheObjects() {
        informer.onChange(this::hear).start();
        put("one", "1");
        loop.settle();
        api.failing(call -> Optional.of(ApiException.unavailable("the store has halted")));
        api.breakWatches(Resources.CONFIG_MAPS, true);
        loop.advance(Duration.ofHours(1));
        assertThat(informer.get(A)).isPresent();
        assertThat(heard).containsExactly("->one1");
    }

    @Test
    void healthIsWhatIsHeardOfTheServer() {
        Informers informers = new Informers(loop, new ApiClient(api, "test"));
        Informer shared = informers.of(Resources.CONFIG_MAPS);
        assertThat(informers.health().ready()).as("nothing was asked for yet").isTrue();
        shared.start();
        assertThat(informers.health().message()).isEqualTo("waiting for configmaps");
        loop.settle();
        assertThat(informers.health().ready()).isTrue();
        api.failing(call -> Optional.of(ApiException.unavailable("away")));
        api.breakWatches(Resources.CONFIG_MAPS, false);
        loop.advance(Duration.ofSeconds(20));
        assertThat(informers.health().ready()).as("a restart is no trouble").isTrue();
        loop.advance(Duration.ofSeconds(20));
        assertThat(informers.health().message()).startsWith("configmaps not heard of for ");
        api.failing(call -> Optional.empty());
        loop.advance(Duration.ofMinutes(2));
        assertThat(informers.health().ready()).isTrue();
    }

    /** A server that was restored from an older copy: what it has is the truth, and it is found out by a list. */
    @Test
    void aServerThatIsBehindIsListedAnew() {
        informer.onChange(this::hear).start();
        put("one", "1");
        loop.settle();
        ApiException behind = ApiException.of(
                Status.Reason.Timeout,
                "Too large resource version: 9, current: 3",
                new Status.Details(
                        "", "", "", "", List.of(new Status.Cause("ResourceVersionTooLarge", "too large", "")), 1));
        api.failing(call -> call.verb() == ApiCall.Verb.WATCH
                        && !call.query().getOrDefault("resourceVersion", "").isEmpty()
                        && api.calls(ApiCall.Verb.LIST, Resources.CONFIG_MAPS).size() < 2
                ? Optional.of(behind)
                : Optional.empty());
        api.breakWatches(Resources.CONFIG_MAPS, false);
        loop.advance(Duration.ofSeconds(5));
        assertThat(api.calls(ApiCall.Verb.LIST, Resources.CONFIG_MAPS)).hasSize(2);
        put("two", "1");
        loop.settle();
        assertThat(heard).containsExactly("->one1", "->two1");
    }

    /** Whatever fails meanwhile: in the end informer and handler know what the server has, change by change. */
    @RepeatedTest(30)
    void inTheEndEverythingIsKnown() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("InformerFaultTest -Dseed=" + seed);
        Random random = new Random(seed);
        Map<ObjectKey, String> model = new HashMap<>();
        informer.onChange((before, now) -> {
                    if (random.nextInt(4) == 0) {
                        throw new IllegalStateException("a fault of the handler");
                    }
                    ObjectKey key = now.or(() -> before).orElseThrow().key();
                    String knew = before.map(InformerFaultTest::version).orElse("");
                    // A deletion tells the last state that was seen, which may be one that was missed.
                    assertThat(now.isEmpty() ? uid(model.getOrDefault(key, "")) : model.getOrDefault(key, ""))
                            .isEqualTo(now.isEmpty() ? uid(knew) : knew);
                    now.ifPresent(
                            object -> assertThat(knew.isEmpty() || uid(knew).equals(object.uid()))
                                    .isTrue());
                    now.ifPresentOrElse(object -> model.put(key, version(object)), () -> model.remove(key));
                })
                .start();
        for (int step = 0; step < 500; step++) {
            String name = "o" + random.nextInt(8);
            int what = random.nextInt(10);
            if (what < 5) {
                put(name, Integer.toString(step));
            } else if (what < 7) {
                api.find(Resources.CONFIG_MAPS, ObjectKey.of("a", name))
                        .ifPresent(object -> api.remove(Resources.CONFIG_MAPS, object.key()));
            } else if (what == 7) {
                api.breakWatches(Resources.CONFIG_MAPS, random.nextBoolean());
            } else {
                boolean away = random.nextBoolean();
                api.failing(call -> away ? Optional.of(ApiException.unavailable("away")) : Optional.empty());
            }
            if (random.nextBoolean()) {
                loop.advance(Duration.ofMillis(random.nextInt(3000)));
            }
        }
        api.failing(call -> Optional.empty());
        loop.advance(Duration.ofHours(3));
        Map<ObjectKey, String> truth = new HashMap<>();
        api.all(Resources.CONFIG_MAPS).forEach(object -> truth.put(object.key(), version(object)));
        assertThat(model).as("seed %s", seed).isEqualTo(truth);
    }

    private static String uid(String version) {
        return version.replaceFirst("@.*", "");
    }

    private static String version(KubeObject object) {
        return object.uid() + "@" + object.meta().resourceVersion();
    }
}
