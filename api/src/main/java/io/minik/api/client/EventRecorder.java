package io.minik.api.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes core/v1 Events: what `kubectl describe` shows at its foot. The same event again becomes a count; many alike
 * become one; an object that goes mad is cut off. Recording never fails its caller. Callable on its loop only.
 */
public final class EventRecorder {
    /** Events whose repetition is recognised, least recently used first out; as client-go. */
    private static final int REMEMBERED = 4096;
    /** So many different messages of one reason within the window, and the rest is folded into one. */
    private static final int ALIKE = 10;

    private static final Duration ALIKE_WINDOW = Duration.ofMinutes(10);
    /** An object may have this many events at once, and then one per refill. */
    private static final int BURST = 25;

    private static final Duration REFILL = Duration.ofMinutes(5);
    private static final String COMBINED = "(combined from similar events): ";
    /** The API takes 1024 bytes of message. */
    private static final int MESSAGE_CHARS = 1000;

    private static final Logger log = LoggerFactory.getLogger(EventRecorder.class);

    public enum Type {
        Normal,
        Warning
    }

    private record About(String kind, String namespace, String name, String uid, String fieldPath) {}

    private record Subject(About about, Type type, String reason) {}

    private record Exact(Subject subject, String message) {}

    private static final class Sent {
        final String name;
        int count = 1;
        /** Whether the server has it; what comes before that is told then. */
        boolean there;

        Optional<Runnable> owed = Optional.empty();

        Sent(String name) {
            this.name = name;
        }
    }

    private static final class Alike {
        final Set<String> messages = new HashSet<>();
        Instant last = Instant.EPOCH;
    }

    private static final class Bucket {
        double tokens = BURST;
        Instant filled;

        Bucket(Instant filled) {
            this.filled = filled;
        }
    }

    private final Loop loop;
    private final ApiClient client;
    private final String component;
    private final String host;
    private final AtomicLong sequence;

    // Owned by the loop.
    private final Map<Exact, Sent> sent = remembering();
    private final Map<Subject, Alike> alike = remembering();
    private final Map<About, Bucket> buckets = remembering();

    /**
     * @param component kubectl's From column: {@code kubelet}, {@code default-scheduler}, {@code replicaset-controller}
     * @param host node name, for components that run on each node; else empty
     */
    public EventRecorder(Loop loop, ApiClient client, String component, String host) {
        this.loop = loop;
        this.client = client;
        this.component = component;
        this.host = host;
        // By chance: recorders that are made at one time tell of objects that share a name.
        this.sequence = new AtomicLong(loop.random().nextLong());
    }

    /** The same memory of nothing, another name in the From column. */
    public EventRecorder as(String otherComponent) {
        return new EventRecorder(loop, client, otherComponent, host);
    }

    public void normal(KubeObject about, String reason, String message) {
        record(about, "", Type.Normal, reason, message);
    }

    public void warning(KubeObject about, String reason, String message) {
        record(about, "", Type.Warning, reason, message);
    }

    /** @param fieldPath the part that it is about, as {@code spec.containers{web}}; or empty */
    public void record(KubeObject about, String fieldPath, Type type, String reason, String message) {
        About who = new About(about.kind(), about.namespace(), about.name(), about.uid(), fieldPath);
        Instant now = loop.now();
        if (!allowed(who, now)) {
            return;
        }
        Subject subject = new Subject(who, type, reason);
        String text = message.length() > MESSAGE_CHARS ? message.substring(0, MESSAGE_CHARS) : message;
        boolean folded = fold(subject, text, now);
        Exact exact = new Exact(subject, folded ? COMBINED : text);
        String shown = folded ? COMBINED + text : text;
        Sent before = sent.get(exact);
        if (before == null) {
            create(exact, about, shown, now);
        } else {
            repeat(exact, before, about, shown, now);
        }
    }

    private boolean allowed(About who, Instant now) {
        Bucket bucket = buckets.computeIfAbsent(who, ignored -> new Bucket(now));
        double refilled = (double) Duration.between(bucket.filled, now).toMillis() / REFILL.toMillis();
        bucket.tokens = Math.min(BURST, bucket.tokens + refilled);
        bucket.filled = now;
        if (bucket.tokens < 1) {
            return false;
        }
        bucket.tokens -= 1;
        return true;
    }

