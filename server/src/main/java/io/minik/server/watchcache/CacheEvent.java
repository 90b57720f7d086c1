package io.minik.server.watchcache;

import io.minik.api.client.WatchEvent;
import io.minik.api.object.KubeObject;
import io.vertx.core.buffer.Buffer;
import java.lang.ref.SoftReference;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One change of one object, shared by the ring and by every watcher. What it looks like on the wire is encoded once per
 * format and event type, by whoever needs it first.
 */
public final class CacheEvent {
    private final long revision;
    private final String key;
    private final Optional<KubeObject> before;
    private final Optional<KubeObject> after;
    /** The collector may take them: whoever comes late to the ring encodes anew. */
    private final Map<FrameKey, SoftReference<Buffer>> frames = new ConcurrentHashMap<>(2);

    /** The one asked for last: a thousand watches of one format ask for the same. */
    private volatile @Nullable Known last;

    /** What those see of it to whom the object came, stays, and goes: shared, as most watchers see the same. */
    private final Optional<Seen> added;

    private final Optional<Seen> modified;
    private volatile Optional<Seen> deleted = Optional.empty();

    private record FrameKey(String format, WatchEvent.Type type) {}

    private record Known(FrameKey key, SoftReference<Buffer> frame) {}

    /** @param key {@code namespace/name}; @param after empty for a delete */
    CacheEvent(long revision, String key, Optional<KubeObject> before, Optional<KubeObject> after) {
        this.revision = revision;
        this.key = key;
        this.before = before;
        this.after = after;
        this.added = after.map(object -> new Seen(WatchEvent.Type.ADDED, object, Optional.of(this)));
        this.modified = after.map(object -> new Seen(WatchEvent.Type.MODIFIED, object, Optional.of(this)));
    }

    public long revision() {
        return revision;
    }

    String key() {
        return key;
    }

    /** What a watcher with this filter sees of it: an object that leaves its selection is DELETED to it, one that enters is ADDED. */
    Optional<Seen> seenThrough(Filter filter) {
        if (!filter.inScope(key)) {
            return Optional.empty();
        }
        boolean was = before.isPresent() && filter.matches(before.get());
        if (after.isPresent() && filter.matches(after.get())) {
            return was ? modified : added;
        }
        return was ? gone() : Optional.empty();
    }

    /** The values that a field has in it, before and after. */
    Set<String> values(Function<KubeObject, String> field) {
        Set<String> values = new HashSet<>(2);
        before.map(field).ifPresent(values::add);
        after.map(field).ifPresent(values::add);
        return values;
    }

    /** What its bytes are worth in a ring: those before are another event's. */
    long bytes() {
        return after.or(() -> before).map(KubeObject::length).orElse(0);
    }

    private Buffer frame(String format, Seen seen, Function<Seen, Buffer> encoder) {
        Known latest = last;
        if (latest != null && latest.key.type == seen.type && latest.key.format.equals(format)) {
            Buffer frame = latest.frame.get();
            if (frame != null) {
                return frame;
            }
        }
        FrameKey key = new FrameKey(format, seen.type);
        SoftReference<Buffer> known = frames.get(key);
        Buffer frame = known == null ? null : known.get();
        if (known == null || frame == null) {
            frame = encoder.apply(seen);
            known = new SoftReference<>(frame);
            frames.put(key, known);
        }
        last = new Known(key, known);
        return frame;
    }

    /** The last state, at this event's revision: upstream's form of DELETED. */
    private Optional<Seen> gone() {
        Optional<Seen> made = deleted;
        if (made.isEmpty()) {
            KubeObject last = StoredForm.atRevision(before.orElseThrow(), revision);
            made = Optional.of(new Seen(WatchEvent.Type.DELETED, last, Optional.of(this)));
            deleted = made;
        }
        return made;
    }

    /**
     * One watcher's view of an event.
     *
     * @param source where encoded frames are shared; empty for initial events and bookmarks
     */
    public record Seen(WatchEvent.Type type, KubeObject object, Optional<CacheEvent> source) {
        /** The encoded frame in a format, made once for all watchers of that format. */
        public Buffer frame(String format, Function<Seen, Buffer> encoder) {
            if (source.isEmpty()) {
                return encoder.apply(this);
            }
            return source.get().frame(format, this, encoder);
        }
    }
}
