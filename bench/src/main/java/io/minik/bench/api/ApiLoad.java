package io.minik.bench.api;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;

/** The requests that API servers are compared by. Each call waits until all its requests are answered. */
final class ApiLoad {
    static final int WATCHERS = 200;
    static final int STREAMS = 1_000;
    static final int PODS = 5_000;
    /** What the pool of the client holds. */
    static final int CLIENTS = 8;
    /** Create, read, list with a limit, patch, replace, delete. */
    static final int REQUESTS_OF_A_LIFE = 6;

    private static final int WAIT_SECONDS = 120;
    /** Of this run: another one may be made on the same server. */
    private static final String NAMESPACE = "bench-" + ProcessHandle.current().pid();

    private static final String MAPS = "/api/v1/namespaces/" + NAMESPACE + "/configmaps";
    private static final String ALL_PODS = "/api/v1/namespaces/" + NAMESPACE + "/pods";
    private static final String TEXT = "x".repeat(900);

    private final RawClient client;
    private final int clients;
    private int lives;

    ApiLoad(RawClient client) {
        this(client, CLIENTS);
    }

    /** @param clients how many requests are under way at a time */
    ApiLoad(RawClient client, int clients) {
        this.client = client;
        this.clients = clients;
    }

    void prepare() throws Exception {
        get(client.send(HttpMethod.POST, "/api/v1/namespaces", "application/json", """
                {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"%s"}}""".formatted(NAMESPACE)));
        get(client.send(HttpMethod.POST, MAPS, "application/json", map("one")));
    }

    void warmGets(int count) throws Exception {
        get(many(count, i -> client.send(HttpMethod.GET, MAPS + "/one", "", "")));
    }

    /** So many requests, six an object. */
    void mixed(int count) throws Exception {
        int first = lives;
        lives += count / REQUESTS_OF_A_LIFE;
        get(many(count / REQUESTS_OF_A_LIFE, i -> life(first + i)));
    }

    /** So many ConfigMaps of 1 KB that stay. */
    void makeMaps(int count) throws Exception {
        get(many(count, i -> client.send(HttpMethod.POST, MAPS, "application/json", map("c-" + i))));
    }

    /** So many requests, six an object: create, read, replace, patch, apply, delete. */
    void mixedWithApply(int count) throws Exception {
        int first = lives;
        lives += count / REQUESTS_OF_A_LIFE;
        get(many(count / REQUESTS_OF_A_LIFE, i -> lifeWithApply(first + i)));
    }

    private Future<Buffer> lifeWithApply(int i) {
        String name = "m-" + i;
        String path = MAPS + "/" + name;
        return client.send(HttpMethod.POST, MAPS, "application/json", map(name))
                .compose(made -> client.send(HttpMethod.GET, path, "", ""))
                .compose(read -> client.send(HttpMethod.PUT, path, "application/json", read.toString()))
                .compose(replaced -> client.send(
                        HttpMethod.PATCH, path, "application/merge-patch+json", "{\"data\":{\"more\":\"1\"}}"))
                .compose(patched -> client.send(
                        HttpMethod.PATCH,
                        path + "?fieldManager=applier&force=true",
                        "application/apply-patch+yaml",
                        map(name)))
                .compose(applied -> client.send(HttpMethod.DELETE, path, "", ""));
    }

    private Future<Buffer> life(int i) {
        String name = "m-" + i;
        String path = MAPS + "/" + name;
        return client.send(HttpMethod.POST, MAPS, "application/json", map(name))
                .compose(made -> client.send(HttpMethod.GET, path, "", ""))
                .compose(read -> client.send(HttpMethod.GET, MAPS + "?limit=5", "", ""))
                .compose(listed -> client.send(
                        HttpMethod.PATCH, path, "application/merge-patch+json", "{\"data\":{\"more\":\"1\"}}"))
                .compose(patched -> client.send(HttpMethod.PUT, path, "application/json", patched.toString()))
                .compose(replaced -> client.send(HttpMethod.DELETE, path, "", ""));
    }

