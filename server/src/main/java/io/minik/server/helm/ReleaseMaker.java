package io.minik.server.helm;

import io.minik.api.client.EventRecorder;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.Kinds;
import io.minik.charts.chart.Manifests.Hook;
import io.minik.charts.chart.Manifests.Item;
import io.minik.charts.chart.Rendering.ReleaseOf;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Outcomes;
import io.minik.server.helm.ChartWork.Opened;
import io.minik.server.helm.ChartWork.Planned;
import io.minik.server.helm.ReleaseSteps.ReleaseName;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Installs, upgrades and takes away releases. On the loop; made with the first chart, and its worker with it. */
final class ReleaseMaker {
    private static final Duration USUAL_TIMEOUT = Duration.ofMinutes(5);
    private static final int MOST_WORK_SECONDS = 120;
    private static final Pattern DURATION_PART = Pattern.compile("([0-9]{1,6})(h|m|s)");

    private final ControllerContext context;
    private final Kinds kinds;
    private final WorkerExecutor worker;
    private final ChartWork work;
    private final ClusterFacts facts;
    private final ReleaseStore store;
    private final EventRecorder events;

    ReleaseMaker(Vertx vertx, ControllerContext context, Kinds kinds, ChartController.Config config) {
        this.context = context;
        this.kinds = kinds;
        // One chart at a time: what a rendering may take of the heap is reckoned for one.
        this.worker = vertx.createSharedWorkerExecutor("minik-charts", 1, MOST_WORK_SECONDS, TimeUnit.SECONDS);
        this.work =
                new ChartWork(new ChartFetch(config.statics().toAbsolutePath().normalize()));
        this.facts = new ClusterFacts(context.client(), context.loop()::run, kinds, config.kubeVersion());
        this.store = new ReleaseStore(context.client(), context.loop());
        this.events = context.events("helm-controller");
    }

    void stop() {
        worker.close().onFailure(error -> {
            throw new IllegalStateException("a worker always closes", error);
        });
    }

    private ReleaseSteps steps(ChartRequest request) {
        ReleaseName name = new ReleaseName(request.name(), request.targetNamespace(), timeout(request.text("timeout")));
        return new ReleaseSteps(context.client(), context.loop(), kinds, name, request.is("takeOwnership"));
    }

    /** Reads a duration such as 1h2m3s. */
    static Duration timeout(String text) {
        Matcher part = DURATION_PART.matcher(text);
        Duration all = Duration.ZERO;
        while (part.find()) {
            long count = Long.parseLong(part.group(1));
            all = all.plus(
                    switch (part.group(2)) {
                        case "h" -> Duration.ofHours(count);
                        case "m" -> Duration.ofMinutes(count);
                        default -> Duration.ofSeconds(count);
                    });
        }
        return all.isZero() ? USUAL_TIMEOUT : all;
    }

    /** What there is to say of it; empty: it is as it should be already. */
    Future<Optional<String>> release(ChartRequest request, String hash) {
        return store.history(request.targetNamespace(), request.name()).compose(history -> {
            Optional<KubeObject> newest = ReleaseStore.newest(history);
            boolean current = newest.filter(
                            secret -> ReleaseStore.status(secret).equals(HelmRelease.DEPLOYED)
                                    && hash.equals(secret.annotations().get(HelmRelease.HASH)))
                    .isPresent();
            if (current) {
                return Future.succeededFuture(Optional.of(said(request, ReleaseStore.revision(newest.get()))));
            }
            // One that was only begun, when the server ended, is gone on with: nothing is taken away for it.
            boolean broken = newest.filter(secret -> ReleaseStore.status(secret).equals(HelmRelease.FAILED))
                    .isPresent();
            Future<List<KubeObject>> ready = broken && request.reinstalls()
                    ? uninstall(request).compose(unused -> store.history(request.targetNamespace(), request.name()))
                    : Future.succeededFuture(history);
            return ready.compose(left -> make(request, left)).map(Optional::of);
        });
    }

    private static String said(ChartRequest request, int revision) {
        return "Deployed release " + request.name() + " in namespace " + request.targetNamespace() + ", revision "
                + revision;
    }

