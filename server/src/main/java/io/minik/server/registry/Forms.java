package io.minik.server.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.schema.AddedKind;
import io.minik.api.schema.AddedKind.Conversion;
import io.minik.api.schema.KindRow;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is stored in the version that a request is about, and back, for kinds of all sorts: most are seen at once ({@link Codec#view}); for
 * those whose definition names a webhook somebody is asked, and whoever needs the object waits.
 */
final class Forms {
    /** One review holds no more than this, as all of it is in memory twice. One object may be larger. */
    private static final long MOST_BYTES = 4L << 20;

    private final Codec codec;
    private final Converter converter;

    Forms(Codec codec, Converter converter) {
        this.codec = codec;
        this.converter = converter;
    }

    /** Whether somebody may have to be asked. */
    static boolean asks(KindRow kind) {
        return kind.added().flatMap(AddedKind::conversion).isPresent();
    }

    Future<KubeObject> seen(KindRow kind, KubeObject stored) {
        Resource resource = kind.resource();
        return asks(kind) && !is(stored, resource.apiVersion())
                ? seen(kind, List.of(stored)).map(one -> one.get(0))
                : Future.succeededFuture(codec.view(resource, stored));
    }

    /** All of them, those that are of other versions asked for together. */
    Future<List<KubeObject>> seen(KindRow kind, List<KubeObject> stored) {
        Conversion by = kind.added().flatMap(AddedKind::conversion).orElseThrow();
        List<KubeObject> seen = new ArrayList<>(stored);
        return convert(by, kind, stored, 0, seen).map(unused -> {
            seen.replaceAll(object -> codec.view(kind.resource(), object));
            return seen;
        });
    }

    /** From this one on, as many at once as a review may hold. */
    private Future<Void> convert(
            Conversion by, KindRow kind, List<KubeObject> stored, int from, List<KubeObject> seen) {
        String version = kind.resource().apiVersion();
        List<Integer> places = new ArrayList<>();
        List<ObjectNode> others = new ArrayList<>();
        long bytes = 0;
        int at = from;
        for (; at < stored.size() && bytes < MOST_BYTES; at++) {
            KubeObject object = stored.get(at);
            if (!is(object, version)) {
                places.add(at);
                others.add(object.compact().tree());
                bytes += object.length();
            }
        }
        if (others.isEmpty()) {
            return Future.succeededFuture();
        }
        int next = at;
        return converter.convert(by, version, others).compose(converted -> {
            for (int i = 0; i < converted.size(); i++) {
                seen.set(places.get(i), KubeObject.of(converted.get(i)));
            }
            return convert(by, kind, stored, next, seen);
        });
    }

    private static boolean is(KubeObject object, String version) {
        return object.apiVersion().equals(version);
    }

    /** As it is to be stored. @param tree not written to if somebody is asked */
    Future<ObjectNode> stored(KindRow kind, ObjectNode tree) {
        Resource stored = kind.stored();
        Optional<Conversion> by = kind.added().flatMap(AddedKind::conversion);
        return by.isPresent() && !stored.equals(kind.resource())
                ? converter
                        .convert(by.get(), stored.apiVersion(), List.of(tree))
                        .map(one -> codec.restated(stored, one.get(0)))
                : Future.succeededFuture(codec.toStored(kind.resource(), tree));
    }
}
