package io.minik.runtime.criapi;

import io.minik.ground.loop.Loop;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.Cri.ContainerEvent;
import io.minik.runtime.cri.Cri.ContainerEventType;
import io.minik.runtime.cri.CriException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to another runtime's containers: what a list tells that the one before did not. A list is taken when the runtime has
 * an event; from runtimes that have none, each second, as upstream's kubelet does it. A change between two lists that is undone is
 * not seen, and nothing that lasts is missed. On the context of the first listener.
 */
final class ContainerWatch {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerWatch.class);
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final CriClient client;
    private final Supplier<Future<List<Cri.Container>>> list;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    // On the context.
    private Map<String, Cri.Container> before = new HashMap<>();
    private boolean started;
    private boolean busy;
    private boolean again;
    /** The runtime tells events, now. */
    private boolean told;
    /** It may tell some, if asked again. */
    private boolean tells = true;

    private record Listener(Context context, Consumer<ContainerEvent> consumer) {}

    ContainerWatch(Vertx vertx, CriClient client, Supplier<Future<List<Cri.Container>>> list) {
        this.vertx = vertx;
        this.client = client;
        this.list = list;
    }

    void add(Consumer<ContainerEvent> listener) {
        Context context = vertx.getOrCreateContext();
        listeners.add(new Listener(context, listener));
        synchronized (this) {
            if (started) {
                return;
            }
            started = true;
        }
        context.runOnContext(unused -> {
            Loop.on(context).every(PERIOD, this::tick);
            tick();
        });
    }

    private void tick() {
        if (tells && !told) {
            follow();
        }
        if (!told) {
            look();
        }
    }

    private void follow() {
        told = true;
        client.events()
                .onSuccess(response -> {
                    response.handler(event -> look());
                    response.exceptionHandler(this::silent);
                    response.endHandler(ended -> {
                        CriException failed = CriClient.failed(response);
                        silent(failed == null ? new IllegalStateException("the stream of events has ended") : failed);
                    });
                    // What happened before this is in no event.
                    look();
                })
                .onFailure(this::silent);
    }

    private void silent(Throwable why) {
        told = false;
        if (CriException.is(why, CriException.Code.UNIMPLEMENTED) && tells) {
            tells = false;
            LOG.atInfo().log("the runtime tells no events: its containers are listed each second");
        }
    }

    private void look() {
        if (busy) {
            again = true;
            return;
        }
        busy = true;
        list.get().onComplete(listed -> {
            busy = false;
            if (listed.succeeded()) {
                compare(listed.result());
            } else {
                LOG.atDebug().setCause(listed.cause()).log("the runtime's containers could not be listed");
            }
            if (again) {
                again = false;
                look();
            }
        });
    }

    private void compare(List<Cri.Container> all) {
        Map<String, Cri.Container> now = new HashMap<>();
        for (Cri.Container container : all) {
            now.put(container.id(), container);
            Cri.Container known = before.get(container.id());
            if (known == null || known.state() != container.state()) {
                tell(type(container.state()), container);
            }
        }
        before.forEach((id, container) -> {
            if (!now.containsKey(id)) {
                tell(ContainerEventType.CONTAINER_DELETED_EVENT, container);
            }
        });
        before = now;
    }

    private static ContainerEventType type(Cri.ContainerState state) {
        return switch (state) {
            case CONTAINER_CREATED -> ContainerEventType.CONTAINER_CREATED_EVENT;
            case CONTAINER_RUNNING -> ContainerEventType.CONTAINER_STARTED_EVENT;
            case CONTAINER_EXITED -> ContainerEventType.CONTAINER_STOPPED_EVENT;
        };
    }

    private void tell(ContainerEventType type, Cri.Container container) {
        ContainerEvent event = new ContainerEvent(type, container.id(), container.podSandboxId(), container.labels());
        listeners.forEach(listener ->
                listener.context().runOnContext(unused -> listener.consumer().accept(event)));
    }
}
