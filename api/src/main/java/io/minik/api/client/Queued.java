package io.minik.api.client;

import java.util.Collection;
import java.util.List;

/** Whoever works on keys that wait: its queues are counted. */
public interface Queued {
    List<QueueFigures> queues();

    /** What the queues of all these tell that have some. */
    static String figures(Collection<?> all) {
        return QueueFigures.text(all.stream()
                .filter(Queued.class::isInstance)
                .flatMap(one -> ((Queued) one).queues().stream())
                .toList());
    }
}
