package io.minik.server.simulation;

import io.minik.api.client.ApiClient;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.PatchType;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.store.StoreException;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Ten minutes of a cluster, as a seed tells them: what users ask for, what breaks, and a quiet end. */
final class Story implements AutoCloseable {
    private static final Duration TROUBLE = Duration.ofMinutes(6);
    private static final Duration QUIET = Duration.ofMinutes(4);
    private static final int NODES = 5;
    private static final int NAMES = 4;
    private static final int MOST_REPLICAS = 5;

    final SimulatedCluster cluster;
    /** What the server said yes to, by name, with the value that it then had at least. */
    final Map<String, Integer> acknowledged = new TreeMap<>();

    final Trace trace;

    private final Random random;
    private final Map<Instant, List<Runnable>> repairs = new TreeMap<>();
    private final Invariants invariants;
    private int number;

    Story(long seed) {
        random = new Random(~seed);
        cluster = new SimulatedCluster(seed, NODES);
        trace = new Trace(cluster.disk, cluster.time);
        invariants = new Invariants(this);
    }

    void run() {
        Instant end = cluster.time.instant().plus(TROUBLE);
        while (cluster.time.instant().isBefore(end)) {
            second();
            if (cluster.serves() && random.nextInt(3) == 0) {
                ask();
            }
            if (random.nextInt(12) == 0) {
                breakSomething();
            }
        }
        for (int i = 0; i < QUIET.toSeconds() || !repairs.isEmpty(); i++) {
            second();
        }
        invariants.atRest();
    }

    private void second() {
        cluster.time.pass(Duration.ofSeconds(1));
        Instant now = cluster.time.instant();
        List<Runnable> due = new ArrayList<>();
        repairs.entrySet().removeIf(entry -> !entry.getKey().isAfter(now) && due.addAll(entry.getValue()));
        due.forEach(Runnable::run);
        invariants.always();
    }

    private void later(int mostSeconds, Runnable repair) {
        Instant at = cluster.time.instant().plusSeconds(1 + random.nextInt(mostSeconds));
        repairs.computeIfAbsent(at, unused -> new ArrayList<>()).add(repair);
    }

    private void breakSomething() {
        HollowNode node = cluster.nodes.get(random.nextInt(NODES));
        switch (random.nextInt(6)) {
            case 0 -> {
                if (node.alive()) {
                    node.die();
                    later(90, node::start);
                }
            }
            case 1 -> {
                node.lose(300);
                later(30, () -> node.lose(0));
            }
            case 2 -> node.breakWatches();
            case 3 -> {
                if (cluster.serves()) {
                    cluster.server()
                            .store
                            .endWatches(
                                    random.nextBoolean()
                                            ? new StoreException.Lagging("too slow")
                                            : new StoreException.Compacted(1, 2));
                }
            }
            case 4 -> {
                if (cluster.serves()) {
                    cluster.haltStore();
                    later(30, cluster::startServer);
                }
            }
            default -> {
                if (cluster.serves()) {
                    cluster.server().store.holdReads();
                    var held = cluster.server().store;
                    later(5, held::letGo);
                }
            }
        }
    }

    private void ask() {
        String namespace = random.nextInt(3) == 0 ? "n" + random.nextInt(NAMES) : "default";
        String name = "a" + random.nextInt(NAMES);
        int size = random.nextInt(MOST_REPLICAS);
        ApiClient user = cluster.client();
        switch (random.nextInt(11)) {
            case 0, 1 -> ask(user.create(Resources.DEPLOYMENTS, WorkloadWords.deployment(namespace, name, size)));
            case 2, 3 ->
                ask(user.create(Resources.STATEFUL_SETS, WorkloadWords.statefulSet(namespace, name + "s", size)));
            case 4 -> ask(user.create(Resources.JOBS, WorkloadWords.job(namespace, "j" + number++, 1 + size)));
            case 5 ->
                ask(user.create(
                        Resources.SERVICES, WorkloadWords.service(namespace, name + (size % 2 == 0 ? "s" : ""))));
            case 6 -> ask(user.create(Resources.NAMESPACES, WorkloadWords.namespace("n" + random.nextInt(NAMES))));
            case 7 -> scale(user, Resources.DEPLOYMENTS, ObjectKey.of(namespace, name), size);
            case 8 -> scale(user, Resources.STATEFUL_SETS, ObjectKey.of(namespace, name + "s"), size);
            case 9 -> delete(user, namespace, name);
            default -> note(user);
        }
    }

    private void delete(ApiClient user, String namespace, String name) {
        switch (random.nextInt(6)) {
            case 0 -> ask(user.delete(Resources.DEPLOYMENTS, ObjectKey.of(namespace, name), DeleteOptions.DEFAULT));
            case 1 ->
                ask(user.delete(
                        Resources.STATEFUL_SETS, ObjectKey.of(namespace, name + "s"), WorkloadWords.FOREGROUND));
            case 2 ->
                ask(user.delete(
                        Resources.NAMESPACES, ObjectKey.cluster("n" + random.nextInt(NAMES)), DeleteOptions.DEFAULT));
            case 3 -> ask(user.delete(Resources.PODS, ObjectKey.of(namespace, name + "s-0"), DeleteOptions.DEFAULT));
            case 4 -> ask(user.delete(Resources.SERVICES, ObjectKey.of(namespace, name), DeleteOptions.DEFAULT));
            default ->
                ask(user.delete(
                        Resources.JOBS,
                        ObjectKey.of(namespace, "j" + random.nextInt(1 + number)),
                        WorkloadWords.FOREGROUND));
        }
    }

    private void scale(ApiClient user, Resource resource, ObjectKey key, int size) {
        var patch = Json.object();
        patch.putObject("spec").put("replicas", size);
        ask(user.patch(resource, key, "", PatchType.MERGE, patch));
    }

    /** A write that must be there for good once the server has said so. */
    private void note(ApiClient user) {
        String name = "note-" + random.nextInt(NAMES);
        int value = ++number;
        var body = Json.object();
        body.putObject("data").put("value", String.valueOf(value));
        ObjectKey key = ObjectKey.of("default", name);
        user.patch(Resources.CONFIG_MAPS, key, "", PatchType.MERGE, body)
                .recover(missing -> user.create(
                        Resources.CONFIG_MAPS, KubeObject.named("v1", "ConfigMap", key, tree -> tree.setAll(body))))
                .onSuccess(written -> acknowledged.merge(name, value, Math::max))
                .onFailure(Story::mayFail);
    }

    private static void ask(Future<KubeObject> asked) {
        asked.onFailure(Story::mayFail);
    }

    /** There already, gone already, or nobody who answers: the user asks for something else next. */
    private static void mayFail(Throwable why) {}

    @Override
    public void close() {
        cluster.close();
    }
}
