package io.minik.agent.kubelet;

import java.util.AbstractCollection;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/** Where a kubelet keeps its pods, which counts how many of them it looks at. */
final class CountedPods extends LinkedHashMap<String, PodWorker> {
    private static final long serialVersionUID = 1;

    private int looks;

    int looks() {
        return looks;
    }

    @Override
    public @Nullable PodWorker get(Object uid) {
        looks++;
        return super.get(uid);
    }

    @Override
    public Collection<PodWorker> values() {
        Collection<PodWorker> all = super.values();
        return new AbstractCollection<>() {
            @Override
            public Iterator<PodWorker> iterator() {
                Iterator<PodWorker> each = all.iterator();
                return new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return each.hasNext();
                    }

                    @Override
                    public PodWorker next() {
                        looks++;
                        return each.next();
                    }
                };
            }

            @Override
            public int size() {
                return all.size();
            }
        };
    }
}
