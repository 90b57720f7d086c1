package io.minik.api.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.selector.LabelSelector;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.ground.loop.Seconds;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An API server in memory for tests: resource versions, optimistic concurrency, watches from a version, selectors,
 * generateName, status apart from spec, generations, graceful deletion of pods, finalizers, propagation, binding.
 * It validates and defaults nothing.
 *
 * <p>With a loop, answers and events come through it; without, on the caller's Vert.x context, or at once if there is
 * none. One thread at a time.
 */
public final class FakeApi implements TestApi {
    private record Change(long revision, WatchEvent.Type type, KubeObject object, Optional<KubeObject> before) {}

    private static final class Table {
        final TreeMap<ObjectKey, KubeObject> objects = new TreeMap<>();
        final List<Change> changes = new ArrayList<>();
        final List<FakeWatch> watches = new ArrayList<>();
    }

    private final @Nullable Loop loop;
    private final Map<String, Table> tables = new HashMap<>();
    private final List<ApiCall> calls = new ArrayList<>();
    private Function<ApiCall, Optional<ApiException>> fault = call -> Optional.empty();
    private long revision = 1;
    private long names;
    private long compacted;

    public FakeApi() {
        this.loop = null;
    }

    public FakeApi(Loop loop) {
        this.loop = loop;
    }

    // ---- what a test does directly

    /** Stores as it is, status and all, with uid and version given if absent. */
    @Override
    public synchronized KubeObject put(Resource resource, KubeObject object) {
        Optional<KubeObject> before = find(resource, object.key());
        KubeObject stored = object.edit(tree -> {
            ObjectNode meta = Json.child(tree, "metadata");
            complete(resource, tree, meta, before);
            before.ifPresent(old -> meta.put("uid", old.uid()));
        });
        return write(resource, stored, before);
    }

    /** Changes an object as it is, without the rules for specs and statuses. */
    @Override
    public synchronized KubeObject edit(Resource resource, ObjectKey key, Consumer<ObjectNode> change) {
        KubeObject before = require(resource, key);
        return settle(resource, before.edit(change), before);
    }

    @Override
    public synchronized Optional<KubeObject> find(Resource resource, ObjectKey key) {
        return Optional.ofNullable(table(resource).objects.get(key));
    }

    @Override
    public synchronized KubeObject require(Resource resource, ObjectKey key) {
        return find(resource, key).orElseThrow(() -> ApiException.notFound(resource, key.name()));
    }

    @Override
    public synchronized List<KubeObject> all(Resource resource) {
        return List.copyOf(table(resource).objects.values());
    }

    /** Removes without asking finalizers or grace: as a kubelet confirms an end, or a person forces it. */
    @Override
    public synchronized void remove(Resource resource, ObjectKey key) {
        erase(resource, require(resource, key));
    }

    /** All calls so far, oldest first. */
    @Override
    public synchronized List<ApiCall> calls() {
        return List.copyOf(calls);
    }

    @Override
    public synchronized List<ApiCall> calls(ApiCall.Verb verb, Resource resource) {
        return calls.stream()
                .filter(call -> call.verb() == verb && call.resource().equals(resource))
                .toList();
    }

    /** Lets calls fail: asked for each call, before it has any effect. */
    @Override
    public synchronized void failing(Function<ApiCall, Optional<ApiException>> when) {
        fault = when;
    }

    @Override
    public void forgetWatches(Resource resource) {
        breakWatches(resource, true);
    }

    /** Ends all watches of a resource; versions up to now are forgotten if asked: the next watch gets a 410. */
    public synchronized void breakWatches(Resource resource, boolean forget) {
        if (forget) {
            compacted = revision;
        }
        for (FakeWatch watch : List.copyOf(table(resource).watches)) {
            watch.end(forget ? Optional.of(ApiException.expired("too old resource version")) : Optional.empty());
        }
    }

    public synchronized int watches(Resource resource) {
        return table(resource).watches.size();
    }

    // ---- Transport

    @Override
    public Future<KubeObject> send(ApiCall call) {
        return answer(call, () -> apply(call));
    }

    @Override
    public Future<KubeList> list(ApiCall call) {
        return answer(call, () -> {
            Predicate<KubeObject> selected = FakeSelector.of(call);
            List<KubeObject> items = table(call.resource()).objects.values().stream()
                    .filter(selected)
                    .toList();
            return new KubeList(Long.toString(revision), "", items);
        });
    }

