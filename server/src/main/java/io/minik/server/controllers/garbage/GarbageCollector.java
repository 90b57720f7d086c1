package io.minik.server.controllers.garbage;

import io.minik.api.client.EventRecorder;
import io.minik.api.client.ListOptions;
import io.minik.api.client.QueueFigures;
import io.minik.api.client.Queued;
import io.minik.api.client.Reflector;
import io.minik.api.client.WatchEvent;
import io.minik.api.client.WorkQueue;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.object.OwnerReference;
import io.minik.ground.json.Json;
import io.minik.ground.room.Room;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Outcomes;
import io.minik.server.controllers.garbage.GarbageGraph.Node;
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
 * owners are as it thinks. An owner is one by kind, name and namespace too: a uid that lives somewhere else is none. An
 * owner of a kind that is not served keeps its dependents.
 */
public final class GarbageCollector implements Room, Queued {
    private static final int CONCURRENCY = 16;

    private static final Logger log = LoggerFactory.getLogger(GarbageCollector.class);

    /** What an owner reference says of the kind: its version may be another one than ours. */
    private record GroupKind(String group, String kind) {}

    private final ControllerContext context;
    private final GarbageGraph graph = new GarbageGraph();
    private final WorkQueue<String> queue;
    private final List<Resource> initial;
    private final EventRecorder events;
    private final GarbageChanges changes;

    // Owned by the loop.
    private final Map<Resource, Reflector> reflectors = new HashMap<>();
    private final Map<GroupKind, Resource> kinds = new HashMap<>();
    private final Set<Resource> listed = new HashSet<>();
    private boolean stopped;
    private volatile boolean complete;

    /** @param resources all that can have owners or dependents; more and fewer by {@link #watch} */
    public GarbageCollector(ControllerContext context, Collection<Resource> resources) {
        this.context = context;
        this.queue = new WorkQueue<>("garbage-collector", context.loop(), CONCURRENCY, this::process);
        this.initial = List.copyOf(resources);
        this.changes = new GarbageChanges(context.client());
        this.events = context.events("garbage-collector-controller");
    }

    /** The resources that are served now: called anew when CRDs come and go. From any thread. */
    public void watch(Collection<Resource> resources) {
        context.loop().run(() -> change(resources));
    }

    private void change(Collection<Resource> resources) {
        if (stopped) {
            return;
        }
        // Of hundreds of kinds, each change would look through all of them for all of them.
        Set<Resource> served = new HashSet<>(resources);
        reflectors.entrySet().removeIf(each -> {
            boolean gone = !served.contains(each.getKey());
            if (gone) {
                each.getValue().stop();
                listed.remove(each.getKey());
                kinds.values().remove(each.getKey());
                graph.forget(each.getKey());
            }
            return gone;
        });
        for (Resource resource : resources) {
            if (!reflectors.containsKey(resource)) {
                Reflector reflector = new Reflector(
                        context.loop(), context.client(), resource, "", ListOptions.ALL, new Heads(resource));
                reflectors.put(resource, reflector);
                kinds.put(new GroupKind(resource.group(), resource.kind()), resource);
                reflector.start();
            }
        }
    }

    @Override
    public String name() {
        return "garbage-collector";
    }

