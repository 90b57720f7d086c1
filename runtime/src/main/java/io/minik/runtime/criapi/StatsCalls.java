package io.minik.runtime.criapi;

import io.minik.ground.loop.Loop;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriException;
import io.minik.runtime.cri.CriParts;
import io.minik.runtime.cri.RuntimeService;
import io.minik.runtime.criapi.proto.CriProto;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** What containers and pods use, as CRI's clients ask for it. On the server's context. */
final class StatsCalls {
    private final Vertx vertx;
    private final RuntimeService runtime;
    private final Ids ids;

    StatsCalls(Vertx vertx, RuntimeService runtime, Ids ids) {
        this.vertx = vertx;
        this.runtime = runtime;
        this.ids = ids;
    }

    Future<CriProto.ContainerStatsResponse> containerStats(CriProto.ContainerStatsRequest asked) {
        return ids.container(asked.getContainerId()).compose(id -> runtime.containerStatus(id)
                .compose(status -> runtime.containerStats(id).map(stats -> CriProto.ContainerStatsResponse.newBuilder()
                        .setStats(StatsWire.container(new StatsWire.Of(status.container(), stats)))
                        .build())));
    }

    Future<CriProto.ListContainerStatsResponse> listContainerStats(CriProto.ListContainerStatsRequest asked) {
        return containers(container -> StatsWire.matches(asked.getFilter(), container))
                .map(all -> CriProto.ListContainerStatsResponse.newBuilder()
                        .addAllStats(all.stream().map(StatsWire::container).toList())
                        .build());
    }

    Future<CriProto.PodSandboxStatsResponse> podSandboxStats(CriProto.PodSandboxStatsRequest asked) {
        return ids.sandbox(asked.getPodSandboxId())
                .compose(id -> pods(pod -> pod.id().equals(id)))
                .compose(found -> found.isEmpty()
                        ? Future.failedFuture(new CriException(
                                CriException.Code.NOT_FOUND, "there is no sandbox " + asked.getPodSandboxId()))
                        : Future.succeededFuture(CriProto.PodSandboxStatsResponse.newBuilder()
                                .setStats(stats(found.get(0)))
                                .build()));
    }

    Future<CriProto.ListPodSandboxStatsResponse> listPodSandboxStats(CriProto.ListPodSandboxStatsRequest asked) {
        return pods(pod -> StatsWire.matches(asked.getFilter(), pod))
                .map(all -> CriProto.ListPodSandboxStatsResponse.newBuilder()
                        .addAllStats(all.stream().map(this::stats).toList())
                        .build());
    }

    Future<CriProto.ListMetricDescriptorsResponse> listMetricDescriptors(CriProto.ListMetricDescriptorsRequest asked) {
        return Future.succeededFuture(StatsWire.descriptors());
    }

    Future<CriProto.ListPodSandboxMetricsResponse> listPodSandboxMetrics(CriProto.ListPodSandboxMetricsRequest asked) {
        return pods(pod -> true).map(all -> CriProto.ListPodSandboxMetricsResponse.newBuilder()
                .addAllPodMetrics(all.stream()
                        .map(pod -> StatsWire.metrics(pod.sandbox(), pod.containers()))
                        .toList())
                .build());
    }

    private record Pod(
            Cri.PodSandbox sandbox, List<StatsWire.Of> containers, Optional<CriParts.NetworkInterfaceUsage> network) {}

    private CriProto.PodSandboxStats stats(Pod pod) {
        return StatsWire.sandbox(
                pod.sandbox(),
                pod.containers(),
                pod.network(),
                Nanos.of(Loop.here(vertx).now()));
    }

    private Future<List<Pod>> pods(Predicate<Cri.PodSandbox> wanted) {
        return runtime.listPodSandbox(Cri.PodSandboxFilter.ALL).compose(all -> {
            List<Cri.PodSandbox> found = all.stream().filter(wanted).toList();
            List<String> known = found.stream().map(Cri.PodSandbox::id).toList();
            List<Future<Optional<CriParts.NetworkInterfaceUsage>>> networks =
                    found.stream().map(this::network).toList();
            return containers(container -> known.contains(container.podSandboxId()))
                    .compose(used -> Future.all(networks).map(done -> used))
                    .map(used -> IntStream.range(0, found.size())
                            .mapToObj(i -> new Pod(
                                    found.get(i),
                                    used.stream()
                                            .filter(each -> each.container()
                                                    .podSandboxId()
                                                    .equals(found.get(i).id()))
                                            .toList(),
                                    networks.get(i).result()))
                            .toList());
        });
    }

    private Future<Optional<CriParts.NetworkInterfaceUsage>> network(Cri.PodSandbox pod) {
        return runtime.podSandboxNetwork(pod.id()).recover(StatsCalls::nothingIfGone);
    }

    private static <T> Future<Optional<T>> nothingIfGone(Throwable error) {
        return CriException.isNotFound(error) ? Future.succeededFuture(Optional.empty()) : Future.failedFuture(error);
    }

    /** Of those that run; one that has ended meanwhile uses nothing any more. */
    private Future<List<StatsWire.Of>> containers(Predicate<Cri.Container> wanted) {
        return runtime.listContainers(Cri.ContainerFilter.ALL).compose(all -> {
            List<Future<Optional<StatsWire.Of>>> asked = all.stream()
                    .filter(container -> container.state() == Cri.ContainerState.CONTAINER_RUNNING)
                    .filter(wanted)
                    .map(this::used)
                    .toList();
            return Future.all(asked).map(done -> asked.stream()
                    .flatMap(each -> each.result().stream())
                    .toList());
        });
    }

    private Future<Optional<StatsWire.Of>> used(Cri.Container container) {
        return runtime.containerStats(container.id())
                .map(stats -> Optional.of(new StatsWire.Of(container, stats)))
                .recover(StatsCalls::nothingIfGone);
    }
}