    @Override
    public Future<WatchHandle> watch(ApiCall call, WatchHandler handler) {
        Executor executor = executor();
        return answer(call, () -> {
            Table table = table(call.resource());
            FakeWatch watch = new FakeWatch(table, FakeSelector.of(call), handler, executor);
            String from = call.query().getOrDefault("resourceVersion", "");
            if (from.isEmpty() || from.equals("0")) {
                table.objects.values().stream()
                        .filter(watch.selected)
                        .forEach(object -> watch.deliver(new WatchEvent(WatchEvent.Type.ADDED, object)));
            } else if (Long.parseLong(from) < compacted) {
                throw ApiException.expired("too old resource version: " + from + " (" + compacted + ")");
            } else {
                long since = Long.parseLong(from);
                table.changes.stream().filter(change -> change.revision > since).forEach(watch::offer);
            }
            table.watches.add(watch);
            return watch;
        });
    }

    private synchronized <T> Future<T> answer(ApiCall call, Supplier<T> work) {
        calls.add(call);
        Executor executor = executor();
        Promise<T> promise = Promise.promise();
        Optional<ApiException> failure = fault.apply(call);
        if (failure.isPresent()) {
            executor.execute(() -> promise.fail(failure.get()));
            return promise.future();
        }
        try {
            T result = work.get();
            executor.execute(() -> promise.complete(result));
        } catch (ApiException e) {
            executor.execute(() -> promise.fail(e));
        }
        return promise.future();
    }

    private Executor executor() {
        if (loop != null) {
            return loop::run;
        }
        Context context = Vertx.currentContext();
        return context == null ? Runnable::run : task -> context.runOnContext(ignored -> task.run());
    }

    private KubeObject apply(ApiCall call) {
        return switch (call.verb()) {
            case GET ->
                call.subresource().isEmpty()
                        ? require(call.resource(), call.key())
                        : scale(require(call.resource(), call.key()));
            case CREATE -> call.subresource().isEmpty() ? create(call) : connect(call);
            case UPDATE -> update(call, Json.parseObject(call.body()));
            case PATCH -> {
                ObjectNode patched = require(call.resource(), call.key()).tree().deepCopy();
                FakePatch.apply(call.contentType(), patched, Json.parse(call.body()));
                yield update(call, patched);
            }
            case DELETE -> delete(call.resource(), require(call.resource(), call.key()), Json.parse(call.body()));
            case DELETE_COLLECTION -> {
                Collection<KubeObject> doomed = table(call.resource()).objects.values().stream()
                        .filter(FakeSelector.of(call))
                        .toList();
                doomed.forEach(object -> delete(call.resource(), object, Json.parse(call.body())));
                yield KubeObject.of(Json.object().put("kind", "Status").put("status", "Success"));
            }
            case LIST, WATCH -> throw new IllegalArgumentException("not answered with one object: " + call.verb());
        };
    }

    /** The one subresource that is read: of whatever has replicas and a selector. */
    private static KubeObject scale(KubeObject object) {
        return KubeObject.named("autoscaling/v1", "Scale", object.key(), tree -> {
            Json.child(tree, "metadata").put("resourceVersion", object.meta().resourceVersion());
            tree.putObject("spec").set("replicas", object.at("spec", "replicas"));
            tree.putObject("status")
                    .put(
                            "selector",
                            LabelSelector.of(object.at("spec", "selector")).toString())
                    .set("replicas", object.at("status", "replicas"));
        });
    }

    private KubeObject create(ApiCall call) {
        ObjectNode tree = Json.parseObject(call.body());
        ObjectNode meta = Json.child(tree, "metadata");
        if (Json.text(meta, "name").isEmpty()) {
            String suffix = Long.toString(++names, 36);
            meta.put("name", Json.text(meta, "generateName") + "00000".substring(suffix.length()) + suffix);
        }
        if (call.resource().namespaced()) {
            meta.put("namespace", call.key().namespace());
        }
        KubeObject object = KubeObject.of(tree);
        if (find(call.resource(), object.key()).isPresent()) {
            throw ApiException.alreadyExists(call.resource(), object.name());
        }
        tree.put("kind", call.resource().kind())
                .put("apiVersion", call.resource().apiVersion());
        tree.remove("status");
        meta.remove("uid");
        complete(call.resource(), tree, meta, Optional.empty());
        return write(call.resource(), KubeObject.of(tree), Optional.empty());
    }

