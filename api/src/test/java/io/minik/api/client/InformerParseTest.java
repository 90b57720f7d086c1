package io.minik.api.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.ManualLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How often the objects of a large cluster are parsed when informers begin. */
class InformerParseTest {
    private static final int OBJECTS = 200;

    private final ManualLoop loop = new ManualLoop();
    private final AtomicInteger parses = new AtomicInteger();
    private final Informer informer =
            new Informer(loop, new ApiClient(new Listed(), "test"), Resources.PODS, "", ListOptions.ALL, false);

    /** Answers with objects whose bytes are elsewhere, as the API server does in its own process. */
    private final class Listed implements Transport {
        @Override
        public Future<KubeObject> send(ApiCall call) {
            return Future.failedFuture("not asked for here");
        }

        @Override
        public Future<KubeList> list(ApiCall call) {
            List<KubeObject> pods = new ArrayList<>();
            for (int i = 0; i < OBJECTS; i++) {
                pods.add(pod(("{\"kind\":\"Pod\",\"metadata\":{\"namespace\":\"a\",\"name\":\"p-" + i
                                + "\",\"resourceVersion\":\"5\"},\"spec\":{\"nodeName\":\"n\"}}")
                        .getBytes(StandardCharsets.UTF_8)));
            }
            return Future.succeededFuture(new KubeList("5", "", pods));
        }

        @Override
        public Future<WatchHandle> watch(ApiCall call, WatchHandler handler) {
            return Promise.<WatchHandle>promise().future();
        }
    }

    private KubeObject pod(byte[] json) {
        KubeObject.Source source = new KubeObject.Source() {
            @Override
            public byte[] bytes() {
                parses.incrementAndGet();
                return json;
            }

            @Override
            public int length() {
                return json.length;
            }
        };
        return KubeObject.from(source, KubeObject.ofBytes(json).meta());
    }

    private Informer read(Informer by) {
        return by.index("node", object -> List.of(object.text("spec", "nodeName")))
                .onChange((before, now) ->
                        assertThat(now.orElseThrow().text("kind")).isEqualTo("Pod"))
                .onChange((before, now) ->
                        assertThat(now.orElseThrow().text("spec", "nodeName")).isEqualTo("n"));
    }

    @Test
    void allWhoShareAnInformerReadEachObjectByOneParse() {
        read(informer).start();
        loop.settle();
        assertThat(informer.byIndex("node", "n")).hasSize(OBJECTS);
        // A collection of garbage in between takes a tree that is in use by nobody just then.
        assertThat(parses.get()).isBetween(OBJECTS, OBJECTS + OBJECTS / 2);
    }

    @Test
    void noTreeStaysOfWhatWasListed() {
        read(informer).start();
        loop.settle();
        int before = parses.get();
        KubeObject pod = informer.get(ObjectKey.of("a", "p-0")).orElseThrow();
        assertThat(Json.text(pod.tree(), "kind")).isEqualTo("Pod");
        assertThat(parses).hasValue(before + 1);
    }
}
