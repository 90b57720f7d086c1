package io.minik.api.client;

import java.util.List;

/** Whoever works on keys that wait: its queues are counted. */
public interface Queued {
    List<QueueFigures> queues();
}
