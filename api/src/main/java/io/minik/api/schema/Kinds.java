package io.minik.api.schema;

import io.minik.api.meta.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Which kinds there are at the moment. Readers on any thread take the present {@link Schema}, which never changes; whoever
 * keeps something made of it hears what came and went.
 *
 * <pre>
 *   change(gone, come) -> a new Schema is the present one -> listeners, in the order in which they asked
 * </pre>
 */
public final class Kinds {
    /** What came and went, of which nothing is in both. @param now the kinds since then */
    public record Change(Schema now, List<KindRow> added, List<KindRow> removed) {}

    /** Called on the thread of the change, before the next one: it notes, and does what takes time later. */
    public interface Listener {
        void changed(Change change);
    }

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private volatile Schema now;

    public Kinds(Schema first) {
        now = first;
    }

    /** Kubernetes' own: some 10 ms. */
    public static Kinds builtIn() {
        return new Kinds(Schema.load());
    }

    public Schema now() {
        return now;
    }

    /** By group version and the URL's word. */
    public Optional<KindRow> find(String apiVersion, String plural) {
        return now.findResource(apiVersion, plural);
    }

    public List<KindRow> all() {
        return now.kinds();
    }

    public void onChange(Listener listener) {
        listeners.add(listener);
    }

    /**
     * Both at once: no reader sees the one without the other. Any thread.
     *
     * @param gone rows as they are in {@link #all}
     * @throws IllegalArgumentException if one to come has the name of one that stays, or one to go is none of ours
     */
    public synchronized void change(List<KindRow> gone, List<KindRow> come) {
        List<Resource> names = new ArrayList<>();
        for (KindRow row : all()) {
            if (!gone.contains(row)) {
                names.add(row.resource());
            }
        }
        if (names.size() != all().size() - gone.size()) {
            throw new IllegalArgumentException("not all of these are served: " + gone);
        }
        for (KindRow row : come) {
            boolean taken = names.stream()
                    .anyMatch(other -> other.apiVersion().equals(row.resource().apiVersion())
                            && other.plural().equals(row.resource().plural()));
            if (taken) {
                throw new IllegalArgumentException(row.resource() + " is served already");
            }
            names.add(row.resource());
        }
        Schema next = now.changed(gone, come);
        now = next;
        Change change = new Change(next, List.copyOf(come), List.copyOf(gone));
        listeners.forEach(listener -> listener.changed(change));
    }
}
