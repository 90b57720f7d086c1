package io.minik.api.client;

import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.loop.Loop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A live copy of one resource (or a selection of it), with handlers and indexes. Objects are shared and immutable.
 *
 * <p>A handler that throws loses that call alone: it is called again, later and later, with what it last knew and what is
 * there by then. The other handlers, objects and events go on.
 *
 * <p>All of it belongs to the loop it was made with: read it and add handlers there (or before {@link #start}).
 */
public final class Informer {
    private static final Logger log = LoggerFactory.getLogger(Informer.class);

    /** A server that is restarted is away for less. */
    private static final Duration TROUBLE = Duration.ofSeconds(30);

    private static final String BY_NAMESPACE = "namespace";

    private final Loop loop;
    private final Resource resource;
    private final boolean compact;
    private final Reflector reflector;
    private final Promise<Void> synced = Promise.promise();

    // Owned by the loop.
    private final Map<ObjectKey, KubeObject> objects = new HashMap<>();
    private final Map<String, Index> indexes = new HashMap<>();
    private final List<Listener> listeners = new ArrayList<>();
    /** Any thread reads. */
    private volatile boolean complete;

    private volatile boolean started;

    /**
     * @param namespace empty for all
     * @param selection label and field selector
     * @param compact keep bytes and head only, not the parsed trees: for big caches that are rarely read
     */
    public Informer(
            Loop loop, ApiClient client, Resource resource, String namespace, ListOptions selection, boolean compact) {
        this.loop = loop;
        this.resource = resource;
        this.compact = compact;
        this.reflector = new Reflector(loop, client, resource, namespace, selection, new Mirror());
        index(BY_NAMESPACE, object -> List.of(object.namespace()));
    }

    /** Idempotent. */
    public Informer start() {
        started = true;
        reflector.start();
        return this;
    }

    public void stop() {
        reflector.stop();
    }

    /** Succeeds once the first list was handed to the handlers. */
    public Future<Void> synced() {
        return synced.future();
    }

    public boolean isSynced() {
        return complete;
    }

    /** What keeps it from showing what the server has, if something does. Any thread. */
    Optional<String> trouble() {
        if (!started) {
            return Optional.empty();
        }
        Duration troubled = reflector.troubledFor();
        if (troubled.compareTo(TROUBLE) > 0) {
            return Optional.of(resource.groupResource() + " not heard of for " + troubled.toSeconds() + " s");
        }
        return complete ? Optional.empty() : Optional.of("waiting for " + resource.groupResource());
    }

    public Resource resource() {
        return resource;
    }

    public Optional<KubeObject> get(ObjectKey key) {
        return Optional.ofNullable(objects.get(key));
    }

    /** All objects, in no order; a live view: copy it before anything may change it. */
    public Collection<KubeObject> list() {
        return Collections.unmodifiableCollection(objects.values());
    }

    public Collection<KubeObject> byNamespace(String namespace) {
        return byIndex(BY_NAMESPACE, namespace);
    }

    /** Objects whose index values contain the value; a live view. The index must have been added. */
    public Collection<KubeObject> byIndex(String name, String value) {
        Index index = indexes.get(name);
        if (index == null) {
            throw new IllegalArgumentException("informer of " + resource + " has no index " + name);
        }
        Map<ObjectKey, KubeObject> found = index.entries.get(value);
        return found == null ? List.of() : Collections.unmodifiableCollection(found.values());
    }

    /**
     * Adds an index; a second of the same name is the same and is ignored. Best before {@link #start}: what is there by then
     * is parsed once more for it.
     */
    public Informer index(String name, Function<KubeObject, Collection<String>> values) {
        if (!indexes.containsKey(name)) {
            Index index = new Index(values);
            indexes.put(name, index);
            objects.values().forEach(index::add);
        }
        return this;
    }

    /** Adds a handler; it hears of all present objects first. Best before {@link #start}, as an index. */
    public Informer onChange(ChangeHandler handler) {
        Listener listener = new Listener(loop, resource.toString(), handler, this::get);
        listeners.add(listener);
        for (KubeObject object : List.copyOf(objects.values())) {
            listener.tell(object.key(), Optional.empty(), Optional.of(object));
            object.letGo();
        }
        return this;
    }

    private void put(KubeObject arrived) {
        KubeObject object = compact ? arrived.compact() : arrived;
        KubeObject before = objects.put(object.key(), object);
        if (before != null
                && before.meta().resourceVersion().equals(object.meta().resourceVersion())) {
            objects.put(before.key(), before);
            return;
        }
        for (Index index : indexes.values()) {
            if (before != null) {
                index.remove(before);
            }
            index.add(object);
        }
        tell(object.key(), Optional.ofNullable(before), Optional.of(object));
    }

    private void remove(KubeObject last) {
        KubeObject before = objects.remove(last.key());
        if (before != null) {
            indexes.values().forEach(index -> index.remove(before));
            tell(last.key(), Optional.of(last), Optional.empty());
        }
    }

    private void tell(ObjectKey key, Optional<KubeObject> before, Optional<KubeObject> now) {
        for (Listener listener : listeners) {
            listener.tell(key, before, now);
        }
    }

    private final class Mirror implements Reflector.Sink {
        @Override
        public void replace(List<KubeObject> items) {
            Map<ObjectKey, KubeObject> gone = new HashMap<>(objects);
            for (KubeObject item : items) {
                gone.remove(item.key());
                KubeObject known = objects.get(item.key());
                // Deleted and made anew while we did not look: handlers must hear both.
                if (known != null && !known.uid().equals(item.uid())) {
                    remove(known);
                }
                put(item);
                // All have heard of it, by one tree; the trees of a whole cluster would not fit side by side.
                item.letGo();
            }
            gone.values().forEach(Informer.this::remove);
            complete = true;
            synced.tryComplete();
        }

        @Override
        public void apply(WatchEvent event) {
            if (event.type() == WatchEvent.Type.DELETED) {
                remove(event.object());
            } else {
                put(event.object());
            }
        }
    }

    private static final class Index {
        final Function<KubeObject, Collection<String>> values;
        final Map<String, Map<ObjectKey, KubeObject>> entries = new HashMap<>();

        Index(Function<KubeObject, Collection<String>> values) {
            this.values = values;
        }

        /** An object whose values can't be told is in no entry; what is computed from it alone fails each time. */
        private Collection<String> of(KubeObject object) {
            try {
                return values.apply(object);
            } catch (RuntimeException e) {
                log.atError().addKeyValue("object", object.key()).setCause(e).log("an object can't be indexed");
                return List.of();
            }
        }

        void add(KubeObject object) {
            for (String value : of(object)) {
                entries.computeIfAbsent(value, ignored -> new LinkedHashMap<>()).put(object.key(), object);
            }
        }

        void remove(KubeObject object) {
            for (String value : of(object)) {
                Map<ObjectKey, KubeObject> found = entries.get(value);
                if (found != null) {
                    found.remove(object.key());
                    if (found.isEmpty()) {
                        entries.remove(value);
                    }
                }
            }
        }
    }
}