    /** binding and eviction; other subresources answer with what was sent. */
    private KubeObject connect(ApiCall call) {
        KubeObject target = require(call.resource(), call.key());
        JsonNode body = Json.parse(call.body());
        if (call.subresource().equals("binding")) {
            if (!target.text("spec", "nodeName").isEmpty()) {
                throw ApiException.conflict(
                        call.resource(),
                        target.name(),
                        "pod " + target.name() + " is already assigned to node \"" + target.text("spec", "nodeName")
                                + "\"");
            }
            settle(
                    call.resource(),
                    target.edit(tree -> {
                        Json.child(tree, "spec").put("nodeName", Json.text(body, "target", "name"));
                        ObjectNode condition =
                                Json.object().put("type", "PodScheduled").put("status", "True");
                        FakePatch.apply(
                                PatchType.STRATEGIC.contentType(),
                                Json.child(tree, "status"),
                                Json.object().set("conditions", Json.array().add(condition)));
                        if (!Json.child(tree, "status").has("conditions")) {
                            Json.child(tree, "status").putArray("conditions").add(condition);
                        }
                    }),
                    target);
        } else if (call.subresource().equals("eviction")) {
            delete(call.resource(), target, body.path("deleteOptions"));
        }
        return KubeObject.of(Json.object().put("kind", "Status").put("status", "Success"));
    }

    private KubeObject update(ApiCall call, ObjectNode wanted) {
        KubeObject before = require(call.resource(), call.key());
        String expected = Json.text(wanted, "metadata", "resourceVersion");
        if (!expected.isEmpty() && !expected.equals(before.meta().resourceVersion())) {
            throw ApiException.stale(call.resource(), before.name());
        }
        String uid = Json.text(wanted, "metadata", "uid");
        if (!uid.isEmpty() && !uid.equals(before.uid())) {
            throw ApiException.stale(call.resource(), before.name());
        }
        KubeObject after = before.edit(tree -> {
            if (call.subresource().equals("status") || call.subresource().equals("approval")) {
                replace(tree, wanted, "status");
            } else if (call.subresource().equals("scale")) {
                Json.child(tree, "spec").set("replicas", Json.at(wanted, "spec", "replicas"));
            } else if (call.subresource().equals("finalize")) {
                replace(tree, wanted, "spec");
            } else {
                wanted.properties().forEach(field -> {
                    boolean kept =
                            field.getKey().equals("status") || field.getKey().equals("metadata");
                    if (!kept) {
                        tree.set(field.getKey(), field.getValue());
                    }
                });
                for (String gone : List.of("spec", "data", "subsets", "endpoints", "ports", "secrets")) {
                    replace(tree, wanted, gone);
                }
                ObjectNode meta = Json.child(tree, "metadata");
                for (String field : List.of("labels", "annotations", "ownerReferences", "finalizers")) {
                    replace(meta, (ObjectNode) wanted.path("metadata"), field);
                }
            }
        });
        return settle(call.resource(), after, before);
    }

    private static void replace(ObjectNode target, ObjectNode source, String field) {
        JsonNode value = source.get(field);
        if (value == null) {
            target.remove(field);
        } else {
            target.set(field, value);
        }
    }

    private KubeObject delete(Resource resource, KubeObject object, JsonNode options) {
        String uid = Json.text(options, "preconditions", "uid");
        if (!uid.isEmpty() && !uid.equals(object.uid())) {
            throw ApiException.conflict(
                    resource,
                    object.name(),
                    "the UID in the precondition (" + uid
                            + ") does not match the UID in record (" + object.uid()
                            + "). The object might have been deleted and then recreated");
        }
        boolean running = resource.equals(Resources.PODS)
                && !object.text("spec", "nodeName").isEmpty()
                && !object.text("status", "phase").matches("Succeeded|Failed");
        long grace = !running
                ? 0
                : Json.longOr(
                        Json.longOr(30, object.tree(), "spec", "terminationGracePeriodSeconds"),
                        options,
                        "gracePeriodSeconds");
        String propagation = Json.text(options, "propagationPolicy");
        KubeObject marked = object.edit(tree -> {
            ObjectNode meta = Json.child(tree, "metadata");
            ArrayNode finalizers = meta.withArray("finalizers");
            if (propagation.equals("Foreground")) {
                finalizers.add("foregroundDeletion");
            } else if (propagation.equals("Orphan")) {
                finalizers.add("orphan");
            }
            if (finalizers.isEmpty()) {
                meta.remove("finalizers");
            }
            if (!meta.has("deletionTimestamp")) {
                meta.put("deletionTimestamp", time(Seconds.after(now(), grace)));
                if (meta.has("generation")) {
                    meta.put("generation", meta.path("generation").asLong() + 1);
                }
            }
            meta.put("deletionGracePeriodSeconds", grace);
            if (resource.equals(Resources.NAMESPACES)) {
                Json.child(tree, "status").put("phase", "Terminating");
            }
        });
        return settle(resource, marked, object);
    }

