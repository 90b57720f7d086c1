package io.minik.server.controllers;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.ListOptions;
import io.minik.api.client.PatchType;
import io.minik.api.client.Reflector;
import io.minik.api.client.WatchEvent;
import io.minik.api.client.WorkQueue;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.OwnerReference;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.Json;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.room.Room;
import io.minik.server.controllers.GarbageGraph.Node;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what belongs to something that is gone, and lets deletions in the foreground and with orphans end. Watches
 * heads of all resources; before it deletes anything it looks, uncached, that the object and the absence of all its
 * owners are as it thinks. An owner of a kind that is not served keeps its dependents.
 */
public final class GarbageCollector implements Room {
    private static final int CONCURRENCY = 16;

    private static final Logger log = LoggerFactory.getLogger(GarbageCollector.class);

    private final ControllerContext context;
    private final GarbageGraph graph = new GarbageGraph();
    private final WorkQueue<String> queue;
    private final List<Resource> initial;

    // Owned by the loop.
    private final Map<Resource, Reflector> reflectors = new HashMap<>();
    private final Set<Resource> listed = new HashSet<>();
    private boolean stopped;
    private volatile boolean complete;

    /** @param resources all that can have owners or dependents; more and fewer by {@link #watch} */
    public GarbageCollector(ControllerContext context, Collection<Resource> resources) {
        this.context = context;
        this.queue = new WorkQueue<>("garbage-collector", context.loop(), CONCURRENCY, this::process);
        this.initial = List.copyOf(resources);
    }

    /** The resources that are served now: called anew when CRDs come and go. From any thread. */
    public void watch(Collection<Resource> resources) {
        context.loop().run(() -> change(resources));
    }

    private void change(Collection<Resource> resources) {
        if (stopped) {
            return;
        }
        reflectors.entrySet().removeIf(each -> {
            boolean gone = !resources.contains(each.getKey());
            if (gone) {
                each.getValue().stop();
                listed.remove(each.getKey());
                graph.forget(each.getKey());
            }
            return gone;
        });
        for (Resource resource : resources) {
            if (!reflectors.containsKey(resource)) {
                Reflector reflector = new Reflector(
                        context.loop(), context.client(), resource, "", ListOptions.ALL, new Heads(resource));
                reflectors.put(resource, reflector);
                reflector.start();
            }
        }
    }

    @Override
    public String name() {
        return "garbage-collector";
    }