    private Future<String> make(ChartRequest request, List<KubeObject> history) {
        int revision = ReleaseStore.newest(history).map(ReleaseStore::revision).orElse(0) + 1;
        Optional<KubeObject> deployed = history.stream()
                .filter(secret -> ReleaseStore.status(secret).equals(HelmRelease.DEPLOYED))
                .reduce((first, second) -> second);
        ReleaseOf release = new ReleaseOf(request.name(), request.targetNamespace(), revision, history.isEmpty());
        ReleaseSteps steps = steps(request);
        Future<Opened> opened = worker.executeBlocking(() -> work.open(request));
        return opened.compose(chart -> namespace(request)
                        .compose(unused -> worker.executeBlocking(() -> work.crds(chart)))
                        .compose(steps::crds)
                        .compose(unused -> worker.executeBlocking(() -> work.render(chart, release, facts.cluster()))))
                .compose(planned -> before(deployed)
                        .compose(old -> DeleteHooks.remember(context.client(), request.chart(), planned.release())
                                .compose(unused -> apply(steps, planned, old, release.install())))
                        .compose(unused -> store.prune(history)))
                .map(unused -> said(request, revision));
    }

    private Future<Void> namespace(ChartRequest request) {
        if (!request.is("createNamespace")) {
            return Future.succeededFuture();
        }
        return Outcomes.ignoring(
                context.client()
                        .create(
                                Resources.NAMESPACES,
                                KubeObject.named(
                                        "v1", "Namespace", ObjectKey.cluster(request.targetNamespace()), tree -> {})),
                Reason.AlreadyExists);
    }

    private Future<Optional<HelmRelease>> before(Optional<KubeObject> deployed) {
        return deployed.isEmpty()
                ? Future.succeededFuture(Optional.empty())
                : worker.executeBlocking(() -> Optional.of(HelmRelease.of(deployed.get())));
    }

    private Future<Void> apply(ReleaseSteps steps, Planned planned, Optional<HelmRelease> old, boolean install) {
        String event = install ? "install" : "upgrade";
        List<Item> before = old.map(HelmRelease::objects).orElse(List.of());
        List<Item> fresh = new ArrayList<>(planned.objects());
        HelmRelease begun = planned.release()
                .with("pending-" + event, install ? "Initial install underway" : "Preparing upgrade", context.time());
        return steps.check(fresh).compose(unused -> store.write(begun)).compose(unused -> steps.hooks(
                        planned.hooks(), "pre-" + event)
                .compose(ran -> steps.apply(planned.objects()))
                .compose(applied -> steps.prune(before, planned.objects()))
                .compose(pruned -> steps.hooks(planned.hooks(), "post-" + event))
                .compose(ran -> superseded(old))
                .compose(done -> store.write(begun.with(
                        HelmRelease.DEPLOYED, install ? "Install complete" : "Upgrade complete", context.time())))
                .recover(error -> store.write(begun.with(
                                HelmRelease.FAILED,
                                (install ? "Release failed: " : "Upgrade failed: ") + error.getMessage(),
                                context.time()))
                        .compose(told -> Future.failedFuture(error))));
    }

    private Future<Void> superseded(Optional<HelmRelease> old) {
        return old.isEmpty()
                ? Future.succeededFuture()
                : store.write(old.get().with(HelmRelease.SUPERSEDED, "Superseded", context.time()));
    }

    /** All that the release brought, but for what is to be kept; then its Secrets. */
    Future<Void> uninstall(ChartRequest request) {
        ReleaseSteps steps = steps(request);
        return store.history(request.targetNamespace(), request.name()).compose(history -> {
            if (history.isEmpty()) {
                return Future.succeededFuture();
            }
            return worker.executeBlocking(() -> left(history))
                    .compose(left -> {
                        boolean trusted = DeleteHooks.areOf(request.chart(), left.newest());
                        List<Hook> hooks = trusted ? left.newest().hooks() : List.of();
                        if (!trusted) {
                            events.warning(request.chart(), "HooksNotRun", foreign(left.newest()));
                        }
                        return steps.hooks(hooks, "pre-delete")
                                .compose(unused -> steps.prune(left.objects(), List.of()))
                                .compose(unused -> steps.hooks(hooks, "post-delete"));
                    })
                    .compose(unused -> context.loop().inTurns(history, store::remove));
        });
    }

    private static String foreign(HelmRelease release) {
        return "pre-delete and post-delete hooks in Secret " + release.key()
                + " are none that this HelmChart has brought" + " (annotation " + DeleteHooks.ANNOTATION
                + "): they are not run";
    }

    /** @param objects of all revisions: of a failed upgrade, what the one before brought is there too */
    private record Left(HelmRelease newest, List<Item> objects) {}

    /** One revision after another: each may be large. */
    private static Left left(List<KubeObject> history) {
        List<Item> objects = new ArrayList<>();
        @Nullable HelmRelease newest = null;
        for (KubeObject secret : history) {
            newest = HelmRelease.of(secret);
            objects.addAll(newest.places());
        }
        return new Left(Objects.requireNonNull(newest, "there is a history"), objects);
    }
}