    private boolean fold(Subject subject, String message, Instant now) {
        Alike group = alike.computeIfAbsent(subject, ignored -> new Alike());
        if (Duration.between(group.last, now).compareTo(ALIKE_WINDOW) > 0) {
            group.messages.clear();
        }
        group.last = now;
        if (group.messages.contains(message)) {
            return false;
        }
        if (group.messages.size() >= ALIKE) {
            return true;
        }
        group.messages.add(message);
        return false;
    }

    private void create(Exact exact, KubeObject about, String message, Instant now) {
        String name = about.name() + "." + Long.toHexString(sequence.incrementAndGet());
        Sent entry = new Sent(name);
        sent.put(exact, entry);
        client.create(Resources.EVENTS, event(exact.subject(), about, name, message, now))
                .onSuccess(created -> {
                    entry.there = true;
                    entry.owed.ifPresent(Runnable::run);
                })
                .onFailure(error -> {
                    sent.remove(exact);
                    lost(exact.subject(), error);
                });
    }

    private void repeat(Exact exact, Sent before, KubeObject about, String message, Instant now) {
        before.count++;
        if (!before.there) {
            // A patch that overtakes it finds nothing, which reads as an event that expired.
            before.owed = Optional.of(() -> update(exact, before, about, message, now));
            return;
        }
        update(exact, before, about, message, now);
    }

    private void update(Exact exact, Sent before, KubeObject about, String message, Instant now) {
        ObjectNode patch = Json.object().put("count", before.count).put("lastTimestamp", time(now));
        if (exact.message().equals(COMBINED)) {
            patch.put("message", message);
        }
        client.patch(Resources.EVENTS, ObjectKey.of(home(about), before.name), "", PatchType.MERGE, patch)
                .onFailure(error -> {
                    // Events live for an hour only: one that expired is told anew.
                    if (ApiException.is(error, Reason.NotFound) && sent.remove(exact, before)) {
                        create(exact, about, message, now);
                    } else {
                        lost(exact.subject(), error);
                    }
                });
    }

    private KubeObject event(Subject subject, KubeObject about, String name, String message, Instant now) {
        return KubeObject.named("v1", "Event", ObjectKey.of(home(about), name), tree -> {
            ObjectNode involved = tree.putObject("involvedObject")
                    .put("apiVersion", about.apiVersion())
                    .put("kind", about.kind())
                    .put("name", about.name())
                    .put("uid", about.uid())
                    .put("resourceVersion", about.meta().resourceVersion());
            if (!about.namespace().isEmpty()) {
                involved.put("namespace", about.namespace());
            }
            if (!subject.about().fieldPath().isEmpty()) {
                involved.put("fieldPath", subject.about().fieldPath());
            }
            tree.put("reason", subject.reason()).put("message", message);
            ObjectNode source = tree.putObject("source").put("component", component);
            if (!host.isEmpty()) {
                source.put("host", host);
            }
            tree.put("firstTimestamp", time(now))
                    .put("lastTimestamp", time(now))
                    .put("count", 1)
                    .put("type", subject.type().name())
                    .putNull("eventTime")
                    .put("reportingComponent", component)
                    .put("reportingInstance", host);
        });
    }

    /** Events of cluster-scoped objects live in {@code default}. */
    private static String home(KubeObject about) {
        return about.namespace().isEmpty() ? "default" : about.namespace();
    }

    private static String time(Instant now) {
        return now.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static void lost(Subject subject, Throwable error) {
        // A namespace that is being deleted takes no new events: nothing to tell anyone.
        var entry = ApiException.is(error, Reason.Forbidden) ? log.atDebug() : log.atWarn();
        entry.addKeyValue("object", subject.about().name())
                .addKeyValue("reason", subject.reason())
                .addKeyValue("err", error.toString())
                .log("event could not be recorded");
    }

    private static <K, V> Map<K, V> remembering() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > REMEMBERED;
            }
        };
    }
}
