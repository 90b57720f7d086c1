package io.minik.runtime.container;

import io.minik.runtime.container.Containers.Change;
import io.minik.runtime.container.Containers.Container;
import io.minik.runtime.container.Containers.Event;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Who hears of what happens to containers, each on the context that it registered on. */
final class ContainerListeners {
    private final Vertx vertx;
    private final List<Listener> all = new CopyOnWriteArrayList<>();

    private record Listener(Context context, Consumer<Event> consumer) {}

    ContainerListeners(Vertx vertx) {
        this.vertx = vertx;
    }

    void add(Consumer<Event> listener) {
        all.add(new Listener(vertx.getOrCreateContext(), listener));
    }

    /** @return the container, as it came */
    Container tell(Change change, Container container) {
        Event event = new Event(change, container);
        all.forEach(listener ->
                listener.context().runOnContext(unused -> listener.consumer().accept(event)));
        return container;
    }
}
