package io.minik.server.simulation;

import io.minik.api.client.ApiClient;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.PatchType;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Pods;
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
    static final Duration TROUBLE = Duration.ofMinutes(6);
    private static final Duration REST = Duration.ofMinutes(3);
    /** A Job that waited for its quota to have room, or for a node that was away, may begin its last pods at the end of the rest. */
    private static final Duration MOST_REST = Duration.ofMinutes(8);

    /** Leases and nodes' signs of life are written in it, and what tells again of what can't be done. */
    private static final Duration QUIET = Duration.ofMinutes(1);

    private static final int NODES = 5;
    private static final int NAMES = 4;
    private static final List<String> APPS = List.of("a0", "a1", "a2", "a3", WorkloadWords.CRASHES, WorkloadWords.HUGE);
    private static final int MOST_REPLICAS = 5;

    final SimulatedCluster cluster;
    /** What the server said yes to, by name, with the value that it then had at least. */
    final Map<String, Integer> acknowledged = new TreeMap<>();

    final Trace trace;

    private final Duration trouble;
    private final Random random;
    private final Map<Instant, List<Runnable>> repairs = new TreeMap<>();
    private final Invariants invariants;
    private int number;

    /** @param trouble how long users ask for things, and things break */
    Story(long seed, Duration trouble, Cast cast) {
        this.trouble = trouble;
        random = new Random(~seed);
        cluster = new SimulatedCluster(seed, NODES, cast);
        trace = new Trace(cluster.disk, cluster.time);
        invariants = new Invariants(this);
    }

    void run() {
        Instant end = cluster.time.instant().plus(trouble);
        while (cluster.time.instant().isBefore(end)) {
            second();
            if (cluster.serves() && random.nextInt(2) == 0) {
                ask();
            }
            if (random.nextInt(12) == 0) {
                breakSomething();
            }
        }
        rest();
        invariants.atRest();
        int before = trace.lines().size();
        for (int i = 0; i < QUIET.toSeconds(); i++) {
            second();
        }
        invariants.quiet(trace.lines().subList(before, trace.lines().size()));
        invariants.atRest();
    }

    private void rest() {
        int calm = 0;
        for (int i = 0; i < REST.toSeconds() || !repairs.isEmpty() || calm < QUIET.toSeconds(); i++) {
            second();
            calm = aJobRuns() && i < MOST_REST.toSeconds() ? 0 : calm + 1;
        }
    }

    /** A pod is about to end by itself, which is no writing without cause. */
    private boolean aJobRuns() {
        return cluster.serves()
                && cluster.all(Resources.PODS).stream()
                        .anyMatch(pod -> pod.meta().labels().containsKey("job-name")
                                && !pod.name().startsWith(WorkloadWords.CRASHES)
                                && !pod.text("spec", "nodeName").isEmpty()
                                && !Pods.finished(pod));
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
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> {
                if (node.alive()) {
                    node.die();
                    later(90, node::start);
                }
            }
            case 3, 4 -> {
                node.lose(300);
                later(30, () -> node.lose(0));
            }
            case 5, 6 -> node.breakWatches();
            default -> {
                if (cluster.serves()) {
                    breakServer(cluster.server());
                }
            }
        }
    }

    private void breakServer(ServerLife life) {
        switch (random.nextInt(9)) {
            case 6, 7 -> {
                // What is there may be told of and deleted; nothing new is taken.
                cluster.heapShort(true);
                later(60, () -> cluster.heapShort(false));
            }
            case 8 -> {
                life.store.fillDisk();
                later(60, life.store::makeRoom);
            }
            case 0 -> {
                cluster.killServer();
                later(30, cluster::startServer);
            }
            case 1 -> {
                // It runs on for a while without a store, and answers nobody well.
                life.store.halt();
                later(5, () -> {
                    if (cluster.serves() && cluster.server().equals(life)) {
                        invariants.saysThatItsStoreIsGone(life);
                        cluster.killServer();
                        later(30, cluster::startServer);
                    }
                });
            }
            case 2, 3 ->
                life.store.endWatches(
                        random.nextBoolean()
                                ? new StoreException.Lagging("too slow")
                                : new StoreException.Compacted(1, 2));
            default -> {
                life.store.holdReads();
                later(5, life.store::letGo);
            }
        }
    }

    private void ask() {
        String namespace = random.nextInt(3) == 0 ? "n" + random.nextInt(NAMES) : "default";
        String app = APPS.get(random.nextInt(APPS.size()));
        int size = random.nextInt(MOST_REPLICAS);
        ApiClient user = cluster.client();
        switch (random.nextInt(16)) {
            case 0, 1 -> ask(user.create(Resources.DEPLOYMENTS, WorkloadWords.deployment(namespace, app, size)));
            case 2, 3 ->
                ask(user.create(Resources.STATEFUL_SETS, WorkloadWords.statefulSet(namespace, app + "s", size)));
            case 4 -> ask(user.create(Resources.JOBS, WorkloadWords.job(namespace, app + "j" + number++, 1 + size)));
            case 5 ->
                ask(user.create(
                        Resources.SERVICES, WorkloadWords.service(namespace, app + (size % 2 == 0 ? "s" : ""))));
            case 6 -> ask(user.create(Resources.NAMESPACES, WorkloadWords.namespace("n" + random.nextInt(NAMES))));
            case 7 -> scale(user, Resources.DEPLOYMENTS, ObjectKey.of(namespace, app), size);
            case 8 -> scale(user, Resources.STATEFUL_SETS, ObjectKey.of(namespace, app + "s"), size);
            case 9, 10 -> delete(user, namespace, app);
            case 11 -> ask(user.create(Resources.DAEMON_SETS, WorkloadWords.daemonSet(namespace, app + "d")));
            case 12 -> ask(user.create(Resources.REPLICA_SETS, WorkloadWords.replicaSet(namespace, app + "r", size)));
            case 13 ->
                ask(user.create(
                        Resources.REPLICATION_CONTROLLERS,
                        WorkloadWords.replicationController(namespace, app + "c", size)));
            case 14 ->
                ask(user.create(Resources.RESOURCE_QUOTAS, WorkloadWords.quota("n" + random.nextInt(NAMES), size)));
            default -> note(user);
        }
    }

    private void delete(ApiClient user, String namespace, String app) {
        ObjectKey key = ObjectKey.of(namespace, app);
        switch (random.nextInt(8)) {
            case 0 -> ask(user.delete(Resources.DEPLOYMENTS, key, DeleteOptions.DEFAULT));
            case 1 ->
                ask(user.delete(Resources.STATEFUL_SETS, ObjectKey.of(namespace, app + "s"), WorkloadWords.FOREGROUND));
            case 2 ->
                ask(user.delete(
                        Resources.NAMESPACES, ObjectKey.cluster("n" + random.nextInt(NAMES)), DeleteOptions.DEFAULT));
            case 3 -> ask(user.delete(Resources.PODS, ObjectKey.of(namespace, app + "s-0"), DeleteOptions.DEFAULT));
            case 4 -> ask(user.delete(Resources.SERVICES, key, DeleteOptions.DEFAULT));
            case 5 ->
                ask(user.delete(Resources.DAEMON_SETS, ObjectKey.of(namespace, app + "d"), DeleteOptions.DEFAULT));
            case 6 ->
                ask(user.delete(Resources.REPLICA_SETS, ObjectKey.of(namespace, app + "r"), WorkloadWords.FOREGROUND));
            default ->
                ask(user.delete(
                        Resources.JOBS,
                        ObjectKey.of(namespace, app + "j" + random.nextInt(1 + number)),
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
