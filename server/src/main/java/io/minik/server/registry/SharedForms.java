package io.minik.server.registry;

import io.minik.api.object.KubeObject;
import io.minik.api.schema.AddedKind.Conversion;
import io.minik.api.schema.KindRow;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a webhook has made of the objects of events, once for all who watch in that version: those that are asked for now, and of those
 * that were asked for last as many as fit. An event's object is one instance for all watchers, by which it is known here. Any thread.
 */
final class SharedForms {
    /** Watchers of one kind are at one event within a moment of each other: this is some hundred objects. */
    private static final long MOST_BYTES = 1L << 20;

    private final Forms forms;
    /** Guarded by itself, the eldest first. */
    private final Map<Wanted, Made> made = new LinkedHashMap<>();

    private long bytes;

    /** An object as a version has it by a conversion: the same instances, or it is another question. */
    private record Wanted(KubeObject object, Conversion by, String version) {
        @Override
        @SuppressWarnings("ReferenceEquality") // Comparing objects would cost more than it saves.
        public boolean equals(Object other) {
            return other instanceof Wanted wanted
                    && object == wanted.object
                    && by == wanted.by
                    && version.equals(wanted.version);
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(object) * 31 + version.hashCode();
        }
    }

    private record Made(Promise<KubeObject> object, int bytes) {}

    SharedForms(Forms forms) {
        this.forms = forms;
    }

    /** In their order, on the caller's context. */
    Future<List<KubeObject>> seen(KindRow kind, List<KubeObject> objects) {
        Conversion by = kind.added().flatMap(added -> added.conversion()).orElseThrow();
        String version = kind.resource().apiVersion();
        List<Future<KubeObject>> all = new ArrayList<>();
        List<KubeObject> missing = new ArrayList<>();
        List<Wanted> wanted = new ArrayList<>();
        List<Promise<KubeObject>> waiting = new ArrayList<>();
        synchronized (made) {
            for (KubeObject object : objects) {
                Wanted question = new Wanted(object, by, version);
                Made present = made.get(question);
                if (present == null) {
                    present = new Made(Promise.promise(), object.length());
                    made.put(question, present);
                    bytes += present.bytes();
                    missing.add(object);
                    wanted.add(question);
                    waiting.add(present.object());
                }
                all.add(present.object().future());
            }
        }
        if (!missing.isEmpty()) {
            ask(kind, missing, wanted, waiting);
        }
        Context here = Vertx.currentContext();
        Promise<List<KubeObject>> seen = Promise.promise();
        Future.all(all).map(joined -> joined.<KubeObject>list()).onComplete(done -> {
            if (here == null || here.equals(Vertx.currentContext())) {
                seen.handle(done);
            } else {
                here.runOnContext(unused -> seen.handle(done));
            }
        });
        return seen.future();
    }

    private void ask(KindRow kind, List<KubeObject> missing, List<Wanted> wanted, List<Promise<KubeObject>> waiting) {
        forms.seen(kind, missing)
                .onSuccess(converted -> {
                    for (int at = 0; at < waiting.size(); at++) {
                        waiting.get(at).complete(converted.get(at));
                    }
                    trim();
                })
                .onFailure(error -> {
                    // Whoever asks next asks anew.
                    synchronized (made) {
                        wanted.forEach(this::forget);
                    }
                    waiting.forEach(promise -> promise.fail(error));
                });
    }

    private void forget(Wanted question) {
        Made gone = made.remove(question);
        if (gone != null) {
            bytes -= gone.bytes();
        }
    }

    /** Those that are still asked for stay. */
    private void trim() {
        synchronized (made) {
            Iterator<Made> eldest = made.values().iterator();
            while (bytes > MOST_BYTES && eldest.hasNext()) {
                Made next = eldest.next();
                if (next.object().future().isComplete()) {
                    eldest.remove();
                    bytes -= next.bytes();
                }
            }
        }
    }
}