    /** Stores, or erases what is being deleted and waits for nobody any more. */
    private KubeObject settle(Resource resource, KubeObject after, KubeObject before) {
        boolean waits = !after.meta().finalizers().isEmpty()
                || after.meta().deletionGracePeriodSeconds().orElse(0L) > 0
                || !after.at("spec", "finalizers").isEmpty();
        if (after.meta().deleting() && !waits) {
            erase(resource, after);
            return after;
        }
        if (after.tree().equals(before.tree())) {
            return before;
        }
        boolean bump = !after.at("spec").equals(before.at("spec")) && !resource.equals(Resources.PODS);
        KubeObject stored = bump
                ? after.edit(tree -> Json.child(tree, "metadata")
                        .put("generation", before.meta().generation() + 1))
                : after;
        return write(resource, stored, Optional.of(before));
    }

    private void complete(Resource resource, ObjectNode tree, ObjectNode meta, Optional<KubeObject> before) {
        if (Json.text(meta, "uid").isEmpty()) {
            meta.put("uid", "uid-" + ++names);
        }
        if (Json.text(meta, "creationTimestamp").isEmpty()) {
            meta.put("creationTimestamp", time(now()));
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

    private KubeObject write(Resource resource, KubeObject object, Optional<KubeObject> before) {
        revision++;
        KubeObject stored = stamped(object);
        Table table = table(resource);
        table.objects.put(stored.key(), stored);
        publish(
                table,
                new Change(
                        revision,
                        before.isPresent() ? WatchEvent.Type.MODIFIED : WatchEvent.Type.ADDED,
                        stored,
                        before));
        return stored;
    }

    private void erase(Resource resource, KubeObject object) {
        revision++;
        Table table = table(resource);
        KubeObject before = table.objects.remove(object.key());
        publish(table, new Change(revision, WatchEvent.Type.DELETED, stamped(object), Optional.ofNullable(before)));
    }

    private KubeObject stamped(KubeObject object) {
        return object.edit(tree -> Json.child(tree, "metadata").put("resourceVersion", Long.toString(revision)));
    }

    private static void publish(Table table, Change change) {
        table.changes.add(change);
        for (FakeWatch watch : List.copyOf(table.watches)) {
            watch.offer(change);
        }
    }

    private Table table(Resource resource) {
        return tables.computeIfAbsent(resource.groupResource(), ignored -> new Table());
    }

    private Instant now() {
        return loop == null ? Instant.now() : loop.now();
    }

    private static String time(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static final class FakeWatch implements WatchHandle {
        final Table table;
        final Predicate<KubeObject> selected;
        final WatchHandler handler;
        final Executor executor;
        private boolean closed;

        FakeWatch(Table table, Predicate<KubeObject> selected, WatchHandler handler, Executor executor) {
            this.table = table;
            this.selected = selected;
            this.handler = handler;
            this.executor = executor;
        }

        void offer(Change change) {
            boolean was =
                    change.before().isPresent() && selected.test(change.before().get());
            boolean is = change.type() != WatchEvent.Type.DELETED && selected.test(change.object());
            if (is) {
                deliver(new WatchEvent(was ? WatchEvent.Type.MODIFIED : WatchEvent.Type.ADDED, change.object()));
            } else if (was) {
                deliver(new WatchEvent(WatchEvent.Type.DELETED, change.object()));
            }
        }

        void deliver(WatchEvent event) {
            executor.execute(() -> {
                if (!closed) {
                    handler.onEvent(event);
                }
            });
        }

        void end(Optional<ApiException> why) {
            table.watches.remove(this);
            executor.execute(() -> {
                if (!closed) {
                    closed = true;
                    handler.onEnd(why);
                }
            });
        }

        @Override
        public void close() {
            closed = true;
            table.watches.remove(this);
        }
    }
}