    /**
     * Begins to delete once all resources of the beginning are listed: before that an owner could just not be known yet. What comes
     * later may be another server's, which does not answer: it keeps nobody waiting, and is asked before anything of it counts as gone.
     */
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
    public List<QueueFigures> queues() {
        return List.of(queue.figures());
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
            items.forEach(item -> graph.put(resource, item));
            graph.retain(resource, items);
            listed.add(resource);
            if (!complete
                    && initial.stream().allMatch(each -> listed.contains(each) || !reflectors.containsKey(each))) {
                complete = true;
                queue.open();
            }
            if (complete) {
                graph.nodes().forEach(GarbageCollector.this::consider);
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
        Optional<Node> before = graph.find(object.uid());
        boolean arrived = graph.put(resource, object);
        if (!complete) {
            return;
        }
        graph.find(object.uid()).ifPresent(this::consider);
        // An owner that waited for this object may wait for it no longer.
        before.ifPresent(this::wakeOwners);
        if (arrived) {
            graph.dependentsOf(object.uid()).forEach(this::consider);
        }
    }

    private void consider(Node node) {
        boolean orphaned = node.owners().stream().anyMatch(owner -> !alive(node, owner));
        boolean ownerWaits = node.owners().stream()
                .anyMatch(owner -> graph.find(owner.uid()).map(Node::foreground).orElse(false));
        if (orphaned || ownerWaits || node.foreground() || node.orphaning()) {
            queue.add(node.uid());
        }
    }

    private boolean alive(Node node, OwnerReference owner) {
        return resourceOf(owner)
                .map(resource -> graph.alive(resource, placeOf(node, owner, resource), owner.uid()))
                .orElse(false);
    }

    private void wakeOwners(Node node) {
        node.owners().stream()
                .filter(owner -> graph.find(owner.uid()).map(Node::foreground).orElse(false))
                .forEach(owner -> queue.add(owner.uid()));
    }

    private void remove(Resource resource, String uid) {
        Optional<Node> node = graph.find(uid);
        graph.remove(resource, uid);
        graph.dependentsOf(uid).forEach(dependent -> queue.add(dependent.uid()));
        node.ifPresent(this::wakeOwners);
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
                .map(dependent -> changes.dropOwners(dependent, Set.of(node.uid())))
                .toList();
        return Outcomes.all(freed).compose(done -> changes.removeFinalizer(node, GarbageGraph.ORPHAN));
    }

    private Future<Void> endForeground(Node node) {
        List<Node> blocking = graph.dependentsOf(node.uid()).stream()
                .filter(dependent -> dependent.blocks(node.uid()))
                .toList();
        if (blocking.isEmpty()) {
            return changes.removeFinalizer(node, GarbageGraph.FOREGROUND);
        }
        if (graph.inCircle(node)) {
            return changes.unblockOwners(node);
        }
        graph.dependentsOf(node.uid()).forEach(dependent -> queue.add(dependent.uid()));
        return Future.succeededFuture();
    }

    // ---- a dependent

    private enum OwnerState {
        LIVES,
        GONE,
        WAITS,
        UNKNOWN
    }

    /** Owners that are asked for at once: an object may name ten thousand that nobody knows. */
    private static final int ASKED_AT_ONCE = 50;

    private Future<List<OwnerState>> states(Node node) {
        List<OwnerState> states = new ArrayList<>();
        Future<?> asked = Future.succeededFuture();
        for (int from = 0; from < node.owners().size(); from += ASKED_AT_ONCE) {
            List<OwnerReference> some =
                    node.owners().subList(from, Math.min(node.owners().size(), from + ASKED_AT_ONCE));
            asked = asked.compose(before -> Future.join(
                            some.stream().map(owner -> stateOf(node, owner)).toList())
                    .onSuccess(all -> states.addAll(all.list())));
        }
        return asked.map(all -> states);
    }

    private Future<Void> collect(Node node) {
        return states(node).compose(states -> {
            Set<String> lost = new HashSet<>();
            boolean held = false;
            boolean waited = false;
            for (int i = 0; i < states.size(); i++) {
                OwnerState state = states.get(i);
                held |= state == OwnerState.LIVES || state == OwnerState.UNKNOWN;
                waited |= state == OwnerState.WAITS;
                if (state == OwnerState.GONE || state == OwnerState.WAITS) {
                    lost.add(node.owners().get(i).uid());
                }
            }
            if (lost.isEmpty()) {
                return Future.<Void>succeededFuture();
            }
            boolean foreground = waited && !graph.dependentsOf(node.uid()).isEmpty();
            return held ? changes.dropOwners(node, lost) : changes.delete(node, foreground);
        });
    }

    private Future<OwnerState> stateOf(Node node, OwnerReference owner) {
        Optional<Resource> resource = resourceOf(owner);
        if (resource.isEmpty()) {
            log.atDebug()
                    .addKeyValue("object", node.key())
                    .addKeyValue("ownerKind", owner.kind())
                    .log("owner's kind is not served, its dependent stays");
            return Future.succeededFuture(OwnerState.UNKNOWN);
        }
        boolean waits = graph.find(owner.uid()).map(Node::foreground).orElse(false);
        ObjectKey place = placeOf(node, owner, resource.get());
        if (graph.alive(resource.get(), place, owner.uid())) {
            return Future.succeededFuture(waits ? OwnerState.WAITS : OwnerState.LIVES);
        }
        if (resource.get().namespaced()
                && graph.elsewhere(resource.get(), node.key().namespace(), owner.uid())) {
            tellOfForeignOwner(node, owner);
        }
        if (resource.get().namespaced() && node.key().namespace().isEmpty()) {
            return Future.succeededFuture(OwnerState.UNKNOWN);
        }
        return context.client()
                .get(resource.get(), place)
                .map(live -> !live.uid().equals(owner.uid())
                        ? OwnerState.GONE
                        : Node.of(resource.get(), live).foreground() ? OwnerState.WAITS : OwnerState.LIVES)
                .recover(error -> ApiException.is(error, Reason.NotFound)
                        ? Future.succeededFuture(OwnerState.GONE)
                        : Future.failedFuture(error));
    }

    /** Where an owner of the node must be: in its own namespace, or in none. */
    private static ObjectKey placeOf(Node node, OwnerReference owner, Resource resource) {
        return resource.namespaced()
                ? ObjectKey.of(node.key().namespace(), owner.name())
                : ObjectKey.cluster(owner.name());
    }

    private void tellOfForeignOwner(Node node, OwnerReference owner) {
        String namespace = node.key().namespace();
        KubeObject about = KubeObject.named(
                node.resource().apiVersion(), node.resource().kind(), node.key(), tree -> Json.child(tree, "metadata")
                        .put("uid", node.uid()));
        events.warning(
                about,
                "OwnerRefInvalidNamespace",
                "ownerRef [" + owner.apiVersion() + "/" + owner.kind() + ", namespace: " + namespace + ", name: "
                        + owner.name() + ", uid: " + owner.uid() + "] does not exist in namespace \"" + namespace
                        + "\"");
    }

    private Optional<Resource> resourceOf(OwnerReference owner) {
        String version = owner.apiVersion();
        String group = version.contains("/") ? version.substring(0, version.indexOf('/')) : "";
        return Optional.ofNullable(kinds.get(new GroupKind(group, owner.kind())));
    }
}
