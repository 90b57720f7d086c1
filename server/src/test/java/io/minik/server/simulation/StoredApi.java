package io.minik.server.simulation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall;
import io.minik.api.client.KubeList;
import io.minik.api.client.TestApi;
import io.minik.api.client.Transport;
import io.minik.api.client.WatchHandle;
import io.minik.api.client.WatchHandler;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.Defaults;
import io.minik.api.schema.Schema;
import io.minik.api.selector.LabelSelector;
import io.minik.ground.json.Json;
import io.minik.server.authn.User;
import io.minik.server.http.ApiServer;
import io.minik.server.http.DevServer;
import io.minik.server.watchcache.StorageKeys;
import io.minik.server.watchcache.StoredForm;
import io.minik.store.Bytes;
import io.minik.store.KeyValue;
import io.minik.store.Op;
import io.minik.store.RangeRequest;
import io.minik.store.Txn;
import io.minik.store.memory.MemoryStore;
import io.minik.store.mvcc.StoreLimits;
import io.vertx.core.Future;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The API as its clients in the process meet it, registry, admission and store, on simulated time; and hands of the test that write into the
 * store past all rules, as kubelets and people did long ago.
 */
public final class StoredApi implements TestApi {
    private final SimulatedTime time;
    private final MemoryStore store;
    private final Transport api;
    private final ApiServer server;
    private final List<Watch> watches = new ArrayList<>();
    private final List<ApiCall> calls = new ArrayList<>();
    private Function<ApiCall, Optional<ApiException>> fault = call -> Optional.empty();
    /** What another API server serves, such as that of the metrics. */
    private final Map<Resource, Map<ObjectKey, KubeObject>> extension = new HashMap<>();

    private final Schema kinds = Schema.load();
    private int uids;

    private record Watch(Resource resource, WatchHandler handler, WatchHandle handle) {}

    public StoredApi(SimulatedTime time) {
        this.time = time;
        MemoryStore.Stepped stepped = MemoryStore.stepped(time.vertx(), time.loop(), StoreLimits.defaults());
        time.alongside(stepped.writer());
        store = stepped.store();
        server = DevServer.simulated(time.vertx(), store, time, time.random());
        await(server.prepare());
        api = server.transport(User.system("admin", User.MASTERS));
    }

    private <T> T await(Future<T> done) {
        time.settle();
        if (!done.succeeded()) {
            throw new AssertionError("not done: " + done, done.cause());
        }
        return done.result();
    }

    // ---- what a test does directly

    @Override
    public KubeObject put(Resource resource, KubeObject object) {
        if (!isOurs(resource)) {
            extension.computeIfAbsent(resource, unused -> new TreeMap<>()).put(object.key(), object);
            return object;
        }
        Optional<KubeObject> before = find(resource, object.key());
        return write(resource, object.edit(tree -> complete(resource, tree, before)));
    }

    private void complete(Resource resource, ObjectNode tree, Optional<KubeObject> before) {
        ObjectNode meta = Json.child(tree, "metadata");
        if (before.isPresent() || !meta.has("uid")) {
            meta.put("uid", before.map(KubeObject::uid).orElseGet(() -> "uid-" + ++uids));
        }
        if (!meta.has("creationTimestamp")) {
            meta.put(
                    "creationTimestamp",
                    time.instant().truncatedTo(ChronoUnit.SECONDS).toString());
        }
        if (!meta.has("generation") && tree.has("spec") && !resource.equals(Resources.PODS)) {
            meta.put("generation", 1);
        }
        if (resource.equals(Resources.NAMESPACES) && before.isEmpty()) {
            Json.child(tree, "spec").putArray("finalizers").add("kubernetes");
            Json.child(tree, "status").put("phase", "Active");
        }
        if (resource.equals(Resources.PODS)
                && before.isEmpty()
                && !tree.path("status").has("phase")) {
            Json.child(tree, "status").put("phase", "Pending");
        }
        tree.put("kind", resource.kind()).put("apiVersion", resource.apiVersion());
    }

