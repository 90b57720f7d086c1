package io.minik.server.matching;

import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.server.admission.Lookup;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/**
 * The present objects of a kind in the form in which requests need them, which is kept with each object: it is made once for each
 * version that is stored, and goes with it. Where there is none, it costs one look at the cache.
 *
 * @param resource as it is stored
 * @param compile pure, of any thread; a constant, by whose identity the form is known
 */
public record Compiled<T>(Resource resource, Function<KubeObject, T> compile) {
    /** In the order of their names. */
    public List<T> all(Lookup lookup) {
        Collection<KubeObject> present = lookup.list(resource, "");
        if (present.isEmpty()) {
            return List.of();
        }
        List<T> all = new ArrayList<>(present.size());
        for (KubeObject object : present) {
            all.add(of(object));
        }
        return all;
    }

    public T of(KubeObject object) {
        return object.once(compile);
    }
}
