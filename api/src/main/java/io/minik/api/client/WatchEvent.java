package io.minik.api.client;

import io.minik.api.object.KubeObject;

/** BOOKMARK carries only a resourceVersion. Errors do not come as events but as {@link WatchHandler#onEnd}. */
public record WatchEvent(Type type, KubeObject object) {
    public enum Type {
        ADDED,
        MODIFIED,
        DELETED,
        BOOKMARK
    }
}