    /** Begins to delete once all resources are listed: before that an owner could just not be known yet. */
    @Override
    public Future<Void> start() {
        watch(initial);
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> stop() {
        Promise<Void> done = Promise.promise();
        context.loop().run(() -> {
            stopped = true;
            queue.stop();
            reflectors.values().forEach(Reflector::stop);
            done.complete();
        });
        return done.future();
    }

    @Override
    public Health health() {
        return complete ? Health.READY : Health.notReady("listing resources");
    }

    private final class Heads implements Reflector.Sink {
        private final Resource resource;

        Heads(Resource resource) {
            this.resource = resource;
        }

        @Override
        public void replace(List<KubeObject> items) {
            Set<String> gone = new HashSet<>(graph.uids(resource));
            for (KubeObject item : items) {
                gone.remove(item.uid());
                put(resource, item);
            }
            gone.forEach(uid -> remove(resource, uid));
            listed.add(resource);
            if (!complete && listed.containsAll(reflectors.keySet())) {
                complete = true;
                graph.nodes().forEach(node -> consider(node));
                queue.open();
            }
        }

        @Override
        public void apply(WatchEvent event) {
            if (event.type() == WatchEvent.Type.DELETED) {
                remove(resource, event.object().uid());
            } else {
                put(resource, event.object());
            }
        }
    }

    private void put(Resource resource, KubeObject object) {
        graph.put(resource, object);
        if (complete) {
            graph.find(object.uid()).ifPresent(this::consider);
        }
    }

    private void consider(Node node) {
        boolean orphaned = node.owners().stream().anyMatch(owner -> !graph.alive(owner.uid()));
        boolean ownerWaits = node.owners().stream()
                .anyMatch(owner -> graph.find(owner.uid()).map(Node::foreground).orElse(false));
        if (orphaned || ownerWaits || node.foreground() || node.orphaning()) {
            queue.add(node.uid());
        }
    }

    private void remove(Resource resource, String uid) {
        Optional<Node> node = graph.find(uid);
        graph.remove(resource, uid);
        graph.dependentsOf(uid).forEach(dependent -> queue.add(dependent.uid()));
        node.ifPresent(gone -> gone.owners().stream()
                .filter(owner -> graph.find(owner.uid()).map(Node::foreground).orElse(false))
                .forEach(owner -> queue.add(owner.uid())));
    }

    private Future<Optional<Duration>> process(String uid) {
        Optional<Node> found = graph.find(uid);
        if (found.isEmpty()) {
            return Outcomes.done();
        }
        Node node = found.get();
        if (node.orphaning()) {
            return Outcomes.done(orphanDependents(node));
        }
        if (node.foreground()) {
            return Outcomes.done(endForeground(node));
        }
        return node.deleting() || node.owners().isEmpty() ? Outcomes.done() : Outcomes.done(collect(node));
    }

    // ---- an owner that waits for its dependents

    private Future<Void> orphanDependents(Node node) {
        List<Future<Void>> freed = graph.dependentsOf(node.uid()).stream()
                .map(dependent -> dropOwners(dependent, Set.of(node.uid())))
                .toList();
        return Outcomes.all(freed).compose(done -> removeFinalizer(node, GarbageGraph.ORPHAN));
    }

    private Future<Void> endForeground(Node node) {
        List<Node> blocking = graph.dependentsOf(node.uid()).stream()
                .filter(dependent -> dependent.blocks(node.uid()))
                .toList();
        if (blocking.isEmpty()) {
            return removeFinalizer(node, GarbageGraph.FOREGROUND);
        }
        graph.dependentsOf(node.uid()).forEach(dependent -> queue.add(dependent.uid()));
        return Future.succeededFuture();
    }

    private Future<Void> removeFinalizer(Node node, String finalizer) {
        Future<KubeObject> removed = context.client()
                .get(node.resource(), node.key())
                .compose(live -> {
                    if (!live.uid().equals(node.uid())
                            || !live.meta().finalizers().contains(finalizer)) {
                        return Future.succeededFuture(live);
                    }
                    ObjectNode patch = Json.object();
                    ObjectNode meta = patch.putObject("metadata")
                            .put("resourceVersion", live.meta().resourceVersion());
                    ArrayNode rest = meta.putArray("finalizers");
                    live.meta().finalizers().stream()
                            .filter(each -> !each.equals(finalizer))
                            .forEach(rest::add);
                    return context.client().patch(node.resource(), node.key(), "", PatchType.MERGE, patch);
                });
        return Outcomes.ignoring(removed, Reason.NotFound);
    }

    // ---- a dependent

    private enum OwnerState {
        LIVES,
        GONE,
        WAITS,
        UNKNOWN
    }

    private Future<Void> collect(Node node) {
        List<Future<OwnerState>> states =
                node.owners().stream().map(owner -> stateOf(node, owner)).toList();
        return Future.join(states).compose(done -> {
            Set<String> lost = new HashSet<>();
            boolean held = false;
            boolean waited = false;
            for (int i = 0; i < states.size(); i++) {
                OwnerState state = states.get(i).result();
                held |= state == OwnerState.LIVES || state == OwnerState.UNKNOWN;
                waited |= state == OwnerState.WAITS;
                if (state == OwnerState.GONE || state == OwnerState.WAITS) {
                    lost.add(node.owners().get(i).uid());
                }
            }
            if (lost.isEmpty()) {
                return Future.<Void>succeededFuture();
            }
            return held ? dropOwners(node, lost) : deleteVerified(node, waited);
        });
    }

    private Future<OwnerState> stateOf(Node node, OwnerReference owner) {
        boolean waits = graph.find(owner.uid()).map(Node::foreground).orElse(false);
        if (graph.alive(owner.uid())) {
            return Future.succeededFuture(waits ? OwnerState.WAITS : OwnerState.LIVES);
        }
        Optional<Resource> resource = resourceOf(owner);
        if (resource.isEmpty()) {
            log.atDebug()
                    .addKeyValue("object", node.key())
                    .addKeyValue("ownerKind", owner.kind())
                    .log("owner's kind is not served, its dependent stays");
            return Future.succeededFuture(OwnerState.UNKNOWN);
        }
        boolean namespaced = resource.get().namespaced();
        if (namespaced && node.key().namespace().isEmpty()) {
            return Future.succeededFuture(OwnerState.UNKNOWN);
        }
        ObjectKey key =
                namespaced ? ObjectKey.of(node.key().namespace(), owner.name()) : ObjectKey.cluster(owner.name());
        return context.client()
                .get(resource.get(), key)
                .map(live -> live.uid().equals(owner.uid()) ? OwnerState.LIVES : OwnerState.GONE)
                .recover(error -> ApiException.is(error, Reason.NotFound)
                        ? Future.succeededFuture(OwnerState.GONE)
                        : Future.failedFuture(error));
    }

    private Optional<Resource> resourceOf(OwnerReference owner) {
        String version = owner.apiVersion();
        String group = version.contains("/") ? version.substring(0, version.indexOf('/')) : "";
        return reflectors.keySet().stream()
                .filter(resource ->
                        resource.kind().equals(owner.kind()) && resource.group().equals(group))
                .findFirst();
    }

    private Future<Void> deleteVerified(Node node, boolean ownerWaits) {
        Future<KubeObject> deleted = context.client()
                .get(node.resource(), node.key())
                .compose(live -> {
                    Set<String> uids = new HashSet<>();
                    live.meta().ownerReferences().forEach(owner -> uids.add(owner.uid()));
                    Set<String> known = new HashSet<>();
                    node.owners().forEach(owner -> known.add(owner.uid()));
                    if (!live.uid().equals(node.uid()) || live.meta().deleting()) {
                        return Future.succeededFuture(live);
                    }
                    if (!uids.equals(known)) {
                        return Future.failedFuture(ApiException.conflict(
                                node.resource(), node.key().name(), "its owners changed meanwhile"));
                    }
                    boolean foreground =
                            ownerWaits && !graph.dependentsOf(node.uid()).isEmpty();
                    boolean orphan = live.meta().finalizers().contains(GarbageGraph.ORPHAN);
                    String how = orphan ? "Orphan" : foreground ? "Foreground" : "Background";
                    return context.client()
                            .delete(
                                    node.resource(),
                                    node.key(),
                                    DeleteOptions.onlyIf(node.uid()).propagate(how));
                });
        return Outcomes.ignoring(deleted, Reason.NotFound);
    }

    private Future<Void> dropOwners(Node node, Set<String> lost) {
        Future<KubeObject> dropped = context.client()
                .get(node.resource(), node.key())
                .compose(live -> {
                    if (!live.uid().equals(node.uid())) {
                        return Future.succeededFuture(live);
                    }
                    List<OwnerReference> kept = new ArrayList<>(live.meta().ownerReferences());
                    kept.removeIf(owner -> lost.contains(owner.uid()));
                    ObjectNode patch = Json.object();
                    ObjectNode meta = patch.putObject("metadata")
                            .put("resourceVersion", live.meta().resourceVersion());
                    ArrayNode list = meta.putArray("ownerReferences");
                    kept.forEach(owner -> list.add(owner.tree()));
                    return context.client().patch(node.resource(), node.key(), "", PatchType.MERGE, patch);
                });
        return Outcomes.ignoring(dropped, Reason.NotFound);
    }
}
