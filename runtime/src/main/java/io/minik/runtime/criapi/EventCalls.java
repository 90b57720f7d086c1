package io.minik.runtime.criapi;

import io.minik.ground.loop.Loop;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriException;
import io.minik.runtime.cri.RuntimeService;
import io.minik.runtime.criapi.proto.CriProto;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.GrpcServerResponse;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** GetContainerEvents: what happens to containers, to each client that listens, from when it asks. On the server's context. */
final class EventCalls {
    private static final Logger LOG = LoggerFactory.getLogger(EventCalls.class);

    /** A kubelet, a crictl or two. */
    private static final int MOST_LISTENERS = 16;

    private final Vertx vertx;
    private final RuntimeService runtime;
    private final Set<GrpcServerResponse<?, CriProto.ContainerEventResponse>> listeners = new LinkedHashSet<>();
    private boolean listening;

    EventCalls(Vertx vertx, RuntimeService runtime) {
        this.vertx = vertx;
        this.runtime = runtime;
    }

    void open(GrpcServerRequest<CriProto.GetEventsRequest, CriProto.ContainerEventResponse> call) {
        GrpcServerResponse<?, CriProto.ContainerEventResponse> response = call.response();
        if (listeners.size() >= MOST_LISTENERS) {
            end(response, GrpcStatus.RESOURCE_EXHAUSTED, "too many clients listen: " + MOST_LISTENERS);
            return;
        }
        if (!listening) {
            listening = true;
            runtime.onContainerEvent(this::happened);
        }
        listeners.add(response);
        call.exceptionHandler(gone -> listeners.remove(response));
        response.exceptionHandler(gone -> listeners.remove(response));
        // The client learns now that it listens: what happens from here on it will hear of.
        response.writeHead().onFailure(gone -> listeners.remove(response));
    }

    private void happened(Cri.ContainerEvent event) {
        if (listeners.isEmpty()) {
            return;
        }
        long at = Nanos.of(Loop.here(vertx).now());
        Future<Optional<Cri.PodSandboxStatus>> sandbox =
                runtime.podSandboxStatus(event.podSandboxId()).map(Optional::of).recover(EventCalls::nothingIfGone);
        Future<List<Cri.ContainerStatus>> containers = containers(event.podSandboxId());
        Future.all(sandbox, containers)
                .onSuccess(all -> tell(event(event, at, sandbox.result(), containers.result())))
                .onFailure(error -> LOG.atWarn()
                        .addKeyValue("container", event.containerId())
                        .addKeyValue("err", error.toString())
                        .log("an event of a container could not be told"));
    }

    private static <T> Future<Optional<T>> nothingIfGone(Throwable error) {
        return CriException.isNotFound(error) ? Future.succeededFuture(Optional.empty()) : Future.failedFuture(error);
    }

    private Future<List<Cri.ContainerStatus>> containers(String sandboxId) {
        return runtime.listContainers(Cri.ContainerFilter.ALL).compose(all -> {
            List<Future<Optional<Cri.ContainerStatus>>> asked = new ArrayList<>();
            all.stream()
                    .filter(container -> container.podSandboxId().equals(sandboxId))
                    .forEach(container -> asked.add(runtime.containerStatus(container.id())
                            .map(Optional::of)
                            .recover(EventCalls::nothingIfGone)));
            return Future.all(asked).map(done -> asked.stream()
                    .flatMap(each -> each.result().stream())
                    .toList());
        });
    }

    private static CriProto.ContainerEventResponse event(
            Cri.ContainerEvent event,
            long atNanos,
            Optional<Cri.PodSandboxStatus> sandbox,
            List<Cri.ContainerStatus> containers) {
        CriProto.ContainerEventResponse.Builder told = CriProto.ContainerEventResponse.newBuilder()
                .setContainerId(event.containerId())
                .setContainerEventType(ContainerWire.type(event.type()))
                .setCreatedAt(atNanos)
                .addAllContainersStatuses(
                        containers.stream().map(ContainerWire::status).toList());
        sandbox.map(SandboxWire::status).ifPresent(told::setPodSandboxStatus);
        return told.build();
    }

    /** Who does not read is let go of: it asks again, and then for the state of all. */
    private void tell(CriProto.ContainerEventResponse event) {
        for (GrpcServerResponse<?, CriProto.ContainerEventResponse> listener : List.copyOf(listeners)) {
            if (listener.writeQueueFull()) {
                listeners.remove(listener);
                end(listener, GrpcStatus.RESOURCE_EXHAUSTED, "the client does not read its events");
            } else {
                listener.write(event).onFailure(gone -> listeners.remove(listener));
            }
        }
    }

    private static void end(GrpcServerResponse<?, ?> response, GrpcStatus status, String why) {
        response.status(status).statusMessage(why).end().onFailure(gone -> LOG.atDebug()
                .setCause(gone)
                .log("client left before its answer"));
    }

    /** Ends all streams. */
    void close() {
        for (GrpcServerResponse<?, CriProto.ContainerEventResponse> listener : List.copyOf(listeners)) {
            end(listener, GrpcStatus.UNAVAILABLE, "minik stops");
        }
        listeners.clear();
    }
}