    @Override
    public KubeObject edit(Resource resource, ObjectKey key, Consumer<ObjectNode> change) {
        KubeObject before = require(resource, key);
        KubeObject after = before.edit(change);
        boolean waits = !after.meta().finalizers().isEmpty()
                || after.meta().deletionGracePeriodSeconds().orElse(0L) > 0
                || !after.at("spec", "finalizers").isEmpty();
        if (after.meta().deleting() && !waits) {
            remove(resource, key);
            return after;
        }
        if (after.tree().equals(before.tree())) {
            return before;
        }
        boolean bump = !after.at("spec").equals(before.at("spec")) && !resource.equals(Resources.PODS);
        return write(
                resource,
                bump
                        ? after.edit(tree -> Json.child(tree, "metadata")
                                .put("generation", before.meta().generation() + 1))
                        : after);
    }

    private KubeObject write(Resource resource, KubeObject object) {
        ObjectNode tree = object.tree().deepCopy();
        Defaults.apply(
                kinds.findResource(resource.apiVersion(), resource.plural()).orElseThrow(), tree);
        Bytes value = Bytes.of(StoredForm.stored(tree));
        long revision = await(store.txn(Txn.put(StorageKeys.key(resource, object.key()), value)))
                .revision();
        // Whoever heard of it may have changed or removed it by now.
        return StoredForm.served(value.array(), revision);
    }

    @Override
    public void remove(Resource resource, ObjectKey key) {
        require(resource, key);
        await(store.txn(Txn.of(List.of(), List.of(Op.delete(StorageKeys.key(resource, key))), List.of())));
    }

    @Override
    public Optional<KubeObject> find(Resource resource, ObjectKey key) {
        return read(RangeRequest.key(StorageKeys.key(resource, key))).stream().findFirst();
    }

    @Override
    public List<KubeObject> all(Resource resource) {
        return read(RangeRequest.prefix(Bytes.utf8(StorageKeys.prefix(resource))));
    }

    private List<KubeObject> read(RangeRequest request) {
        return store.range(request).result().kvs().stream()
                .map(StoredApi::object)
                .toList();
    }

    private static KubeObject object(KeyValue kv) {
        return StoredForm.served(kv.value().array(), kv.modRevision());
    }

    @Override
    public List<ApiCall> calls() {
        return List.copyOf(calls);
    }

    @Override
    public void failing(Function<ApiCall, Optional<ApiException>> when) {
        fault = when;
    }

    // ---- Transport

    private <T> Future<T> unlessFailing(ApiCall call, Function<ApiCall, Future<T>> send) {
        calls.add(call);
        return fault.apply(call).map(Future::<T>failedFuture).orElseGet(() -> send.apply(call));
    }

    @Override
    public Future<KubeObject> send(ApiCall call) {
        return unlessFailing(call, api::send);
    }

    @Override
    public Future<KubeList> list(ApiCall call) {
        return unlessFailing(
                call, asked -> isOurs(asked.resource()) ? api.list(asked) : Future.succeededFuture(theirs(asked)));
    }

    private boolean isOurs(Resource resource) {
        return kinds.findResource(resource.apiVersion(), resource.plural()).isPresent();
    }

    private KubeList theirs(ApiCall call) {
        LabelSelector labels = LabelSelector.parse(call.query().getOrDefault("labelSelector", ""));
        return new KubeList(
                Long.toString(store.status().revision()),
                "",
                extension.getOrDefault(call.resource(), Map.of()).values().stream()
                        .filter(object -> object.namespace().equals(call.key().namespace()))
                        .filter(object -> labels.matches(object.meta().labels()))
                        .toList());
    }

    @Override
    public Future<WatchHandle> watch(ApiCall call, WatchHandler handler) {
        return unlessFailing(call, asked -> api.watch(asked, handler)).onSuccess(handle -> {
            watches.removeIf(watch ->
                    watch.resource().equals(call.resource()) && watch.handler().equals(handler));
            watches.add(new Watch(call.resource(), handler, handle));
        });
    }

    @Override
    public void forgetWatches(Resource resource) {
        for (Watch watch : List.copyOf(watches)) {
            if (watch.resource().equals(resource)) {
                watches.remove(watch);
                watch.handle().close();
                watch.handler().onEnd(Optional.of(ApiException.expired("too old resource version")));
            }
        }
    }
}