    /** Changes of the object that watchers look at, one after the other. */
    void touches(int count) throws Exception {
        get(oneByOne(count, this::touch));
    }

    private Future<Buffer> touch(int i) {
        return client.send(
                HttpMethod.PATCH,
                MAPS + "/one",
                "application/merge-patch+json",
                "{\"data\":{\"n\":\"" + i + "-" + System.nanoTime() + "\"}}");
    }

    /** The same while all watchers look; waits until each has seen them all. */
    Watched watch(int changes) throws Exception {
        return watch(WATCHERS, changes, client::watch);
    }

    /** The same of many more on few connections. */
    Watched streams(int changes) throws Exception {
        return watch(STREAMS, changes, client::stream);
    }

    private Watched watch(int watchers, int changes, BiFunction<String, IntConsumer, Future<Void>> open)
            throws Exception {
        AtomicInteger seen = new AtomicInteger();
        Promise<Void> all = Promise.promise();
        for (int i = 0; i < watchers; i++) {
            get(open.apply(MAPS + "?watch=1&fieldSelector=metadata.name%3Done", lines -> {
                if (seen.addAndGet(lines) >= watchers * (changes + 1)) {
                    all.tryComplete();
                }
            }));
        }
        return () -> {
            touches(changes);
            try {
                get(all.future());
            } catch (TimeoutException e) {
                throw new IllegalStateException("only " + seen + " of " + watchers * (changes + 1) + " events came", e);
            }
        };
    }

    /** Watchers that are connected. */
    interface Watched {
        void change() throws Exception;
    }

    void endWatches() throws Exception {
        get(client.endWatches());
    }

    void makePods() throws Exception {
        get(many(PODS, i -> client.send(HttpMethod.POST, ALL_PODS, "application/json", pod(i))));
    }

    /** @return the length of the last answer */
    int lists(int count, String accept) throws Exception {
        return lists(ALL_PODS, count, accept);
    }

    /** The same of the ConfigMaps. */
    int mapLists(int count, String accept) throws Exception {
        return lists(MAPS, count, accept);
    }

    private int lists(String path, int count, String accept) throws Exception {
        int length = 0;
        for (int i = 0; i < count; i++) {
            length = get(client.read(path, accept)).length();
        }
        return length;
    }

    /** Runs them with as many in flight as there are clients. */
    private Future<Void> many(int count, IntFunction<Future<Buffer>> one) {
        AtomicInteger next = new AtomicInteger();
        List<Future<Void>> lanes = new ArrayList<>();
        for (int lane = 0; lane < clients; lane++) {
            lanes.add(lane(next, count, one));
        }
        return Future.all(lanes).mapEmpty();
    }

    private static Future<Void> oneByOne(int count, IntFunction<Future<Buffer>> one) {
        return lane(new AtomicInteger(), count, one);
    }

    private static Future<Void> lane(AtomicInteger next, int count, IntFunction<Future<Buffer>> one) {
        int i = next.getAndIncrement();
        return i >= count ? Future.succeededFuture() : one.apply(i).compose(answer -> lane(next, count, one));
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
    }

    private static String map(String name) {
        return """
                {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"%s","labels":{"app":"bench"}},"data":{"text":"%s"}}""".formatted(name, TEXT);
    }

    /** For no scheduler, so that it stays what it is. */
    private static String pod(int i) {
        return """
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p-%d","labels":{"app":"bench","n":"%d"}},
                 "spec":{"schedulerName":"none","containers":[{"name":"c","image":"registry.example/app:1",
                  "env":[{"name":"A","value":"b"},{"name":"C","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}],
                  "resources":{"requests":{"cpu":"10m","memory":"16Mi"}},"ports":[{"containerPort":8080}]}]}}""".formatted(i, i % 10);
    }
}
